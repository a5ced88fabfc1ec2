// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <variant>
#include <vector>

#include "cpu/base/quantity.hpp"
#include "cpu/block.hpp"
#include "cpu/exception.hpp"
#include "cpu/state.hpp"

namespace ringfare {

/// At `syscall`, `sysenter` or `int n`. RIP is the address of the instruction; it is already
/// counted in lane 0 and has no price in the cycle lanes. Whoever serves it moves RIP past it.
struct AtGate {
  Gate gate;
  std::uint8_t vector = 0;  // Gate::Interrupt: n
  std::uint8_t length = 2;
};

/// At an instruction that is ours to execute; RIP and counts as for `AtGate`.
struct AtInstruction {
  SystemInstruction which;
  std::uint8_t length = 2;
};

/// At an exception that the hardware raised, or the engine where the modelled processor would. RIP
/// is the faulting instruction, which is not counted; traps (`is_trap`) have RIP behind it and are
/// counted.
struct AtFault : Exception {
  std::string_view refusal = {};  // #UD of the engine's own: why; empty for a processor's
};

/// The budget of retired instructions is used up.
struct BudgetSpent {};

/// Somebody sent the emulator a signal of the host (`Interruption::kSignals`); registers and counts
/// are exact.
struct Interrupted {
  int signal;
};

using Stop = std::variant<AtGate, AtInstruction, AtFault, BudgetSpent, Interrupted>;

struct Budget {
  std::uint64_t instructions = std::numeric_limits<std::uint64_t>::max();
};

/// Runs guest code until something happens that is not the engine's business. Engines know no
/// kernel, no file and no price. Two engines given the same thread and memory stop at the same
/// places with the same registers and the same totals.
class Engine {
 public:
  virtual ~Engine() = default;

  /// Registers and totals of `thread` are exact on return.
  virtual Stop run(Thread& thread, Budget budget) = 0;

  /// Code in `range` is gone or has changed.
  virtual void invalidate(GuestRange range) = 0;

  /// How often each block was executed to its end so far, indexed by BlockId. Throws UserError
  /// where the guest has written into the counters.
  virtual std::vector<std::uint64_t> executions() const = 0;

  /// The engine is about to be destroyed in a child of fork(2). Its memory is shared with the
  /// parent until written, and freeing it piece by piece would copy it: it may be left as it is.
  virtual void leave_behind() {}
};

}  // namespace ringfare
