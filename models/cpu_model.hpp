// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/failure.hpp"
#include "cpu/quantity.hpp"
#include "cpu/state.hpp"

namespace ringfare {

struct TomlValue;

/// How we know a number (models/README in docs/models.md).
enum class Evidence { Measured, Vendor, Published, Fitted, Assumed };

std::string_view to_string(Evidence evidence);

/// A number that is never bare.
struct Price {
  Cycles cycles;
  Evidence evidence = Evidence::Assumed;
  std::string source;
  SourcePosition at;
};

/// One cache as CPUID describes it (leaf 4 of Intel, 0x80000005-6 of AMD).
struct Cache {
  enum class Holds { Data, Instructions, Both };
  unsigned level = 1;
  Holds holds = Holds::Both;
  unsigned kilobytes = 0, ways = 0, line_bytes = 64;

  bool operator==(const Cache&) const = default;
};

/// What things cost on one processor: models/cpus/NAME.toml after `extends`.
struct CpuModel {
  std::string name;         // file name without .toml
  std::string description;  // one line
  Vendor vendor = Vendor::Intel;
  unsigned family = 0, model = 0, stepping = 0;  // as CPUID leaf 1 displays them
  std::string brand;                             // CPUID 0x80000002-4
  std::uint64_t core_khz = 0;
  std::uint64_t tsc_khz = 0;
  std::string llvm_cpu;                  // whose scheduling model prices ordinary instructions
  std::vector<std::string> features;     // CPUID feature names, the Linux /proc/cpuinfo spelling
  std::vector<Cache> caches;             // L1 data, L1 instructions, L2, L3
  std::vector<std::string> mitigations;  // what a kernel switches on for it under `auto`
  /// By the keys of models/price_keys.hpp: system instructions ("swapgs", "mov_to_cr3", ...) and
  /// hardware micro-steps ("syscall.check", ...).
  std::map<std::string, Price, std::less<>> prices;
  SourcePosition at;
};

/// `root` is the whole file, `extends` done.
CpuModel read_cpu_model(const TomlValue& root, std::string name);

}  // namespace ringfare
