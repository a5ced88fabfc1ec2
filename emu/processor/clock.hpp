// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

#include "cpu/base/quantity.hpp"

namespace ringfare {

/// The only clock of a run: a time-stamp counter that advances by the cycles charged and by the
/// time slept. Every time of day is computed from that counter.
class SimulatedClock {
 public:
  /// Core clock and TSC rate in kHz; `epoch` is CLOCK_REALTIME at cycle 0; `tick` is the time
  /// between two timer interrupts: the coarse clocks advance by it.
  SimulatedClock(std::uint64_t core_khz, std::uint64_t tsc_khz, std::chrono::nanoseconds epoch,
                 std::chrono::nanoseconds tick = kDefaultTick);

  void set_busy(Cycles total) { busy_ = total; }  // cycles charged in user and kernel mode
  /// Time passes without cycles: a sleep. With `waits` the host sleeps as long.
  void sleep(std::chrono::nanoseconds duration);
  void set_waits(bool waits) { waits_ = waits; }

  /// Catches up with the cycles that other processes were charged since, and with all sleeps so
  /// far, theirs included.
  void set_others(Cycles total) { others_ = total; }
  void set_slept(std::uint64_t total) { slept_ = total; }
  void set_user(Cycles total) { user_ = total; }  // cycles charged in user mode

  Cycles busy() const { return busy_; }
  Cycles user() const { return user_; }
  std::uint64_t slept() const { return slept_; }  // ticks of the counter
  std::chrono::nanoseconds since_start() const;   // CLOCK_MONOTONIC
  std::chrono::nanoseconds realtime() const;      // CLOCK_REALTIME
  std::chrono::nanoseconds cpu_time() const;      // of this process
  std::chrono::nanoseconds user_time() const;     // the part of it in user mode
  std::uint64_t tsc() const;                      // ticks of the counter

  std::chrono::nanoseconds epoch() const { return epoch_; }
  std::chrono::nanoseconds tick() const { return tick_; }
  std::uint64_t tsc_khz() const { return tsc_khz_; }
  /// The last timer tick, as time since start: CLOCK_MONOTONIC_COARSE.
  std::chrono::nanoseconds last_tick() const;
  /// When the next tick comes, in a form that is cheap to compare with.
  struct TickMark {
    Cycles busy;  // it has not come while fewer cycles than this are charged in all
    std::uint64_t slept = ~std::uint64_t{0};  // and the sleeps are exactly this long
  };
  TickMark next_tick() const;
  bool before_tick(const TickMark& mark) const {
    return slept_ == mark.slept && busy_ + others_ < mark.busy;
  }
  /// The counter when `since_start` becomes `time`.
  std::uint64_t tsc_at(std::chrono::nanoseconds time) const;
  /// The fewest cycles that take at least so long.
  Cycles cycles_for(std::chrono::nanoseconds duration) const;
  std::chrono::nanoseconds duration_of(Cycles cycles) const;

  /// 2026-01-01T00:00:00Z: the default epoch, so that runs repeat.
  static constexpr std::chrono::nanoseconds kDefaultEpoch = std::chrono::seconds(1'767'225'600);
  static constexpr std::chrono::nanoseconds kDefaultTick = std::chrono::milliseconds(4);

 private:
  std::uint64_t core_khz_, tsc_khz_;
  std::chrono::nanoseconds epoch_, tick_;
  Cycles busy_, user_, others_;
  std::uint64_t slept_ = 0;  // ticks of the counter
  bool waits_ = false;
};

}  // namespace ringfare
