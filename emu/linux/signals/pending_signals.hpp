// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "emu/linux/abi/signal_info.hpp"

namespace ringfare {

/// Signals sent and not yet taken, of a thread or of a whole process. A standard signal is pending
/// once; real-time signals queue (signal(7)).
class PendingSignals {
 public:
  static constexpr int kCount = 64;
  static constexpr int kFirstRealTime = 32;
  static constexpr std::uint64_t bit(int signal) { return 1ull << (signal - 1); }

  std::uint64_t set() const { return set_; }
  std::size_t size() const { return queue_.size(); }

  /// False where a standard signal was pending already: then nothing changed.
  bool raise(const SignalInfo& info);

  /// The signal of `wanted` that is due first: one the hardware raised, then the lowest number.
  std::optional<SignalInfo> take(std::uint64_t wanted);

  /// The same, but only a signal that the hardware raised.
  std::optional<SignalInfo> take_synchronous(std::uint64_t wanted);

  /// Forgets the pending signals of `set`.
  void discard(std::uint64_t set);

 private:
  std::optional<SignalInfo> take_one(int signal);

  std::uint64_t set_ = 0;
  std::deque<SignalInfo> queue_;  // in the order they were sent
};

}  // namespace ringfare
