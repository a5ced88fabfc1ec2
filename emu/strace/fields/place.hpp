// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cpu/memory.hpp"
#include "emu/strace/words/describe_options.hpp"

namespace ringfare {

/// What earlier parts of a message say about later ones.
struct Scope {
  std::uint64_t family = 0;
  std::string kind = {}, slave_kind = {};
};

/// Bytes of the guest that mean something: an attribute's, a structure's, a field's.
struct Place {
  const AddressSpace& memory;
  const DescribeOptions& options;
  std::uint64_t at = 0;
  std::uint64_t size = 0;
  bool compat = false;           // as i386 lays it out
  Scope* scope = nullptr;        // where there is more to know
  std::string_view name = {};    // of a field
  std::uint64_t structure = {};  // where the structure of a field begins

  template <class T>
  std::optional<T> load(std::uint64_t offset = 0) const {
    return memory.load<T>({at + offset});
  }
  Place part(std::uint64_t offset, std::uint64_t part_size) const {
    Place other = *this;
    other.at += offset;
    other.size = part_size;
    return other;
  }
  /// Without its first bytes.
  Place after(std::uint64_t offset) const { return part(offset, size - offset); }
  bool readable(std::uint64_t count) const;
  /// The first bytes, as many as there are and a number has: little-endian; nothing: not readable.
  std::optional<std::uint64_t> number(std::uint64_t bytes) const;
  /// All bytes; nothing: not readable.
  std::optional<std::string> bytes() const;
  ConstantStyle style() const { return options.constants; }
};

/// How a place reads; nothing: it has not enough bytes, or nobody knows what they mean.
using PlaceText = std::optional<std::string> (*)(const Place&);

/// "\x61\x62"..., as many as a string is shown; the address where they cannot be read.
std::string hex_bytes(const Place& place);

/// As `text` writes it, else as bytes.
std::string text_or_bytes(PlaceText text, const Place& place);

}  // namespace ringfare
