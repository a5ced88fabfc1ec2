// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "models/cpu_model.hpp"

namespace ringfare {

struct CpuidResult {
  std::uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
};

/// CPUID of the modelled processor: its vendor, family, brand and clock, and of its features only
/// those that the host executes and the engine lets through (up to AVX2; no XSAVE state beyond AVX,
/// no random-number instructions, no transactional memory). Sources: SDM vol. 2A CPUID, AMD APM
/// vol. 3 E.
class Cpuid {
 public:
  explicit Cpuid(const CpuModel& cpu);

  CpuidResult leaf(std::uint32_t eax, std::uint32_t ecx) const;
  std::uint64_t xcr0() const;  // what XGETBV(0) returns

 private:
  CpuModel cpu_;
};

}  // namespace ringfare
