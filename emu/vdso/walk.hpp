// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/engine.hpp"
#include "emu/crossing/crossing.hpp"
#include "emu/processor/clock.hpp"
#include "emu/processor/emulated_instructions.hpp"
#include "emu/processor/engine_choice.hpp"
#include "emu/vdso/vdso.hpp"

namespace ringfare {

/// Calls functions of the vDSO without a program around them, instruction by instruction, in an
/// address space of its own.
class VdsoWalk {
 public:
  VdsoWalk(const Machine& machine, const VdsoOptions& options);

  /// One instruction that was executed.
  struct Instruction {
    std::uint64_t offset = 0;  // in the image
    std::uint8_t length = 0;
    bool ends_block = false;  // what follows it is priced apart
    Cycles apart;             // price of an emulated instruction: rdtsc, rdtscp, rdpid
    bool gate = false;        // a system call: it was answered with -ENOSYS
  };

  /// Calls the function at `offset`. `before` is called before each instruction is executed.
  struct Call {
    std::vector<Instruction> instructions;
    std::uint64_t result = 0;
  };
  using Before = std::function<void(std::uint64_t offset)>;
  Call call(std::uint64_t offset, const std::array<std::uint64_t, 3>& arguments,
            const Before& before = {});

  /// Where a caller's structures may lie: a page of zeroes.
  static constexpr GuestAddress kBuffer{0x20000};

  SimulatedClock& clock() { return clock_; }
  AddressSpace& memory() { return memory_; }
  Vdso& vdso() { return vdso_; }
  /// The bill of what was executed, a stage for each step the image names; cycles in hundredths.
  CrossingBill bill(const Call& call, Pricer& pricer, bool intel_syntax) const;

 private:
  /// Prices are computed afterwards, from what was executed.
  class NoPrices final : public BlockObserver {
   public:
    BlockPrice translated(const Block& block) override { return {block.instructions.size()}; }
    BlockPrice partial(const Block&, std::size_t n) override { return {n}; }
  };

  std::uint8_t length_at(std::uint64_t rip) const;
  CodeMode mode() const { return thread_.registers.mode(); }
  void place_call(const std::array<std::uint64_t, 3>& arguments);
  bool step(Call& call);

  NoPrices prices_;
  EngineChoice choice_;
  Cpuid cpuid_;
  SimulatedClock clock_;
  RandomSource random_{1};
  EmulatedInstructions emulated_;
  AddressSpace memory_;
  Vdso vdso_;
  std::unique_ptr<Engine> engine_;
  Thread thread_;
};

}  // namespace ringfare
