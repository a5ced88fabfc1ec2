// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/cpu_model.hpp"

namespace ringfare {

struct CpuidResult {
  std::uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;

  bool operator==(const CpuidResult&) const = default;
};

/// What the processor below answers, zero for leaves it does not have.
CpuidResult host_cpuid(std::uint32_t eax, std::uint32_t ecx);

/// For an engine without limits of its own.
bool executes_everything(std::string_view feature);

/// The highest leaves CPUID answers; `extended` is 0 where there are none.
struct LastLeaves {
  std::uint32_t basic = 0, extended = 0;
};

/// CPUID of the modelled processor: its vendor, family, brand, caches and clock, one logical
/// processor, no hypervisor; and of its features only those that the host executes and the engine
/// lets through (up to AVX2; no XSAVE state beyond AVX, no random-number instructions, no
/// transactional memory). Sources: SDM vol. 2A CPUID, AMD APM vol. 3 E.
class Cpuid {
 public:
  using Host = CpuidResult (*)(std::uint32_t eax, std::uint32_t ecx);

  /// Whether the engine executes the instructions behind a feature of the host.
  using Executes = bool (*)(std::string_view feature);

  /// Throws UserError for a feature nobody knows.
  explicit Cpuid(const CpuModel& cpu, Host host = host_cpuid,
                 Executes executes = executes_everything);

  CpuidResult leaf(std::uint32_t eax, std::uint32_t ecx) const;
  std::uint64_t xcr0() const;  // what XGETBV(0) returns

  /// Whether the guest sees the feature; all that it sees, in the order of the leaves.
  bool has(std::string_view feature) const;
  std::vector<std::string> features() const;

 private:
  CpuidResult feature_bits(std::uint32_t eax, std::uint32_t ecx) const;
  CpuidResult basic(std::uint32_t eax, std::uint32_t ecx) const;
  CpuidResult extended(std::uint32_t eax) const;
  std::uint32_t signature() const;
  CpuidResult state_components(std::uint32_t ecx) const;
  std::uint32_t state_size() const;
  CpuidResult time_stamp_ratio() const;
  CpuidResult brand_part(std::uint32_t index) const;

  CpuModel cpu_;
  LastLeaves last_;
  std::vector<bool> shown_;  // by row of cpu_features()
};

}  // namespace ringfare
