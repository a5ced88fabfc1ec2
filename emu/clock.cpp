// SPDX-License-Identifier: MIT
#include "emu/clock.hpp"

#include "cpu/failure.hpp"

namespace ringfare {
namespace {

constexpr std::int64_t kHundredths = 100;              // per cycle
constexpr std::int64_t kNanosecondsPerMs = 1'000'000;  // a rate in kHz is cycles per millisecond

/// value * factor / divisor, rounded down, without overflow in between.
std::int64_t scale(std::int64_t value, std::uint64_t factor, std::uint64_t divisor) {
  __extension__ using Wide = __int128;
  return static_cast<std::int64_t>(Wide{value} * static_cast<Wide>(factor) /
                                   static_cast<Wide>(divisor));
}

}  // namespace

SimulatedClock::SimulatedClock(std::uint64_t core_khz, std::uint64_t tsc_khz,
                               std::chrono::nanoseconds epoch)
    : core_khz_(core_khz), tsc_khz_(tsc_khz), epoch_(epoch) {
  CHECK(core_khz > 0 && tsc_khz > 0, "a clock needs rates, not {} and {} kHz", core_khz, tsc_khz);
}

std::chrono::nanoseconds SimulatedClock::cpu_time() const {
  return std::chrono::nanoseconds(
      scale(busy_.hundredths, kNanosecondsPerMs / kHundredths, core_khz_));
}

std::chrono::nanoseconds SimulatedClock::since_start() const {
  return cpu_time() + slept_;
}

std::chrono::nanoseconds SimulatedClock::realtime() const {
  return epoch_ + since_start();
}

/// From the cycles themselves, not from rounded nanoseconds: with both rates equal a tick is a
/// cycle.
std::uint64_t SimulatedClock::tsc() const {
  const std::int64_t busy = scale(busy_.hundredths, tsc_khz_, kHundredths * core_khz_);
  const std::int64_t slept = scale(slept_.count(), tsc_khz_, kNanosecondsPerMs);
  return static_cast<std::uint64_t>(busy + slept);
}

}  // namespace ringfare
