// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>

#include "cpu/engine.hpp"
#include "cpu/state.hpp"
#include "emu/processor/clock.hpp"
#include "emu/processor/cpuid.hpp"
#include "emu/processor/random_source.hpp"

namespace ringfare {

/// The prices of the instructions below on one processor.
class EmulatedPrices {
 public:
  explicit EmulatedPrices(const CpuModel& cpu);

  Cycles of(SystemInstruction which) const { return prices_[static_cast<std::size_t>(which)]; }

 private:
  std::array<Cycles, kSystemInstructions> prices_;  // by SystemInstruction
};

/// The instructions whose result belongs to the modelled processor: CPUID, RDTSC, RDTSCP, RDPID,
/// XGETBV, RDRAND, RDSEED (SDM vol. 2). RDTSC reads the clock before its own price is charged.
class EmulatedInstructions {
 public:
  EmulatedInstructions(const CpuModel& cpu, const Cpuid& cpuid, const SimulatedClock& clock,
                       RandomSource& random);

  /// Executes the instruction at RIP and moves RIP behind it. What it raises, having changed
  /// nothing.
  std::optional<Exception> execute(const AtInstruction& at, Registers& registers) const;
  Cycles price_of(SystemInstruction which) const { return prices_.of(which); }

 private:
  const SimulatedClock& clock_;
  const Cpuid& cpuid_;
  RandomSource& random_;
  std::array<bool, kSystemInstructions> known_{};  // to the processor
  EmulatedPrices prices_;
};

}  // namespace ringfare
