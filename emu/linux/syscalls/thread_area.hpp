// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/state.hpp"

namespace ringfare {

class Process;

/// CLONE_SETTLS of clone(2) in 32-bit code: set_thread_area(2) for a thread that is being made,
/// whose registers and descriptor tables are given. 0 or -errno.
std::int64_t set_created_thread_area(Process& process, Registers& registers,
                                     DescriptorTables& tables, std::uint64_t address);

}  // namespace ringfare
