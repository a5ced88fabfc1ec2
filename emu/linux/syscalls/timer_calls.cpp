// SPDX-License-Identifier: MIT
// setitimer(2), alarm(2), timer_create(2) and its like: on the simulated clock.
#include <sys/time.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kReal = 0;

struct ClockRow {
  std::uint32_t id;
  TimerClock clock;
  bool is_date;  // shows the time of day
};

/// timer_create(2). The other clocks of clock_gettime(2) have no timers.
constexpr ClockRow kTimerClockRows[] = {
    {CLOCK_REALTIME, TimerClock::Wall, true},
    {CLOCK_MONOTONIC, TimerClock::Wall, false},
    {CLOCK_PROCESS_CPUTIME_ID, TimerClock::Processor, false},
    {CLOCK_THREAD_CPUTIME_ID, TimerClock::Processor, false},
    {CLOCK_BOOTTIME, TimerClock::Wall, false},
    {CLOCK_REALTIME_ALARM, TimerClock::Wall, true},
    {CLOCK_BOOTTIME_ALARM, TimerClock::Wall, false},
    {CLOCK_TAI, TimerClock::Wall, true},
};
constexpr std::uint32_t kClocksWithoutTimers[] = {CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
                                                  CLOCK_MONOTONIC_COARSE};

nanoseconds duration_of(const timeval& time) {
  return to_duration({time.tv_sec, 0}) + std::chrono::microseconds(time.tv_usec);
}

bool is_valid_time(const timeval& time) {
  return time.tv_sec >= 0 && time.tv_usec >= 0 && time.tv_usec < 1'000'000;
}

itimerval to_itimerval(const TimerSetting& setting) {
  timeval left = to_timeval(setting.left);
  if (setting.left.count() != 0 && left.tv_sec == 0 && left.tv_usec == 0) left.tv_usec = 1;
  return {.it_interval = to_timeval(setting.interval), .it_value = left};
}

itimerspec to_itimerspec(const TimerSetting& setting) {
  return {.it_interval = to_timespec(setting.interval), .it_value = to_timespec(setting.left)};
}

nanoseconds later(nanoseconds now, nanoseconds left) {
  return left > nanoseconds::max() - now ? nanoseconds::max() : now + left;
}

nanoseconds now_of(Process& process, const Timer& timer) {
  return process.timer_times()[static_cast<std::size_t>(timer.clock)];
}

void start(Process& process, Timer& timer, const TimerSetting& setting) {
  if (setting.left.count() == 0) {
    timer.interval = setting.interval;
    return process.timers.disarm(timer);
  }
  process.timers.set(timer, later(now_of(process, timer), setting.left), setting.interval);
}

/// struct sigevent as the kernel reads it.
struct WantedEvent {
  std::uint64_t value = 0;
  std::int32_t signal = SIGALRM;
  std::int32_t notify = SIGEV_SIGNAL;
  std::int32_t thread = 0;
  std::array<std::int32_t, 11> padding{};
};
static_assert(sizeof(WantedEvent) == 64);

/// Puts what the event asks for into `timer`: 0 or -errno.
std::int64_t take_event(Process& process, const WantedEvent& event, Timer& timer) {
  switch (event.notify) {
    case SIGEV_NONE:
      return 0;
    case SIGEV_SIGNAL | SIGEV_THREAD_ID:
      if (!process.find_task(event.thread)) return -EINVAL;
      timer.thread = event.thread;
      [[fallthrough]];
    case SIGEV_SIGNAL:
    case SIGEV_THREAD:
      if (event.signal < 1 || event.signal > SignalState::kCount) return -EINVAL;
      timer.signal = make_signal(event.signal, SI_TIMER, SignalInfo::Timer{.value = event.value});
      return 0;
    default:
      return -EINVAL;
  }
}

}  // namespace

std::int64_t sys_getitimer(Process& process, const CallArguments& args) {
  const auto which = static_cast<std::uint32_t>(args[0]);
  if (which >= Timers::kIntervalTimers) return -EINVAL;
  const Timer& timer = process.timers.interval_timer(which);
  const itimerval now = to_itimerval(process.timers.setting(timer, process.timer_times()));
  return process.user.store(args[1], now) ? 0 : -EFAULT;
}

std::int64_t sys_setitimer(Process& process, const CallArguments& args) {
  itimerval wanted{};  // a null pointer stops the timer, as ever
  if (args[1] != 0) {
    const auto given = process.user.load<itimerval>(args[1]);
    if (!given) return -EFAULT;
    wanted = *given;
  }
  if (!is_valid_time(wanted.it_value) || !is_valid_time(wanted.it_interval)) return -EINVAL;
  const auto which = static_cast<std::uint32_t>(args[0]);
  if (which >= Timers::kIntervalTimers) return -EINVAL;
  Timer& timer = process.timers.interval_timer(which);
  const itimerval old = to_itimerval(process.timers.setting(timer, process.timer_times()));
  start(process, timer, {duration_of(wanted.it_value), duration_of(wanted.it_interval)});
  return args[2] != 0 && !process.user.store(args[2], old) ? -EFAULT : 0;
}

std::int64_t sys_alarm(Process& process, const CallArguments& args) {
  Timer& timer = process.timers.interval_timer(kReal);
  const itimerval old = to_itimerval(process.timers.setting(timer, process.timer_times()));
  start(process, timer, {std::chrono::seconds(static_cast<std::uint32_t>(args[0])), {}});
  // Rounded to a second, but an alarm that is set is never 0 seconds away.
  const bool up =
      (old.it_value.tv_sec == 0 && old.it_value.tv_usec != 0) || old.it_value.tv_usec >= 500'000;
  return old.it_value.tv_sec + (up ? 1 : 0);
}

std::int64_t sys_timer_create(Process& process, const CallArguments& args) {
  const auto id = static_cast<std::uint32_t>(args[0]);
  if (std::ranges::find(kClocksWithoutTimers, id) != std::end(kClocksWithoutTimers))
    return -EOPNOTSUPP;
  const auto row = std::ranges::find(kTimerClockRows, id, &ClockRow::id);
  if (row == std::end(kTimerClockRows)) return -EINVAL;
  Timer timer{.clock = row->clock};
  if (row->is_date) timer.base = process.clock.realtime() - process.clock.since_start();
  timer.signal = make_signal(SIGALRM, SI_TIMER, SignalInfo::Timer{});
  WantedEvent event;
  if (args[1] != 0) {
    const auto given = process.user.load<WantedEvent>(args[1]);
    if (!given) return -EFAULT;
    event = *given;
    timer.signal = {};
  }
  if (const std::int64_t error = take_event(process, event, timer)) return error;
  if (process.queued() >= process.limits()[RLIMIT_SIGPENDING].rlim_cur) return -EAGAIN;
  const std::int32_t made = process.timers.create(timer);
  if (args[1] == 0) {  // without an event the value is the timer's number
    Timer& mine = *process.timers.find(made);
    mine.signal.set(SignalInfo::Timer{.id = made, .value = static_cast<std::uint64_t>(made)});
  }
  if (process.user.store(args[2], made)) return 0;
  process.timers.remove(made);
  return -EFAULT;
}

std::int64_t sys_timer_settime(Process& process, const CallArguments& args) {
  const auto wanted = process.user.load<itimerspec>(args[2]);
  if (args[2] == 0) return -EINVAL;
  if (!wanted) return -EFAULT;
  if (!is_valid(wanted->it_value) || !is_valid(wanted->it_interval)) return -EINVAL;
  Timer* const timer = process.timers.find(static_cast<std::int32_t>(args[0]));
  if (timer == nullptr) return -EINVAL;
  const itimerspec old = to_itimerspec(process.timers.setting(*timer, process.timer_times()));
  TimerSetting setting{to_duration(wanted->it_value), to_duration(wanted->it_interval)};
  if (setting.left.count() != 0 && (args[1] & TIMER_ABSTIME) != 0)
    process.timers.set(*timer, setting.left - timer->base, setting.interval);
  else
    start(process, *timer, setting);
  return args[3] != 0 && !process.user.store(args[3], old) ? -EFAULT : 0;
}

std::int64_t sys_timer_gettime(Process& process, const CallArguments& args) {
  const Timer* const timer = process.timers.find(static_cast<std::int32_t>(args[0]));
  if (timer == nullptr) return -EINVAL;
  const itimerspec now = to_itimerspec(process.timers.setting(*timer, process.timer_times()));
  return process.user.store(args[1], now) ? 0 : -EFAULT;
}

std::int64_t sys_timer_getoverrun(Process& process, const CallArguments& args) {
  const Timer* const timer = process.timers.find(static_cast<std::int32_t>(args[0]));
  return timer == nullptr ? -EINVAL : timer->overrun;
}

std::int64_t sys_timer_delete(Process& process, const CallArguments& args) {
  return process.timers.remove(static_cast<std::int32_t>(args[0])) ? 0 : -EINVAL;
}

}  // namespace ringfare
