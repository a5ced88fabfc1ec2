// SPDX-License-Identifier: MIT
#include "emu/linux/tree/run_queue.hpp"

#include <algorithm>

#include "cpu/base/failure.hpp"

namespace ringfare {

void RunQueue::remove(const Task& task) {
  std::erase(ready_, &task);
}

Task& RunQueue::take() {
  CHECK(!ready_.empty(), "nobody can run");
  Task& next = *ready_.front();
  ready_.pop_front();
  return next;
}

std::uint64_t RunQueue::draw_quantum() {
  if (seed_ == 0) return kQuantum;
  // Knuth, The Art of Computer Programming, vol. 2, 3.3.4: MMIX's linear congruential generator.
  seed_ = seed_ * 6364136223846793005u + 1442695040888963407u;
  return kQuantum / 2 + (seed_ >> 33) % kQuantum;
}

}  // namespace ringfare
