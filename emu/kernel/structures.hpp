// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cpu/memory.hpp"
#include "emu/kernel/arguments.hpp"
#include "emu/kernel/describe.hpp"

namespace ringfare {

/// What a pointer argument points to, as far as it is worth writing out.
struct Pointee {
  const AddressSpace& memory;
  const DescribeOptions& options;
  GuestAddress address;
  std::optional<std::uint64_t> count;  // bytes or elements, where another argument says so
  std::uint64_t available = 0;         // how many of them mean something (a read's result)
};

/// Whether structures of this kind have a text.
bool has_structure_text(ArgKind kind);

/// "{st_mode=S_IFREG|0644, st_size=5, ...}"; the address where it cannot be read, NULL for none.
/// Layouts are amd64's.
std::string structure_text(ArgKind kind, const Pointee& pointee);

/// "0x7ffd4714dce0 /* 37 vars */": a vector of strings by its size.
std::string vector_size_text(const AddressSpace& memory, GuestAddress vector);

/// "[{fd=0, revents=POLLIN}]" of those with events.
std::string poll_results(const Pointee& pointee);

}  // namespace ringfare
