// SPDX-License-Identifier: MIT
#include "emu/kernel/signal_state.hpp"

#include <algorithm>
#include <bit>
#include <csignal>

namespace ringfare {
namespace {

// signal(7): the others terminate.
constexpr int kIgnored[] = {SIGCHLD, SIGURG, SIGWINCH, SIGCONT};
constexpr int kStopping[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};

}  // namespace

SignalState::SignalState() {
  // What our parent made us ignore (nohup), the guest ignores, as after execve(2).
  for (int signal = 1; signal < SIGRTMIN; ++signal) {
    struct sigaction inherited;
    if (sigaction(signal, nullptr, &inherited) == 0 && inherited.sa_handler == SIG_IGN)
      action(signal).handler = kIgnore;
  }
}

void SignalState::set_mask(std::uint64_t mask) {
  mask_ = mask & ~(bit(SIGKILL) | bit(SIGSTOP));
}

std::optional<int> SignalState::take() {
  const std::uint64_t ready = pending_ & ~mask_;
  if (ready == 0) return std::nullopt;
  const int signal = std::countr_zero(ready) + 1;
  pending_ &= ~bit(signal);
  return signal;
}

SignalState::Effect SignalState::default_effect(int signal) {
  if (std::ranges::find(kIgnored, signal) != std::end(kIgnored)) return Effect::Ignore;
  if (std::ranges::find(kStopping, signal) != std::end(kStopping)) return Effect::Stop;
  return Effect::Terminate;
}

}  // namespace ringfare
