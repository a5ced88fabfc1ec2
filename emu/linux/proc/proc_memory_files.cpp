// SPDX-License-Identifier: MIT
// /proc/PID/maps and what else tells a process's memory (proc(5)). All that can be touched counts
// as resident: what the host has paged in differs from run to run.
#include <fmt/format.h>

#include <algorithm>

#include "emu/linux/proc/proc_subject.hpp"
#include "emu/linux/state/memory_map.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kMostResident = kMachineMemory / 2;

bool is_touchable(const Region& region) {
  return region.permissions.read || region.permissions.write || region.permissions.execute;
}
bool is_of_file(const Region& region) {
  return region.name.starts_with('/');
}

std::string vsyscall_line(const Process& process) {
  const std::string_view shown = process.options.vsyscall;
  if (process.image.layout.mode != CodeMode::Long64 || shown.empty()) return {};
  return fmt::format(
      "ffffffffff600000-ffffffffff601000 {} 00000000 00:00 0                  [vsyscall]\n", shown);
}

/// Calls `visit` for each mapping that /proc/PID/maps shows.
template <class Visit>
void each_region(const ProcSubject& subject, const Visit& visit) {
  for (const Region& region : subject.process.user.space().regions())
    if (region.name != "[vsyscall]") visit(region);  // its line is made for itself
}

/// What smaps says about memory, in bytes.
struct Share {
  std::uint64_t resident = 0, clean = 0, dirty = 0, anonymous = 0, of_files = 0, shared = 0;

  explicit Share(const Region& region) {
    if (!is_touchable(region)) return;
    resident = region.range.size();
    const bool unchanged = is_of_file(region) && !region.permissions.write;
    (unchanged ? clean : dirty) = resident;
    (region.shared ? shared : is_of_file(region) ? of_files : anonymous) = resident;
  }
  Share() = default;
  void add(const Share& other) {
    resident += other.resident, clean += other.clean, dirty += other.dirty;
    anonymous += other.anonymous, of_files += other.of_files, shared += other.shared;
  }
};

void add_line(std::string& text, std::string_view name, std::uint64_t bytes) {
  text += fmt::format("{:<16}{:>8} kB\n", name, bytes / 1024);
}

struct Row {
  std::string_view name;
  std::uint64_t Share::*bytes;  // null: nothing is
};

// Documentation/filesystems/proc.rst: the lines that smaps and smaps_rollup have in common.
constexpr Row kRows[] = {{"Rss:", &Share::resident},
                         {"Pss:", &Share::resident},
                         {"Pss_Dirty:", &Share::dirty},
                         {"Shared_Clean:", nullptr},
                         {"Shared_Dirty:", nullptr},
                         {"Private_Clean:", &Share::clean},
                         {"Private_Dirty:", &Share::dirty},
                         {"Referenced:", &Share::resident},
                         {"Anonymous:", &Share::anonymous},
                         {"LazyFree:", nullptr},
                         {"AnonHugePages:", nullptr},
                         {"ShmemPmdMapped:", nullptr},
                         {"FilePmdMapped:", nullptr},
                         {"Shared_Hugetlb:", nullptr},
                         {"Private_Hugetlb:", nullptr},
                         {"Swap:", nullptr},
                         {"SwapPss:", nullptr},
                         {"Locked:", nullptr}};

void add_rows(std::string& text, const Share& share) {
  for (const Row& row : kRows)
    add_line(text, row.name, row.bytes == nullptr ? 0 : share.*(row.bytes));
}

}  // namespace

std::string maps_text(const ProcSubject& subject) {
  std::string text;
  each_region(subject, [&](const Region& region) { text += memory_map_line(region); });
  return text + vsyscall_line(subject.process);
}

std::string smaps_text(const ProcSubject& subject) {
  std::string text;
  each_region(subject, [&](const Region& region) {
    text += memory_map_line(region);
    add_line(text, "Size:", region.range.size());
    add_line(text, "KernelPageSize:", kPageSize);
    add_line(text, "MMUPageSize:", kPageSize);
    add_rows(text, Share(region));
    const Permissions& may = region.permissions;
    text +=
        fmt::format("THPeligible:    0\nVmFlags:{}{}{}{} mr mw me ac \n", may.read ? " rd" : "",
                    may.write ? " wr" : "", may.execute ? " ex" : "", region.shared ? " sh" : "");
  });
  return text;
}

std::string smaps_rollup_text(const ProcSubject& subject) {
  Share all;
  std::uint64_t begin = 0, end = 0;
  each_region(subject, [&](const Region& region) {
    if (end == 0) begin = region.range.begin.value;
    end = region.range.end.value;
    all.add(Share(region));
  });
  std::string text = fmt::format("{:08x}-{:08x} ---p 00000000 00:00 0 ", begin, end);
  constexpr std::size_t kNameColumn = 73;
  text.resize(std::max(text.size(), kNameColumn), ' ');
  text += "[rollup]\n";
  add_rows(text, all);
  return text;
}

std::string numa_maps_text(const ProcSubject& subject) {
  std::string text;
  each_region(subject, [&](const Region& region) {
    text += fmt::format("{:08x} default", region.range.begin.value);
    if (is_of_file(region)) text += " file=" + region.name;
    if (region.name == "[heap]") text += " heap";
    if (region.name == "[stack]") text += " stack";
    const std::uint64_t pages = Share(region).resident / kPageSize;
    if (pages != 0)
      text += fmt::format(" {}={} N0={} kernelpagesize_kB=4",
                          is_of_file(region) ? "mapped" : "anon", pages, pages);
    text += '\n';
  });
  return text;
}

MemoryUse memory_use(Process& process) {
  MemoryUse use;
  for (const Region& region : process.user.space().regions()) {
    const std::uint64_t size = region.range.size();
    use.mapped += size;
    if (!is_touchable(region)) continue;
    use.resident += size;
    if (is_of_file(region)) use.of_files += size;
    if (region.shared) use.shared += size;
    if (region.permissions.execute) use.code += size;
    if (region.permissions.write && !region.shared) use.data += size;
    if (region.name == "[stack]") use.stack += size;
  }
  use.resident = std::min(use.resident, kMostResident);
  return use;
}

std::string statm_text(const ProcSubject& subject) {
  const MemoryUse use = memory_use(subject.process);
  return fmt::format("{} {} {} {} 0 {} 0\n", use.mapped / kPageSize, use.resident / kPageSize,
                     (use.of_files + use.shared) / kPageSize, use.code / kPageSize,
                     use.data / kPageSize);
}

}  // namespace ringfare
