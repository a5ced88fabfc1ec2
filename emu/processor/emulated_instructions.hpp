// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>

#include "cpu/engine.hpp"
#include "cpu/state.hpp"
#include "emu/processor/clock.hpp"
#include "emu/processor/cpuid.hpp"

namespace ringfare {

/// The prices of the instructions below on one processor.
class EmulatedPrices {
 public:
  explicit EmulatedPrices(const CpuModel& cpu);

  Cycles of(SystemInstruction which) const { return prices_[static_cast<std::size_t>(which)]; }

 private:
  std::array<Cycles, 5> prices_;  // by SystemInstruction
};

/// The instructions whose result belongs to the modelled processor: CPUID, RDTSC, RDTSCP, RDPID,
/// XGETBV (SDM vol. 2). RDTSC reads the clock before its own price is charged.
class EmulatedInstructions {
 public:
  EmulatedInstructions(const CpuModel& cpu, const Cpuid& cpuid, const SimulatedClock& clock);

  /// Executes the instruction at RIP, moves RIP behind it, and returns its price. Where it raises
  /// #GP(0): returns nothing and changes nothing.
  std::optional<Cycles> execute(const AtInstruction& at, Registers& registers) const;

 private:
  const Cpuid& cpuid_;
  const SimulatedClock& clock_;
  EmulatedPrices prices_;
};

}  // namespace ringfare
