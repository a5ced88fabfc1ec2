// SPDX-License-Identifier: MIT
#include "cpu/unicorn/interruption_notes.hpp"

namespace ringfare::unicorn {

InterruptionNotes::InterruptionNotes() {
  struct sigaction action {};
  action.sa_handler = Interruption::note;
  sigfillset(&action.sa_mask);
  for (std::size_t i = 0; i < Interruption::kSignals.size(); ++i) {
    sigaction(Interruption::kSignals[i], nullptr, &old_actions_[i]);
    // What our parent ignores stays ignored (nohup).
    if (old_actions_[i].sa_handler != SIG_IGN)
      sigaction(Interruption::kSignals[i], &action, nullptr);
  }
}

InterruptionNotes::~InterruptionNotes() {
  for (std::size_t i = 0; i < Interruption::kSignals.size(); ++i)
    sigaction(Interruption::kSignals[i], &old_actions_[i], nullptr);
}

}  // namespace ringfare::unicorn
