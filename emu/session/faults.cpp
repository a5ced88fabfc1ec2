// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cpu/base/failure.hpp"
#include "emu/crossing/door_request.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"
#include "emu/session/run.hpp"
#include "emu/strace/names.hpp"
#include "emu/strace/signal_text.hpp"

namespace ringfare {
namespace {

constexpr Exception kSingleStep{.vector = vector::kDebug,
                                .debug_status = debug_status::kSingleStep};

}  // namespace

void Session::Run::charge(KernelEvent event) {
  const std::size_t slot = slot_of(event);
  account_.charge(slot, ringfare::name_of(event), false, event_bill(machine_.kernel, event));
  further_.happened(slot, event);
}

/// Signals that are due; the registers are user mode's.
void Session::Run::go_to_user_mode(const std::optional<EndingCall>& call) {
  const std::vector<std::string> stack = tracer_.stack(thread_.registers);
  const Delivery delivery = linux_->deliver(thread_, call);
  // A handler may look at the stack it has come from.
  if (delivery.frames != 0) pages_.abandon_calls();
  // The way out of a call has a stage for one frame.
  const unsigned paid = std::exchange(frame_paid_, false) ? 1 : 0;
  for (unsigned frame = paid; frame < delivery.frames; ++frame) charge(KernelEvent::SignalFrame);
  for (const SignalInfo& info : delivery.taken)
    tell(SignalEvent{signal_name(static_cast<std::uint64_t>(info.signal)), signal_info_text(info),
                     origin(), stack});
  if (!delivery.killed_by) return;
  killed_by_ = delivery.killed_by;
  over_ = true;
}

void Session::Run::on(const AtInstruction& instruction) {
  // SDM vol. 3, 18.3.1.4: TF as it was when the instruction began.
  const bool stepped = (thread_.registers.rflags & flag::kTrap) != 0;
  update_time();
  const auto price = emulated_.execute(instruction, thread_.registers);
  if (!price) return fault(general_protection());
  thread_.totals[kFirstCycleLane] += static_cast<std::uint64_t>(price->hundredths);
  further_.executed(instruction.which, thread_.totals);
  if (stepped) fault(kSingleStep);
}

/// The load of the vDSO's cue, done in the processor's place.
bool Session::Run::read_cue(const AtFault& fault) {
  if (!pages_.reads_cue(fault.address, thread_.registers)) return false;
  update_time();
  const BlockPrice price = prices_.partial(pages_.read_cue(thread_.registers), 1);
  for (std::size_t lane = 0; lane < kLanes; ++lane) thread_.totals[lane] += price[lane];
  return true;
}

/// Where --vdso-calls has put something into the guest's way.
bool Session::Run::at_vdso_probe(const AtFault& fault) {
  if (!pages_.notices_calls()) return false;
  update_clock();
  if (pages_.enter_call(fault.address, thread_, clock_.realtime())) return true;
  const auto call = pages_.leave_call(fault.address, thread_);
  if (!call) return pages_.abandon_calls(), false;
  tell_vdso_call(*call);
  return true;
}

void Session::Run::tell_vdso_call(const VdsoCall& call) {
  const Abi abi = pages_.vdso()->abi();
  const SyscallRow* const row = find_syscall(abi, std::string_view(call.name));
  CHECK(row != nullptr, "no system call '{}'", call.name);
  const std::int16_t number = abi == Abi::Amd64 ? row->amd64 : row->i386;
  const Call traced(
      {.abi = abi, .number = static_cast<std::uint64_t>(number), .args = call.arguments}, row);
  const auto cycles = thread_.totals[kFirstCycleLane] - call.entered[kFirstCycleLane];
  const auto instructions = thread_.totals[kInstructionLane] - call.entered[kInstructionLane];
  StageCost stage;
  stage.name = stage.side = "vdso";
  stage.cycles = Cycles{static_cast<std::int64_t>(cycles)};
  stage.instructions = static_cast<std::uint32_t>(instructions);
  const CrossingBill bill{.stages = {stage}, .steps = {}, .total = stage.cycles};
  const TracedCall told = tracer_.enter(traced, origin(), call.began, thread_.registers);
  tracer_.leave(now(), told,
                {.result = call.result,
                 .left = clock_.realtime(),
                 .bill = bill,
                 .by = "vdso",
                 .in_user_mode = true});
}

/// A fetch from the vsyscall page: the kernel's page-fault handler does what stands there.
bool Session::Run::at_vsyscall_page(const AtFault& at) {
  if ((at.error_code.value_or(0) & page_fault_error::kFetch) == 0) return false;
  if (machine_.kernel.vsyscall == VsyscallMode::Native)
    return pages_.go_to_vsyscall_code(thread_.registers);
  const auto fetch = vsyscall_fetch(machine_.kernel.vsyscall, memory_, thread_.registers);
  if (!fetch) return false;
  if (fetch->slot != nullptr) return serve_vsyscall(*fetch), true;
  Exception refused{.vector = at.vector, .error_code = at.error_code};
  if (!fetch->kernel_address) return refuse(refused), true;
  refused.address = *fetch->kernel_address;
  fault(refused);
  return true;
}

void Session::Run::serve_vsyscall(const VsyscallFetch& fetch) {
  Registers& registers = thread_.registers;
  const SyscallRow* const row = find_syscall(Abi::Amd64, fetch.slot->call);
  CHECK(row != nullptr, "no system call '{}'", fetch.slot->call);
  CallRequest request = request_of(registers, Abi::Amd64);
  request.number = static_cast<std::uint64_t>(row->amd64);
  const Call call(request, row);
  update_time();
  const TracedCall told = tracer_.enter(call, origin(), clock_.realtime(), registers);
  const Served served = linux_->serve(thread_, call);
  const ServiceCharge charge{.call = call.name(),
                             .file_kind = {},
                             .bytes_in = served.bytes_in,
                             .bytes_out = served.bytes_out};
  const CrossingBill& crossing = vsyscall_.bill(served.result, charge);
  account_.charge(slot_of(request), call.name(), is_error(served.result), crossing);
  further_.page_call(slot_of(request), is_error(served.result), served.result, charge);
  registers[Gpr::Rax] = static_cast<std::uint64_t>(served.result);
  registers.rip = fetch.return_address;
  registers[Gpr::Rsp] += sizeof fetch.return_address;
  clock_.set_busy(now());
  tracer_.leave(
      now(), told,
      {.result = served.result, .left = clock_.realtime(), .bill = crossing, .by = "vsyscall"});
}

void Session::Run::on(const AtFault& at) {
  if (read_cue(at) || at_vdso_probe(at) || at_vsyscall_page(at)) return;
  if (!at.refusal.empty())
    tell(WarningEvent{
        fmt::format("warning: the {} engine does not execute the instruction at {:#x}: "
                    "{}; the guest gets SIGILL",
                    choice_.name(), thread_.registers.rip, at.refusal)});
  fault(at);
}

/// What comes before the signal of an exception.
void Session::Run::meet(const Exception& raised) {
  update_clock();
  // SDM vol. 3, 18.3.1.1: what a fault pushes has RF set, so that the instruction can be tried
  // again.
  if (!is_trap(raised.vector)) thread_.registers.rflags |= flag::kResume;
  charge(raised.vector == vector::kPageFault ? KernelEvent::PageFault : KernelEvent::Exception);
}

void Session::Run::fault(const Exception& raised) {
  meet(raised);
  linux_->raise(raised, thread_.registers);
  go_to_user_mode(std::nullopt);
}

void Session::Run::refuse(const Exception& page_fault) {
  meet(page_fault);
  linux_->refuse(page_fault);
  go_to_user_mode(std::nullopt);
}

}  // namespace ringfare
