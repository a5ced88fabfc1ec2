// SPDX-License-Identifier: MIT
#pragma once

#include "generator.hpp"
#include "snapshot.hpp"

namespace ringfare::lockstep {

/// An instruction that is run on the translator only, though Unicorn executes it, and why.
struct KnownRow {
  ZydisMnemonic mnemonic;
  std::string_view why;
};
std::span<const KnownRow> known_rows();

/// Whether the block went where Unicorn is known not to follow.
bool beyond_unicorn(const Draft& block, const Result& expected);

/// Where Unicorn is known to differ from hardware after `block`, and may.
Tolerance tolerance_on_unicorn(const Draft& block, const Result& expected);

}  // namespace ringfare::lockstep
