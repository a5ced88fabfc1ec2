// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "emu/bill/account.hpp"
#include "emu/bill/event.hpp"
#include "emu/crossing/crossing.hpp"
#include "emu/crossing/kernel_event.hpp"
#include "emu/processor/emulated_instructions.hpp"
#include "models/machine.hpp"
#include "models/pricing/pricer.hpp"

namespace ringfare {

/// Machines the run is priced for besides its own: they watch, and decide nothing. Each has its own
/// kernel, its own crossings and a lane of its own in `Thread::totals`, in order behind the first.
class FurtherMachines {
 public:
  static constexpr std::size_t kMost = kLanes - kFirstCycleLane - 1;

  /// Throws UserError for more than kMost.
  explicit FurtherMachines(std::vector<Machine> machines);
  ~FurtherMachines();

  std::size_t size() const { return rows_.size(); }
  std::vector<Pricer*> pricers() const;

  /// The guest's memory, as Crossings::show_user.
  void show_user(const UserWindow* window);
  /// As Crossings::set_work, for all that know it.
  void set_work(std::string_view name);

  /// The thread stands at the gate, its registers still untouched.
  /// A machine on which the door does not open charges nothing for the call.
  void enter(const Registers& registers, Gate gate, std::uint8_t length);
  /// The call came back, or the process ended inside; `slot` as for Account::charge.
  void leave(std::size_t slot, bool failed, std::int64_t result, const ServiceCharge& charge);
  void end(std::size_t slot, const ServiceCharge& charge);

  /// A call through the vsyscall page. A machine whose kernel serves none charges nothing.
  void page_call(std::size_t slot, bool failed, std::int64_t result, const ServiceCharge& charge);

  /// The kernel did something besides calls.
  void happened(std::size_t slot, KernelEvent event);

  /// Nothing has been charged yet, in a process that has just begun.
  void start_over();

  /// An instruction of ours was executed.
  void executed(SystemInstruction which, Lanes& totals) const;

  /// Of each machine what depends on it: cycles, stages, calls, its name.
  std::vector<Bill> bills(const Lanes& totals) const;

 private:
  struct Row;
  std::vector<std::unique_ptr<Row>> rows_;
};

}  // namespace ringfare
