// SPDX-License-Identifier: MIT
// sched_setscheduler(2), sched_setparam(2), sched_setattr(2), sched_rr_get_interval(2),
// ioprio_set(2): the guest runs as SCHED_OTHER alone on its processor.
#include <sched.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/named_threads.hpp"

namespace ringfare {
namespace {

/// struct sched_attr (sched_setattr(2)); 48 bytes at first, then two more fields.
struct Attributes {
  std::uint32_t size, policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime, deadline, period;
  std::uint32_t utilization_least, utilization_most;
};
static_assert(sizeof(Attributes) == 56);
constexpr std::uint32_t kFirstAttributes = 48;  // SCHED_ATTR_SIZE_VER0
constexpr std::uint32_t kDeadline = 6;          // SCHED_DEADLINE

/// Without privileges a process stays among the policies of ordinary work: 0 or -errno.
std::int64_t change_policy(Process& process, std::uint64_t pid, std::optional<std::uint32_t> wanted,
                           std::int64_t priority) {
  constexpr std::uint32_t kOrdinary[] = {SCHED_OTHER, SCHED_BATCH, SCHED_IDLE};
  constexpr std::uint32_t kRealTime[] = {SCHED_FIFO, SCHED_RR};
  if (static_cast<std::int32_t>(pid) < 0) return -EINVAL;
  ThreadEntry* const thread = named_thread(process, pid);
  const ProcessEntry* const entry = thread != nullptr ? process_of(process, *thread) : nullptr;
  if (entry == nullptr) return -ESRCH;
  const std::uint32_t kept = thread->policy | (thread->resets_on_fork ? SCHED_RESET_ON_FORK : 0);
  const std::uint32_t policy = wanted.value_or(kept);
  const std::uint32_t plain = policy & ~std::uint32_t{SCHED_RESET_ON_FORK};
  const bool ordinary = std::ranges::find(kOrdinary, plain) != std::end(kOrdinary);
  const bool real_time = std::ranges::find(kRealTime, plain) != std::end(kRealTime);
  if (!ordinary && !real_time && plain != kDeadline) return -EINVAL;
  if (ordinary && priority != 0) return -EINVAL;
  if (real_time && (priority < 1 || priority > 99)) return -EINVAL;
  if (!may_change(process, *entry) || !ordinary) return -EPERM;
  thread->policy = plain;
  thread->resets_on_fork = plain != policy;
  return 0;
}

constexpr std::uint32_t kIoWhoProcess = 1, kIoWhoUser = 3;  // ioprio_set(2)
Whom whom(std::uint32_t which) {
  return static_cast<Whom>(which - kIoWhoProcess);
}

constexpr unsigned kIoClassShift = 13;
constexpr std::uint32_t kIoBestEffort = 2, kIoIdle = 3;

}  // namespace

std::int64_t sys_sched_setscheduler(Process& process, const CallArguments& args) {
  if (args[2] == 0 || static_cast<std::int32_t>(args[0]) < 0 ||
      static_cast<std::int32_t>(args[1]) < 0)
    return -EINVAL;
  const auto priority = process.user.load<std::int32_t>(args[2]);
  if (!priority) return -EFAULT;
  return change_policy(process, args[0], static_cast<std::uint32_t>(args[1]), *priority);
}

std::int64_t sys_sched_setparam(Process& process, const CallArguments& args) {
  if (args[1] == 0 || static_cast<std::int32_t>(args[0]) < 0) return -EINVAL;
  const auto priority = process.user.load<std::int32_t>(args[1]);
  if (!priority) return -EFAULT;
  return change_policy(process, args[0], std::nullopt, *priority);
}

std::int64_t sys_sched_rr_get_interval(Process& process, const CallArguments& args) {
  // sched_rr_get_interval(2): for SCHED_OTHER a slice of the fair scheduler, 4 ms on one processor.
  constexpr std::chrono::milliseconds kSlice(4);
  if (static_cast<std::int32_t>(args[0]) < 0) return -EINVAL;
  if (named_thread(process, args[0]) == nullptr) return -ESRCH;
  return process.user.store(args[1], to_timespec(kSlice)) ? 0 : -EFAULT;
}

std::int64_t sys_sched_setattr(Process& process, const CallArguments& args) {
  if (args[1] == 0 || static_cast<std::int32_t>(args[0]) < 0 || args[2] != 0) return -EINVAL;
  const auto size = process.user.load<std::uint32_t>(args[1]);
  if (!size) return -EFAULT;
  if (*size != 0 && (*size < kFirstAttributes || *size > kPageSize)) {
    const std::uint32_t known = sizeof(Attributes);
    return process.user.store(args[1], known) ? -E2BIG : -EFAULT;
  }
  Attributes attributes{};
  const std::size_t bytes =
      std::min<std::size_t>(*size == 0 ? kFirstAttributes : *size, sizeof(attributes));
  if (!process.user.space().read({args[1]},
                                 std::as_writable_bytes(std::span(&attributes, 1)).first(bytes)))
    return -EFAULT;
  process.user.count_in(bytes);
  constexpr std::uint64_t kResetOnFork = 1;  // SCHED_FLAG_RESET_ON_FORK
  const std::uint32_t policy =
      attributes.policy | ((attributes.flags & kResetOnFork) != 0 ? SCHED_RESET_ON_FORK : 0);
  const std::int64_t result = change_policy(process, args[0], policy, attributes.priority);
  if (result == 0) named_thread(process, args[0])->nice = std::clamp(attributes.nice, -20, 19);
  return result;
}

std::int64_t sys_sched_getattr(Process& process, const CallArguments& args) {
  const auto size = static_cast<std::uint32_t>(args[2]);
  if (args[1] == 0 || static_cast<std::int32_t>(args[0]) < 0 || size < kFirstAttributes ||
      size > kPageSize || args[3] != 0)
    return -EINVAL;
  const ThreadEntry* const thread = named_thread(process, args[0]);
  if (thread == nullptr) return -ESRCH;
  Attributes attributes{};
  attributes.policy = thread->policy;
  attributes.flags = thread->resets_on_fork ? 1 : 0;
  attributes.size = std::min<std::uint32_t>(size, sizeof(attributes));
  attributes.nice = thread->nice;
  const auto bytes = std::as_bytes(std::span(&attributes, 1)).first(attributes.size);
  if (!process.user.space().write({args[1]}, bytes)) return -EFAULT;
  process.user.count_out(bytes.size());
  return 0;
}

std::int64_t sys_ioprio_get(Process& process, const CallArguments& args) {
  const auto which = static_cast<std::uint32_t>(args[0]);
  if (which < kIoWhoProcess || which > kIoWhoUser) return -EINVAL;
  const auto threads = named_threads(process, whom(which), args[1]);
  if (threads.empty()) return -ESRCH;
  // The highest: that of the lowest number, none being as good as best effort.
  return std::ranges::min(threads, {}, &ThreadEntry::io_priority)->io_priority;
}

std::int64_t sys_ioprio_set(Process& process, const CallArguments& args) {
  const auto which = static_cast<std::uint32_t>(args[0]);
  const auto priority = static_cast<std::uint32_t>(args[2]);
  const std::uint32_t io_class = priority >> kIoClassShift;
  const std::uint32_t level = priority & ((1u << kIoClassShift) - 1);
  if (io_class > kIoIdle) return -EINVAL;
  if (io_class == 0 && level != 0) return -EINVAL;
  if (io_class != 0 && io_class < kIoBestEffort && level < 8) return -EPERM;  // real time
  if (io_class != kIoIdle && level >= 8) return -EINVAL;
  if (which < kIoWhoProcess || which > kIoWhoUser) return -EINVAL;
  const auto threads = named_threads(process, whom(which), args[1]);
  if (threads.empty()) return -ESRCH;
  for (ThreadEntry* const thread : threads) {
    if (!may_change(process, *process_of(process, *thread))) return -EPERM;
    thread->io_priority = static_cast<std::int32_t>(priority);
  }
  return 0;
}

}  // namespace ringfare
