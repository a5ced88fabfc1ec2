// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/base/failure.hpp"
#include "cpu/base/quantity.hpp"
#include "cpu/state.hpp"
#include "models/core_model.hpp"
#include "models/evidence.hpp"

namespace ringfare {

struct TomlValue;

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
  std::string llvm_cpu;           // whose scheduling model prices ordinary instructions; "" with
  std::optional<CoreModel> core;  // a table of the file's own
  std::vector<std::string> features;     // CPUID feature names, the Linux /proc/cpuinfo spelling
  std::vector<Cache> caches;             // L1 data, L1 instructions, L2, L3
  std::vector<std::string> mitigations;  // what a kernel switches on for it under `auto`
  /// By the keys of models/price_keys.hpp: system instructions ("swapgs", "mov_to_cr3", ...) and
  /// hardware micro-steps ("syscall.check", ...).
  std::map<std::string, Price, std::less<>> prices;
  SourcePosition at;
};

/// Whether the processor lists the feature.
bool has_feature(const CpuModel& cpu, std::string_view feature);

/// `root` is the whole file, `extends` done.
CpuModel read_cpu_model(const TomlValue& root, std::string name);

}  // namespace ringfare
