// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "cpu/quantity.hpp"

namespace ringfare::translator {

/// Where one indirect branch went the first times it was taken.
class TargetProfile {
 public:
  void add(GuestAddress target) {
    ++total_;
    for (Seen& seen : seen_) {
      if (seen.times != 0 && seen.target != target) continue;
      seen.target = target;
      ++seen.times;
      return;
    }
  }

  /// Enough has been seen.
  bool complete() const { return total_ >= kEnough; }

  /// The one that at least seven of eight went to; nothing before the profile is complete.
  std::optional<GuestAddress> usual() const {
    for (const Seen& seen : seen_)
      if (complete() && seen.times * 8 >= total_ * 7) return seen.target;
    return std::nullopt;
  }

 private:
  static constexpr std::uint32_t kEnough = 24;

  struct Seen {
    GuestAddress target;
    std::uint32_t times = 0;
  };

  std::array<Seen, 4> seen_{};
  std::uint32_t total_ = 0;
};

}  // namespace ringfare::translator
