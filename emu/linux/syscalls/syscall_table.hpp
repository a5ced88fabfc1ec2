// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "emu/linux/abi/call.hpp"
#include "emu/linux/abi/syscall_row.hpp"

namespace ringfare {

/// Every call of Linux 6.1 on both ABIs, in the order of amd64 numbers, then of i386 numbers.
std::span<const SyscallRow> syscall_table();

/// The row of a number; nothing where the ABI has none.
const SyscallRow* find_syscall(Abi abi, std::uint64_t number);

/// The row of a name for one ABI ("mmap" has one for each); nothing where there is none.
const SyscallRow* find_syscall(Abi abi, std::string_view name);

/// Which row's handler serves a call of the i386 table: its own, or that of the amd64 call it is
/// the 32-bit form of ("fstat64": "fstat").
const SyscallRow* served_as(const SyscallRow& i386);

/// The group of a name ("file"), without the "%"; nothing where there is none.
const CallGroupName* find_call_group(std::string_view name);

}  // namespace ringfare
