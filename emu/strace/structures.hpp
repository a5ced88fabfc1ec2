// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "cpu/memory.hpp"
#include "emu/linux/abi/arguments.hpp"
#include "emu/strace/pointee.hpp"

namespace ringfare {

/// Whether what a pointer of this kind points to is text, bytes or a number.
bool is_no_structure(ArgKind kind);

/// What is pointed to: "{st_mode=S_IFREG|0644, st_size=5, ...}", "\"hello\"..."; the address where
/// it cannot be read, NULL for none. Layouts are amd64's.
std::string structure_text(ArgKind kind, const Pointee& pointee);

/// "0x7ffd4714dce0 /* 37 vars */": a vector of strings by its size.
std::string vector_size_text(const AddressSpace& memory, GuestAddress vector);

/// "[{fd=0, revents=POLLIN}]" of those with events.
std::string poll_results(const Pointee& pointee);

}  // namespace ringfare
