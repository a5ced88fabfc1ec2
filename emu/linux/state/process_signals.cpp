// SPDX-License-Identifier: MIT
// Signals and timers of a process: who is told, and who wakes.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "cpu/interruption.hpp"
#include "emu/linux/state/file_owner.hpp"
#include "emu/linux/state/kernel_log.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/state/terminals.hpp"
#include "emu/linux/state/tracing.hpp"

namespace ringfare {
namespace {

/// mq_notify(2): the host has told of a message.
bool send_queue_notes(Process& process) {
  bool sent = false;
  std::erase_if(process.queue_notes, [&](const QueueNote& note) {
    pollfd queue{note.host_fd, POLLIN, 0};
    if (::poll(&queue, 1, 0) <= 0) return false;
    const SignalInfo::Queued who{.pid = process.pid(), .uid = getuid(), .value = note.value};
    process.send(make_signal(note.signal, SI_MESGQ, who));
    return sent = true;
  });
  return sent;
}

void note_tracers(Process& process) {
  process.signals.traced = std::ranges::any_of(
      process.tasks, [](const auto& entry) { return is_traced(*entry.second); });
}

bool takes(const Task& task, std::uint64_t pending) {
  if (task.wait && task.wait->traced) return (pending & SignalState::bit(SIGKILL)) != 0;
  return (pending & (~task.signals.mask() | task.signals.awaited)) != 0;
}

}  // namespace

bool Process::send(const SignalInfo& info) {
  note_tracers(*this);
  // Whether a blocked signal is ignored depends on the mask of the first thread.
  const bool sent = send_signal(signals, info, tasks.begin()->second->signals.mask());
  if (options.log != nullptr) log_sent(*options.log, info, nullptr, sent);
  wake_for_signals();
  return sent;
}

bool Process::send(Task& to, const SignalInfo& info) {
  note_tracers(*this);
  const bool sent = send_signal(signals, to.signals, info);
  if (options.log != nullptr) log_sent(*options.log, info, &to, sent);
  wake_for_signals();
  return sent;
}

std::uint64_t Process::queued() const {
  std::uint64_t all = signals.pending.size() + timers.created();
  for (const auto& [id, each] : tasks) all += each->signals.pending.size();
  return all;
}

bool Process::has_no_room(const SignalInfo& info) {
  return info.signal >= PendingSignals::kFirstRealTime &&
         queued() >= limits()[RLIMIT_SIGPENDING].rlim_cur;
}

std::optional<SignalInfo> Process::take_signal(std::uint64_t wanted) {
  auto info = task->signals.pending.take(wanted);
  if (!info) info = signals.pending.take(wanted);
  if (info) timers.taken(*info, timer_times());
  return info;
}

/// A signal sent to the process ends the wait of at most one thread; of none if the present thread
/// will take it.
void Process::wake_for_signals() {
  for (const auto& [id, each] : tasks)
    if (each->waits() && takes(*each, each->signals.pending.set()))
      wake(*each, Wait::End::Interrupted);
  const std::uint64_t shared = signals.pending.set();
  if (shared == 0) return;
  if (task != nullptr && !task->waits() && takes(*task, shared)) return;
  for (const auto& [id, each] : tasks)
    if (each->waits() && takes(*each, shared)) return wake(*each, Wait::End::Interrupted);
}

void Process::wake_present_for_signals() {
  if (signals.pending.set() != 0) return wake_for_signals();
  if (task->waits() && takes(*task, task->signals.pending.set()))
    wake(*task, Wait::End::Interrupted);
}

void Process::wake(Task& sleeper, Wait::End end) {
  if (!sleeper.waits()) return;
  waiting.remove(sleeper);
  sleeper.wait->end = end;
  if (options.log != nullptr) log_wake(*options.log, sleeper);
  if (sleeper.wait->traced) {  // it was no call that waited
    sleeper.entry->trace.stopped = false;
    sleeper.wait.reset();
  }
  if (&sleeper != task) queue.add(sleeper);
}

void Process::discard(std::uint64_t set) {
  signals.pending.discard(set);
  for (const auto& [id, each] : tasks) each->signals.pending.discard(set);
}

void Process::signal_entry(ProcessEntry& to, int signal) {
  const SignalInfo info = kernel_signal(signal);
  if (to.pid == pid())
    send(info);
  else if (to.state != ProcessEntry::State::Zombie)
    tree.send(to, info);
}

void Process::signal_group(int group, int signal) {
  for (ProcessEntry* const entry : tree.all())
    if (entry->group == group) signal_entry(*entry, signal);
}

void Process::take_from_outside() {
  while (const int signal = Interruption::take()) receive(signal);
}

void Process::receive(int signal) {
  const Terminal* const terminal = own_terminal(*this);
  // The host sends what its terminal's keys mean to all; only the foreground is meant.
  const bool behind =
      tree.self().terminal == Terminal::kHost && terminal != nullptr && terminal->group != group();
  const bool is_key = signal == SIGINT || signal == SIGQUIT || signal == SIGTSTP;
  if (behind && is_key) return;
  if (signal == SIGIO && (send_queue_notes(*this) || send_file_signals(*this))) return;
  send(kernel_signal(signal));
}

int Process::guest_pid(int host_pid) {
  if (host_pid == getpid()) return pid();
  for (const ProcessEntry* const entry : tree.all())
    if (entry->host_pid == host_pid) return entry->pid;
  return 0;
}

TimerTimes Process::timer_times() const {
  return {clock.since_start(), clock.cpu_time(), clock.user_time()};
}

std::optional<std::chrono::nanoseconds> Process::next_timer() const {
  if (timers.idle()) return std::nullopt;
  return timers.left(TimerClock::Wall, timer_times());
}

std::optional<std::chrono::nanoseconds> Process::left_of_processor_time() {
  constexpr rlim_t kLongest = 1'000'000'000;  // seconds; so many fit into nanoseconds
  const rlim_t most = std::max<rlim_t>(limits()[RLIMIT_CPU].rlim_cur, 1);
  if (most > kLongest) return std::nullopt;
  return std::chrono::seconds(most) - clock.cpu_time();
}

void Process::limit_processor_time() {
  const auto left = left_of_processor_time();
  if (!left || left->count() > 0) return;
  rlimit limit = limits()[RLIMIT_CPU];
  limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, 1) + 1;
  const bool is_last = limits().set(RLIMIT_CPU, limit) != 0;
  send(kernel_signal(is_last ? SIGKILL : SIGXCPU));
}

void Process::expire_timers() {
  limit_processor_time();
  if (timers.idle()) return;
  const TimerTimes now = timer_times();
  while (Timer* const timer = timers.expire(now)) {
    if (timer->signal.signal == 0) continue;
    Task* const to = timer->thread ? find_task(*timer->thread) : nullptr;
    if (timer->thread && to == nullptr) continue;
    // Not sent (it was pending already), so nobody will take it.
    if (!(to != nullptr ? send(*to, timer->signal) : send(timer->signal)))
      timers.pass_over(*timer, now);
  }
}

}  // namespace ringfare
