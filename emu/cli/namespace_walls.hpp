// SPDX-License-Identifier: MIT
#pragma once

#include "emu/cli/confinement.hpp"

namespace ringfare {

/// Confines the whole process by namespaces(7): it moves into a user namespace with files and a
/// network of its own. 0, or an errno where the host allows none: then nothing has changed. Throws
/// UserError where what was asked for cannot be had.
int build_namespace_walls(const Confinement& wanted);

}  // namespace ringfare
