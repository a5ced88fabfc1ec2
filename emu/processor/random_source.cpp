// SPDX-License-Identifier: MIT
#include "emu/processor/random_source.hpp"

#include <algorithm>
#include <cstring>

namespace ringfare {

std::uint64_t RandomSource::next() {
  state_ += 0x9e3779b97f4a7c15;
  std::uint64_t value = state_;
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
  value = (value ^ value >> 27) * 0x94d049bb133111eb;
  return value ^ value >> 31;
}

void RandomSource::fill(std::span<std::byte> to) {
  while (!to.empty()) {
    const std::uint64_t word = next();
    const std::size_t step = std::min(to.size(), sizeof(word));
    std::memcpy(to.data(), &word, step);
    to = to.subspan(step);
  }
}

}  // namespace ringfare
