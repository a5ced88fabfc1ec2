// SPDX-License-Identifier: MIT
// futex(2), set_robust_list(2), get_robust_list(2).
#include <fmt/format.h>
#include <linux/futex.h>

#include <algorithm>
#include <cerrno>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kHeadSize = 24;  // struct robust_list_head

/// A wait for the word at `address` to change from `value`.
struct FutexWait {
  std::uint64_t address = 0;
  std::uint32_t value = 0, bits = 0;
  std::optional<std::chrono::nanoseconds> until;
};

std::int64_t go_on_waiting(Process& process, const RestartBlock& block);

/// After a signal the call goes on with the rest of its time limit (signal(7)).
std::int64_t interrupted(Process& process, const FutexWait& wait) {
  const auto& end = process.task->wait->until;
  if (!end) return -restart::kIfAsked;
  process.thread_signals().restart = {
      .resume = go_on_waiting,
      .what = {wait.address, wait.value, wait.bits, static_cast<std::uint64_t>(end->count())}};
  return -restart::kResume;
}

std::int64_t wait_for(Process& process, const FutexWait& wait) {
  Task& task = *process.task;
  if (task.wait) {
    if (task.wait->end == Wait::End::Interrupted) return interrupted(process, wait);
    const bool late = task.wait->end == Wait::End::Late;
    return process.end_wait(), late ? -ETIMEDOUT : 0;
  }
  const auto word = process.user.load<std::uint32_t>(wait.address);
  if (!word) return -EFAULT;
  if (*word != wait.value) return -EAGAIN;
  process.futexes.add(task);
  return process.block({.what = fmt::format("futex {:#x} to change from {}", wait.address, *word),
                        .until = wait.until,
                        .interrupted = std::nullopt,
                        .futex = wait.address,
                        .bits = wait.bits});
}

std::int64_t go_on_waiting(Process& process, const RestartBlock& block) {
  return wait_for(process,
                  {.address = block.what[0],
                   .value = static_cast<std::uint32_t>(block.what[1]),
                   .bits = static_cast<std::uint32_t>(block.what[2]),
                   .until = std::chrono::nanoseconds(static_cast<std::int64_t>(block.what[3]))});
}

/// FUTEX_WAIT and FUTEX_WAIT_BITSET.
std::int64_t wait(Process& process, const CallArguments& args, std::uint32_t bits,
                  bool is_absolute) {
  FutexWait wanted{
      .address = args[0], .value = static_cast<std::uint32_t>(args[2]), .bits = bits, .until = {}};
  if (args[3] != 0 && !process.task->wait) {
    const auto timeout = process.user.load<timespec>(args[3]);
    if (!timeout) return -EFAULT;
    if (!is_valid(*timeout)) return -EINVAL;
    wanted.until = to_duration(*timeout);
    const auto now = process.clock.since_start();
    if (!is_absolute)
      *wanted.until += now;
    else if ((args[1] & FUTEX_CLOCK_REALTIME) != 0)
      *wanted.until += now - process.clock.realtime();
  }
  return wait_for(process, wanted);
}

/// Sign-extends the 12 bits of FUTEX_WAKE_OP's arguments.
std::uint32_t operand(std::uint32_t encoded) {
  const std::uint32_t bits = encoded & 0xfff;
  return (bits ^ 0x800) - 0x800;
}

/// What FUTEX_WAKE_OP makes of the word; nothing for an operation there is not.
std::optional<std::uint32_t> changed(std::uint32_t operation, std::uint32_t old,
                                     std::uint32_t argument) {
  switch (operation) {
    case FUTEX_OP_SET:
      return argument;
    case FUTEX_OP_ADD:
      return old + argument;
    case FUTEX_OP_OR:
      return old | argument;
    case FUTEX_OP_ANDN:
      return old & ~argument;
    case FUTEX_OP_XOR:
      return old ^ argument;
    default:
      return std::nullopt;
  }
}

std::optional<bool> compares(std::uint32_t comparison, std::int32_t old, std::int32_t with) {
  switch (comparison) {
    case FUTEX_OP_CMP_EQ:
      return old == with;
    case FUTEX_OP_CMP_NE:
      return old != with;
    case FUTEX_OP_CMP_LT:
      return old < with;
    case FUTEX_OP_CMP_LE:
      return old <= with;
    case FUTEX_OP_CMP_GT:
      return old > with;
    case FUTEX_OP_CMP_GE:
      return old >= with;
    default:
      return std::nullopt;
  }
}

/// futex(2), FUTEX_WAKE_OP: changes the second word, wakes at the first, and at the second where
/// its old value compares.
std::int64_t wake_and_change(Process& process, const CallArguments& args) {
  const auto encoded = static_cast<std::uint32_t>(args[5]);
  const std::uint32_t operation = encoded >> 28 & 7, comparison = encoded >> 24 & 15;
  std::uint32_t argument = operand(encoded >> 12);
  const auto with = static_cast<std::int32_t>(operand(encoded));
  if ((encoded >> 28 & FUTEX_OP_OPARG_SHIFT) != 0) argument = 1u << (argument & 31);
  if (args[4] % 4 != 0) return -EINVAL;
  if (!process.user.space().readable({args[0]}, 4)) return -EFAULT;
  const auto old = process.user.load<std::uint32_t>(args[4]);
  if (!old) return -EFAULT;
  const auto value = changed(operation, *old, argument);
  if (!value) return -ENOSYS;
  if (!process.user.store(args[4], *value)) return -EFAULT;
  const auto holds = compares(comparison, static_cast<std::int32_t>(*old), with);
  if (!holds) return -ENOSYS;
  std::int64_t woken = process.futexes.wake(args[0], static_cast<std::uint32_t>(args[2]));
  if (*holds) woken += process.futexes.wake(args[4], static_cast<std::uint32_t>(args[3]));
  return woken;
}

/// FUTEX_REQUEUE, and FUTEX_CMP_REQUEUE with an `expected` value.
std::int64_t requeue(Process& process, const CallArguments& args,
                     std::optional<std::uint32_t> expected) {
  const auto wakes = static_cast<std::int32_t>(args[2]), moves = static_cast<std::int32_t>(args[3]);
  if (wakes < 0 || moves < 0 || args[4] % 4 != 0) return -EINVAL;
  if (!process.user.space().readable({args[4]}, 4)) return -EFAULT;
  const auto word = process.user.load<std::uint32_t>(args[0]);
  if (!word) return -EFAULT;
  if (expected && *word != *expected) return -EAGAIN;
  const std::int64_t woken = process.futexes.wake(args[0], static_cast<std::uint64_t>(wakes));
  const std::int64_t moved =
      process.futexes.requeue(args[0], args[4], static_cast<std::uint64_t>(moves));
  return woken + moved;  // also for FUTEX_REQUEUE, whatever futex(2) says
}

}  // namespace

std::int64_t sys_futex(Process& process, const CallArguments& args) {
  const auto operation = static_cast<std::uint32_t>(args[1]) & FUTEX_CMD_MASK;
  const auto bits = static_cast<std::uint32_t>(args[5]);
  const auto most = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(args[2]));
  if (args[0] % 4 != 0) return -EINVAL;
  switch (operation) {
    case FUTEX_WAIT:
      return wait(process, args, FutexQueue::kAnyBits, false);
    case FUTEX_WAIT_BITSET:
      return bits == 0 ? -EINVAL : wait(process, args, bits, true);
    case FUTEX_WAKE:
      return process.futexes.wake(args[0], most);
    case FUTEX_WAKE_BITSET:
      return bits == 0 ? -EINVAL : process.futexes.wake(args[0], most, bits);
    case FUTEX_REQUEUE:
      return requeue(process, args, std::nullopt);
    case FUTEX_CMP_REQUEUE:
      return requeue(process, args, bits);
    case FUTEX_WAKE_OP:
      return wake_and_change(process, args);
    default:
      return -ENOSYS;  // priority inheritance, and what Linux 6.1 does not know
  }
}

std::int64_t sys_set_robust_list(Process& process, const CallArguments& args) {
  if (args[1] != kHeadSize) return -EINVAL;
  process.task->robust_list = args[0];
  process.task->robust_words = sizeof(std::uint64_t);
  return 0;
}

std::int64_t sys_get_robust_list(Process& process, const CallArguments& args) {
  const auto id = static_cast<std::int32_t>(args[0]);
  const Task* const task = id == 0 ? process.task : process.find_task(id);
  if (task == nullptr) return -ESRCH;
  if (!process.user.store(args[2], kHeadSize)) return -EFAULT;
  return process.user.store(args[1], task->robust_list) ? 0 : -EFAULT;
}

}  // namespace ringfare
