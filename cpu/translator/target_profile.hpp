// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "cpu/base/quantity.hpp"

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

  /// The one, two or three that at least seven of eight went to, most often first; none where they
  /// are more, or before the profile is complete.
  std::vector<GuestAddress> usual() const {
    if (!complete()) return {};
    auto often = seen_;
    std::ranges::stable_sort(often, std::greater{}, &Seen::times);
    std::vector<GuestAddress> targets;
    std::uint32_t covered = 0;
    for (const Seen& seen : often) {
      if (covered * 8 >= total_ * 7 || targets.size() == kMost) break;
      targets.push_back(seen.target);
      covered += seen.times;
    }
    return covered * 8 >= total_ * 7 ? targets : std::vector<GuestAddress>{};
  }

 private:
  static constexpr std::uint32_t kEnough = 24;
  static constexpr std::size_t kMost = 3;

  struct Seen {
    GuestAddress target;
    std::uint32_t times = 0;
  };

  std::array<Seen, 4> seen_{};
  std::uint32_t total_ = 0;
};

}  // namespace ringfare::translator
