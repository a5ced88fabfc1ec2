// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/cpu_model.hpp"

namespace ringfare {

/// One stage of an entry or exit path, in the order the kernel file lists them.
struct StageModel {
  std::string name;  // "swapgs", "page table switch", ...
  std::string side;  // "entry", "exit", or "way out" (reached by a branch only, e.g. iretq)
  std::string when;  // "pti", "no-pti", several with commas (all must hold), or empty: always
  std::string note;
  std::string source;
  std::string assembly;        // AT&T syntax; empty with a fixed price
  unsigned assembly_line = 0;  // line of the model file that holds the first line of `assembly`
  std::optional<Price> fixed;  // instead of `assembly`
  SourcePosition at;

  /// Does it exist in a kernel with these mitigations on?
  bool active(const std::set<std::string, std::less<>>& mitigations) const;
};

/// The service itself ends the entry half: the stage list of a door is entry..., service, exit...
struct DoorModel {
  std::string name;  // "syscall"
  std::vector<StageModel> stages;
};

struct MitigationModel {
  std::string name;     // "pti"
  std::string sysfs;    // file under /sys/devices/system/cpu/vulnerabilities
  std::string meaning;  // one line
};

/// Kinds of file that services may be priced by.
inline constexpr std::string_view kFileKinds[] = {"terminal", "regular", "pipe", "null"};

/// The price of serving one call: fixed part, per kind of file where it matters, per byte copied.
struct ServiceModel {
  std::string call;  // "read"; "default" for calls without a row
  Price fixed;
  std::map<std::string, Price, std::less<>> by_file_kind;  // "terminal", "regular", "pipe", "null"
};

struct CopyModel {
  Price fixed;     // per copy
  Price per_byte;  // hundredths of a cycle per byte
};

/// What is at 0xffffffffff600000: code to execute, data that look like code and are executed by the
/// kernel's page-fault handler, the same without being readable, or nothing.
enum class VsyscallMode : std::uint8_t { Native, Emulate, Xonly, None };

std::string_view to_string(VsyscallMode mode);

/// models/kernels/NAME.toml after `extends`.
struct KernelModel {
  static constexpr std::uint64_t kDefaultTicks = 250;

  std::string name;  // "linux-6.1"
  std::string description;
  std::string release;                             // what uname shows: "6.1.0"
  std::string version;                             // uname's version field
  std::uint64_t ticks_per_second = kDefaultTicks;  // CONFIG_HZ: `hz`
  VsyscallMode vsyscall = VsyscallMode::None;
  bool has_vdso = true;
  std::uint64_t syscall_limit = 0;  // first number without a service (NR_syscalls)
  std::vector<DoorModel> doors;
  std::vector<MitigationModel> mitigations;
  std::map<std::string, ServiceModel, std::less<>> services;  // with "default"
  CopyModel copy_from_user, copy_to_user;
  /// Constants usable as symbols in every stage's assembly, besides those of cpu/kernel_memory.
  std::map<std::string, std::int64_t, std::less<>> constants;
  SourcePosition at;

  const MitigationModel* mitigation(std::string_view wanted) const;  // null where unknown
};

/// `root` is the whole file, `extends` done.
KernelModel read_kernel_model(const TomlValue& root, std::string name);

}  // namespace ringfare
