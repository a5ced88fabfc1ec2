// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>

namespace ringfare {

/// Signals sent to the emulator that are meant for the guest. An engine notes them in its handler
/// and stops; whoever waits in the guest's place takes them there.
class Interruption {
 public:
  /// What the terminal and other programs send.
  static constexpr std::array kSignals{SIGINT,  SIGTERM, SIGHUP,   SIGQUIT, SIGUSR1,
                                       SIGUSR2, SIGALRM, SIGWINCH, SIGTSTP, SIGCONT};

  static bool pending() { return signals_.load(std::memory_order_relaxed) != 0; }
  /// The lowest signal that waits to be dealt with, and not that one from then on; 0: none.
  static int take();
  /// From a signal handler.
  static void note(int signal) { signals_.fetch_or(1ull << signal, std::memory_order_relaxed); }

 private:
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  static std::atomic<std::uint64_t> signals_;
};

}  // namespace ringfare
