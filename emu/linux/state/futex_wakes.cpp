// SPDX-License-Identifier: MIT
#include "emu/linux/state/futex_wakes.hpp"

#include <cerrno>
#include <utility>

#include "emu/linux/state/process.hpp"

namespace ringfare {

FutexKey futex_key(Process& process, std::uint64_t address, bool is_private) {
  const auto own = static_cast<std::uint64_t>(process.pid());
  if (is_private) return {.space = FutexKey::kPrivate, .object = own, .offset = address};
  const Region* const region = process.user.space().find({address});
  if (region == nullptr || region->file == FileIdentity{})
    return {.space = FutexKey::kUnshared, .object = own, .offset = address};
  return {.space = region->file.device,
          .object = region->file.inode,
          .offset = region->offset + (GuestAddress{address} - region->range.begin)};
}

void end_futex_wait(Process& process, std::uint32_t place) {
  process.futexes.dequeue(place);
  const FutexWaiter& waiter = process.futexes[place];
  if (waiter.process == &process.tree.self()) {
    if (Task* const task = process.find_task(waiter.thread)) process.wake(*task, Wait::End::Woken);
    return;
  }
  waiter.process->futex_woken = true;
  process.tree.tell(*waiter.process);
}

std::int64_t wake_futex(Process& process, const FutexKey& key, std::uint64_t most,
                        std::uint32_t bits) {
  std::int64_t woken = 0;
  for (std::uint32_t at = process.futexes.first(key); at != 0;) {
    const std::uint32_t place = std::exchange(at, process.futexes.after(at));
    const FutexWaiter& waiter = process.futexes[place];
    if (static_cast<std::uint64_t>(woken) == most) break;
    if (waiter.kind != FutexWaiter::Kind::Plain) return -EINVAL;
    if ((waiter.bits & bits) == 0) continue;
    end_futex_wait(process, place);
    ++woken;
  }
  return woken;
}

void take_futex_wakes(Process& process) {
  if (!std::exchange(process.tree.self().futex_woken, false)) return;
  for (const auto& [id, task] : process.tasks) {
    if (!task->waits()) continue;
    for (std::uint32_t at = task->wait->futex; at != 0; at = process.futexes[at].sibling)
      if (process.futexes[at].state == FutexWaiter::State::Woken)
        process.wake(*task, Wait::End::Woken);
  }
}

void leave_futexes(Process& process, Task& task) {
  if (!task.wait) return;
  for (std::uint32_t at = std::exchange(task.wait->futex, 0); at != 0;) {
    const std::uint32_t place = std::exchange(at, process.futexes[at].sibling);
    process.futexes.free(place);
  }
}

void pass_on_locks(Process& process, std::int32_t thread) {
  while (const std::uint32_t found = process.futexes.find_owned_by(thread)) {
    const std::uint32_t place = process.futexes.first(process.futexes[found].key);
    FutexWaiter& heir = process.futexes[place];
    heir.inherits = true;
    for (std::uint32_t at = process.futexes.after(place); at != 0; at = process.futexes.after(at))
      process.futexes[at].owner = heir.thread;
    process.futexes[place].owner = heir.thread;
    end_futex_wait(process, place);
  }
}

}  // namespace ringfare
