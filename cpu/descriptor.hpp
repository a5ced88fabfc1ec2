// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/state.hpp"

namespace ringfare {

/// The parts of a selector (SDM vol. 3, figure 3-6).
inline constexpr std::uint16_t kRequestedPrivilege = 3, kLocalTable = 4;

constexpr bool null_selector(std::uint16_t selector) {
  return (selector & ~kRequestedPrivilege) == 0;
}

/// A segment descriptor (SDM vol. 3, figure 3-8).
struct Descriptor {
  std::uint64_t bits = 0;

  constexpr bool present() const { return bits >> 47 & 1; }
  constexpr bool ordinary() const { return bits >> 44 & 1; }
  constexpr bool code() const { return ordinary() && (bits >> 43 & 1); }
  constexpr bool conforming() const { return code() && (bits >> 42 & 1); }
  constexpr bool writable_data() const { return ordinary() && !code() && (bits >> 41 & 1); }
  /// Data, or code that may be read: what may be loaded into DS, ES, FS and GS.
  constexpr bool readable() const { return ordinary() && (!code() || (bits >> 41 & 1)); }
  constexpr std::uint8_t dpl() const { return bits >> 45 & 3; }
  constexpr bool long_mode() const { return bits >> 53 & 1; }
  constexpr bool default_size() const { return bits >> 54 & 1; }
  constexpr std::uint32_t base() const {
    return static_cast<std::uint32_t>((bits >> 16 & 0xffffff) | (bits >> 32 & 0xff000000));
  }
  /// In bytes, scaled by G.
  constexpr std::uint32_t limit() const {
    const auto raw = static_cast<std::uint32_t>((bits & 0xffff) | (bits >> 32 & 0xf0000));
    return bits >> 55 & 1 ? raw << 12 | 0xfff : raw;
  }
};

/// The segment register after loading `selector`, whose descriptor is `d`.
Segment loaded_segment(std::uint16_t selector, Descriptor d);

/// What a processor holds after loading a null selector.
Segment null_segment(std::uint16_t selector);

}  // namespace ringfare
