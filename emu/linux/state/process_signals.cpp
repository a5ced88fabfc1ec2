// SPDX-License-Identifier: MIT
// Signals and timers of a process: who is told, and who wakes.
#include <algorithm>

#include "emu/linux/state/kernel_log.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

bool takes(const ThreadSignals& thread, std::uint64_t pending) {
  return (pending & (~thread.mask() | thread.awaited)) != 0;
}

}  // namespace

bool Process::send(const SignalInfo& info) {
  // Whether a blocked signal is ignored depends on the mask of the first thread.
  const bool sent = send_signal(signals, info, tasks.begin()->second->signals.mask());
  if (options.log != nullptr) log_sent(*options.log, info, nullptr, sent);
  wake_for_signals();
  return sent;
}

bool Process::send(Task& to, const SignalInfo& info) {
  const bool sent = send_signal(signals, to.signals, info);
  if (options.log != nullptr) log_sent(*options.log, info, &to, sent);
  wake_for_signals();
  return sent;
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
    if (each->waits() && takes(each->signals, each->signals.pending.set()))
      wake(*each, Wait::End::Interrupted);
  const std::uint64_t shared = signals.pending.set();
  if (shared == 0) return;
  if (task != nullptr && !task->waits() && takes(task->signals, shared)) return;
  for (const auto& [id, each] : tasks)
    if (each->waits() && takes(each->signals, shared)) return wake(*each, Wait::End::Interrupted);
}

void Process::wake(Task& sleeper, Wait::End end) {
  if (!sleeper.waits()) return;
  sleeper.wait->end = end;
  if (options.log != nullptr) log_wake(*options.log, sleeper);
  if (&sleeper != task) queue.add(sleeper);
}

bool Process::may_queue() const {
  std::size_t queued = signals.pending.size() + timers.created();
  for (const auto& [id, each] : tasks) queued += each->signals.pending.size();
  return queued < limits[RLIMIT_SIGPENDING].rlim_cur;
}

void Process::discard(std::uint64_t set) {
  signals.pending.discard(set);
  for (const auto& [id, each] : tasks) each->signals.pending.discard(set);
}

TimerTimes Process::timer_times() const {
  return {clock.since_start(), clock.cpu_time(), clock.user_time()};
}

std::optional<std::chrono::nanoseconds> Process::next_timer() const {
  if (timers.idle()) return std::nullopt;
  return timers.left(TimerClock::Wall, timer_times());
}

void Process::expire_timers() {
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
