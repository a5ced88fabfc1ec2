// SPDX-License-Identifier: MIT
#include "emu/bill/priced_machine.hpp"

#include <utility>

#include "emu/bill/account_slots.hpp"

namespace ringfare {

PricedMachine::PricedMachine(Machine machine) : machine_(std::move(machine)) {}

bool PricedMachine::set_work(std::string_view name) {
  return !shut_ && crossings_.set_work(name, true);
}

Entered PricedMachine::enter(Registers& registers, const AtGate& gate) {
  const Entered entered = crossings_.enter(registers, gate.gate, gate.length, gate.vector);
  shut_ = entered.raised.has_value();
  return entered;
}

void PricedMachine::leave(Registers& registers, std::int64_t result, const ServiceCharge& charge) {
  call_bill_ = shut_ ? nullptr : &crossings_.leave(registers, result, charge);
}

void PricedMachine::end(const ServiceCharge& charge) {
  call_bill_ = shut_ ? nullptr : &crossings_.end(charge);
}

void PricedMachine::call_through_page(std::int64_t result, const ServiceCharge& charge) {
  const VsyscallMode mode = machine_.kernel.vsyscall;
  const bool served = mode == VsyscallMode::Emulate || mode == VsyscallMode::Xonly;
  call_bill_ = served ? &vsyscall_.bill(result, charge) : nullptr;
}

void PricedMachine::charge(std::size_t slot, std::string_view name, bool failed) {
  if (call_bill_ != nullptr) account_.charge(slot, name, failed, *call_bill_);
}

void PricedMachine::happened(KernelEvent event) {
  account_.charge(slot_of(event), name_of(event), false, event_bill(machine_.kernel, event));
}

Bill PricedMachine::bill(std::uint64_t instructions, Cycles user) const {
  Bill bill;
  account_.fill(bill);
  bill.instructions = instructions;
  bill.user = user;
  bill.cpu = machine_.cpu.name;
  bill.core_khz = machine_.cpu.core_khz;
  bill.kernel_name = machine_.kernel.name;
  bill.mitigations.assign(machine_.mitigations.begin(), machine_.mitigations.end());
  return bill;
}

}  // namespace ringfare
