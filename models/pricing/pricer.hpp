// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cpu/base/quantity.hpp"
#include "models/cpu_model.hpp"

namespace ringfare {

/// What a run of instructions costs, and how it divides over them: `total` is the sum of `each`.
struct RunCost {
  Cycles total;
  std::vector<Cycles> each;
};

/// Static throughput price of straight-line code: the maximum of issue width, port pressure
/// and loop-carried dependency on LLVM's scheduling tables for `CpuModel::llvm_cpu`; system
/// instructions take their price from `CpuModel::prices` and are added to it. Divided by marginal
/// cost: instruction i gets price(0..i) - price(0..i-1).
class Pricer {
 public:
  explicit Pricer(const CpuModel& cpu);
  ~Pricer();

  /// `bytes` holds consecutive instructions of the given lengths. A syscall, sysenter, int n,
  /// cpuid, rdtsc(p), rdpid or xgetbv costs nothing here: whoever executes it charges for it.
  RunCost price(std::span<const std::uint8_t> bytes, std::span<const std::uint8_t> lengths,
                CodeMode mode = CodeMode::Long64);

 private:
  class Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace ringfare
