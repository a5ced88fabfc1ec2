// SPDX-License-Identifier: MIT
#include "emu/linux/state/futex_queue.hpp"

#include "emu/linux/state/kernel_log.hpp"

namespace ringfare {

void FutexQueue::remove(const Task& task) {
  std::erase(waiting_, &task);
}

std::int64_t FutexQueue::wake(std::uint64_t address, std::uint64_t most, std::uint32_t bits) {
  std::uint64_t woken = 0;
  std::erase_if(waiting_, [&](Task* task) {
    if (woken == most || task->wait->futex != address || (task->wait->bits & bits) == 0)
      return false;
    task->wait->end = Wait::End::Woken;
    if (log_ != nullptr) log_wake(*log_, *task);
    ready_.add(*task);
    ++woken;
    return true;
  });
  return static_cast<std::int64_t>(woken);
}

std::int64_t FutexQueue::requeue(std::uint64_t from, std::uint64_t to, std::uint64_t most) {
  std::uint64_t moved = 0;
  for (Task* const task : waiting_) {
    if (moved == most) break;
    if (task->wait->futex != from) continue;
    task->wait->futex = to;
    ++moved;
  }
  return static_cast<std::int64_t>(moved);
}

}  // namespace ringfare
