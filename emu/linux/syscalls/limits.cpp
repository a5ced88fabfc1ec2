// SPDX-License-Identifier: MIT
// getrlimit(2), prlimit(2), getpriority(2), sched_setaffinity(2) and the other sched_ calls,
// sysinfo(2): one processor, 8 GiB, nobody else.
#include <linux/sysinfo.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/named_threads.hpp"

namespace ringfare {
namespace {

struct PriorityRange {
  int policy, lowest, highest;
};

// sched(7).
constexpr PriorityRange kPriorities[] = {
    {SCHED_OTHER, 0, 0}, {SCHED_FIFO, 1, 99}, {SCHED_RR, 1, 99},
    {SCHED_BATCH, 0, 0}, {SCHED_IDLE, 0, 0},  {SCHED_DEADLINE, 0, 0},
};

const PriorityRange* find_policy(std::uint64_t argument) {
  const auto row =
      std::ranges::find(kPriorities, static_cast<std::int32_t>(argument), &PriorityRange::policy);
  return row == std::end(kPriorities) ? nullptr : row;
}

}  // namespace

std::int64_t sys_prlimit64(Process& process, const CallArguments& args) {
  const auto resource = static_cast<std::uint32_t>(args[1]);
  std::optional<rlimit> wanted;
  if (args[2] != 0) {
    wanted = process.user.load<rlimit>(args[2]);
    if (!wanted) return -EFAULT;
  }
  ProcessEntry* const entry = named_process(process, args[0]);
  if (entry == nullptr) return -ESRCH;
  if (!may_change(process, *entry)) return -EPERM;
  if (resource >= ResourceLimits::kCount) return -EINVAL;
  const rlimit old = entry->limits[resource];
  if (wanted) {
    if (const int error = entry->limits.set(resource, *wanted); error != 0) return error;
    const bool own = entry == &process.tree.self();
    if (resource == RLIMIT_NOFILE && own) process.descriptors.set_limit(wanted->rlim_cur);
    if (!own && entry->state != ProcessEntry::State::Zombie) process.tree.tell(*entry);
  }
  return args[3] != 0 && !process.user.store(args[3], old) ? -EFAULT : 0;
}

std::int64_t sys_getrlimit(Process& process, const CallArguments& args) {
  if (static_cast<std::uint32_t>(args[0]) >= ResourceLimits::kCount) return -EINVAL;
  return process.user.store(args[1], process.limits()[static_cast<std::uint32_t>(args[0])])
             ? 0
             : -EFAULT;
}

std::int64_t sys_setrlimit(Process& process, const CallArguments& args) {
  const std::int64_t result = sys_prlimit64(process, {0, args[0], args[1], 0});
  return args[1] == 0 ? -EFAULT : result;
}

std::int64_t sys_getpriority(Process& process, const CallArguments& args) {
  if (args[0] > PRIO_USER) return -EINVAL;
  const auto threads = named_threads(process, static_cast<Whom>(args[0]), args[1]);
  if (threads.empty()) return -ESRCH;
  // As the system call answers; the C library turns it round.
  return 20 - std::ranges::min(threads, {}, &ThreadEntry::nice)->nice;
}

std::int64_t sys_setpriority(Process& process, const CallArguments& args) {
  if (args[0] > PRIO_USER) return -EINVAL;
  const int nice = std::clamp(static_cast<std::int32_t>(args[2]), -20, 19);
  std::int64_t result = -ESRCH;
  for (ThreadEntry* const thread : named_threads(process, static_cast<Whom>(args[0]), args[1])) {
    const bool owned = may_change(process, *process_of(process, *thread));
    const bool raises = nice < thread->nice;
    if (owned && !raises) thread->nice = nice;
    if (!owned || raises)
      result = owned ? -EACCES : -EPERM;
    else if (result == -ESRCH)
      result = 0;
  }
  return result;
}

std::int64_t sys_sched_getaffinity(Process& process, const CallArguments& args) {
  constexpr std::uint64_t kMaskSize = 8;
  const std::uint64_t size = static_cast<std::uint32_t>(args[1]);
  if (size * 8 < 1 || size % 8 != 0) return -EINVAL;
  if (named_thread(process, args[0]) == nullptr) return -ESRCH;
  constexpr std::uint64_t kFirstProcessor = 1;
  return process.user.store(args[2], kFirstProcessor) ? static_cast<std::int64_t>(kMaskSize)
                                                      : -EFAULT;
}

std::int64_t sys_sched_setaffinity(Process& process, const CallArguments& args) {
  std::uint64_t mask = 0;
  const std::size_t size = std::min<std::uint64_t>(static_cast<std::uint32_t>(args[1]), 8);
  if (!process.user.space().read({args[2]},
                                 std::as_writable_bytes(std::span(&mask, 1)).first(size)))
    return -EFAULT;
  process.user.count_in(size);
  const ProcessEntry* const entry = named_process(process, args[0]);
  if (entry == nullptr) return -ESRCH;
  if (!may_change(process, *entry)) return -EPERM;
  return (mask & 1) != 0 ? 0 : -EINVAL;
}

std::int64_t sys_sched_getscheduler(Process& process, const CallArguments& args) {
  if (static_cast<std::int32_t>(args[0]) < 0) return -EINVAL;
  const ThreadEntry* const thread = named_thread(process, args[0]);
  if (thread == nullptr) return -ESRCH;
  return thread->policy | (thread->resets_on_fork ? SCHED_RESET_ON_FORK : 0);
}

std::int64_t sys_sched_getparam(Process& process, const CallArguments& args) {
  if (args[1] == 0 || static_cast<std::int32_t>(args[0]) < 0) return -EINVAL;
  const ThreadEntry* const thread = named_thread(process, args[0]);
  if (thread == nullptr) return -ESRCH;
  return process.user.store(args[1], thread->priority) ? 0 : -EFAULT;
}

std::int64_t sys_sched_get_priority_max(Process&, const CallArguments& args) {
  const PriorityRange* const row = find_policy(args[0]);
  return row == nullptr ? -EINVAL : row->highest;
}

std::int64_t sys_sched_get_priority_min(Process&, const CallArguments& args) {
  const PriorityRange* const row = find_policy(args[0]);
  return row == nullptr ? -EINVAL : row->lowest;
}

std::int64_t sys_getcpu(Process& process, const CallArguments& args) {
  for (const std::uint64_t address : {args[0], args[1]})
    if (address != 0 && !process.user.store(address, std::uint32_t{0})) return -EFAULT;
  return 0;
}

std::int64_t sys_sysinfo(Process& process, const CallArguments& args) {
  struct sysinfo answer {};
  answer.uptime = to_timespec(process.clock.since_start()).tv_sec;
  answer.totalram = kMachineMemory;
  answer.freeram = kMachineMemory - std::min(kMachineMemory, process.user.space().mapped_bytes());
  answer.procs = static_cast<unsigned short>(process.tree.all().size());
  answer.mem_unit = 1;
  if (process.image.layout.word() == 4) {  // in pages, where bytes do not fit in 32 bits
    answer.mem_unit = kPageSize;
    answer.totalram /= kPageSize;
    answer.freeram /= kPageSize;
  }
  return process.user.store(args[0], answer) ? 0 : -EFAULT;
}

}  // namespace ringfare
