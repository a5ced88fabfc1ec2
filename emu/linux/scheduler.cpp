// SPDX-License-Identifier: MIT
// Whose turn it is: the threads of a process share one processor.
#include <fmt/format.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <map>

#include "cpu/interruption.hpp"
#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/host/host_call.hpp"
#include "emu/linux/personality.hpp"
#include "emu/linux/state/kernel_log.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/thread_area.hpp"

namespace ringfare {
namespace {

using std::chrono::nanoseconds;

/// The files that threads wait for, in one list for the host, each with its thread.
struct WatchedFiles {
  std::vector<pollfd> files;
  std::vector<Task*> owners;
  bool outside = false;  // somebody who is not a guest can make one ready
  bool signals = false;  // a signal can, also one from outside
};

WatchedFiles watched_files(Process& process) {
  WatchedFiles all;
  for (const auto& [id, task] : process.waiting.watching()) {
    for (const pollfd& file : task->wait->files) {
      all.files.push_back(file);
      all.owners.push_back(task);
    }
    all.outside = all.outside || task->wait->outside;
    all.signals = all.signals || task->wait->signals;
  }
  // No thread waits for these, but one may wait for a file that depends on them.
  const std::vector<pollfd> depends = process.own_files.watched();
  if (all.files.empty() || depends.empty()) return all;
  all.files.insert(all.files.end(), depends.begin(), depends.end());
  all.owners.resize(all.files.size(), nullptr);
  all.outside = all.outside || process.any_outside(depends);
  return all;
}

/// Asks the host which files are ready, waiting for at most `patience` (nothing: for ever), and
/// wakes the threads that wait for them. False where a signal came instead.
bool wake_by_files(Process& process, std::optional<nanoseconds> patience) {
  process.own_files.refresh(process);
  WatchedFiles all = watched_files(process);
  if (all.files.empty() && patience) return true;
  if (Interruption::pending()) patience = nanoseconds(0);
  const timespec time = to_timespec(patience.value_or(nanoseconds(0)));
  const std::int64_t ready = host_call(SYS_ppoll, all.files.data(), all.files.size(),
                                       patience ? &time : nullptr, nullptr, 8);
  if (ready == -EINTR) return false;
  for (std::size_t i = 0; i < all.files.size(); ++i)
    if (all.files[i].revents != 0 && all.owners[i] != nullptr)
      process.wake(*all.owners[i], Wait::End::Woken);
  return true;
}

void wake_by_time(Process& process) {
  const nanoseconds now = process.clock.since_start();
  for (Task* const task : process.waiting.late(now)) process.wake(*task, Wait::End::Late);
}

std::string who_waits(const Process& process) {
  std::string text;
  for (const auto& [id, task] : process.tasks)
    if (task->waits())
      text += fmt::format("{}{} {} waits for {}", text.empty() ? "" : "; ",
                          id == process.pid() ? "process" : "thread", id, task->wait->what);
  return text;
}

/// When the next descriptor of a timer becomes readable, where somebody waits for files.
std::optional<nanoseconds> next_file(Process& process) {
  if (watched_files(process).files.empty()) return std::nullopt;
  return process.own_files.next();
}

/// The earliest time at which a wait ends by itself: its time limit, or a timer.
std::optional<nanoseconds> next_end(Process& process) {
  std::optional<nanoseconds> end = process.waiting.earliest();
  if (const auto file = next_file(process)) end = std::min(end.value_or(*file), *file);
  const auto timer = process.next_timer();
  if (!timer) return end;
  const nanoseconds expiry = process.clock.since_start() + *timer;
  return std::min(end.value_or(expiry), expiry);
}

/// Wakes threads that wait for a lock of a file when something has happened to a file.
void wake_by_changes(Process& process) {
  const std::map<int, Task*> watching = process.waiting.watching();
  for (const auto& [id, task] : watching)
    if (task->wait->lock && task->wait->files_seen != process.tree.files_changes())
      process.wake(*task, Wait::End::Woken);
}

/// Waits in the host, for at most `patience`, for what somebody outside does: files, signals.
void look_outside(Process& process, std::optional<nanoseconds> patience) {
  wake_by_files(process, patience);
  process.take_from_outside();
}

/// No thread can run and there are no other processes: lets time pass until one can. Returns who
/// waits for what where that will never be.
std::string idle(Process& process) {
  std::optional<nanoseconds> left;
  if (const auto end = next_end(process)) left = *end - process.clock.since_start();
  const WatchedFiles all = watched_files(process);
  // The host is not waited for where a timer of the guest will end the wait.
  if ((all.outside && !all.files.empty()) || ((all.outside || all.signals) && !left)) {
    const bool by_file = left && next_file(process) == next_end(process);
    look_outside(process, by_file ? nanoseconds(0) : left);
    if (!process.queue.empty()) return {};
    if (!left) return {};
  }
  if (!left) return who_waits(process);
  process.clock.sleep(std::max(*left, nanoseconds(0)));
  wake_by_time(process);
  wake_by_files(process, nanoseconds(0));
  process.expire_timers();
  return {};
}

/// No thread of this process can run, but there are other processes.
std::string idle_among_others(Process& process) {
  nanoseconds passed{0};
  while (process.queue.empty()) {
    const WatchedFiles files = watched_files(process);
    const bool locks = std::ranges::any_of(
        process.waiting.watching(), [](const auto& entry) { return entry.second->wait->lock; });
    const std::string what = who_waits(process);
    const ProcessTree::Rested rested = process.tree.sleep(
        {.until = next_end(process),
         .watches_files = locks || !files.files.empty(),
         .outside = files.outside && !files.files.empty(),
         .awaits_signal = files.signals || (files.outside && files.files.empty()),
         .what = what,
         .passed = passed});
    if (!rested.deadlock.empty()) return rested.deadlock;
    process.take_news();
    wake_by_time(process);
    wake_by_changes(process);
    process.expire_timers();
    if (process.queue.empty()) look_outside(process, rested.patience);
    passed = process.queue.empty() ? rested.patience.value_or(nanoseconds(0)) : nanoseconds(0);
  }
  return {};
}

/// Whether children that end leave no zombies (sigaction(2): SIG_IGN or SA_NOCLDWAIT).
bool ignores_children(const SignalState& signals) {
  constexpr std::uint64_t kNoChildWait = 2;  // SA_NOCLDWAIT
  const SignalAction& action = signals.action(SIGCHLD);
  return action.handler == SignalState::kIgnore || (action.flags & kNoChildWait) != 0;
}

}  // namespace

Turn Personality::next_turn(Thread& processor, Cycles charged) {
  Process& process = *process_;
  const bool alone = process.tasks.size() == 1 && process.task != nullptr && !process.task->wait;
  const bool only = process.tree.alone();
  if (alone && only && !process.child_was_made) return {};
  const std::uint64_t now = processor.totals[kInstructionLane];
  Task* const current = process.task;
  const bool goes_on = current != nullptr && !current->waits();
  if (goes_on && alone && !process.tree.contended() && !process.tree.self().news)
    return {.instructions = process.tree.others_watch() ? RunQueue::kQuantum : Turn::kEndless};
  if (goes_on && now < process.turn_end) return {.instructions = process.turn_end - now};
  if (current != nullptr) {
    current->registers = processor.registers;
    current->descriptors = processor.descriptors;
    current->cycles += charged - process.turn_began;
    if (goes_on) process.queue.add(*current);
  }
  process.task = nullptr;
  process.tree.self().child_flags = process.signals.action(SIGCHLD).flags;
  process.tree.self().ignores_children = ignores_children(process.signals);
  if (!process.queue.empty()) process.tree.yield();
  process.take_news();
  wake_by_time(process);
  wake_by_changes(process);
  wake_by_files(process, nanoseconds(0));
  while (process.queue.empty()) {
    std::string text = process.tree.alone() ? idle(process) : idle_among_others(process);
    if (!text.empty()) return {.deadlock = std::move(text)};
  }
  process.task = &process.queue.take();
  processor.registers = process.task->registers;
  processor.descriptors = process.task->descriptors;
  process.turn_began = charged;
  const std::uint64_t quantum = process.queue.draw_quantum();
  process.turn_end = now + quantum;
  if (process.options.log != nullptr) log_turn(*process.options.log, *process.task, quantum);
  return {.instructions = quantum};
}

bool Personality::has_to_make_room(std::uint64_t instructions) const {
  const Process& process = *process_;
  const bool yielded = process.turn_end == 0;  // inside the call
  return !yielded && instructions >= process.turn_end &&
         (!process.queue.empty() || process.tree.contended());
}

void Personality::start_program(const ProgramImage& program) {
  process_->start_program(program);
}

bool Personality::has_tree() const {
  return process_->child_was_made;
}
bool Personality::is_first() const {
  return process_->tree.is_first();
}
int Personality::process_id() const {
  return process_->pid();
}
void Personality::end_process(std::int32_t wait_status) {
  process_->end(wait_status);
}
void Personality::leave() {
  process_->tree.leave();
}
std::string Personality::wait_for_others() {
  return process_->tree.wait_for_all();
}

void Personality::start_created(Registers& registers) {
  Process& process = *process_;
  const CreatedTask created = process.created;
  if (process.options.log != nullptr)
    log_created(*process.options.log, created.task->id, process.newborn);
  Registers& own = process.newborn ? registers : created.task->registers;
  if (!process.newborn) own = registers;
  auto& descriptors = process.newborn ? process.thread->descriptors : created.task->descriptors;
  if (!process.newborn) descriptors = process.thread->descriptors;
  own[Gpr::Rax] = 0;
  if (created.stack != 0) own[Gpr::Rsp] = created.stack;
  if (created.tls && own.mode() == CodeMode::Compat32) {
    set_created_thread_area(process, own, descriptors, *created.tls);
  } else if (created.tls) {
    own.fs.selector = 0;
    own.fs.base = *created.tls;
  }
  if (!process.newborn) process.queue.add(*created.task);
}

int Personality::thread_id() const {
  return process_->task == nullptr ? 0 : process_->task->id;
}
std::vector<int> Personality::thread_ids() const {
  std::vector<int> ids;
  for (const auto& [id, task] : process_->tasks) ids.push_back(id);
  return ids;
}
bool Personality::has_others() const {
  return !process_->tree.alone();
}
bool Personality::is_alone() const {
  return process_->tasks.size() == 1 && !has_others();
}

}  // namespace ringfare
