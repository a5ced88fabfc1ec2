// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/engine.hpp"
#include "emu/session/faults.hpp"
#include "emu/session/process_life.hpp"
#include "emu/session/run_state.hpp"

namespace ringfare {

/// The guest's system calls, from the gate instruction to user mode.
class SystemCalls {
 public:
  /// All three are kept by reference.
  SystemCalls(RunState& state, Faults& faults, ProcessLife& life)
      : state_(state), faults_(faults), life_(life) {}

  /// The thread stands at `syscall`, `sysenter` or `int $0x80`. Afterwards it is in user mode
  /// behind it, or waits and will come here again, or is over.
  void on(const AtGate& gate);

 private:
  /// A call that Linux has answered.
  struct Answered;

  TracedCall arrive(const AtGate& gate, const Call& call);
  Served serve(const Call& call, bool entered);
  void wait(const TracedCall& told);
  const CrossingBill& leave(const Answered& call);
  void conclude(const Answered& call, const CrossingBill& bill);
  void tell_return(const Answered& call, const CrossingBill& bill);
  void go_on(const Answered& call);
  void go_to_user_mode(const Answered& call);
  void execute(const ExecRequest& request);

  RunState& state_;
  Faults& faults_;
  ProcessLife& life_;
};

}  // namespace ringfare
