// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>

#include "cpu/interruption.hpp"

namespace ringfare::unicorn {

/// While it exists, signals that are meant for the guest are noted as interruptions.
class InterruptionNotes {
 public:
  InterruptionNotes();
  ~InterruptionNotes();
  InterruptionNotes(const InterruptionNotes&) = delete;
  InterruptionNotes& operator=(const InterruptionNotes&) = delete;

 private:
  std::array<struct sigaction, Interruption::kSignals.size()> old_actions_{};
};

}  // namespace ringfare::unicorn
