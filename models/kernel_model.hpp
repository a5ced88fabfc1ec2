// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/kernel_space/kernel_memory.hpp"
#include "models/cpu_model.hpp"

namespace ringfare {

/// One stage of an entry or exit path, in the order the kernel file lists them.
struct StageModel {
  std::string name;  // "swapgs", "page table switch", ...
  std::string side;  // "entry", "exit", or "way out" (reached by a branch only, e.g. iretq)
  std::string when;  // "pti", "no-pti", "cpu:smap"; several with commas: all must hold; "": always
  std::string note;
  std::string source;
  std::string assembly;        // AT&T syntax; empty with a fixed price
  unsigned assembly_line = 0;  // line of the model file that holds the first line of `assembly`
  std::optional<Price> fixed;  // instead of `assembly`
  std::string on_fault;        // label ring 0 goes to where this stage's read of user memory faults
  SourcePosition at;

  /// Does it exist in a kernel with these mitigations on?
  bool active(const std::set<std::string, std::less<>>& mitigations) const;
};

/// The doors a kernel may have, and `shared`: code that several of them run.
inline constexpr std::string_view kDoorNames[] = {"syscall",  "syscall32", "int80",
                                                  "sysenter", "fred",      "shared"};

/// A CPU feature, spelled as in /proc/cpuinfo, and where a file asks for it.
struct Requirement {
  std::string feature;
  SourcePosition at;
};

/// The service itself ends the entry half: the stage list of a door is entry..., service, exit...
struct DoorModel {
  std::string name;  // one of kDoorNames
  std::vector<StageModel> stages;
  std::vector<Requirement> needs;  // features without which the kernel does not open it
  std::optional<Vendor> vendor;    // whose processors the kernel opens it on; nothing: all
  bool trap_gate = false;          // int80: interrupts stay on
  bool returns_behind = false;     // syscall32: not to the landing pad of __kernel_vsyscall

  bool open_on(const CpuModel& cpu) const;
};

/// Something the kernel may have to do on the way in or out: a flag in a word of 32 bits.
struct WorkModel {
  std::string name;          // "signal", "reschedule", "traced"
  std::string variable;      // a symbol of the kernel's memory; "": in the current task,
  std::uint64_t offset = 0;  // here
  std::uint32_t mask = 0;
  std::string meaning;
};

struct MitigationModel {
  std::string name;     // "pti"
  std::string sysfs;    // file under /sys/devices/system/cpu/vulnerabilities
  std::string meaning;  // one line
  /// What takes its place: mitigations, and "cpu:FEATURE" of processors. `auto` leaves it off where
  /// one of them holds.
  std::vector<std::string> unless;
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

/// What user mode finds at 0xffffffffff600000 (vsyscall): code it executes; a readable page whose
/// fetches fault and are served by the kernel; the same, not readable; or nothing.
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
  std::chrono::nanoseconds tick() const {
    return std::chrono::nanoseconds(std::chrono::seconds(1)) / ticks_per_second;
  }
  VsyscallMode vsyscall = VsyscallMode::None;
  std::optional<Price> vsyscall_fault;  // handling the fault of a call through that page
  bool has_vdso = true;
  unsigned bits = 64;               // of its code: 64 or 32
  std::vector<Requirement> needs;   // features of the processor without which it does not run
  std::uint64_t syscall_limit = 0;  // first number without a service (NR_syscalls)
  std::uint64_t compat_limit = 0;   // the same of i386 calls in a 64-bit kernel; 0: it has none
  EntryStack entry_stack = EntryStack::Trampoline;
  TaskPlace task = TaskPlace::Apart;
  KernelSelectors selectors = kSelectors64;
  bool mmap_upwards = false;             // where mmap(2) looks first in a 32-bit program's memory
  std::uint16_t first_thread_area = 12;  // entry of the GDT, of set_thread_area(2); 0: no such call
  std::vector<DoorModel> doors;
  std::vector<MitigationModel> mitigations;
  std::vector<WorkModel> work;
  std::map<std::string, ServiceModel, std::less<>> services;  // with "default"
  CopyModel copy_from_user, copy_to_user;
  /// Constants usable as symbols in every stage's assembly, besides those of cpu/kernel_memory.
  std::map<std::string, std::int64_t, std::less<>> constants;
  SourcePosition at;

  const MitigationModel* mitigation(std::string_view wanted) const;  // null where unknown
  const DoorModel* door(std::string_view wanted) const;              // null where it has none
};

/// `root` is the whole file, `extends` done.
KernelModel read_kernel_model(const TomlValue& root, std::string name);

}  // namespace ringfare
