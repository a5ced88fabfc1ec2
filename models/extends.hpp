// SPDX-License-Identifier: MIT
#pragma once

#include "models/toml.hpp"

namespace ringfare {

/// What `extends` makes of two files: `base` with everything `changes` says. Tables merge by key;
/// a price (a table with `cycles`) is replaced whole, because a new number has its own evidence;
/// `[[stage]]` entries are edits by door and name (see docs/models.md); the rest replaces.
TomlValue extended(TomlValue base, const TomlValue& changes);

/// Refuses, in a file without `extends`, the keys that only edit another file's stages.
void refuse_stage_edits(const TomlValue& root);

}  // namespace ringfare
