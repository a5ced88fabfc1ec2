// SPDX-License-Identifier: MIT
#include "emu/bill/priced_machines.hpp"

#include <fmt/format.h>

#include <iterator>
#include <span>
#include <utility>

#include "cpu/base/failure.hpp"

namespace ringfare {
namespace {

std::vector<PricedMachine> priced(Machine deciding, std::vector<Machine> also_priced) {
  if (also_priced.size() > PricedMachines::kMostAlong)
    throw UserError(fmt::format("{} machines at once: give at most {} besides the first",
                                also_priced.size() + 1, PricedMachines::kMostAlong));
  also_priced.insert(also_priced.begin(), std::move(deciding));
  return {std::move_iterator(also_priced.begin()), std::move_iterator(also_priced.end())};
}

/// User cycles of machine `i`.
Cycles user_cycles(const Lanes& totals, std::size_t i) {
  return Cycles{static_cast<std::int64_t>(totals[kFirstCycleLane + i])};
}

}  // namespace

PricedMachines::PricedMachines(Machine deciding, std::vector<Machine> also_priced)
    : machines_(priced(std::move(deciding), std::move(also_priced))) {}

std::vector<Pricer*> PricedMachines::pricers() {
  std::vector<Pricer*> all;
  for (PricedMachine& one : machines_) all.push_back(&one.pricer());
  return all;
}

std::vector<std::string> PricedMachines::names() const {
  std::vector<std::string> all;
  for (const PricedMachine& one : machines_) all.push_back(one.machine().cpu.name);
  return all;
}

void PricedMachines::log_to(DebugLog* log) {
  for (PricedMachine& one : machines_) one.crossings().log_to(log);
}

void PricedMachines::show_user(const UserWindow* window) {
  for (PricedMachine& one : machines_) one.crossings().show_user(window);
}

void PricedMachines::set_landing_pad(std::uint64_t address) {
  for (PricedMachine& one : machines_) one.crossings().set_landing_pad(address);
}

bool PricedMachines::set_work(std::string_view name) {
  for (PricedMachine& one : std::span(machines_).subspan(1)) one.set_work(name);
  return deciding().set_work(name);
}

Entered PricedMachines::enter(Registers& registers, const AtGate& gate) {
  for (PricedMachine& one : std::span(machines_).subspan(1))
    one.enter(one.copied_registers() = registers, gate);
  return deciding().enter(registers, gate);
}

const CrossingBill& PricedMachines::leave(Registers& registers, std::int64_t result,
                                          const ServiceCharge& charge) {
  for (PricedMachine& one : std::span(machines_).subspan(1))
    one.leave(one.copied_registers(), result, charge);
  deciding().leave(registers, result, charge);
  return deciding().call_bill();
}

const CrossingBill& PricedMachines::end(const ServiceCharge& charge) {
  for (PricedMachine& one : machines_) one.end(charge);
  return deciding().call_bill();
}

const CrossingBill& PricedMachines::call_through_page(std::int64_t result,
                                                      const ServiceCharge& charge) {
  for (PricedMachine& one : machines_) one.call_through_page(result, charge);
  return deciding().call_bill();
}

void PricedMachines::charge(std::size_t slot, std::string_view name, bool failed) {
  for (PricedMachine& one : machines_) one.charge(slot, name, failed);
}

void PricedMachines::happened(KernelEvent event) {
  for (PricedMachine& one : machines_) one.happened(event);
}

void PricedMachines::executed(SystemInstruction which, Lanes& totals) const {
  for (std::size_t i = 0; i < machines_.size(); ++i)
    totals[kFirstCycleLane + i] +=
        static_cast<std::uint64_t>(machines_[i].price_of(which).hundredths);
}

void PricedMachines::start_over() {
  for (PricedMachine& one : machines_) one.start_over();
}

Bill PricedMachines::bill(const Lanes& totals) const {
  const std::uint64_t instructions = totals[kInstructionLane];
  Bill bill = deciding().bill(instructions, user_cycles(totals, 0));
  for (std::size_t i = 1; i < machines_.size(); ++i)
    bill.also_priced.push_back(machines_[i].bill(instructions, user_cycles(totals, i)));
  return bill;
}

}  // namespace ringfare
