// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace ringfare {

/// An address in one particular space; spaces do not mix, and an address is neither a host pointer
/// nor a count.
template <class Space>
struct Address {
  std::uint64_t value = 0;

  constexpr auto operator<=>(const Address&) const = default;
  constexpr Address operator+(std::uint64_t bytes) const { return {value + bytes}; }
  constexpr Address operator-(std::uint64_t bytes) const { return {value - bytes}; }
  constexpr std::uint64_t operator-(Address other) const { return value - other.value; }
  constexpr Address& operator+=(std::uint64_t bytes) { return value += bytes, *this; }
};

using GuestAddress = Address<struct GuestSpace>;
using KernelAddress = Address<struct KernelSpace>;

/// [begin, end)
template <class A>
struct Range {
  A begin;
  A end;

  constexpr auto operator<=>(const Range&) const = default;
  constexpr std::uint64_t size() const { return end - begin; }
  constexpr bool empty() const { return begin == end; }
  constexpr bool contains(A address) const { return begin <= address && address < end; }
  constexpr bool contains(Range other) const { return begin <= other.begin && other.end <= end; }
  constexpr bool overlaps(Range other) const { return begin < other.end && other.begin < end; }
};

using GuestRange = Range<GuestAddress>;
using KernelRange = Range<KernelAddress>;

/// Core cycles of the modelled processor, held as hundredths so that sums are exact.
struct Cycles {
  std::int64_t hundredths = 0;

  constexpr auto operator<=>(const Cycles&) const = default;
  constexpr Cycles operator+(Cycles other) const { return {hundredths + other.hundredths}; }
  constexpr Cycles operator-(Cycles other) const { return {hundredths - other.hundredths}; }
  constexpr Cycles operator*(std::int64_t times) const { return {hundredths * times}; }
  constexpr Cycles& operator+=(Cycles other) { return hundredths += other.hundredths, *this; }
  constexpr Cycles& operator-=(Cycles other) { return hundredths -= other.hundredths, *this; }
};

}  // namespace ringfare

template <class Space>
struct std::hash<ringfare::Address<Space>> {
  std::size_t operator()(ringfare::Address<Space> address) const noexcept {
    return std::hash<std::uint64_t>{}(address.value);
  }
};
