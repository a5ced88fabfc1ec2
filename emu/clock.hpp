// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

#include "cpu/quantity.hpp"

namespace ringfare {

/// The only clock of a run: it follows the cycles charged, and what nanosleep and its like skip.
class SimulatedClock {
 public:
  /// Core clock and TSC rate in kHz; `epoch` is CLOCK_REALTIME at cycle 0.
  SimulatedClock(std::uint64_t core_khz, std::uint64_t tsc_khz, std::chrono::nanoseconds epoch);

  void set_busy(Cycles total) { busy_ = total; }  // all cycles charged so far, user and kernel
  void sleep(std::chrono::nanoseconds duration) { slept_ += duration; }

  Cycles busy() const { return busy_; }
  std::chrono::nanoseconds since_start() const;  // CLOCK_MONOTONIC
  std::chrono::nanoseconds realtime() const;     // CLOCK_REALTIME
  std::chrono::nanoseconds cpu_time() const;     // without what was slept
  std::uint64_t tsc() const;                     // ticks

  /// 2026-01-01T00:00:00Z: the default epoch, so that runs repeat.
  static constexpr std::chrono::nanoseconds kDefaultEpoch = std::chrono::seconds(1'767'225'600);

 private:
  std::uint64_t core_khz_, tsc_khz_;
  std::chrono::nanoseconds epoch_;
  Cycles busy_;
  std::chrono::nanoseconds slept_{0};
};

}  // namespace ringfare
