// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "emu/cli/options/options.hpp"

namespace ringfare {

/// Whose calls are shown: strace without -f, with -f, with -ff -o FILE.
enum class Follow : std::uint8_t { FirstThread, Together, Separately };

/// Throws UserError where they contradict other options.
Follow followed(const ParsedOptions& options);

}  // namespace ringfare
