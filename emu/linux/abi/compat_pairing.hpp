// SPDX-License-Identifier: MIT
// A structure that i386 and amd64 lay out differently is described by a pairing: a type with both
// layouts, `Compat` and `Wide`, and `fields`, which shows a visitor their fields side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "emu/linux/abi/compat_layouts.hpp"

namespace ringfare::compat {

using I16 = std::int16_t;
using I32 = std::int32_t;
using U16 = std::uint16_t;
using U32 = std::uint32_t;

/// A member of 64 bits in a structure of i386, where it is aligned to 4 bytes, not to 8.
template <class T>
class InTwoWords {
 public:
  constexpr InTwoWords() = default;
  constexpr InTwoWords(T value)
      : low_(static_cast<U32>(value)),
        high_(static_cast<U32>(static_cast<std::uint64_t>(value) >> 32)) {}
  constexpr operator T() const { return static_cast<T>(std::uint64_t{high_} << 32 | low_); }

 private:
  U32 low_ = 0, high_ = 0;
};

using I64 = InTwoWords<std::int64_t>;
using U64 = InTwoWords<std::uint64_t>;

/// Visits the fields of a pair of structures and copies each to the amd64 one.
struct ToWide {
  template <class N, class W>
  void operator()(const N& compat, W& wide) const {
    wide = static_cast<W>(compat);
  }
  template <class N, class W>
  void fit(const N& compat, W& wide) const {
    (*this)(compat, wide);
  }
};

/// The same to the i386 one, which is too small for some values: `fit` notices those.
struct ToCompat {
  bool fits = true;

  template <class N, class W>
  void operator()(N& compat, const W& wide) const {
    compat = static_cast<N>(wide);
  }
  template <class N, class W>
  void fit(N& compat, const W& wide) {
    compat = static_cast<N>(wide);
    fits &= static_cast<W>(compat) == wide;
  }
};

/// What has to be done to the amd64 structure beside copying its fields one by one.
template <class Pairing>
struct Adjusted {
  static void from_compat(typename Pairing::Wide&) {}
  static void for_compat(typename Pairing::Wide&) {}
};

template <class Pairing>
void to_wide(const std::byte* from, std::byte* to) {
  typename Pairing::Compat compat;
  typename Pairing::Wide wide{};
  std::memcpy(&compat, from, sizeof compat);
  Pairing::fields(ToWide{}, compat, wide);
  Adjusted<Pairing>::from_compat(wide);
  std::memcpy(to, &wide, sizeof wide);
}

template <class Pairing>
bool to_compat(const std::byte* from, std::byte* to) {
  typename Pairing::Compat compat{};
  typename Pairing::Wide wide;
  std::memcpy(&wide, from, sizeof wide);
  Adjusted<Pairing>::for_compat(wide);
  ToCompat visitor;
  Pairing::fields(visitor, compat, wide);
  std::memcpy(to, &compat, sizeof compat);
  return visitor.fits;
}

template <class Pairing>
constexpr CompatLayout layout(ArgKind kind) {
  return {kind, sizeof(typename Pairing::Compat), sizeof(typename Pairing::Wide), to_wide<Pairing>,
          to_compat<Pairing>};
}

}  // namespace ringfare::compat
