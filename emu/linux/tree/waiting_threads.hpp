// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "emu/linux/tree/task.hpp"

namespace ringfare {

/// The threads of a process that wait for what nobody announces to them: for a time, for files, for
/// locks of files. Whose turn is next is found out without looking at those that wait for others.
class WaitingThreads {
 public:
  /// Its wait begins; it does not change until `remove`.
  void add(Task& task);
  /// Its wait has ended, or there was none.
  void remove(const Task& task);
  void clear();

  /// When the first of the waits with a time limit ends.
  std::optional<std::chrono::nanoseconds> earliest() const;
  /// Whose time has come, the earliest first.
  std::vector<Task*> late(std::chrono::nanoseconds now) const;
  /// By number, those that wait for files, locks of files, or signals.
  const std::map<int, Task*>& watching() const { return watching_; }

 private:
  std::map<std::pair<std::chrono::nanoseconds, int>, Task*> by_time_;
  std::map<int, Task*> watching_;
};

}  // namespace ringfare
