// SPDX-License-Identifier: MIT
#include "emu/session/faults.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "emu/crossing/doorway.hpp"
#include "emu/strace/signal_text.hpp"
#include "emu/strace/words/names.hpp"

namespace ringfare {
namespace {

constexpr std::string_view kSignalWork = "signal";  // as kernel models call it

}  // namespace

/// What comes before the signal of an exception.
void Faults::meet(const Exception& raised) {
  state_.update_clock();
  // SDM vol. 3, 18.3.1.1: what a fault pushes has RF set, so that the instruction can be tried
  // again.
  if (!is_trap(raised.vector)) state_.guest.registers().rflags |= flag::kResume;
  state_.machines.happened(raised.vector == vector::kPageFault ? KernelEvent::PageFault
                                                               : KernelEvent::Exception);
}

void Faults::raise(const Exception& raised) {
  meet(raised);
  state_.personality.raise(raised, state_.guest.registers());
  go_to_user_mode();
}

void Faults::refuse(const Exception& page_fault) {
  meet(page_fault);
  state_.personality.refuse(page_fault);
  go_to_user_mode();
}

void Faults::refuse_interrupt(const AtGate& gate) {
  if (gate.vector == vector::kBreakpoint || gate.vector == vector::kOverflow) {
    state_.guest.registers().rip += gate.length;
    return raise({.vector = gate.vector});
  }
  // SDM vol. 3, 6.13: the gate's index, and that it is one of the IDT.
  const std::uint32_t selector = gate.vector * 8u + 2;
  raise({.vector = vector::kProtection, .error_code = selector});
}

void Faults::refuse_door(const AtGate& gate, const Exception& raised) {
  const Registers& registers = state_.guest.registers();
  const Doorway& door = doorway(gate.gate, registers.mode());
  state_.tell(WarningEvent{fmt::format(
      "warning: {} at {:#x}: {} on {} has no such door for {}-bit code", door.instruction,
      registers.rip, state_.machine().kernel.name, state_.machine().cpu.name, door.bits())});
  raise(raised);
}

void Faults::interrupt() {
  state_.machines.happened(KernelEvent::Interrupt);
  go_to_user_mode();
}

void Faults::interrupt_by(int signal) {
  state_.personality.raise(kernel_signal(signal));
  go_to_user_mode();
}

void Faults::pay_for_frame(bool signals_wait) {
  frame_paid_ = signals_wait;
  if (signals_wait) state_.machines.set_work(kSignalWork);
}

void Faults::go_to_user_mode(const std::optional<EndingCall>& call) {
  const std::vector<std::string> stack = state_.tracer.stack(state_.guest.registers());
  const Delivery delivery = state_.personality.deliver(state_.guest.thread(), call);
  // A handler may look at the stack it has come from.
  if (delivery.frames != 0) state_.guest.pages().abandon_calls();
  const unsigned paid = std::exchange(frame_paid_, false) ? 1 : 0;
  for (unsigned frame = paid; frame < delivery.frames; ++frame)
    state_.machines.happened(KernelEvent::SignalFrame);
  for (const SignalInfo& info : delivery.taken)
    state_.tell(SignalEvent{signal_name(static_cast<std::uint64_t>(info.signal)),
                            signal_info_text(info), state_.origin(), stack});
  if (delivery.killed_by) state_.end_by_signal(*delivery.killed_by);
}

}  // namespace ringfare
