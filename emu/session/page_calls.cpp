// SPDX-License-Identifier: MIT
#include "emu/session/page_calls.hpp"

#include <string_view>

#include "cpu/base/failure.hpp"
#include "emu/bill/account_slots.hpp"
#include "emu/crossing/door_request.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"

namespace ringfare {
namespace {

const SyscallRow& row_of(Abi abi, std::string_view call) {
  const SyscallRow* const row = find_syscall(abi, call);
  CHECK(row != nullptr, "no system call '{}'", call);
  return *row;
}

/// What a call of the vDSO cost: user code, in one stage.
CrossingBill bill_of(const VdsoCall& call, const Lanes& totals) {
  StageCost stage;
  stage.name = stage.side = "vdso";
  stage.cycles =
      Cycles{static_cast<std::int64_t>(totals[kFirstCycleLane] - call.entered[kFirstCycleLane])};
  stage.instructions =
      static_cast<std::uint32_t>(totals[kInstructionLane] - call.entered[kInstructionLane]);
  return {.stages = {stage}, .steps = {}, .total = stage.cycles};
}

}  // namespace

bool PageCalls::serve(const AtFault& at) {
  return read_cue(at) || at_probe(at) || at_vsyscall_page(at);
}

/// The load of the vDSO's cue, done in the processor's place.
bool PageCalls::read_cue(const AtFault& at) {
  GuestProgram& guest = state_.guest;
  if (!guest.pages().reads_cue(at.address, guest.registers())) return false;
  state_.update_time();
  const BlockPrice price = state_.prices.partial(guest.pages().read_cue(guest.registers()), 1);
  for (std::size_t lane = 0; lane < kLanes; ++lane) guest.thread().totals[lane] += price[lane];
  return true;
}

/// Where --vdso-calls has put something into the guest's way.
bool PageCalls::at_probe(const AtFault& at) {
  KernelPages& pages = state_.guest.pages();
  if (!pages.notices_calls()) return false;
  state_.update_clock();
  if (pages.enter_call(at.address, state_.guest.thread(), state_.clock.realtime())) return true;
  const auto call = pages.leave_call(at.address, state_.guest.thread());
  if (!call) return pages.abandon_calls(), false;
  tell_vdso_call(*call);
  return true;
}

void PageCalls::tell_vdso_call(const VdsoCall& call) {
  const Thread& thread = state_.guest.thread();
  const Abi abi = state_.guest.pages().vdso()->abi();
  const SyscallRow& row = row_of(abi, call.name);
  const Call traced({.abi = abi,
                     .number = static_cast<std::uint64_t>(number_of(row, abi)),
                     .args = call.arguments},
                    &row);
  const CrossingBill bill = bill_of(call, thread.totals);
  const TracedCall told =
      state_.tracer.enter(traced, state_.origin(), call.began, thread.registers);
  state_.tracer.leave(state_.now(), told,
                      {.result = call.result,
                       .left = state_.clock.realtime(),
                       .bill = bill,
                       .by = "vdso",
                       .in_user_mode = true});
}

/// A fetch from the vsyscall page: the kernel's page-fault handler does what stands there.
bool PageCalls::at_vsyscall_page(const AtFault& at) {
  if ((at.error_code.value_or(0) & page_fault_error::kFetch) == 0) return false;
  const VsyscallMode mode = state_.machine().kernel.vsyscall;
  Registers& registers = state_.guest.registers();
  if (mode == VsyscallMode::Native) return state_.guest.pages().go_to_vsyscall_code(registers);
  const auto fetch = vsyscall_fetch(mode, state_.guest.memory(), registers);
  if (!fetch) return false;
  if (fetch->slot != nullptr) return serve_vsyscall(*fetch), true;
  Exception refused{.vector = at.vector, .error_code = at.error_code};
  if (!fetch->kernel_address) return faults_.refuse(refused), true;
  refused.address = *fetch->kernel_address;
  return faults_.raise(refused), true;
}

void PageCalls::serve_vsyscall(const VsyscallFetch& fetch) {
  Registers& registers = state_.guest.registers();
  const SyscallRow& row = row_of(Abi::Amd64, fetch.slot->call);
  CallRequest request = request_of(registers, Abi::Amd64);
  request.number = static_cast<std::uint64_t>(row.amd64);
  const Call call(request, &row);
  state_.update_time();
  const TracedCall told =
      state_.tracer.enter(call, state_.origin(), state_.clock.realtime(), registers);
  const Served served = state_.personality.serve(state_.guest.thread(), call);
  const ServiceCharge charge{.call = call.name(),
                             .file_kind = {},
                             .bytes_in = served.bytes_in,
                             .bytes_out = served.bytes_out};
  const CrossingBill& bill = state_.machines.call_through_page(served.result, charge);
  state_.machines.charge(slot_of(request), call.name(), is_error(served.result));
  registers[Gpr::Rax] = static_cast<std::uint64_t>(served.result);
  registers.rip = fetch.return_address;
  registers[Gpr::Rsp] += sizeof fetch.return_address;
  state_.clock.set_busy(state_.now());
  state_.tracer.leave(
      state_.now(), told,
      {.result = served.result, .left = state_.clock.realtime(), .bill = bill, .by = "vsyscall"});
}

}  // namespace ringfare
