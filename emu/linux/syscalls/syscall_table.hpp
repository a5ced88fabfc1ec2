// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "emu/linux/abi/syscall_row.hpp"

namespace ringfare {

/// Every call of Linux 6.1 on both ABIs, in the order of amd64 numbers, then of i386 numbers.
std::span<const SyscallRow> syscall_table();

/// The row of a number; nothing where the ABI has none.
const SyscallRow* find_syscall(Abi abi, std::uint64_t number);

/// The row of a name for one ABI ("mmap" has one for each); nothing where there is none.
const SyscallRow* find_syscall(Abi abi, std::string_view name);

/// The row whose handler serves a call: its own, or that of the amd64 call an i386 one stands for
/// ("fstat64": "fstat").
const SyscallRow& served_as(const SyscallRow& row);

}  // namespace ringfare
