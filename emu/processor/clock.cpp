// SPDX-License-Identifier: MIT
#include "emu/processor/clock.hpp"

#include <time.h>

#include "cpu/base/failure.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kHundredths = 100;              // per cycle
constexpr std::uint64_t kNanosecondsPerMs = 1'000'000;  // a rate in kHz is cycles per millisecond

enum class Round { Down, Up };

/// value * factor / divisor without overflow in between.
std::uint64_t scale(std::uint64_t value, std::uint64_t factor, std::uint64_t divisor,
                    Round round = Round::Down) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{value} * factor + (round == Round::Up ? divisor - 1 : 0);
  return static_cast<std::uint64_t>(product / divisor);
}

/// Sleeps on the host too; a signal to ringfare ends it early.
void wait_on_host(std::chrono::nanoseconds duration) {
  constexpr std::int64_t kBillion = 1'000'000'000;
  const timespec time{duration.count() / kBillion, duration.count() % kBillion};
  nanosleep(&time, nullptr);
}

}  // namespace

SimulatedClock::SimulatedClock(std::uint64_t core_khz, std::uint64_t tsc_khz,
                               std::chrono::nanoseconds epoch, std::chrono::nanoseconds tick)
    : core_khz_(core_khz), tsc_khz_(tsc_khz), epoch_(epoch), tick_(tick) {
  CHECK(core_khz > 0 && tsc_khz > 0, "a clock needs rates, not {} and {} kHz", core_khz, tsc_khz);
  CHECK(tick.count() > 0, "a clock needs ticks, not every {} ns", tick.count());
}

void SimulatedClock::sleep(std::chrono::nanoseconds duration) {
  // Rounded up: a sleep never ends early.
  slept_ +=
      scale(static_cast<std::uint64_t>(duration.count()), tsc_khz_, kNanosecondsPerMs, Round::Up);
  if (waits_) wait_on_host(duration);
}

std::chrono::nanoseconds SimulatedClock::cpu_time() const {
  return duration_of(busy_);
}

std::chrono::nanoseconds SimulatedClock::duration_of(Cycles cycles) const {
  return std::chrono::nanoseconds(scale(static_cast<std::uint64_t>(cycles.hundredths),
                                        kNanosecondsPerMs / kHundredths, core_khz_));
}

std::chrono::nanoseconds SimulatedClock::user_time() const {
  return std::chrono::nanoseconds(scale(static_cast<std::uint64_t>(user_.hundredths),
                                        kNanosecondsPerMs / kHundredths, core_khz_));
}

Cycles SimulatedClock::cycles_for(std::chrono::nanoseconds duration) const {
  return Cycles{
      static_cast<std::int64_t>(scale(static_cast<std::uint64_t>(duration.count()),
                                      core_khz_ * kHundredths, kNanosecondsPerMs, Round::Up))};
}

std::chrono::nanoseconds SimulatedClock::since_start() const {
  return std::chrono::nanoseconds(scale(tsc(), kNanosecondsPerMs, tsc_khz_));
}

std::chrono::nanoseconds SimulatedClock::realtime() const {
  return epoch_ + since_start();
}

/// Computed from cycles, not from rounded nanoseconds: where TSC and core run at one rate, a tick
/// is exactly a cycle.
std::uint64_t SimulatedClock::tsc() const {
  const auto busy = static_cast<std::uint64_t>((busy_ + others_).hundredths);
  return scale(busy, tsc_khz_, kHundredths * core_khz_) + slept_;
}

std::chrono::nanoseconds SimulatedClock::last_tick() const {
  const std::chrono::nanoseconds now = since_start();
  return now - now % tick_;
}

SimulatedClock::TickMark SimulatedClock::next_tick() const {
  const std::uint64_t busy_ticks = tsc_at(last_tick() + tick_) - slept_;
  const std::uint64_t hundredths = scale(busy_ticks, kHundredths * core_khz_, tsc_khz_, Round::Up);
  return {Cycles{static_cast<std::int64_t>(hundredths)}, slept_};
}

std::uint64_t SimulatedClock::tsc_at(std::chrono::nanoseconds time) const {
  return scale(static_cast<std::uint64_t>(time.count()), tsc_khz_, kNanosecondsPerMs, Round::Up);
}

}  // namespace ringfare
