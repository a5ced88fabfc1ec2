// SPDX-License-Identifier: MIT
// /proc/PID/stat, status, limits and their like (proc(5)): what a process is and what it has used.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "emu/linux/proc/proc_subject.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kTick = 10'000'000;  // nanoseconds: USER_HZ is 100

struct StateName {
  char letter;
  std::string_view name;
};
constexpr StateName kRunning{'R', "running"}, kSleeping{'S', "sleeping"}, kStopped{'T', "stopped"},
    kZombie{'Z', "zombie"}, kTraced{'t', "tracing stop"};

StateName state_of(const ProcessEntry& entry) {
  switch (entry.state) {
    case ProcessEntry::State::Zombie:
      return kZombie;
    case ProcessEntry::State::Stopped:
      return kStopped;
    case ProcessEntry::State::Waiting:
      return kSleeping;
    default:
      return kRunning;
  }
}

StateName state_of(const ProcSubject& subject) {
  if (subject.task.wait && subject.task.wait->traced) return kTraced;
  const StateName of_process = state_of(subject.process.tree.self());
  if (of_process.letter != 'R') return of_process;
  return subject.task.waits() ? kSleeping : kRunning;
}

const Terminal* terminal_of(const Process& process) {
  const std::uint32_t device = process.tree.self().terminal;
  for (const Terminal& terminal : process.tree.terminals())
    if (terminal.device != 0 && terminal.device == device) return &terminal;
  return nullptr;
}

/// The lines of the host's own status file that begin with one of `names`: who the process is, the
/// host decides.
std::string host_lines(std::initializer_list<std::string_view> names) {
  std::ifstream file("/proc/self/status");
  std::string text, line;
  while (std::getline(file, line))
    if (std::ranges::any_of(names, [&](std::string_view name) { return line.starts_with(name); }))
      text += line + "\n";
  return text;
}

mode_t file_mode_mask() {
  const mode_t mask = umask(0);
  umask(mask);
  return mask;
}

std::string kilobytes(std::string_view name, std::uint64_t bytes) {
  return fmt::format("{}\t{:8} kB\n", name, bytes / 1024);
}

/// proc(5), /proc/PID/stat: the fields behind the command, by their number.
class StatFields {
 public:
  std::uint64_t& operator[](std::size_t number) { return values_.at(number); }
  std::string text(char state) const {
    std::string text(1, state);
    for (std::size_t i = 4; i <= kLast; ++i)
      text += i == kTerminalGroup ? fmt::format(" {}", static_cast<std::int32_t>(values_[i]))
                                  : fmt::format(" {}", values_[i]);
    return text + "\n";
  }

 private:
  static constexpr std::size_t kLast = 52, kTerminalGroup = 8;
  std::array<std::uint64_t, kLast + 1> values_{};
};

StatFields fields_of(const ProcessEntry& entry) {
  StatFields fields;
  fields[4] = static_cast<std::uint64_t>(entry.parent);
  fields[5] = static_cast<std::uint64_t>(entry.group);
  fields[6] = static_cast<std::uint64_t>(entry.session);
  fields[8] = ~std::uint64_t{0};  // no terminal, no group in its foreground
  fields[18] = 20;
  fields[20] = 1;
  fields[22] = static_cast<std::uint64_t>(entry.began) / kTick;
  fields[25] = RLIM_INFINITY;
  fields[38] = static_cast<std::uint64_t>(entry.exit_signal == 0 ? SIGCHLD : entry.exit_signal);
  return fields;
}

struct LimitRow {
  int resource;
  std::string_view name, unit;
};

// In the order in which /proc/PID/limits shows them.
constexpr LimitRow kLimits[] = {{RLIMIT_CPU, "Max cpu time", "seconds"},
                                {RLIMIT_FSIZE, "Max file size", "bytes"},
                                {RLIMIT_DATA, "Max data size", "bytes"},
                                {RLIMIT_STACK, "Max stack size", "bytes"},
                                {RLIMIT_CORE, "Max core file size", "bytes"},
                                {RLIMIT_RSS, "Max resident set", "bytes"},
                                {RLIMIT_NPROC, "Max processes", "processes"},
                                {RLIMIT_NOFILE, "Max open files", "files"},
                                {RLIMIT_MEMLOCK, "Max locked memory", "bytes"},
                                {RLIMIT_AS, "Max address space", "bytes"},
                                {RLIMIT_LOCKS, "Max file locks", "locks"},
                                {RLIMIT_SIGPENDING, "Max pending signals", "signals"},
                                {RLIMIT_MSGQUEUE, "Max msgqueue size", "bytes"},
                                {RLIMIT_NICE, "Max nice priority", ""},
                                {RLIMIT_RTPRIO, "Max realtime priority", ""},
                                {RLIMIT_RTTIME, "Max realtime timeout", "us"}};

std::string limit_value(rlim_t value) {
  return value == RLIM_INFINITY ? "unlimited" : fmt::format("{}", value);
}

}  // namespace

std::string stat_text(const ProcessEntry& entry) {
  StatFields fields = fields_of(entry);
  if (entry.state == ProcessEntry::State::Zombie)
    fields[52] = static_cast<std::uint64_t>(entry.wait_status);
  return fmt::format("{} ({}) ", entry.pid, entry.name.data()) +
         fields.text(state_of(entry).letter);
}

std::string stat_text(const ProcSubject& subject) {
  Process& process = subject.process;
  const ProcessEntry& entry = process.tree.self();
  StatFields fields = fields_of(entry);
  if (const Terminal* const terminal = terminal_of(process)) {
    fields[7] = terminal->device;
    fields[8] = static_cast<std::uint64_t>(terminal->group);
  }
  const auto used = static_cast<std::uint64_t>(process.clock.cpu_time().count());
  const auto in_user = static_cast<std::uint64_t>(process.clock.user_time().count());
  fields[14] = in_user / kTick;
  fields[15] = (used - std::min(used, in_user)) / kTick;
  fields[18] = static_cast<std::uint64_t>(20 + process.nice());
  fields[19] = static_cast<std::uint64_t>(process.nice());
  fields[20] = process.tasks.size();
  const MemoryUse use = memory_use(process);
  fields[23] = use.mapped;
  fields[24] = use.resident / kPageSize;
  fields[28] = process.image.stack_pointer.value;
  fields[31] = subject.task.signals.pending.set() & 0x7fff'ffff;
  fields[32] = subject.task.signals.mask() & 0x7fff'ffff;
  fields[33] = process.signals.ignored() & 0x7fff'ffff;
  fields[34] = process.signals.caught() & 0x7fff'ffff;
  fields[47] = process.image.brk_start.value;
  return fmt::format("{} ({}) ", subject.task.id, subject.task.name) +
         fields.text(state_of(subject).letter);
}

std::string status_text(const ProcessEntry& entry) {
  const StateName state = state_of(entry);
  return fmt::format(
      "Name:\t{}\nState:\t{} ({})\nTgid:\t{}\nNgid:\t0\nPid:\t{}\nPPid:\t{}\nTracerPid:\t{}\n"
      "Uid:\t{}\t{}\t{}\t{}\nThreads:\t1\n",
      entry.name.data(), state.letter, state.name, entry.pid, entry.pid, entry.parent, 0,
      entry.user, entry.user, entry.user, entry.user);
}

std::string status_text(const ProcSubject& subject) {
  Process& process = subject.process;
  const StateName state = state_of(subject);
  const MemoryUse use = memory_use(process);
  const Task& task = subject.task;
  int room = 64;  // descriptor tables grow by powers of two
  while (room < process.descriptors.end()) room *= 2;
  std::string text = fmt::format(
      "Name:\t{}\nUmask:\t{:04o}\nState:\t{} ({})\nTgid:\t{}\nNgid:\t0\nPid:\t{}\nPPid:\t{}\n"
      "TracerPid:\t{}\n",
      task.name, file_mode_mask(), state.letter, state.name, process.pid(), task.id,
      process.parent_pid(), task.entry->trace.tracer);
  text +=
      host_lines({"Uid:", "Gid:"}) + fmt::format("FDSize:\t{}\n", room) + host_lines({"Groups:"});
  text += fmt::format("NStgid:\t{}\nNSpid:\t{}\nNSpgid:\t{}\nNSsid:\t{}\n", process.pid(), task.id,
                      process.group(), process.session());
  text += kilobytes("VmPeak:", use.mapped) + kilobytes("VmSize:", use.mapped) +
          kilobytes("VmLck:", 0) + kilobytes("VmPin:", 0) + kilobytes("VmHWM:", use.resident) +
          kilobytes("VmRSS:", use.resident) +
          kilobytes("RssAnon:", use.resident - std::min(use.resident, use.of_files + use.shared)) +
          kilobytes("RssFile:", use.of_files) + kilobytes("RssShmem:", use.shared) +
          kilobytes("VmData:", use.data) + kilobytes("VmStk:", use.stack) +
          kilobytes("VmExe:", use.code) + kilobytes("VmLib:", 0) +
          kilobytes("VmPTE:", (use.resident >> 9) + kPageSize) + kilobytes("VmSwap:", 0);
  text += fmt::format(
      "HugetlbPages:\t       0 kB\nCoreDumping:\t0\nTHP_enabled:\t0\nThreads:\t{}\nSigQ:\t{}/{}\n"
      "SigPnd:\t{:016x}\nShdPnd:\t{:016x}\nSigBlk:\t{:016x}\nSigIgn:\t{:016x}\nSigCgt:\t{:016x}\n",
      process.tasks.size(), 0, process.limits()[RLIMIT_SIGPENDING].rlim_cur,
      task.signals.pending.set(), process.signals.pending.set(), task.signals.mask(),
      process.signals.ignored(), process.signals.caught());
  text += host_lines({"Cap", "NoNewPrivs:"});
  return text +
         fmt::format(
             "Seccomp:\t{}\nSeccomp_filters:\t0\nSpeculation_Store_Bypass:\tthread vulnerable\n"
             "SpeculationIndirectBranch:\tconditional enabled\nCpus_allowed:\t1\n"
             "Cpus_allowed_list:\t0\nMems_allowed:\t1\nMems_allowed_list:\t0\n"
             "voluntary_ctxt_switches:\t0\nnonvoluntary_ctxt_switches:\t0\n",
             task.confined ? 1 : 0);
}

std::string limits_text(const ProcSubject& subject) {
  std::string text =
      fmt::format("{:<25} {:<20} {:<20} {:<10}\n", "Limit", "Soft Limit", "Hard Limit", "Units");
  for (const LimitRow& row : kLimits) {
    const rlimit& limit = subject.process.limits()[static_cast<unsigned>(row.resource)];
    text += fmt::format("{:<25} {:<20} {:<20} {:<10}\n", row.name, limit_value(limit.rlim_cur),
                        limit_value(limit.rlim_max), row.unit);
  }
  return text;
}

std::string io_text(const ProcSubject&) {
  return "rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\n"
         "cancelled_write_bytes: 0\n";
}

std::string schedstat_text(const ProcSubject& subject) {
  return fmt::format("{} 0 0\n", subject.process.clock.cpu_time().count());
}

std::string sched_text(const ProcSubject& subject) {
  Process& process = subject.process;
  const double used = static_cast<double>(process.clock.cpu_time().count()) / 1e6;
  return fmt::format(
      "{} ({}, #threads: {})\n{:-<67}\n{:<45}:{:>21.6f}\n{:<45}:{:>21}\n{:<45}:{:>21}\n",
      subject.task.name, subject.task.id, process.tasks.size(), "", "se.sum_exec_runtime", used,
      "policy", 0, "prio", 120 + process.nice());
}

std::string children_text(const ProcSubject& subject) {
  std::string text;
  if (subject.task.id != subject.process.pid()) return text;
  for (const ProcessEntry* const entry : subject.process.tree.all())
    if (entry->parent == subject.process.pid()) text += fmt::format("{} ", entry->pid);
  return text;
}

}  // namespace ringfare
