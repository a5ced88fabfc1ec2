// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/base/nearest.hpp"
#include "models/cpu_model.hpp"
#include "models/kernel_model.hpp"

namespace ringfare {

/// Where model files are looked for: a NAME is NAME.toml in these folders; anything with a slash or
/// ending in .toml is a path of the user's. Order: $RINGFARE_MODEL_PATH, the shipped folder.
class ModelLibrary {
 public:
  /// `root` holds cpus/ and kernels/.
  explicit ModelLibrary(std::vector<std::filesystem::path> roots);

  /// Throw UserError with file:line and the nearest valid name.
  CpuModel cpu(std::string_view name_or_path) const;
  KernelModel kernel(std::string_view name_or_path) const;

  std::vector<std::string> cpu_names() const;     // sorted
  std::vector<std::string> kernel_names() const;  // sorted

 private:
  std::vector<std::filesystem::path> roots_;
};

/// CPU x kernel x mitigations: everything a price depends on.
struct Machine {
  CpuModel cpu;
  KernelModel kernel;
  std::set<std::string, std::less<>> mitigations;  // those that are on

  /// What a stage's `when` is about: the mitigations, and the processor's features as "cpu:smap".
  std::set<std::string, std::less<>> conditions() const;
};

/// `choice`: "auto" (what the CPU file lists and the kernel knows), "off", or a comma-separated
/// list of names; a list may start with auto or off and then add "name" or remove "no-name". Throws
/// UserError for a name the kernel does not know.
Machine make_machine(CpuModel cpu, KernelModel kernel, std::string_view mitigation_choice,
                     std::optional<std::uint64_t> mhz = {});

}  // namespace ringfare
