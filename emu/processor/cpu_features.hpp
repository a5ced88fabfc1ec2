// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringfare {

enum class CpuidRegister : std::uint8_t { Eax, Ebx, Ecx, Edx };

/// Who decides whether a guest sees a feature of its modelled CPU.
enum class FeatureAccess : std::uint8_t {
  Host,      // its instructions run on the host, which must have them
  System,    // nothing a user program executes natively: the model's word is enough
  Withheld,  // the engine refuses it, or it would make runs differ
};

/// One CPUID bit under its name in /proc/cpuinfo.
struct CpuFeature {
  std::string_view name;
  std::uint32_t leaf, subleaf;
  CpuidRegister word;
  std::uint8_t bit;
  FeatureAccess access;
};

/// All of them, by leaf and subleaf.
std::span<const CpuFeature> cpu_features();

/// A feature that is hidden where the other one is.
struct FeatureNeed {
  std::string_view feature, needs;
};
std::span<const FeatureNeed> feature_needs();

/// Whether `name` is a CPU feature in /proc/cpuinfo's spelling, those included that the kernel
/// derives from other facts than one CPUID bit; and all of them, sorted.
bool known_feature(std::string_view name);
std::vector<std::string> feature_names();

}  // namespace ringfare
