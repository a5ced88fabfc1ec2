// SPDX-License-Identifier: MIT
// Files of /proc and /sys that tell the machine and its kernel: the modelled ones (proc(5)).
#include <fmt/format.h>
#include <linux/capability.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "emu/linux/proc/proc_subject.hpp"
#include "emu/processor/cpuid.hpp"

namespace ringfare {
namespace {

std::uint64_t ticks(std::chrono::nanoseconds time) {
  return static_cast<std::uint64_t>(time / std::chrono::milliseconds(10));  // USER_HZ is 100
}

std::chrono::nanoseconds idle_time(const Process& process) {
  const auto per_millisecond = static_cast<double>(process.clock.tsc_khz());
  return std::chrono::nanoseconds(static_cast<std::int64_t>(
      static_cast<double>(process.clock.slept()) / per_millisecond * 1'000'000.0));
}

std::string uptime(const ProcSubject& subject) {
  const auto seconds = [](std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
  };
  return fmt::format("{:.2f} {:.2f}\n", seconds(subject.process.clock.since_start()),
                     seconds(idle_time(subject.process)));
}

std::string load(const ProcSubject& subject) {
  const auto all = subject.process.tree.all();
  const auto last = std::ranges::max(all, {}, &ProcessEntry::pid);
  return fmt::format("0.00 0.00 0.00 1/{} {}\n", all.size(), last->pid);
}

std::string statistics(const ProcSubject& subject) {
  const Process& process = subject.process;
  const auto now = process.clock.since_start();
  const auto idle = std::min(idle_time(process), now);
  std::string text;
  for (const std::string_view name : {"cpu ", "cpu0"})
    text += fmt::format("{} {} 0 0 {} 0 0 0 0 0 0\n", name, ticks(now - idle), ticks(idle));
  const auto all = subject.process.tree.all();
  return text + fmt::format(
                    "intr 0\nctxt 0\nbtime {}\nprocesses {}\nprocs_running 1\n"
                    "procs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n",
                    process.clock.epoch() / std::chrono::seconds(1), all.size());
}

// The machine of sysinfo(2).
std::string memory_information(const ProcSubject& subject) {
  const std::uint64_t used = std::min(kMachineMemory, subject.process.user.space().mapped_bytes());
  std::string text;
  const auto line = [&text](std::string_view name, std::uint64_t bytes) {
    text += fmt::format("{:<16}{:>8} kB\n", name, bytes / 1024);
  };
  line("MemTotal:", kMachineMemory);
  line("MemFree:", kMachineMemory - used);
  line("MemAvailable:", kMachineMemory - used);
  for (const std::string_view name :
       {"Buffers:", "Cached:", "SwapCached:", "Active:", "Inactive:", "Unevictable:", "Mlocked:",
        "SwapTotal:", "SwapFree:", "Dirty:", "Writeback:"})
    line(name, 0);
  line("AnonPages:", used);
  for (const std::string_view name :
       {"Mapped:", "Shmem:", "KReclaimable:", "Slab:", "SReclaimable:", "SUnreclaim:"})
    line(name, 0);
  line("CommitLimit:", kMachineMemory / 2);
  line("Committed_AS:", used);
  text += "HugePages_Total:       0\nHugePages_Free:        0\nHugepagesize:       2048 kB\n";
  return text;
}

/// The vendor, or a part of the brand, as CPUID packs them into registers.
std::string packed(std::initializer_list<std::uint32_t> words) {
  std::string text;
  for (const std::uint32_t word : words) {
    char bytes[4];
    std::memcpy(bytes, &word, sizeof(bytes));
    text.append(bytes, sizeof(bytes));
  }
  return text.substr(0, text.find('\0'));
}

std::string brand(const Cpuid& cpuid) {
  std::string text;
  for (std::uint32_t leaf = 0x8000'0002; leaf <= 0x8000'0004; ++leaf) {
    const CpuidResult part = cpuid.leaf(leaf, 0);
    text += packed({part.eax, part.ebx, part.ecx, part.edx});
  }
  text.erase(0, text.find_first_not_of(' '));
  return text;
}

std::string processor_information(const ProcSubject& subject) {
  if (subject.process.options.cpuid == nullptr) return "processor\t: 0\n";
  const Cpuid& cpuid = *subject.process.options.cpuid;
  const CpuidResult first = cpuid.leaf(0, 0), signature = cpuid.leaf(1, 0),
                    sizes = cpuid.leaf(0x8000'0008, 0);
  // SDM vol. 2A, CPUID leaf 1.
  const std::uint32_t base = signature.eax >> 8 & 0xf;
  const std::uint32_t family = base == 0xf ? base + (signature.eax >> 20 & 0xff) : base;
  std::uint32_t model = signature.eax >> 4 & 0xf;
  if (base == 6 || base == 0xf) model |= signature.eax >> 12 & 0xf0;
  const double megahertz = static_cast<double>(subject.process.clock.tsc_khz()) / 1000.0;
  std::string text = fmt::format(
      "processor\t: 0\nvendor_id\t: {}\ncpu family\t: {}\nmodel\t\t: {}\nmodel name\t: {}\n"
      "stepping\t: {}\ncpu MHz\t\t: {:.3f}\nphysical id\t: 0\nsiblings\t: 1\ncore id\t\t: 0\n"
      "cpu cores\t: 1\napicid\t\t: 0\ninitial apicid\t: 0\nfpu\t\t: yes\nfpu_exception\t: yes\n"
      "cpuid level\t: {}\nwp\t\t: yes\nflags\t\t:",
      packed({first.ebx, first.edx, first.ecx}), family, model, brand(cpuid), signature.eax & 0xf,
      megahertz, first.eax);
  for (const std::string& feature : cpuid.features()) text += " " + feature;
  text +=
      fmt::format("\nbugs\t\t:\nbogomips\t: {:.2f}\nclflush size\t: {}\ncache_alignment\t: 64\n",
                  2 * megahertz, (signature.ebx >> 8 & 0xff) * 8);
  const std::uint32_t physical = sizes.eax & 0xff, linear = sizes.eax >> 8 & 0xff;
  return text +
         fmt::format("address sizes\t: {} bits physical, {} bits virtual\npower management:\n\n",
                     physical == 0 ? 36 : physical, linear == 0 ? 32 : linear);
}

std::string kernel_version(const ProcSubject& subject) {
  const PersonalityOptions& options = subject.process.options;
  return fmt::format("Linux version {} (ringfare@ringfare) {}\n", options.uname_release,
                     options.uname_version);
}

// sysfs(5): one processor, as sched_getaffinity(2) says.
std::string processors(const ProcSubject&) {
  return "0\n";
}

std::string release(const ProcSubject& subject) {
  return subject.process.options.uname_release + "\n";
}
std::string version(const ProcSubject& subject) {
  return subject.process.options.uname_version + "\n";
}
std::string system_type(const ProcSubject&) {
  return "Linux\n";
}
std::string host_name(const ProcSubject& subject) {
  return std::string(subject.process.options.nodename) + "\n";
}
std::string domain_name(const ProcSubject&) {
  return "(none)\n";
}
std::string last_pid(const ProcSubject& subject) {
  return fmt::format("{}\n",
                     std::ranges::max(subject.process.tree.all(), {}, &ProcessEntry::pid)->pid);
}
std::string largest_pid(const ProcSubject&) {
  return "4194304\n";
}
std::string most_threads(const ProcSubject& subject) {
  return fmt::format("{}\n", 2 * subject.process.limits()[RLIMIT_NPROC].rlim_max);
}
std::string most_groups(const ProcSubject&) {
  return "65536\n";
}
std::string last_capability(const ProcSubject&) {
  return fmt::format("{}\n", CAP_LAST_CAP);
}

/// random(4): a UUID of version 4.
std::string identifier(RandomSource& random) {
  std::array<std::byte, 16> bytes{};
  random.fill(bytes);
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", std::to_integer<unsigned>(bytes[i]));
  }
  return text + "\n";
}
std::string new_identifier(const ProcSubject& subject) {
  return identifier(subject.process.random);
}
std::string boot_identifier(const ProcSubject& subject) {
  RandomSource random(subject.process.options.seed ^ 0x626f'6f74);
  return identifier(random);
}
std::string entropy(const ProcSubject&) {
  return "256\n";
}
std::string wakeup_threshold(const ProcSubject&) {
  return "256\n";
}

// sysfs(5): what time is read from, and what it could be read from.
std::string clocksource(const ProcSubject& subject) {
  return std::string(subject.process.options.clocksource) + "\n";
}
std::string clocksources(const ProcSubject&) {
  return "tsc hpet acpi_pm \n";
}

constexpr MadeFile kMachineFiles[] = {
    {"/proc/uptime", uptime},
    {"/proc/loadavg", load},
    {"/proc/meminfo", memory_information},
    {"/proc/stat", statistics},
    {"/proc/cpuinfo", processor_information},
    {"/proc/version", kernel_version},
    {"/proc/sys/kernel/osrelease", release},
    {"/proc/sys/kernel/version", version},
    {"/proc/sys/kernel/ostype", system_type},
    {"/proc/sys/kernel/hostname", host_name},
    {"/proc/sys/kernel/domainname", domain_name},
    {"/proc/sys/kernel/pid_max", largest_pid},
    {"/proc/sys/kernel/threads-max", most_threads},
    {"/proc/sys/kernel/ns_last_pid", last_pid},
    {"/proc/sys/kernel/ngroups_max", most_groups},
    {"/proc/sys/kernel/cap_last_cap", last_capability},
    {"/proc/sys/kernel/random/uuid", new_identifier},
    {"/proc/sys/kernel/random/boot_id", boot_identifier},
    {"/proc/sys/kernel/random/entropy_avail", entropy},
    {"/proc/sys/kernel/random/poolsize", entropy},
    {"/proc/sys/kernel/random/write_wakeup_threshold", wakeup_threshold},
    {"/sys/devices/system/cpu/online", processors},
    {"/sys/devices/system/cpu/possible", processors},
    {"/sys/devices/system/cpu/present", processors},
    {"/sys/devices/system/node/online", processors},
    {"/sys/devices/system/node/possible", processors},
    {"/sys/devices/system/clocksource/clocksource0/current_clocksource", clocksource},
    {"/sys/devices/system/clocksource/clocksource0/available_clocksource", clocksources},
};

}  // namespace

const MadeFile* find_machine_file(std::string_view path) {
  const auto row = std::ranges::find(kMachineFiles, path, &MadeFile::path);
  return row == std::end(kMachineFiles) ? nullptr : row;
}

}  // namespace ringfare
