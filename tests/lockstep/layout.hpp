// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/memory.hpp"

namespace ringfare::lockstep {

/// Where a block finds its memory, on the bare host as under an engine. Nothing is mapped next to
/// the data and the stack, so that an access across their ends faults.
inline constexpr GuestRange kData{{0x500000}, {0x502000}}, kStack{{0x510000}, {0x512000}};
inline constexpr GuestAddress kCode{0x400000};
inline constexpr std::uint64_t kCodeSize = 0x40000;

}  // namespace ringfare::lockstep
