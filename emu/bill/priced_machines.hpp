// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emu/bill/priced_machine.hpp"

namespace ringfare {

/// The machines a run is priced for. The first one decides what the guest sees and when; the others
/// (--also-cpu) are priced along. Each has a cycle lane of its own in `Thread::totals`, in order.
/// What happens is said once and charged by all.
class PricedMachines {
 public:
  /// As many as there are lanes for, besides the first.
  static constexpr std::size_t kMostAlong = kLanes - kFirstCycleLane - 1;

  /// Throws UserError for more than kMostAlong, and for a kernel that does not assemble.
  PricedMachines(Machine deciding, std::vector<Machine> also_priced);

  std::size_t size() const { return machines_.size(); }
  PricedMachine& deciding() { return machines_.front(); }
  const PricedMachine& deciding() const { return machines_.front(); }
  std::vector<Pricer*> pricers();
  /// Of their processors, in order.
  std::vector<std::string> names() const;

  /// As Crossings::log_to.
  void log_to(DebugLog* log);

  /// The guest's memory, as Crossings::show_user.
  void show_user(const UserWindow* window);
  /// As Crossings::set_landing_pad.
  void set_landing_pad(std::uint64_t address);
  /// As Crossings::set_work. Answers whether the deciding machine's kernel knows it.
  bool set_work(std::string_view name);

  /// A thread stands at the gate. `registers` are the guest's: the deciding machine works on them,
  /// the others on copies. Answers what came of it on the deciding machine.
  Entered enter(Registers& registers, const AtGate& gate);
  /// The call came back, or the process or thread ended inside, or the whole call went through the
  /// vsyscall page. Each answers the deciding machine's bill, good until the next crossing.
  const CrossingBill& leave(Registers& registers, std::int64_t result, const ServiceCharge& charge);
  const CrossingBill& end(const ServiceCharge& charge);
  const CrossingBill& call_through_page(std::int64_t result, const ServiceCharge& charge);
  /// Puts that bill on the account; `slot` as for Account::charge.
  void charge(std::size_t slot, std::string_view name, bool failed);

  /// The kernel did something besides calls.
  void happened(KernelEvent event);
  /// An instruction was emulated: its price goes to the cycle lanes.
  void executed(SystemInstruction which, Lanes& totals) const;

  /// Nothing has been charged yet, in a process that has just begun.
  void start_over();
  /// That of the deciding machine, with those of the others in `also_priced`.
  Bill bill(const Lanes& totals) const;

 private:
  std::vector<PricedMachine> machines_;  // never grows: a PricedMachine cannot be moved
};

}  // namespace ringfare
