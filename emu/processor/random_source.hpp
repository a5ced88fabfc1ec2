// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace ringfare {

/// The guest's random bytes: the same for the same seed (SplitMix64, Steele, Lea and Flood 2014).
class RandomSource {
 public:
  explicit RandomSource(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next();
  void fill(std::span<std::byte> to);

 private:
  std::uint64_t state_;
};

}  // namespace ringfare
