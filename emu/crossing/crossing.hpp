// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "cpu/block.hpp"
#include "cpu/gate/gate.hpp"
#include "cpu/state.hpp"
#include "emu/crossing/arrival.hpp"
#include "emu/crossing/crossing_bill.hpp"
#include "models/machine.hpp"
#include "models/pricing/pricer.hpp"

namespace ringfare {

/// Whether bills have the steps of the kernel's instructions.
enum class Watch : std::uint8_t { Nothing, Instructions };

class DebugLog;
class KernelMemory;
class UserWindow;

/// What crossing the ring costs on one machine. Owns the synthetic kernel: memory, text, system
/// state. A path is executed by ring 0 once per distinct outcome and afterwards only charged; while
/// instructions are watched it is executed every time. Either way the registers come out the same.
///
/// Between `enter` and `leave` the registers are the user's, as they stood at the gate, however the
/// path is run; ring 0 keeps its own aside. Whoever serves the call may change the bases of FS and
/// GS; the general registers come back from the kernel's pt_regs.
class Crossings {
 public:
  /// `machine` and `pricer` are kept by reference. Throws UserError for a kernel that does not
  /// assemble; the other members do for one whose path goes wrong.
  Crossings(const Machine& machine, Pricer& pricer);
  ~Crossings();

  void watch(Watch what, bool intel_syntax);

  /// Writes down each path when it gets its price; nullptr: not at all.
  void log_to(DebugLog* log);

  /// Thread at a gate instruction of `length` bytes: goes in as far as the service. `vector` is
  /// that of Gate::Interrupt.
  Entered enter(Registers& registers, Gate gate, std::uint8_t length, std::uint8_t vector = 0x80);

  /// Stores `result`, goes out to user mode, and returns the bill of the whole crossing. RAX holds
  /// the result (or what the kernel answered by itself), RIP is behind the gate instruction. The
  /// bill is good until the next crossing.
  const CrossingBill& leave(Registers& registers, std::int64_t result, const ServiceCharge& charge);

  /// The process ends inside the call: the bill of the way in and of the service.
  const CrossingBill& end(const ServiceCharge& charge);

  /// Whether the door exists on this machine: has an entry, and the processor the instruction.
  bool has_door(Gate gate, CodeMode mode) const;

  /// The memory of the guest, for the word a fast 32-bit door's caller leaves on its stack;
  /// nullptr: nothing is mapped. Kept by pointer.
  void show_user(const UserWindow* window);
  /// Where a fast 32-bit door returns to: the landing pad of __kernel_vsyscall.
  void set_landing_pad(std::uint64_t address);
  /// Sets or clears the flag of the kernel's [work] row ("signal", "reschedule", "traced"): the
  /// next way in or out meets it. False where the kernel knows none of that name. Between `enter`
  /// and `leave` too.
  bool set_work(std::string_view name, bool on);

  /// The memory of the kernel as the last executed crossing left it.
  const KernelMemory& memory() const;

 private:
  class Repeater;
  std::unique_ptr<Repeater> repeater_;
};

}  // namespace ringfare
