// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "emu/linux/state/own_file.hpp"

namespace ringfare {

/// A timer of timerfd_create(2) on the simulated clock. Its eventfd counts expirations. Processes
/// made by fork(2) share it: its state lies in memory that is shared with them.
class DescriptorTimer final : public OwnFile {
 public:
  /// `eventfd` stays the caller's. `realtime`: expirations are set on CLOCK_REALTIME.
  DescriptorTimer(int eventfd, bool realtime);
  ~DescriptorTimer() override;

  /// Whether the host had room for its state.
  bool has_memory() const { return schedule_ != nullptr; }
  bool realtime() const { return realtime_; }
  /// Expires at `first` (simulated time since start; nothing: never), then every `interval`.
  void set(std::optional<nanoseconds> first, nanoseconds interval);
  nanoseconds interval() const { return schedule_->interval; }
  /// Counts what has expired until `now`.
  void advance(nanoseconds now);

  void refresh(Process& process) override;
  std::optional<nanoseconds> next() const override { return schedule_->next; }
  std::int64_t read(Process& process, std::uint64_t address, std::uint64_t size) override;

 private:
  struct Schedule {
    std::optional<nanoseconds> next;
    nanoseconds interval{0};
  };

  ReadyFlag expirations_;
  bool realtime_;
  Schedule* schedule_ = nullptr;  // one mapping for all processes
};

}  // namespace ringfare
