// SPDX-License-Identifier: MIT
// time(2), clock_gettime(2), nanosleep(2), times(2), getitimer(2), utimensat(2): all on the
// simulated clock.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <utime.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

using std::chrono::nanoseconds;

struct ClockRow {
  std::uint32_t id;
  nanoseconds (SimulatedClock::*read)() const;
  bool coarse;  // as of the last timer tick
  bool sleeps;  // clock_nanosleep accepts it
};

// clock_gettime(2).
constexpr ClockRow kClocks[] = {
    {CLOCK_REALTIME, &SimulatedClock::realtime, false, true},
    {CLOCK_MONOTONIC, &SimulatedClock::since_start, false, true},
    {CLOCK_PROCESS_CPUTIME_ID, &SimulatedClock::cpu_time, false, true},
    {CLOCK_THREAD_CPUTIME_ID, &SimulatedClock::cpu_time, false, false},
    {CLOCK_MONOTONIC_RAW, &SimulatedClock::since_start, false, false},
    {CLOCK_REALTIME_COARSE, &SimulatedClock::realtime, true, false},
    {CLOCK_MONOTONIC_COARSE, &SimulatedClock::since_start, true, false},
    {CLOCK_BOOTTIME, &SimulatedClock::since_start, false, true},
    {CLOCK_REALTIME_ALARM, &SimulatedClock::realtime, false, true},
    {CLOCK_BOOTTIME_ALARM, &SimulatedClock::since_start, false, true},
    {CLOCK_TAI, &SimulatedClock::realtime, false, true},
};

/// The clock of an argument; one made from a pid (clock_getcpuclockid(3)) is the processor time.
const ClockRow* find_clock(const Process& process, std::uint64_t argument) {
  auto id = static_cast<std::uint32_t>(argument);
  if (static_cast<std::int32_t>(id) < 0) {
    constexpr std::uint32_t kWhich = 3;  // CPUCLOCK_CLOCK_MASK: three clocks of a process
    if ((id & kWhich) == kWhich) return nullptr;
    const std::int32_t pid = ~(static_cast<std::int32_t>(id) >> 3);
    if (pid != 0 && pid != process.pid()) return nullptr;
    id = CLOCK_PROCESS_CPUTIME_ID;
  }
  const auto row = std::ranges::find(kClocks, id, &ClockRow::id);
  return row == std::end(kClocks) ? nullptr : row;
}

nanoseconds now(const Process& process, const ClockRow& row) {
  const nanoseconds exact = (process.clock.*row.read)();
  return row.coarse ? exact - (process.clock.since_start() - process.clock.last_tick()) : exact;
}

nanoseconds resolution(const Process& process, const ClockRow& row) {
  return row.coarse ? process.clock.tick() : nanoseconds(1);
}

std::int64_t ticks(nanoseconds duration) {
  return duration / std::chrono::milliseconds(10);  // USER_HZ is 100
}

std::int64_t go_on_sleeping(Process& process, const RestartBlock& block);

enum class Sleep : std::uint8_t { For, Until };

/// Sleeps to `end` (since start). What a signal leaves of a duration goes to `rest`, and the call
/// goes on with it unless a handler ran; with an absolute time the call is made again.
std::int64_t sleep_until(Process& process, nanoseconds end, Sleep kind, std::uint64_t rest) {
  const nanoseconds left = std::max(end - process.clock.since_start(), nanoseconds(0));
  const auto& wait = process.task->wait;
  if (wait && wait->end != Wait::End::Interrupted) return 0;
  if (!wait && !process.waits_apart()) {
    process.clock.sleep(left);
    return 0;
  }
  if (!wait) return process.block({.what = "time to pass", .until = end, .interrupted = {}});
  if (kind == Sleep::Until) return -restart::kIfNoHandler;
  if (rest != 0 && !process.user.store(rest, to_timespec(left))) return -EFAULT;
  process.thread_signals().restart = {.resume = go_on_sleeping,
                                      .what = {static_cast<std::uint64_t>(end.count()), rest}};
  return -restart::kResume;
}

std::int64_t go_on_sleeping(Process& process, const RestartBlock& block) {
  return sleep_until(process, nanoseconds(static_cast<std::int64_t>(block.what[0])), Sleep::For,
                     block.what[1]);
}

nanoseconds later(nanoseconds now, nanoseconds duration) {
  return duration > nanoseconds::max() - now ? nanoseconds::max() : now + duration;
}

/// Not `to_duration`, which is for waiting: a file may be of any time.
nanoseconds file_time(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

/// utimensat(2): sets file times; UTIME_NOW is the simulated time.
std::int64_t set_times(Process& process, std::int64_t directory, const char* path,
                       std::array<timespec, 2> times, std::uint64_t flags) {
  bool only_now = true;
  for (timespec& time : times) {
    if (time.tv_nsec != UTIME_NOW) only_now = only_now && time.tv_nsec == UTIME_OMIT;
    if (time.tv_nsec == UTIME_NOW) time = to_timespec(process.clock.realtime());
  }
  struct stat before {};
  const auto look = [&](struct stat& status) {
    if (path == nullptr) return host_call(SYS_fstat, directory, &status) == 0;
    const std::uint64_t nofollow = flags & AT_SYMLINK_NOFOLLOW;
    return host_call(SYS_newfstatat, directory, path, &status, nofollow) == 0;
  };
  date_written(process);
  const bool was_there = look(before);
  const std::int64_t result = host_call(SYS_utimensat, directory, path, &times, flags);
  if (struct stat after{}; result == 0 && was_there && look(after)) {
    FileTimes::Times shown = process.file_times.shown(before, process.clock.epoch());
    if (times[0].tv_nsec != UTIME_OMIT) shown.accessed = file_time(after.st_atim);
    if (times[1].tv_nsec != UTIME_OMIT) shown.modified = file_time(after.st_mtim);
    shown.changed = process.clock.realtime();
    process.file_times.record(after, shown);
  }
  // Who may write a file but does not own it may only say "now": then it is the host's now.
  if (result != -EPERM || !only_now) return result;
  return host_call(SYS_utimensat, directory, path, nullptr, flags);
}

constexpr std::array<timespec, 2> kBothNow = {timespec{0, UTIME_NOW}, timespec{0, UTIME_NOW}};

std::int64_t set_times_of_day(Process& process, std::int64_t directory, const char* path,
                              std::uint64_t address) {
  if (address == 0) return set_times(process, directory, path, kBothNow, 0);
  const auto days = process.user.load<std::array<timeval, 2>>(address);
  if (!days) return -EFAULT;
  std::array<timespec, 2> times{};
  for (std::size_t i = 0; i < 2; ++i) {
    if ((*days)[i].tv_usec < 0 || (*days)[i].tv_usec >= 1'000'000) return -EINVAL;
    times[i] = {(*days)[i].tv_sec, (*days)[i].tv_usec * 1000};
  }
  return set_times(process, directory, path, times, 0);
}

}  // namespace

std::int64_t sys_clock_gettime(Process& process, const CallArguments& args) {
  const ClockRow* const row = find_clock(process, args[0]);
  if (row == nullptr) return -EINVAL;
  return process.user.store(args[1], to_timespec(now(process, *row))) ? 0 : -EFAULT;
}

std::int64_t sys_clock_getres(Process& process, const CallArguments& args) {
  const ClockRow* const row = find_clock(process, args[0]);
  if (row == nullptr) return -EINVAL;
  if (args[1] == 0) return 0;
  return process.user.store(args[1], to_timespec(resolution(process, *row))) ? 0 : -EFAULT;
}

std::int64_t sys_time(Process& process, const CallArguments& args) {
  const std::int64_t seconds =
      to_timespec(process.clock.epoch() + process.clock.last_tick()).tv_sec;
  if (args[0] != 0 && !process.user.store(args[0], seconds)) return -EFAULT;
  return seconds;
}

std::int64_t sys_gettimeofday(Process& process, const CallArguments& args) {
  if (args[0] != 0 && !process.user.store(args[0], to_timeval(process.clock.realtime())))
    return -EFAULT;
  constexpr struct timezone kUtc {};
  return args[1] != 0 && !process.user.store(args[1], kUtc) ? -EFAULT : 0;
}

std::int64_t sys_nanosleep(Process& process, const CallArguments& args) {
  const auto duration = process.user.load<timespec>(args[0]);
  if (!duration) return -EFAULT;
  if (!is_valid(*duration)) return -EINVAL;
  nanoseconds end = later(process.clock.since_start(), to_duration(*duration));
  if (process.task->wait) end = *process.task->wait->until;
  return sleep_until(process, end, Sleep::For, args[1]);
}

std::int64_t sys_clock_nanosleep(Process& process, const CallArguments& args) {
  const ClockRow* const row = find_clock(process, args[0]);
  if (row == nullptr) return -EINVAL;
  if (!row->sleeps) return -EOPNOTSUPP;
  const auto time = process.user.load<timespec>(args[2]);
  if (!time) return -EFAULT;
  if (!is_valid(*time)) return -EINVAL;
  const Sleep kind = (args[1] & TIMER_ABSTIME) != 0 ? Sleep::Until : Sleep::For;
  nanoseconds duration = to_duration(*time);
  if (kind == Sleep::Until) duration -= (process.clock.*row->read)();
  nanoseconds end = later(process.clock.since_start(), duration);
  if (process.task->wait) end = *process.task->wait->until;
  return sleep_until(process, end, kind, args[3]);
}

std::int64_t sys_times(Process& process, const CallArguments& args) {
  const tms used{.tms_utime = ticks(process.clock.cpu_time()),
                 .tms_stime = 0,
                 .tms_cutime = 0,
                 .tms_cstime = 0};
  if (args[0] != 0 && !process.user.store(args[0], used)) return -EFAULT;
  return ticks(process.clock.since_start());
}

std::int64_t sys_getrusage(Process& process, const CallArguments& args) {
  const auto who = static_cast<int>(args[0]);
  if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD) return -EINVAL;
  rusage usage{};
  if (who != RUSAGE_CHILDREN) usage.ru_utime = to_timeval(process.clock.cpu_time());
  return process.user.store(args[1], usage) ? 0 : -EFAULT;
}

std::int64_t sys_utimensat(Process& process, const CallArguments& args) {
  std::array<timespec, 2> times = kBothNow;
  if (args[2] != 0) {
    const auto given = process.user.load<std::array<timespec, 2>>(args[2]);
    if (!given) return -EFAULT;
    times = *given;
    if (times[0].tv_nsec == UTIME_OMIT && times[1].tv_nsec == UTIME_OMIT) return 0;
  }
  const bool keeps = (args[3] & AT_SYMLINK_NOFOLLOW) != 0;
  const char* const path =
      process.host_path(args[1], args[0], keeps ? LastLink::Kept : LastLink::Followed);
  // A null path means the descriptor itself, which AT_FDCWD is not.
  if (path == nullptr && static_cast<int>(args[0]) == AT_FDCWD) return -EFAULT;
  return set_times(process, process.host_directory(args[0]), path, times, args[3]);
}

std::int64_t sys_utime(Process& process, const CallArguments& args) {
  std::array<timespec, 2> times = kBothNow;
  if (args[1] != 0) {
    const auto given = process.user.load<utimbuf>(args[1]);
    if (!given) return -EFAULT;
    times = {timespec{given->actime, 0}, timespec{given->modtime, 0}};
  }
  const char* const path = process.host_path(args[0]);
  return path == nullptr ? -EFAULT : set_times(process, AT_FDCWD, path, times, 0);
}

std::int64_t sys_utimes(Process& process, const CallArguments& args) {
  const char* const path = process.host_path(args[0]);
  return path == nullptr ? -EFAULT : set_times_of_day(process, AT_FDCWD, path, args[1]);
}

std::int64_t sys_futimesat(Process& process, const CallArguments& args) {
  const int directory = process.host_directory(args[0]);
  return set_times_of_day(process, directory, process.host_path(args[1], args[0]), args[2]);
}

}  // namespace ringfare
