// SPDX-License-Identifier: MIT
#include "emu/session/calls.hpp"

#include <fmt/format.h>

#include <csignal>
#include <optional>
#include <string_view>

#include "cpu/base/failure.hpp"
#include "emu/bill/account_slots.hpp"
#include "emu/crossing/door_request.hpp"
#include "emu/crossing/doorway.hpp"
#include "emu/linux/resolve.hpp"

namespace ringfare {
namespace {

constexpr std::string_view kRescheduleWork = "reschedule";  // as kernel models call it

/// Of a thread that has no next instruction.
Origin over(Origin origin) {
  origin.next_address = 0;
  return origin;
}

}  // namespace

struct SystemCalls::Answered {
  const AtGate& gate;
  const TracedCall& told;
  const Served& served;
  bool entered = false;   // Linux was asked; false: the kernel's entry code has answered by itself
  std::uint64_t rax = 0;  // behind the way in: the number as the guest wrote it, or that answer

  const CallRequest& request() const { return told.call.request; }
  /// Neither process nor thread ended inside it.
  bool returned() const { return !served.exit_status && !served.killed_by && !served.thread_over; }
  bool failed() const { return returned() && is_error(served.result); }
};

void SystemCalls::on(const AtGate& gate) {
  Registers& registers = state_.guest.registers();
  const Call call =
      resolved(request_at(gate, registers, state_.guest.window()), state_.guest.memory());
  if (state_.personality.stops_before(state_.guest.thread(), call, gate.length)) {
    --state_.guest.thread().totals[kInstructionLane];
    return;
  }
  const TracedCall told = arrive(gate, call);

  const Entered entered = state_.machines.enter(registers, gate);
  if (entered.raised) return faults_.refuse_door(gate, *entered.raised);
  state_.tracer.meets_call(state_.now(), call.request.abi == Abi::Amd64, told.origin, told.entered);

  const Served served = serve(call, entered.served);
  if (served.blocked) return wait(told);

  const Answered answered{.gate = gate,
                          .told = told,
                          .served = served,
                          .entered = entered.served,
                          .rax = registers[Gpr::Rax]};
  const CrossingBill& bill = leave(answered);
  conclude(answered, bill);
}

/// The guest's memory is what the kernel will read: time to describe the call.
TracedCall SystemCalls::arrive(const AtGate& gate, const Call& call) {
  state_.update_clock();
  state_.latest_call = call.request.number;
  return state_.tracer.enter(call, state_.origin(gate.length), state_.clock.realtime(),
                             state_.guest.registers());
}

/// Linux answers what its entry code lets through, and ends a thread under strict seccomp whatever
/// it calls. Everything else the entry code has answered, in RAX.
Served SystemCalls::serve(const Call& call, bool entered) {
  if (entered || state_.personality.is_confined() || state_.personality.skips_call())
    return state_.personality.serve(state_.guest.thread(), call);
  Served served;
  served.result = static_cast<std::int64_t>(state_.guest.registers()[Gpr::Rax]);
  state_.personality.call_is_over(state_.guest.thread());
  return served;
}

/// The call has not happened: its instruction is executed, and counted, when the wait is over.
void SystemCalls::wait(const TracedCall& told) {
  --state_.guest.thread().totals[kInstructionLane];
  state_.tracer.waits(state_.now(), told);
}

const CrossingBill& SystemCalls::leave(const Answered& call) {
  const Served& served = call.served;
  const bool returned = call.returned();
  faults_.pay_for_frame(returned && state_.personality.has_signal_work(served.result));
  if (returned &&
      state_.personality.has_to_make_room(state_.guest.thread().totals[kInstructionLane]))
    state_.machines.set_work(kRescheduleWork);
  const ServiceCharge charge{.call = call.told.call.name(),
                             .file_kind = served.file_kind,
                             .bytes_in = served.bytes_in,
                             .bytes_out = served.bytes_out,
                             .entries = served.entries};
  if (!returned && call.entered) return state_.machines.end(charge);
  Registers& registers = state_.guest.registers();
  const CrossingBill& bill = state_.machines.leave(registers, served.result, charge);
  // A tracer may say what a call answers that the entry code lets not through.
  if (!call.entered) registers[Gpr::Rax] = static_cast<std::uint64_t>(served.result);
  return bill;
}

void SystemCalls::conclude(const Answered& call, const CrossingBill& bill) {
  const Served& served = call.served;
  if (served.newborn) life_.begin();
  if (served.created) state_.personality.start_created(state_.guest.registers());
  state_.machines.charge(slot_of(call.request()), call.told.call.name(), call.failed());
  if (const auto warning = state_.personality.take_warning())
    state_.tell(WarningEvent{"warning: " + *warning});
  if (!served.newborn) tell_return(call, bill);
  go_on(call);
}

void SystemCalls::tell_return(const Answered& call, const CrossingBill& bill) {
  const Served& served = call.served;
  state_.clock.set_busy(state_.now());
  state_.tracer.leave(state_.now(), call.told,
                      {.result = served.result,
                       .returned = call.returned(),
                       .left = state_.clock.realtime(),
                       .bill = bill,
                       .detached = served.exec && state_.inputs.detach_on_exec});
  if (served.created)
    state_.tell(StartEvent{{.thread = static_cast<int>(served.result), .several = true}});
}

/// Where the thread goes from here, if anywhere.
void SystemCalls::go_on(const Answered& call) {
  const Served& served = call.served;
  if (served.thread_over) {
    const std::optional status = static_cast<int>(call.request().args[0] & 0xff);  // exit(2)
    return life_.end_thread(served.killed_by ? std::nullopt : status, served.killed_by,
                            over(call.told.origin));
  }
  if (!call.returned()) {
    state_.ending = {
        .over = true, .exit_status = served.exit_status, .killed_by = served.killed_by};
    return;
  }
  if (served.exec) return execute(*served.exec);
  if (served.registers) state_.guest.registers() = *served.registers;
  if (state_.personality.has_signal_work(served.result)) go_to_user_mode(call);
}

void SystemCalls::go_to_user_mode(const Answered& call) {
  Registers& registers = state_.guest.registers();
  if (call.served.registers) return faults_.go_to_user_mode();
  if (sixth_argument(call.gate.gate, registers.mode())) show_arguments(call.request(), registers);
  faults_.go_to_user_mode(
      EndingCall{.number = call.rax, .length = call.gate.length, .result = call.served.result});
}

/// execve(2) is past what it checks: what still fails ends the process, as on Linux.
void SystemCalls::execute(const ExecRequest& request) {
  state_.guest.unload();
  try {
    state_.guest.load(request);
  } catch (const UserError& error) {
    state_.tell(
        WarningEvent{fmt::format("warning: execve: {}; the guest gets SIGSEGV", error.what())});
    return state_.end_by_signal(SIGSEGV);
  }
  state_.tracer.begin_program();
  state_.personality.start_program(state_.guest.image());
}

}  // namespace ringfare
