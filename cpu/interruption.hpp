// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>

namespace ringfare {

/// Signals that the host sends the emulator and that are meant for the guest. An engine notes them
/// in its handler and stops; while the guest waits in a system call, whoever waits for it asks
/// here.
class Interruption {
 public:
  /// What the terminal, other programs and the limits of the host send.
  static constexpr std::array kSignals{SIGINT,  SIGTERM,  SIGHUP,  SIGQUIT, SIGUSR1,   SIGUSR2,
                                       SIGALRM, SIGWINCH, SIGTSTP, SIGCONT, SIGIO,     SIGURG,
                                       SIGABRT, SIGXCPU,  SIGPROF, SIGPWR,  SIGSTKFLT, SIGVTALRM};

  static bool pending() { return signals_.load(std::memory_order_relaxed) != 0; }
  /// Takes the lowest signal that has been noted out of the set; 0 where there is none.
  static int take();
  /// May be called from a signal handler.
  static void note(int signal) { signals_.fetch_or(1ull << signal, std::memory_order_relaxed); }

 private:
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  static std::atomic<std::uint64_t> signals_;
};

}  // namespace ringfare
