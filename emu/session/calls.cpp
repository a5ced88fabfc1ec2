// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cpu/base/failure.hpp"
#include "emu/crossing/door_request.hpp"
#include "emu/crossing/kernel_path.hpp"
#include "emu/linux/resolve.hpp"
#include "emu/session/run.hpp"

namespace ringfare {
namespace {

constexpr int kInt80 = 0x80;
// As kernel models call them.
constexpr std::string_view kSignalWork = "signal", kRescheduleWork = "reschedule";

/// What the kernel says by itself.
Served answered(const Registers& registers) {
  Served served;
  served.result = static_cast<std::int64_t>(registers[Gpr::Rax]);
  return served;
}

/// Whose next instruction there is none.
Origin over(Origin origin) {
  origin.next_address = 0;
  return origin;
}

}  // namespace

void Session::Run::on(const AtGate& gate) {
  if (gate.gate == Gate::Interrupt && gate.vector != kInt80) return refused_interrupt(gate);
  system_call(gate);
}

/// A door that does not open.
void Session::Run::shut_door(const AtGate& gate, const Exception& raised) {
  constexpr std::string_view kNames[] = {"syscall", "sysenter", "int $0x80"};
  tell(WarningEvent{fmt::format("warning: {} at {:#x}: {} on {} has no such door for {}-bit code",
                                kNames[static_cast<std::size_t>(gate.gate)], thread_.registers.rip,
                                machine_.kernel.name, machine_.cpu.name,
                                thread_.registers.mode() == CodeMode::Long64 ? 64 : 32)});
  fault(raised);
}

/// INT n where Linux has a gate for user mode (#BP, #OF), and #GP where it has none.
void Session::Run::refused_interrupt(const AtGate& gate) {
  if (gate.vector == vector::kBreakpoint || gate.vector == vector::kOverflow) {
    thread_.registers.rip += gate.length;
    return fault({.vector = gate.vector});
  }
  // SDM vol. 3, 6.13: the gate's index, and that it is one of the IDT.
  const std::uint32_t selector = gate.vector * 8u + 2;
  fault({.vector = vector::kProtection, .error_code = selector});
}

bool Session::Run::set_work(std::string_view work) {
  further_.set_work(work);
  return crossings_.set_work(work, true);
}

void Session::Run::system_call(const AtGate& gate) {
  Registers& registers = thread_.registers;
  const CallRequest request = request_at(gate, registers, window_);
  const Call call = resolved(request, memory_);
  update_clock();
  latest_call_ = request.number;
  const TracedCall told = tracer_.enter(call, origin(gate.length), clock_.realtime(), registers);

  further_.enter(registers, gate.gate, gate.length);
  const Entered in = crossings_.enter(registers, gate.gate, gate.length, gate.vector);
  if (in.raised) return shut_door(gate, *in.raised);
  tracer_.meets_call(now(), request.abi == Abi::Amd64, told.origin, told.entered);
  const bool asks_linux = in || linux_->is_confined();  // what is not left ends it, known or not
  const Served served = asks_linux ? linux_->serve(thread_, call) : answered(registers);
  if (served.blocked) {
    --thread_.totals[kInstructionLane];  // it is executed again when the wait is over
    return tracer_.waits(now(), told);
  }
  const bool returned = !served.exit_status && !served.killed_by && !served.thread_over;
  const ServiceCharge charge{.call = call.name(),
                             .file_kind = served.file_kind,
                             .bytes_in = served.bytes_in,
                             .bytes_out = served.bytes_out,
                             .entries = served.entries};
  const std::uint64_t number = registers[Gpr::Rax];
  frame_paid_ = returned && linux_->has_signal_work(served.result);
  if (frame_paid_) set_work(kSignalWork);
  if (returned && linux_->has_to_make_room(thread_.totals[kInstructionLane]))
    set_work(kRescheduleWork);
  const bool leaves = returned || !in;  // the kernel answers what is no call by itself
  const CrossingBill& crossing =
      leaves ? crossings_.leave(registers, served.result, charge) : crossings_.end(charge);
  if (served.newborn) begin_process();
  if (served.created) linux_->start_created(registers);
  const bool failed = returned && is_error(served.result);
  account_.charge(slot_of(request), call.name(), failed, crossing);
  if (leaves)
    further_.leave(slot_of(request), failed, served.result, charge);
  else
    further_.end(slot_of(request), charge);
  if (const auto warning = linux_->take_warning()) tell(WarningEvent{"warning: " + *warning});
  if (!served.newborn) {
    clock_.set_busy(now());
    tracer_.leave(now(), told,
                  {.result = served.result,
                   .returned = returned,
                   .left = clock_.realtime(),
                   .bill = crossing,
                   .detached = served.exec && inputs_.detach_on_exec});
  }
  if (served.created && !served.newborn)
    tell(StartEvent{{.thread = static_cast<int>(served.result), .several = true}});
  if (served.thread_over) {
    tell_of_end(
        served.killed_by ? std::nullopt : std::optional(static_cast<int>(request.args[0] & 0xff)),
        served.killed_by, over(told.origin));
    return;
  }
  if (!returned) {
    killed_by_ = served.killed_by;
    exit_status_ = served.exit_status;
    over_ = true;
    return;
  }
  if (served.exec) return execute(*served.exec);
  if (served.registers) registers = *served.registers;
  if (!linux_->has_signal_work(served.result)) return;
  if (served.registers) return go_to_user_mode(std::nullopt);
  if (sixth_argument(gate.gate, registers.mode())) show_arguments(request, registers);
  go_to_user_mode(EndingCall{.number = number, .length = gate.length, .result = served.result});
}

}  // namespace ringfare
