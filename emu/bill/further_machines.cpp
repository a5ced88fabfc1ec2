// SPDX-License-Identifier: MIT
#include "emu/bill/further_machines.hpp"

#include <fmt/format.h>

#include <utility>

#include "cpu/base/failure.hpp"
#include "emu/vdso/vsyscall_crossing.hpp"

namespace ringfare {

struct FurtherMachines::Row {
  explicit Row(Machine its) : machine(std::move(its)) {}

  Machine machine;
  Pricer pricer{machine.cpu};
  Crossings crossings{machine, pricer};
  VsyscallCrossing vsyscall{machine, pricer};
  EmulatedPrices emulated{machine.cpu};
  Account account;
  Registers registers;  // of the crossing under way
  bool shut = false;    // its door did not open
};

FurtherMachines::FurtherMachines(std::vector<Machine> machines) {
  if (machines.size() > kMost)
    throw UserError(fmt::format("{} machines at once: give at most {} besides the first",
                                machines.size() + 1, kMost));
  for (Machine& machine : machines) rows_.push_back(std::make_unique<Row>(std::move(machine)));
}

FurtherMachines::~FurtherMachines() = default;

std::vector<Pricer*> FurtherMachines::pricers() const {
  std::vector<Pricer*> all;
  for (const auto& row : rows_) all.push_back(&row->pricer);
  return all;
}

void FurtherMachines::show_user(const UserWindow* window) {
  for (const auto& row : rows_) row->crossings.show_user(window);
}

void FurtherMachines::set_work(std::string_view name) {
  for (const auto& row : rows_)
    if (!row->shut) row->crossings.set_work(name, true);
}

void FurtherMachines::start_over() {
  for (const auto& row : rows_) row->account = {};
}

void FurtherMachines::enter(const Registers& registers, Gate gate, std::uint8_t length) {
  for (const auto& row : rows_) {
    row->registers = registers;
    row->shut = row->crossings.enter(row->registers, gate, length).raised.has_value();
  }
}

void FurtherMachines::leave(std::size_t slot, bool failed, std::int64_t result,
                            const ServiceCharge& charge) {
  for (const auto& row : rows_)
    if (!row->shut)
      row->account.charge(slot, charge.call, failed,
                          row->crossings.leave(row->registers, result, charge));
}

void FurtherMachines::end(std::size_t slot, const ServiceCharge& charge) {
  for (const auto& row : rows_)
    if (!row->shut) row->account.charge(slot, charge.call, false, row->crossings.end(charge));
}

void FurtherMachines::page_call(std::size_t slot, bool failed, std::int64_t result,
                                const ServiceCharge& charge) {
  for (const auto& row : rows_) {
    const VsyscallMode mode = row->machine.kernel.vsyscall;
    if (mode == VsyscallMode::Emulate || mode == VsyscallMode::Xonly)
      row->account.charge(slot, charge.call, failed, row->vsyscall.bill(result, charge));
  }
}

void FurtherMachines::happened(std::size_t slot, KernelEvent event) {
  for (const auto& row : rows_)
    row->account.charge(slot, name_of(event), false, event_bill(row->machine.kernel, event));
}

void FurtherMachines::executed(SystemInstruction which, Lanes& totals) const {
  for (std::size_t i = 0; i < rows_.size(); ++i)
    totals[kFirstCycleLane + 1 + i] +=
        static_cast<std::uint64_t>(rows_[i]->emulated.of(which).hundredths);
}

std::vector<Bill> FurtherMachines::bills(const Lanes& totals) const {
  std::vector<Bill> all(rows_.size());
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Machine& machine = rows_[i]->machine;
    Bill& bill = all[i];
    rows_[i]->account.fill(bill);
    bill.instructions = totals[kInstructionLane];
    bill.user = Cycles{static_cast<std::int64_t>(totals[kFirstCycleLane + 1 + i])};
    bill.cpu = machine.cpu.name;
    bill.core_khz = machine.cpu.core_khz;
    bill.kernel_name = machine.kernel.name;
    bill.mitigations.assign(machine.mitigations.begin(), machine.mitigations.end());
  }
  return all;
}

}  // namespace ringfare
