// SPDX-License-Identifier: MIT
// What a pair of structures is translated by: a type with `Narrow`, `Wide`, and `fields`, which
// shows a visitor the fields of both side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "emu/kernel/narrow_layouts.hpp"

namespace ringfare::narrow {

using I16 = std::int16_t;
using I32 = std::int32_t;
using U16 = std::uint16_t;
using U32 = std::uint32_t;

/// i386 aligns members of 64 bits to 4.
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

/// Visits the fields of a pair of structures, from narrow to wide.
struct Widening {
  template <class N, class W>
  void operator()(const N& narrow, W& wide) const {
    wide = static_cast<W>(narrow);
  }
  template <class N, class W>
  void fit(const N& narrow, W& wide) const {
    (*this)(narrow, wide);
  }
};

/// ... from wide to narrow, noticing what `fit`s not.
struct Narrowing {
  bool fits = true;

  template <class N, class W>
  void operator()(N& narrow, const W& wide) const {
    narrow = static_cast<N>(wide);
  }
  template <class N, class W>
  void fit(N& narrow, const W& wide) {
    narrow = static_cast<N>(wide);
    fits &= static_cast<W>(narrow) == wide;
  }
};

/// What has to be done to a structure before its fields are copied one by one.
template <class Pairing>
struct Adjusted {
  static void widened(typename Pairing::Wide&) {}
  static void narrowed(typename Pairing::Wide&) {}
};

template <class Pairing>
void widen(const std::byte* from, std::byte* to) {
  typename Pairing::Narrow narrow;
  typename Pairing::Wide wide{};
  std::memcpy(&narrow, from, sizeof narrow);
  Pairing::fields(Widening{}, narrow, wide);
  Adjusted<Pairing>::widened(wide);
  std::memcpy(to, &wide, sizeof wide);
}

template <class Pairing>
bool narrow(const std::byte* from, std::byte* to) {
  typename Pairing::Narrow narrow{};
  typename Pairing::Wide wide;
  std::memcpy(&wide, from, sizeof wide);
  Adjusted<Pairing>::narrowed(wide);
  Narrowing narrowing;
  Pairing::fields(narrowing, narrow, wide);
  std::memcpy(to, &narrow, sizeof narrow);
  return narrowing.fits;
}

template <class Pairing>
constexpr NarrowLayout layout(ArgKind kind) {
  return {kind, sizeof(typename Pairing::Narrow), sizeof(typename Pairing::Wide), widen<Pairing>,
          narrow<Pairing>};
}

}  // namespace ringfare::narrow
