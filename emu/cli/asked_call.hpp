// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "emu/cli/options/options.hpp"
#include "emu/crossing/doors.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"

namespace ringfare {

/// --bytes, --file and --color: of the verbs that price a call without a program.
void add_call_options(OptionTable& table);

inline constexpr OptionRow kBitsOption = {
    "bits", "N",
    "bits of the code that calls: 64, 32, or auto: 64 for syscall if the kernel has 64, else 32",
    "auto"};

/// --bits; nothing where it says auto. Throws UserError.
std::optional<unsigned> bits_of(const ParsedOptions& options);

/// The call `row` with what the options say of it.
AskedCall asked_call(const ParsedOptions& options, const SyscallRow& row);

}  // namespace ringfare
