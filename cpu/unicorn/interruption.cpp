// SPDX-License-Identifier: MIT
#include "cpu/unicorn/interruption.hpp"

#include <array>

namespace ringfare::unicorn {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

}  // namespace

volatile std::sig_atomic_t Interruption::signal_ = 0;

Interruption::Interruption() {
  static_assert(kSignals.size() == sizeof old_actions_ / sizeof old_actions_[0]);
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigfillset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], nullptr, &old_actions_[i]);
    // What our parent ignores stays ignored (nohup).
    if (old_actions_[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &action, nullptr);
  }
}

Interruption::~Interruption() {
  for (std::size_t i = 0; i < kSignals.size(); ++i)
    sigaction(kSignals[i], &old_actions_[i], nullptr);
}

int Interruption::take() {
  const int signal = signal_;
  signal_ = 0;
  return signal;
}

void Interruption::on_signal(int signal) {
  signal_ = signal;
}

}  // namespace ringfare::unicorn
