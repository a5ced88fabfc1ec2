// SPDX-License-Identifier: MIT
#include "emu/linux/tree/waiting_threads.hpp"

namespace ringfare {

void WaitingThreads::add(Task& task) {
  const Wait& wait = *task.wait;
  if (wait.until) by_time_[{*wait.until, task.id}] = &task;
  if (!wait.files.empty() || wait.lock || wait.outside || wait.signals) watching_[task.id] = &task;
}

void WaitingThreads::remove(const Task& task) {
  if (!task.wait) return;
  if (task.wait->until) by_time_.erase({*task.wait->until, task.id});
  watching_.erase(task.id);
}

void WaitingThreads::clear() {
  by_time_.clear();
  watching_.clear();
}

std::optional<std::chrono::nanoseconds> WaitingThreads::earliest() const {
  if (by_time_.empty()) return std::nullopt;
  return by_time_.begin()->first.first;
}

std::vector<Task*> WaitingThreads::late(std::chrono::nanoseconds now) const {
  std::vector<Task*> all;
  for (const auto& [when, task] : by_time_) {
    if (when.first > now) break;
    all.push_back(task);
  }
  return all;
}

}  // namespace ringfare
