// SPDX-License-Identifier: MIT
// Whose turn it is: the threads of a process share one processor.
#include <fmt/format.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>

#include "cpu/interruption.hpp"
#include "emu/kernel/handlers.hpp"
#include "emu/kernel/host_call.hpp"
#include "emu/kernel/personality.hpp"
#include "emu/kernel/process.hpp"
#include "emu/kernel/time_values.hpp"

namespace ringfare {
namespace {

using std::chrono::nanoseconds;

/// The waiting threads' files in one list for the host, and whose each is.
struct WatchedFiles {
  std::vector<pollfd> files;
  std::vector<Task*> owners;
  bool outside = false;
};

WatchedFiles watched_files(const Process& process) {
  WatchedFiles all;
  for (const auto& [id, task] : process.tasks) {
    if (!task->waits()) continue;
    for (const pollfd& file : task->wait->files) {
      all.files.push_back(file);
      all.owners.push_back(task.get());
    }
    all.outside = all.outside || task->wait->outside;
  }
  return all;
}

/// Asks the host which files are ready, for at most `patience` (nothing: for ever), and wakes who
/// waits for them. False where a signal came instead.
bool wake_by_files(Process& process, std::optional<nanoseconds> patience) {
  WatchedFiles all = watched_files(process);
  if (all.files.empty() && patience) return true;
  if (Interruption::pending()) patience = nanoseconds(0);
  const timespec time = to_timespec(patience.value_or(nanoseconds(0)));
  const std::int64_t ready = host_call(SYS_ppoll, all.files.data(), all.files.size(),
                                       patience ? &time : nullptr, nullptr, 8);
  if (ready == -EINTR) return false;
  for (std::size_t i = 0; i < all.files.size(); ++i)
    if (all.files[i].revents != 0) process.wake(*all.owners[i], Wait::End::Woken);
  return true;
}

/// The waiting threads with a time limit, the earliest first.
std::vector<Task*> sleepers(const Process& process) {
  std::vector<Task*> all;
  for (const auto& [id, task] : process.tasks)
    if (task->waits() && task->wait->until) all.push_back(task.get());
  std::ranges::stable_sort(all, {}, [](const Task* task) { return *task->wait->until; });
  return all;
}

void wake_by_time(Process& process) {
  const nanoseconds now = process.clock.since_start();
  for (Task* const task : sleepers(process))
    if (*task->wait->until <= now) process.wake(*task, Wait::End::Late);
}

std::string who_waits(const Process& process) {
  std::string text;
  for (const auto& [id, task] : process.tasks)
    if (task->waits())
      text += fmt::format("{}{} {} waits for {}", text.empty() ? "" : "; ",
                          id == process.pid() ? "process" : "thread", id, task->wait->what);
  return text;
}

/// Nobody can run: time passes until somebody can. Text where that will never be.
std::string idle(Process& process) {
  const std::vector<Task*> sleeping = sleepers(process);
  std::optional<nanoseconds> left;
  if (!sleeping.empty()) left = *sleeping.front()->wait->until - process.clock.since_start();
  if (const auto timer = process.next_timer()) left = std::min(left.value_or(*timer), *timer);
  const WatchedFiles all = watched_files(process);
  // Who waits for a signal only need not wait for the host where a timer will end it.
  if (all.outside && (!all.files.empty() || !left)) {
    wake_by_files(process, left);
    while (const int signal = Interruption::take()) process.send(kernel_signal(signal));
    if (!process.queue.empty()) return {};
    if (!left) return {};
  }
  if (!left) return who_waits(process);
  process.clock.sleep(std::max(*left, nanoseconds(0)));
  wake_by_time(process);
  process.expire_timers();
  return {};
}

}  // namespace

Turn Personality::next_turn(Thread& processor, Cycles charged) {
  Process& process = *process_;
  const bool alone = process.tasks.size() == 1 && process.task != nullptr && !process.task->wait;
  if (alone) return {};
  const std::uint64_t now = processor.totals[kInstructionLane];
  Task* const current = process.task;
  if (current != nullptr && !current->waits() && now < process.turn_end)
    return {.instructions = process.turn_end - now};
  if (current != nullptr) {
    current->registers = processor.registers;
    current->descriptors = processor.descriptors;
    current->cycles += charged - process.turn_began;
    if (!current->waits()) process.queue.add(*current);
  }
  process.task = nullptr;
  wake_by_time(process);
  wake_by_files(process, nanoseconds(0));
  while (process.queue.empty())
    if (std::string text = idle(process); !text.empty()) return {.deadlock = std::move(text)};
  process.task = &process.queue.take();
  processor.registers = process.task->registers;
  processor.descriptors = process.task->descriptors;
  process.turn_began = charged;
  const std::uint64_t quantum = process.queue.draw_quantum();
  process.turn_end = now + quantum;
  return {.instructions = quantum};
}

void Personality::start_created(const Registers& registers) {
  Process& process = *process_;
  const CreatedTask created = process.created;
  Registers& own = created.task->registers;
  own = registers;
  created.task->descriptors = process.thread->descriptors;
  own[Gpr::Rax] = 0;
  if (created.stack != 0) own[Gpr::Rsp] = created.stack;
  if (created.tls && own.mode() == CodeMode::Compat32) {
    set_created_thread_area(process, own, created.task->descriptors, *created.tls);
  } else if (created.tls) {
    own.fs.selector = 0;
    own.fs.base = *created.tls;
  }
  process.queue.add(*created.task);
}

int Personality::thread_id() const {
  return process_->task == nullptr ? 0 : process_->task->id;
}

}  // namespace ringfare
