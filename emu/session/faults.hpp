// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "cpu/engine.hpp"
#include "cpu/exception.hpp"
#include "emu/linux/state/signal_delivery.hpp"
#include "emu/session/run_state.hpp"

namespace ringfare {

/// What stops the guest without a system call of its own: exceptions and interrupts, the signals
/// they and others become, and what of these is delivered before user mode goes on.
class Faults {
 public:
  /// `state` is kept by reference.
  explicit Faults(RunState& state) : state_(state) {}

  /// The processor raised an exception at the thread's RIP: the guest gets the signal that Linux
  /// sends for it.
  void raise(const Exception& raised);
  /// As Personality::refuse.
  void refuse(const Exception& page_fault);
  /// INT n of another vector than 0x80: #BP and #OF, for which Linux has a gate that user mode may
  /// use, and #GP for the rest.
  void refuse_interrupt(const AtGate& gate);
  /// The machine has no such door: a warning, and the exception it raises.
  void refuse_door(const AtGate& gate, const Exception& raised);

  /// A timer, or the switch to a thread that has a signal, has interrupted user mode.
  void interrupt();
  /// A signal has come from outside.
  void interrupt_by(int signal);

  /// A call is on its way out, and signals wait for it or not. Where they do, its path has a stage
  /// for one frame, which then is paid.
  void pay_for_frame(bool signals_wait);
  /// Delivers the signals that are due; the registers are user mode's. `call`: the one that is on
  /// its way out.
  void go_to_user_mode(const std::optional<EndingCall>& call = std::nullopt);

 private:
  void meet(const Exception& raised);

  RunState& state_;
  bool frame_paid_ = false;  // by the path of the call on its way out
};

}  // namespace ringfare
