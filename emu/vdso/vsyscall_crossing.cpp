// SPDX-License-Identifier: MIT
#include "emu/vdso/vsyscall_crossing.hpp"

#include <algorithm>
#include <string>

#include "cpu/base/failure.hpp"
#include "emu/crossing/service_bill.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"
#include "emu/vdso/vsyscall.hpp"

namespace ringfare {
namespace {

constexpr std::uint8_t kIntLength = 2;

StageCost stage_of(std::string_view name, std::string_view side, const Price& price) {
  StageCost stage;
  stage.name = name;
  stage.side = side;
  stage.cycles = price.cycles;
  stage.source = price.source;
  return stage;
}

/// A thread of 64-bit code that calls i386 number `number`.
Registers caller(std::int16_t number) {
  Registers registers;
  registers.rip = kVsyscallPage.begin.value;
  registers[Gpr::Rax] = static_cast<std::uint64_t>(number);
  return registers;
}

}  // namespace

VsyscallCrossing::VsyscallCrossing(const Machine& machine, Pricer& pricer)
    : machine_(machine), pricer_(pricer) {}

/// For a kernel model without an interrupt from 64-bit code: the handler and the service alone.
CrossingBill VsyscallCrossing::without_interrupts(const ServiceCharge& charge) const {
  const Price& price = service_of(machine_.kernel, charge.call).fixed;
  CrossingBill bill;
  bill.stages = {stage_of("service", "service", price)};
  bill.total = price.cycles;
  return bill;
}

void VsyscallCrossing::put_handler_in_front_of_service() {
  const auto service = std::ranges::find(bill_.stages, "service", &StageCost::side);
  StageCost handler =
      stage_of("fault handler", "entry", machine_.kernel.vsyscall_fault.value_or(Price{}));
  handler.note = "the address is an entry of the page; its arguments and return address are good";
  bill_.total += handler.cycles;
  bill_.stages.insert(service, std::move(handler));
}

const CrossingBill& VsyscallCrossing::bill(std::int64_t result, const ServiceCharge& charge) {
  if (!crossings_) crossings_.emplace(machine_, pricer_);
  const SyscallRow* const row = find_syscall(Abi::I386, charge.call);
  CHECK(row != nullptr, "no system call '{}'", charge.call);
  bill_ = without_interrupts(charge);
  if (crossings_->has_door(Gate::Interrupt, CodeMode::Long64)) {
    Registers registers = caller(row->i386);
    if (crossings_->enter(registers, Gate::Interrupt, kIntLength)) {
      bill_ = crossings_->leave(registers, result, charge);
      bill_.stages.front().name = "page fault";
      bill_.stages.front().note = "the fetch of an instruction that may not be executed";
    }
  }
  put_handler_in_front_of_service();
  return bill_;
}

}  // namespace ringfare
