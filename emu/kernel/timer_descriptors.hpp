// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "emu/clock.hpp"

namespace ringfare {

/// A timer of timerfd_create(2) on the simulated clock. For poll(2) and its like it stands in the
/// host as an eventfd that counts expirations.
class DescriptorTimer {
 public:
  using nanoseconds = std::chrono::nanoseconds;

  /// `counter` is a host eventfd; it stays the caller's, a copy is kept. `realtime`: expirations
  /// are set on CLOCK_REALTIME.
  DescriptorTimer(int counter, bool realtime);
  ~DescriptorTimer();
  DescriptorTimer(const DescriptorTimer&) = delete;
  DescriptorTimer& operator=(const DescriptorTimer&) = delete;

  bool realtime() const { return realtime_; }
  /// Expires at `first` (simulated time since start; nothing: never), then every `interval`.
  void set(std::optional<nanoseconds> first, nanoseconds interval);
  std::optional<nanoseconds> next() const { return next_; }
  nanoseconds interval() const { return interval_; }
  /// Counts what has expired until `now`.
  void advance(nanoseconds now);

 private:
  int counter_;
  bool realtime_;
  std::optional<nanoseconds> next_;
  nanoseconds interval_{0};
};

/// All timers of a process that have a descriptor.
class DescriptorTimers {
 public:
  void add(const std::shared_ptr<DescriptorTimer>& timer) { timers_.push_back(timer); }
  /// Brings all of them up to `now`.
  void advance(std::chrono::nanoseconds now);
  /// The earliest expiration that is to come.
  std::optional<std::chrono::nanoseconds> next() const;

 private:
  std::vector<std::weak_ptr<DescriptorTimer>> timers_;
};

}  // namespace ringfare
