// SPDX-License-Identifier: MIT
#include "emu/linux/tree/timers.hpp"

#include <algorithm>
#include <csignal>
#include <limits>

namespace ringfare {
namespace {

using std::chrono::nanoseconds;

/// setitimer(2): what each runs on and sends.
struct IntervalTimerRow {
  TimerClock clock;
  int signal;
};
constexpr IntervalTimerRow kIntervalTimerRows[] = {
    {TimerClock::Wall, SIGALRM}, {TimerClock::User, SIGVTALRM}, {TimerClock::Processor, SIGPROF}};

nanoseconds now_of(const Timer& timer, const TimerTimes& now) {
  return now[static_cast<std::size_t>(timer.clock)];
}

/// How often the timer has expired by `now`, the first time at `expiry`.
std::int64_t intervals_over(const Timer& timer, nanoseconds now) {
  return now < timer.expiry ? 0 : (now - timer.expiry) / timer.interval + 1;
}

}  // namespace

Timers::Timers() {
  clear();
}

template <class Visit>
void Timers::each(Visit visit) {
  for (Timer& timer : interval_timers_) visit(timer);
  for (auto& [id, timer] : created_) visit(timer);
}

template <class Visit>
void Timers::each(Visit visit) const {
  for (const Timer& timer : interval_timers_) visit(timer);
  for (const auto& [id, timer] : created_) visit(timer);
}

Timer* Timers::find(std::int32_t id) {
  const auto found = created_.find(id);
  return found == created_.end() ? nullptr : &found->second;
}

std::int32_t Timers::create(const Timer& timer) {
  const std::int32_t id = next_id_++;
  Timer& mine = created_.emplace(id, timer).first->second;
  auto what = mine.signal.as<SignalInfo::Timer>();
  what.id = id;
  mine.signal.set(what);
  return id;
}

bool Timers::remove(std::int32_t id) {
  return created_.erase(id) != 0;
}

void Timers::clear() {
  for (std::size_t i = 0; i < kIntervalTimers; ++i) {
    interval_timers_[i] = {.clock = kIntervalTimerRows[i].clock};
    interval_timers_[i].signal = kernel_signal(kIntervalTimerRows[i].signal);
  }
  created_.clear();
  next_id_ = 0;
  any_armed_ = false;
}

void Timers::set(Timer& timer, nanoseconds expiry, nanoseconds interval) {
  timer.armed = true;
  timer.waits_for_taking = false;
  timer.expiry = expiry;
  timer.interval = interval;
  timer.overrun = 0;
  any_armed_ = true;
}

TimerSetting Timers::setting(const Timer& timer, const TimerTimes& now) const {
  if (!timer.armed && !timer.waits_for_taking) return {.interval = timer.interval};
  nanoseconds expiry = timer.expiry;
  if (timer.interval.count() != 0)
    expiry += timer.interval * intervals_over(timer, now_of(timer, now));
  else if (!timer.armed)
    return {};
  // A timer that is about to expire shows one nanosecond: 0 would mean that it is not set.
  return {std::max(expiry - now_of(timer, now), nanoseconds(1)), timer.interval};
}

std::optional<nanoseconds> Timers::left(TimerClock clock, const TimerTimes& now) const {
  std::optional<nanoseconds> least;
  each([&](const Timer& timer) {
    if (!timer.armed || timer.clock != clock) return;
    const nanoseconds left = std::max(timer.expiry - now_of(timer, now), nanoseconds(0));
    if (!least || left < *least) least = left;
  });
  return least;
}

Timer* Timers::expire(const TimerTimes& now) {
  if (idle()) return nullptr;
  Timer* first = nullptr;
  each([&](Timer& timer) {
    if (!timer.armed || timer.expiry > now_of(timer, now)) return;
    const nanoseconds late = now_of(timer, now) - timer.expiry;
    if (first == nullptr || late > now_of(*first, now) - first->expiry) first = &timer;
  });
  if (first != nullptr) {
    first->armed = false;
    first->waits_for_taking = first->interval.count() != 0;
    // Without a signal nobody takes one: the timer goes on at once.
    if (first->signal.signal == 0) go_on(*first, now);
  }
  note_armed();
  return first;
}

void Timers::pass_over(Timer& timer, const TimerTimes& now) {
  go_on(timer, now);
}

void Timers::go_on(Timer& timer, const TimerTimes& now) {
  if (!timer.waits_for_taking) return;
  const std::int64_t over = intervals_over(timer, now_of(timer, now));
  timer.expiry += timer.interval * over;
  timer.overrun = static_cast<std::int32_t>(
      std::clamp<std::int64_t>(over - 1, 0, std::numeric_limits<std::int32_t>::max()));
  timer.waits_for_taking = false;
  timer.armed = true;
  any_armed_ = true;
}

void Timers::taken(SignalInfo& info, const TimerTimes& now) {
  if (info.code == SI_TIMER) {
    auto what = info.as<SignalInfo::Timer>();
    Timer* const timer = find(what.id);
    if (timer == nullptr) return;
    go_on(*timer, now);
    what.overrun = timer->overrun;
    info.set(what);
    return;
  }
  if (info.code != SI_KERNEL) return;
  for (Timer& timer : interval_timers_)
    if (timer.signal.signal == info.signal) go_on(timer, now);
}

void Timers::note_armed() {
  any_armed_ = false;
  each([this](const Timer& timer) { any_armed_ = any_armed_ || timer.armed; });
}

}  // namespace ringfare
