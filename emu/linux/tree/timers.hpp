// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "emu/linux/abi/signal_info.hpp"

namespace ringfare {

/// The time a timer runs on; each counts from the start of the run.
enum class TimerClock : std::uint8_t {
  Wall,       // CLOCK_MONOTONIC and its like
  Processor,  // what the process used, user and kernel
  User,       // of that, user mode
};
inline constexpr std::size_t kTimerClocks = 3;

/// Now, by each clock.
using TimerTimes = std::array<std::chrono::nanoseconds, kTimerClocks>;

/// A timer of setitimer(2) or timer_create(2). When it expires it sends its signal; the next
/// expiry of a repeating one is found when that signal is taken, and those missed meanwhile are
/// its overrun.
struct Timer {
  TimerClock clock = TimerClock::Wall;
  std::chrono::nanoseconds base{};  // what its own clock shows when the timer clock shows 0
  bool armed = false;
  std::chrono::nanoseconds expiry{};
  std::chrono::nanoseconds interval{};  // 0: once
  bool waits_for_taking = false;        // expired, its signal not yet taken
  std::int32_t overrun = 0;             // of the signal taken last

  SignalInfo signal;                   // number 0: sends none
  std::optional<std::int32_t> thread;  // to this thread only
};

/// Time until the next expiry and the interval, as a program sets and reads them.
struct TimerSetting {
  std::chrono::nanoseconds left{}, interval{};
};

/// The timers of one process.
class Timers {
 public:
  static constexpr std::size_t kIntervalTimers = 3;  // ITIMER_REAL, _VIRTUAL, _PROF

  Timers();

  Timer& interval_timer(std::size_t which) { return interval_timers_[which]; }
  Timer* find(std::int32_t id);
  /// The number of a new timer; it keeps `timer`, and its signal that number.
  std::int32_t create(const Timer& timer);
  bool remove(std::int32_t id);
  /// How many timer_create(2) has made.
  std::size_t created() const { return created_.size(); }
  /// execve(2): timers of timer_create are gone.
  void remove_created() {
    created_.clear();
    note_armed();
  }
  /// fork(2): the child has none.
  void clear();

  void set(Timer& timer, std::chrono::nanoseconds expiry, std::chrono::nanoseconds interval);
  void disarm(Timer& timer) { timer.armed = timer.waits_for_taking = false; }
  TimerSetting setting(const Timer& timer, const TimerTimes& now) const;

  /// Whether no timer is armed: the usual case, asked often.
  bool idle() const { return !any_armed_; }
  /// How long until the first expiry by each clock; nothing where none is armed.
  std::optional<std::chrono::nanoseconds> left(TimerClock clock, const TimerTimes& now) const;

  /// Lets the timer expire that has been due for the longest; null where none is due.
  Timer* expire(const TimerTimes& now);

  /// A timer has expired and its signal will not be taken: it goes on at once.
  void pass_over(Timer& timer, const TimerTimes& now);

  /// A signal was taken: the timer that sent it goes on, and its overrun goes into `info`.
  void taken(SignalInfo& info, const TimerTimes& now);

 private:
  template <class Visit>
  void each(Visit visit);
  template <class Visit>
  void each(Visit visit) const;
  void go_on(Timer& timer, const TimerTimes& now);
  void note_armed();

  std::array<Timer, kIntervalTimers> interval_timers_;
  std::map<std::int32_t, Timer> created_;
  std::int32_t next_id_ = 0;
  bool any_armed_ = false;
};

}  // namespace ringfare
