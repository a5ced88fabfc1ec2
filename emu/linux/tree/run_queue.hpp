// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>

#include "emu/linux/tree/task.hpp"

namespace ringfare {

/// The threads of a process that are ready to run, in the order in which they get their turns:
/// round robin. The length of a turn is counted in instructions, so that a program has the same
/// schedule in every run.
class RunQueue {
 public:
  /// Seed 0: every turn lasts kQuantum instructions. Other seeds draw each from half to one and a
  /// half of that.
  explicit RunQueue(std::uint64_t seed) : seed_(seed) {}

  static constexpr std::uint64_t kQuantum = 100'000;

  void add(Task& task) { ready_.push_back(&task); }
  void remove(const Task& task);
  void clear() { ready_.clear(); }
  bool empty() const { return ready_.empty(); }
  /// Removes the first thread and returns it.
  Task& take();

  /// The length of the next turn.
  std::uint64_t draw_quantum();

 private:
  std::deque<Task*> ready_;
  std::uint64_t seed_;
};

}  // namespace ringfare
