// SPDX-License-Identifier: MIT
#include "emu/linux/state/proc_files.hpp"

#include <fmt/format.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "emu/linux/state/memory_map.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

using Meaning = ProcPath::Meaning;

struct MadeFile {
  std::string_view path;  // below /proc/self/ without a leading slash, else absolute
  std::string (*contents)(Process&);
};

std::string maps(Process& process) {
  std::string text;
  for (const Region& region : process.user.space().regions())
    if (region.name != "[vsyscall]") text += memory_map_line(region);  // its own line is below
  const bool wide = process.image.layout.mode == CodeMode::Long64;
  if (const std::string_view shown = process.options.vsyscall; wide && !shown.empty())
    text += fmt::format(
        "ffffffffff600000-ffffffffff601000 {} 00000000 00:00 0                  [vsyscall]\n",
        shown);
  return text;
}

std::uint64_t load_word(Process& process, std::uint64_t address) {
  const AddressSpace& memory = process.user.space();
  if (process.image.layout.word() == 8) return memory.load<std::uint64_t>({address}).value_or(0);
  return memory.load<std::uint32_t>({address}).value_or(0);
}

/// Where the initial stack (System V ABI AMD64, figure 3.9; i386, figure 2.4) goes on after a
/// null-terminated vector.
std::uint64_t after_vector(Process& process, std::uint64_t address) {
  const std::uint64_t word = process.image.layout.word();
  while (load_word(process, address) != 0) address += word;
  return address + word;
}

/// The strings of the initial stack, as the program has left them (proc(5)).
std::string text_in(Process& process, GuestRange strings) {
  std::string text(strings.size(), '\0');
  const bool there =
      process.user.space().read(strings.begin, std::as_writable_bytes(std::span(text)));
  return there ? text : std::string();
}

std::uint64_t argument_vector(Process& process) {
  return process.image.stack_pointer.value + process.image.layout.word();
}
/// A program that needs more room than its arguments have takes that of its environment, and leaves
/// no NUL where they ended.
std::string arguments(Process& process) {
  std::string text = text_in(process, process.image.arguments);
  if (text.empty() || text.back() == '\0') return text;
  text += text_in(process, process.image.environment);
  if (const std::size_t end = text.find('\0'); end != text.npos) text.resize(end + 1);
  return text;
}
std::string environment(Process& process) {
  return text_in(process, process.image.environment);
}
std::string auxiliary_vector(Process& process) {
  const std::uint64_t begin =
      after_vector(process, after_vector(process, argument_vector(process)));
  const std::uint64_t word = process.image.layout.word();
  std::uint64_t end = begin;
  while (load_word(process, end) != 0) end += 2 * word;
  std::string text(end + 2 * word - begin, '\0');
  process.user.space().read({begin}, std::as_writable_bytes(std::span(text)));
  return text;
}
std::string command(Process& process) {
  return process.name + "\n";
}

// proc(5), /proc/[pid]/stat: 52 fields; what the personality does not keep is 0.
std::string stat_line(Process& process) {
  std::string text = fmt::format("{} ({}) R {} {} {}", process.pid(), process.name,
                                 process.parent_pid(), process.group(), process.session());
  const auto ticks = process.clock.cpu_time().count() / 10'000'000;  // USER_HZ is 100
  for (int field = 7; field <= 52; ++field) {
    switch (field) {
      case 14:
        text += fmt::format(" {}", ticks);
        break;
      case 20:
        text += " 1";
        break;
      case 23:
        text += fmt::format(" {}", mapped_bytes(process.user.space()));
        break;
      default:
        text += " 0";
    }
  }
  return text + "\n";
}

mode_t file_mode_mask() {
  const mode_t mask = umask(0);
  umask(mask);
  return mask;
}

std::string status(Process& process) {
  const std::uint64_t size = mapped_bytes(process.user.space()) / 1024;
  return fmt::format(
      "Name:\t{}\nUmask:\t{:04o}\nState:\tR (running)\nTgid:\t{}\nNgid:\t0\nPid:\t{}\nPPid:\t{}\n"
      "TracerPid:\t0\nUid:\t{}\t{}\t{}\t{}\nGid:\t{}\t{}\t{}\t{}\nVmPeak:\t{:8} kB\nVmSize:\t{:8} "
      "kB\nThreads:\t1\nSigPnd:\t{:016x}\nShdPnd:\t{:016x}\nSigBlk:\t{:016x}\nSigIgn:\t{:016x}"
      "\nSigCgt:\t{:016x}\nCpus_allowed:\t1\n"
      "Cpus_allowed_list:\t0\n",
      process.name, file_mode_mask(), process.pid(), process.pid(), process.parent_pid(), getuid(),
      geteuid(), geteuid(), geteuid(), getgid(), getegid(), getegid(), getegid(), size, size,
      process.thread_signals().pending.set(), process.signals.pending.set(),
      process.thread_signals().mask(), process.signals.ignored(), process.signals.caught());
}

std::string uptime(Process& process) {
  const double seconds = std::chrono::duration<double>(process.clock.since_start()).count();
  return fmt::format("{:.2f} {:.2f}\n", seconds, 0.0);
}

std::string load(Process& process) {
  return fmt::format("0.00 0.00 0.00 1/1 {}\n", process.pid());
}

// proc(5), /proc/meminfo: the machine of sysinfo(2).
std::string memory_information(Process& process) {
  const std::uint64_t used = std::min(kMachineMemory, mapped_bytes(process.user.space()));
  std::string text;
  const auto line = [&text](std::string_view name, std::uint64_t bytes) {
    text += fmt::format("{:<16}{:>8} kB\n", name, bytes / 1024);
  };
  line("MemTotal:", kMachineMemory);
  line("MemFree:", kMachineMemory - used);
  line("MemAvailable:", kMachineMemory - used);
  for (const std::string_view name :
       {"Buffers:", "Cached:", "SwapCached:", "SwapTotal:", "SwapFree:", "Shmem:", "SReclaimable:"})
    line(name, 0);
  return text;
}

// sysfs(5): one processor, as sched_getaffinity(2) says.
std::string processors(Process&) {
  return "0\n";
}

std::string release(Process& process) {
  return process.options.uname_release + "\n";
}

// sysfs(5): what time is read from, and what it could be read from.
std::string clocksource(Process& process) {
  return std::string(process.options.clocksource) + "\n";
}
std::string clocksources(Process&) {
  return "tsc hpet acpi_pm \n";
}

constexpr MadeFile kOwnFiles[] = {
    {"maps", maps},    {"cmdline", arguments}, {"environ", environment}, {"auxv", auxiliary_vector},
    {"comm", command}, {"stat", stat_line},    {"status", status},
};

constexpr MadeFile kMadeFiles[] = {
    {"/proc/uptime", uptime},
    {"/proc/loadavg", load},
    {"/proc/meminfo", memory_information},
    {"/proc/sys/kernel/osrelease", release},
    {"/sys/devices/system/cpu/online", processors},
    {"/sys/devices/system/cpu/possible", processors},
    {"/sys/devices/system/cpu/present", processors},
    {"/sys/devices/system/clocksource/clocksource0/current_clocksource", clocksource},
    {"/sys/devices/system/clocksource/clocksource0/available_clocksource", clocksources},
};

constexpr std::string_view kRandomFiles[] = {"/dev/urandom", "/dev/random"};

// What stays the host's below /proc/self: who logged in, mounts and the kernel's own tables.
constexpr std::string_view kHostFiles[] = {"loginuid",   "sessionid", "mounts", "mountinfo",
                                           "mountstats", "cgroup",    "net"};

struct StandardStream {
  std::string_view path;
  int fd;
};
constexpr StandardStream kStandardStreams[] = {
    {"/dev/stdin", 0}, {"/dev/stdout", 1}, {"/dev/stderr", 2}};

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

ProcPath descriptor_path(Process& process, std::string_view digits) {
  const std::optional<int> fd = number(digits);
  const int host = fd ? process.descriptors.host(*fd) : -1;
  if (host < 0) return {Meaning::Missing, {}};
  return {Meaning::Replaced, fmt::format("/proc/self/fd/{}", host)};
}

/// What follows "/proc/self/" or "/proc/PID/"; nothing for other paths.
std::optional<std::string_view> below_self(Process& process, std::string_view path) {
  for (const std::string& prefix :
       {std::string("/proc/self/"), std::string("/proc/thread-self/"),
        fmt::format("/proc/{}/", process.pid()), fmt::format("/proc/self/task/{}/", process.pid())})
    if (path.starts_with(prefix) && !path.substr(prefix.size()).starts_with("task/"))
      return path.substr(prefix.size());
  return std::nullopt;
}

ProcPath own_path(Process& process, std::string_view file) {
  if (file == "exe") return {Meaning::Replaced, process.image.path};
  if (file.starts_with("fd/")) return descriptor_path(process, file.substr(3));
  const auto made = std::ranges::find(kOwnFiles, file, &MadeFile::path);
  if (made != std::end(kOwnFiles)) return {Meaning::Made, made->contents(process)};
  const std::string_view first = file.substr(0, file.find('/'));
  if (std::ranges::find(kHostFiles, first) != std::end(kHostFiles))
    return {Meaning::Replaced, fmt::format("/proc/self/{}", file)};
  if (first == "cwd" || first == "root")
    return {Meaning::Replaced, fmt::format("/proc/self/{}", file)};
  return {Meaning::Missing, {}};
}

}  // namespace

ProcPath find_proc_path(Process& process, std::string_view path) {
  if (!path.starts_with("/proc/") && !path.starts_with("/dev/") && !path.starts_with("/sys/"))
    return {};
  if (const auto file = below_self(process, path)) return own_path(process, *file);
  // Not the link /proc/self, but what it leads to.
  if (path == fmt::format("/proc/{}", process.pid())) return {Meaning::Replaced, "/proc/self/."};
  const auto made = std::ranges::find(kMadeFiles, path, &MadeFile::path);
  if (made != std::end(kMadeFiles)) return {Meaning::Made, made->contents(process)};
  if (std::ranges::find(kRandomFiles, path) != std::end(kRandomFiles))
    return {Meaning::Random, std::string(path)};
  const auto stream = std::ranges::find(kStandardStreams, path, &StandardStream::path);
  if (stream != std::end(kStandardStreams))
    return descriptor_path(process, fmt::format("{}", stream->fd));
  if (path.starts_with("/dev/fd/")) return descriptor_path(process, path.substr(8));
  return {};
}

std::optional<std::string> proc_link(Process& process, std::string_view path) {
  if (path == "/proc/self") return fmt::format("{}", process.pid());
  const auto file = below_self(process, path);
  if (!file) return std::nullopt;
  if (*file == "exe") return process.image.path;
  if (!file->starts_with("fd/")) return std::nullopt;
  const ProcPath target = descriptor_path(process, file->substr(3));
  char text[PATH_MAX];
  const ssize_t length = target.meaning == Meaning::Replaced
                             ? ::readlink(target.text.c_str(), text, sizeof(text))
                             : -1;
  if (length < 0) return std::nullopt;
  return std::string(text, static_cast<std::size_t>(length));
}

}  // namespace ringfare
