// SPDX-License-Identifier: MIT
#pragma once

#include "emu/cli/options.hpp"
#include "emu/crossing/doors.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"

namespace ringfare {

/// --bytes, --file and --color: of the verbs that price a call without a program.
void add_call_options(OptionTable& table);

/// The call `row` with what the options say of it.
AskedCall asked_call(const ParsedOptions& options, const SyscallRow& row);

/// Whether --color asks for colours on standard output.
bool colored(const ParsedOptions& options);

}  // namespace ringfare
