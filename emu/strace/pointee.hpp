// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>

#include "cpu/memory.hpp"
#include "emu/strace/describe.hpp"

namespace ringfare {

/// What a pointer argument points to, as far as it is worth writing out.
struct Pointee {
  const AddressSpace& memory;
  const DescribeOptions& options;
  GuestAddress address;
  std::optional<std::uint64_t> count;  // bytes or elements, where another argument says so
  std::uint64_t available = 0;         // how many of them mean something (a read's result)
  /// Where the guest has another layout: the structure as amd64 has it. Pointers in it are the
  /// guest's.
  std::span<const std::byte> image = {};
  bool compat = false;              // as i386 lays it out, and all it points to; without an image
  std::optional<int> netlink = {};  // of bytes that a netlink socket of this protocol moves
};

using Text = std::optional<std::string>;  // nothing: not readable

template <class T>
std::optional<T> at(const Pointee& p, std::uint64_t index = 0) {
  if (p.image.empty()) return p.memory.load<T>(p.address + index * sizeof(T));
  if ((index + 1) * sizeof(T) > p.image.size()) return std::nullopt;
  T value;
  std::memcpy(&value, p.image.data() + index * sizeof(T), sizeof value);
  return value;
}

/// "[a, b, ...]" of `count` elements, each by `element(index)`; as many as a string has characters.
/// Where elements have a `size`, one that cannot be read ends the list with its address: "[a, ...
/// /* 0x7f0000 */]".
template <class Element>
Text array_text(const Pointee& p, std::uint64_t count, Element element, std::uint64_t size = 0) {
  const std::uint64_t limit = p.options.verbose ? 4096 : p.options.string_limit;
  std::string text = "[";
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i != 0) text += ", ";
    const Text one = element(i);
    if (!one && i == 0) return std::nullopt;
    if (!one && size != 0)
      return fmt::format("{}... /* {:#x} */]", text, p.address.value + i * size);
    if (!one || i == limit) return text + "...]";
    text += *one;
  }
  return text + ']';
}

}  // namespace ringfare
