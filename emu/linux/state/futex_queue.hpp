// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "emu/linux/state/run_queue.hpp"
#include "emu/linux/state/task.hpp"

namespace ringfare {

class DebugLog;

/// The threads of a process that wait for futexes, in the order in which they came. Each waits for
/// the word at `Wait::futex`.
class FutexQueue {
 public:
  /// `log` may be null.
  explicit FutexQueue(RunQueue& ready, DebugLog* log = nullptr) : ready_(ready), log_(log) {}

  static constexpr std::uint32_t kAnyBits = std::numeric_limits<std::uint32_t>::max();

  void add(Task& task) { waiting_.push_back(&task); }
  void remove(const Task& task);
  void clear() { waiting_.clear(); }

  /// Wakes up to `most` that wait at `address` for one of `bits`; how many they were.
  std::int64_t wake(std::uint64_t address, std::uint64_t most, std::uint32_t bits = kAnyBits);
  /// From now on up to `most` that wait at `from` wait at `to`; how many they are.
  std::int64_t requeue(std::uint64_t from, std::uint64_t to, std::uint64_t most);

 private:
  RunQueue& ready_;
  DebugLog* const log_;
  std::vector<Task*> waiting_;
};

}  // namespace ringfare
