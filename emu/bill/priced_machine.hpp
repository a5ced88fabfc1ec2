// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cpu/engine.hpp"
#include "emu/bill/account.hpp"
#include "emu/bill/bill.hpp"
#include "emu/crossing/crossing.hpp"
#include "emu/crossing/kernel_event.hpp"
#include "emu/processor/emulated_instructions.hpp"
#include "emu/vdso/vsyscall_crossing.hpp"
#include "models/machine.hpp"
#include "models/pricing/pricer.hpp"

namespace ringfare {

/// A machine that a run is priced for: its kernel, what things cost on it (cycles, in hundredths),
/// and what it has charged so far. It has one crossing under way at a time: `enter`, then `leave`
/// or `end`, then `charge`.
///
/// A machine whose door does not open for a call, or whose kernel serves no vsyscall page, has no
/// bill for that call and charges nothing.
class PricedMachine {
 public:
  /// Throws UserError for a kernel that does not assemble.
  explicit PricedMachine(Machine machine);
  PricedMachine(const PricedMachine&) = delete;
  PricedMachine& operator=(const PricedMachine&) = delete;

  const Machine& machine() const { return machine_; }
  Pricer& pricer() { return pricer_; }
  Crossings& crossings() { return crossings_; }
  const Crossings& crossings() const { return crossings_; }

  /// As Crossings::set_work; nothing where the door of the call under way is shut.
  bool set_work(std::string_view name);

  /// As Crossings::enter; `registers` are this machine's own until the call is over.
  Entered enter(Registers& registers, const AtGate& gate);
  /// The call came back. As Crossings::leave.
  void leave(Registers& registers, std::int64_t result, const ServiceCharge& charge);
  /// The process or thread ended inside the call. As Crossings::end.
  void end(const ServiceCharge& charge);
  /// A whole call through the vsyscall page: there is no gate to enter by.
  void call_through_page(std::int64_t result, const ServiceCharge& charge);
  /// Of the call that `leave`, `end` or `call_through_page` was about; there must be one.
  const CrossingBill& call_bill() const { return *call_bill_; }
  /// Puts that bill on the account; `slot` as for Account::charge.
  void charge(std::size_t slot, std::string_view name, bool failed);

  /// The kernel did something besides calls.
  void happened(KernelEvent event);
  /// What the emulated instruction costs.
  Cycles price_of(SystemInstruction which) const { return emulated_.of(which); }

  /// Kernel cycles charged so far.
  Cycles charged() const { return account_.total(); }
  /// Nothing has been charged yet, in a process that has just begun.
  void start_over() { account_ = {}; }
  /// Cycles, stages, calls and names; `instructions` and `user` (cycles) are those of user mode.
  Bill bill(std::uint64_t instructions, Cycles user) const;

  /// Room for a copy of the guest's registers, where another machine decides what becomes of the
  /// guest's own.
  Registers& copied_registers() { return copied_registers_; }

 private:
  Machine machine_;
  Pricer pricer_{machine_.cpu};
  Crossings crossings_{machine_, pricer_};
  VsyscallCrossing vsyscall_{machine_, pricer_};
  EmulatedPrices emulated_{machine_.cpu};
  Account account_;
  Registers copied_registers_;
  bool shut_ = false;                        // the latest door did not open
  const CrossingBill* call_bill_ = nullptr;  // null: none for this call
};

}  // namespace ringfare
