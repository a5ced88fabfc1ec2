// SPDX-License-Identifier: MIT
// futex(2), futex_waitv(2), set_robust_list(2), get_robust_list(2).
#include <fmt/format.h>
#include <linux/futex.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <span>
#include <utility>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/state/futex_wakes.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kHeadSize = 24;  // struct robust_list_head

bool is_private(const CallArguments& args) {
  return (args[1] & FUTEX_PRIVATE_FLAG) != 0;
}

/// A wait for the word at `address` to change from `value`.
struct FutexWait {
  std::uint64_t address = 0;
  std::uint32_t value = 0, bits = 0;
  bool is_private = false;
  std::optional<std::chrono::nanoseconds> until = std::nullopt;
};

/// The thread is queued and waits.
std::int64_t wait_at(Process& process, const FutexWaiter& waiter, std::string what,
                     std::optional<std::chrono::nanoseconds> until) {
  const std::uint32_t place = process.futexes.add(waiter);
  if (place == 0) return -ENOMEM;
  return process.block(
      {.what = std::move(what), .until = until, .interrupted = std::nullopt, .futex = place});
}

FutexWaiter waiter_of(Process& process, const FutexKey& key, std::uint32_t bits) {
  return {.bits = bits, .thread = process.task->id, .process = &process.tree.self(), .key = key};
}

/// Whether the wait was ended by a wake-up, whatever has happened since.
bool is_woken(Process& process) {
  return process.futexes[process.task->wait->futex].state == FutexWaiter::State::Woken;
}

std::int64_t go_on_waiting(Process& process, const RestartBlock& block);

/// After a signal the call goes on with the rest of its time limit (signal(7)).
std::int64_t interrupted(Process& process, const FutexWait& wait) {
  const auto& end = process.task->wait->until;
  if (!end) return -restart::kIfAsked;
  process.thread_signals().restart = {
      .resume = go_on_waiting,
      .what = {wait.address, wait.value, wait.bits, static_cast<std::uint64_t>(end->count()),
               wait.is_private}};
  return -restart::kResume;
}

std::int64_t wait_for(Process& process, const FutexWait& wait) {
  if (process.task->wait) {
    if (is_woken(process)) return process.end_wait(), 0;
    if (process.task->wait->end == Wait::End::Interrupted) return interrupted(process, wait);
    return process.end_wait(), -ETIMEDOUT;
  }
  const auto word = process.user.load<std::uint32_t>(wait.address);
  if (!word) return -EFAULT;
  if (*word != wait.value) return -EAGAIN;
  return wait_at(process,
                 waiter_of(process, futex_key(process, wait.address, wait.is_private), wait.bits),
                 fmt::format("futex {:#x} to change from {}", wait.address, *word), wait.until);
}

std::int64_t go_on_waiting(Process& process, const RestartBlock& block) {
  return wait_for(process,
                  {.address = block.what[0],
                   .value = static_cast<std::uint32_t>(block.what[1]),
                   .bits = static_cast<std::uint32_t>(block.what[2]),
                   .is_private = block.what[4] != 0,
                   .until = std::chrono::nanoseconds(static_cast<std::int64_t>(block.what[3]))});
}

/// A time limit as simulated time since the start.
struct Limit {
  std::int64_t error = 0;
  std::optional<std::chrono::nanoseconds> until = std::nullopt;
};

enum class LimitClock : std::uint8_t { Relative, Monotonic, Realtime };

Limit limit_at(Process& process, std::uint64_t address, LimitClock clock) {
  if (address == 0) return {};
  const auto timeout = process.user.load<timespec>(address);
  if (!timeout) return {.error = -EFAULT};
  if (!is_valid(*timeout)) return {.error = -EINVAL};
  const auto now = process.clock.since_start();
  const auto time = to_duration(*timeout);
  if (clock == LimitClock::Relative) return {.until = time + now};
  if (clock == LimitClock::Monotonic) return {.until = time};
  return {.until = time + (now - process.clock.realtime())};
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
  const std::int64_t woken = wake_futex(process, futex_key(process, args[0], is_private(args)),
                                        std::max(1u, static_cast<std::uint32_t>(args[2])));
  if (woken < 0 || !*holds) return woken;
  const std::int64_t others = wake_futex(process, futex_key(process, args[4], is_private(args)),
                                         std::max(1u, static_cast<std::uint32_t>(args[3])));
  return others < 0 ? others : woken + others;
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
  const FutexKey from = futex_key(process, args[0], is_private(args)),
                 to = futex_key(process, args[4], is_private(args));
  const std::int64_t woken = wake_futex(process, from, static_cast<std::uint64_t>(wakes));
  if (woken < 0) return woken;
  std::int64_t moved = 0;
  for (std::uint32_t at = process.futexes.first(from); at != 0 && moved < moves; ++moved) {
    const std::uint32_t place = std::exchange(at, process.futexes.after(at));
    if (process.futexes[place].kind != FutexWaiter::Kind::Plain) return -EINVAL;
    if (from != to) process.futexes.move(place, to);
  }
  return woken + moved;  // also for FUTEX_REQUEUE, whatever futex(2) says
}

/// Whether the word says that somebody has to be woken, and who has the lock.
constexpr std::uint32_t kWaiters = FUTEX_WAITERS, kDied = FUTEX_OWNER_DIED, kOwner = FUTEX_TID_MASK;

/// Takes the lock at `address` for `thread`, or marks it as waited for: 1 where it is the thread's,
/// 0 where it has to wait, -errno.
std::int64_t try_lock(Process& process, std::uint64_t address, const FutexKey& key,
                      std::int32_t thread) {
  const auto word = process.user.load<std::uint32_t>(address);
  if (!word || !process.user.space().writable({address}, 4)) return -EFAULT;
  const std::uint32_t owner = *word & kOwner, own = static_cast<std::uint32_t>(thread);
  if (owner == own) return -EDEADLK;
  const std::uint32_t waiting = process.futexes.first(key);
  if (waiting != 0 && process.futexes[waiting].kind != FutexWaiter::Kind::Lock) return -EINVAL;
  if (owner == 0 && waiting == 0) {
    process.user.store(address, (*word & (kDied | kWaiters)) | own);
    return 1;
  }
  if (owner != 0 && waiting == 0 && !process.tree.has_thread(static_cast<std::int32_t>(owner)))
    return -ESRCH;
  process.user.store(address, *word | kWaiters);
  return 0;
}

/// The lock has come to a thread that waited for it.
std::int64_t take_over(Process& process, std::uint64_t address) {
  const FutexWaiter& own = process.futexes[process.task->wait->futex];
  if (own.inherits) {
    const auto word = process.user.load<std::uint32_t>(address).value_or(0);
    process.user.store(address,
                       (word & kDied) | kWaiters | static_cast<std::uint32_t>(process.task->id));
  }
  process.end_wait();
  return 0;
}

/// FUTEX_LOCK_PI, FUTEX_LOCK_PI2.
std::int64_t lock(Process& process, const CallArguments& args, const Limit& limit) {
  if (process.task->wait) {
    if (is_woken(process)) return take_over(process, args[0]);
    const bool by_signal = process.task->wait->end == Wait::End::Interrupted;
    process.end_wait();
    return by_signal ? -restart::kAlways : -ETIMEDOUT;
  }
  const FutexKey key = futex_key(process, args[0], is_private(args));
  const std::int64_t got = try_lock(process, args[0], key, process.task->id);
  if (got != 0) return got < 0 ? got : 0;
  FutexWaiter waiter = waiter_of(process, key, FutexTable::kAnyBits);
  waiter.kind = FutexWaiter::Kind::Lock;
  waiter.owner =
      static_cast<std::int32_t>(process.user.load<std::uint32_t>(args[0]).value_or(0) & kOwner);
  return wait_at(process, waiter, fmt::format("the lock at {:#x}", args[0]), limit.until);
}

std::int64_t try_lock_only(Process& process, const CallArguments& args) {
  const FutexKey key = futex_key(process, args[0], is_private(args));
  const std::int64_t got = try_lock(process, args[0], key, process.task->id);
  return got == 0 ? -EAGAIN : std::min<std::int64_t>(got, 0);
}

std::int64_t unlock(Process& process, const CallArguments& args) {
  const auto word = process.user.load<std::uint32_t>(args[0]);
  if (!word) return -EFAULT;
  if ((*word & kOwner) != static_cast<std::uint32_t>(process.task->id)) return -EPERM;
  const std::uint32_t heir = process.futexes.first(futex_key(process, args[0], is_private(args)));
  if (heir == 0) return process.user.store(args[0], std::uint32_t{0}) ? 0 : -EFAULT;
  if (process.futexes[heir].kind != FutexWaiter::Kind::Lock) return -EINVAL;
  const std::int32_t owner = process.futexes[heir].thread;
  if (!process.user.store(args[0], kWaiters | static_cast<std::uint32_t>(owner))) return -EFAULT;
  for (std::uint32_t at = heir; at != 0; at = process.futexes.after(at))
    process.futexes[at].owner = owner;
  end_futex_wait(process, heir);
  return 0;
}

/// FUTEX_WAIT_REQUEUE_PI: waits at the first word until FUTEX_CMP_REQUEUE_PI moves it to the lock
/// at the second.
std::int64_t wait_to_be_moved(Process& process, const CallArguments& args, const Limit& limit) {
  if (args[0] == args[4] || args[4] % 4 != 0) return -EINVAL;
  if (process.task->wait) {
    if (is_woken(process)) return take_over(process, args[4]);
    const bool by_signal = process.task->wait->end == Wait::End::Interrupted;
    const bool moved = process.futexes[process.task->wait->futex].kind == FutexWaiter::Kind::Lock;
    process.end_wait();
    if (by_signal) return moved ? -EAGAIN : -restart::kAlways;
    return -ETIMEDOUT;
  }
  const auto word = process.user.load<std::uint32_t>(args[0]);
  if (!word || !process.user.space().readable({args[4]}, 4)) return -EFAULT;
  const FutexKey key = futex_key(process, args[0], is_private(args));
  const FutexKey to = futex_key(process, args[4], is_private(args));
  if (key == to) return -EINVAL;
  if (*word != static_cast<std::uint32_t>(args[2])) return -EAGAIN;
  FutexWaiter waiter = waiter_of(process, key, FutexTable::kAnyBits);
  waiter.kind = FutexWaiter::Kind::ToBeMoved;
  waiter.moves_to = to;
  return wait_at(process, waiter, fmt::format("futex {:#x} to change from {}", args[0], *word),
                 limit.until);
}

/// FUTEX_CMP_REQUEUE_PI: the first waiter gets the lock if it is free, the others wait for it.
std::int64_t move_to_lock(Process& process, const CallArguments& args) {
  const auto wakes = static_cast<std::int32_t>(args[2]), moves = static_cast<std::int32_t>(args[3]);
  if (wakes < 0 || moves < 0 || wakes != 1 || args[4] % 4 != 0) return -EINVAL;
  const FutexKey from = futex_key(process, args[0], is_private(args)),
                 to = futex_key(process, args[4], is_private(args));
  if (from == to) return -EINVAL;
  const auto word = process.user.load<std::uint32_t>(args[0]);
  if (!word || !process.user.space().writable({args[4]}, 4)) return -EFAULT;
  if (*word != static_cast<std::uint32_t>(args[5])) return -EAGAIN;
  std::int64_t done = 0;
  for (std::uint32_t at = process.futexes.first(from); at != 0 && done <= moves;) {
    const std::uint32_t place = std::exchange(at, process.futexes.after(at));
    FutexWaiter& waiter = process.futexes[place];
    if (waiter.kind != FutexWaiter::Kind::ToBeMoved || waiter.moves_to != to) return -EINVAL;
    const std::int64_t got = try_lock(process, args[4], to, waiter.thread);
    if (got < 0) return got;
    ++done;
    waiter.kind = FutexWaiter::Kind::Lock;
    if (got == 1) {
      end_futex_wait(process, place);
      continue;
    }
    waiter.owner =
        static_cast<std::int32_t>(process.user.load<std::uint32_t>(args[4]).value_or(0) & kOwner);
    process.futexes.move(place, to);
  }
  return done;
}

/// One of the futexes of futex_waitv(2): struct futex_waitv.
struct WaitedFor {
  std::uint64_t value = 0, address = 0;
  std::uint32_t flags = 0, reserved = 0;
};

/// The wait for several is over: which of them has ended it, the last where there are more.
std::int64_t end_of_several(Process& process) {
  std::int64_t index = 0, woken = -1;
  for (std::uint32_t at = process.task->wait->futex; at != 0; at = process.futexes[at].sibling) {
    if (process.futexes[at].state == FutexWaiter::State::Woken) woken = index;
    ++index;
  }
  const bool by_signal = process.task->wait->end == Wait::End::Interrupted;
  process.end_wait();
  if (woken >= 0) return woken;
  return by_signal ? -restart::kIfAsked : -ETIMEDOUT;
}

}  // namespace

std::int64_t sys_futex(Process& process, const CallArguments& args) {
  const auto operation = static_cast<std::uint32_t>(args[1]) & FUTEX_CMD_MASK;
  const auto bits = static_cast<std::uint32_t>(args[5]);
  const auto most = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(args[2]));
  const bool by_realtime = (args[1] & FUTEX_CLOCK_REALTIME) != 0;
  const bool absolute = operation != FUTEX_WAIT;
  constexpr std::uint32_t kTimed[] = {FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_LOCK_PI, FUTEX_LOCK_PI2,
                                      FUTEX_WAIT_REQUEUE_PI};
  constexpr std::uint32_t kOfEitherClock[] = {FUTEX_WAIT_BITSET, FUTEX_WAIT_REQUEUE_PI,
                                              FUTEX_LOCK_PI2};
  Limit limit;
  if (!process.task->wait && std::ranges::find(kTimed, operation) != std::end(kTimed))
    limit = limit_at(process, args[3],
                     !absolute                                   ? LimitClock::Relative
                     : by_realtime || operation == FUTEX_LOCK_PI ? LimitClock::Realtime
                                                                 : LimitClock::Monotonic);
  if (limit.error != 0) return limit.error;
  if (by_realtime && std::ranges::find(kOfEitherClock, operation) == std::end(kOfEitherClock))
    return -ENOSYS;
  const bool own = is_private(args);
  FutexWait wanted{.address = args[0],
                   .value = static_cast<std::uint32_t>(args[2]),
                   .bits = FutexTable::kAnyBits,
                   .is_private = own,
                   .until = limit.until};
  const bool known = operation <= FUTEX_LOCK_PI2 && operation != FUTEX_FD;
  if (known && args[0] % 4 != 0) return -EINVAL;
  switch (operation) {
    case FUTEX_WAIT:
      return wait_for(process, wanted);
    case FUTEX_WAIT_BITSET:
      wanted.bits = bits;
      return bits == 0 ? -EINVAL : wait_for(process, wanted);
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET: {
      const std::uint32_t listening = operation == FUTEX_WAKE ? FutexTable::kAnyBits : bits;
      if (listening == 0) return -EINVAL;
      return wake_futex(process, futex_key(process, args[0], own), most, listening);
    }
    case FUTEX_REQUEUE:
      return requeue(process, args, std::nullopt);
    case FUTEX_CMP_REQUEUE:
      return requeue(process, args, bits);
    case FUTEX_WAKE_OP:
      return wake_and_change(process, args);
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
      return lock(process, args, limit);
    case FUTEX_TRYLOCK_PI:
      return try_lock_only(process, args);
    case FUTEX_UNLOCK_PI:
      return unlock(process, args);
    case FUTEX_WAIT_REQUEUE_PI:
      return wait_to_be_moved(process, args, limit);
    case FUTEX_CMP_REQUEUE_PI:
      return move_to_lock(process, args);
    default:
      return -ENOSYS;
  }
}

std::int64_t sys_futex_waitv(Process& process, const CallArguments& args) {
  constexpr std::uint32_t kMost = 128, k32Bits = 2;  // FUTEX_WAITV_MAX, FUTEX_32
  const auto count = static_cast<std::uint32_t>(args[1]);
  if (args[2] != 0 || count == 0 || count > kMost || args[0] == 0) return -EINVAL;
  if (process.task->wait) return end_of_several(process);
  const auto clock = static_cast<std::int32_t>(args[4]);
  if (args[3] != 0 && clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME) return -EINVAL;
  const Limit limit = limit_at(
      process, args[3], clock == CLOCK_REALTIME ? LimitClock::Realtime : LimitClock::Monotonic);
  if (limit.error != 0) return limit.error;
  std::array<WaitedFor, kMost> all{};
  const auto wanted = std::span(all).first(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto one = process.user.load<WaitedFor>(args[0] + i * sizeof(WaitedFor));
    if (!one) return -EFAULT;
    if ((one->flags & ~(k32Bits | FUTEX_PRIVATE_FLAG)) != 0 || one->reserved != 0) return -EINVAL;
    if ((one->flags & k32Bits) == 0) return -EINVAL;
    all[i] = *one;
  }
  for (const WaitedFor& one : wanted) {
    if (one.address % 4 != 0) return -EINVAL;
    if (!process.user.space().readable({one.address}, 4)) return -EFAULT;
  }
  for (const WaitedFor& one : wanted) {
    const auto word = process.user.load<std::uint32_t>(one.address);
    if (!word) return -EFAULT;
    if (*word != static_cast<std::uint32_t>(one.value)) return -EAGAIN;
  }
  std::uint32_t first = 0, last = 0;
  for (const WaitedFor& one : wanted) {
    const FutexKey key = futex_key(process, one.address, (one.flags & FUTEX_PRIVATE_FLAG) != 0);
    const std::uint32_t place = process.futexes.add(waiter_of(process, key, FutexTable::kAnyBits));
    if (place == 0) break;
    (first == 0 ? first : process.futexes[last].sibling) = place;
    last = place;
  }
  return process.block({.what = fmt::format("one of {} futexes", count),
                        .until = limit.until,
                        .interrupted = std::nullopt,
                        .futex = first});
}

std::int64_t sys_set_robust_list(Process& process, const CallArguments& args) {
  if (args[1] != kHeadSize) return -EINVAL;
  process.task->entry->robust_list = args[0];
  process.task->entry->robust_words = sizeof(std::uint64_t);
  return 0;
}

std::int64_t sys_get_robust_list(Process& process, const CallArguments& args) {
  const auto id = static_cast<std::int32_t>(args[0]);
  const ThreadEntry* const task = id == 0 ? process.task->entry : process.tree.find_thread(id);
  if (task == nullptr) return -ESRCH;
  if (!process.user.store(args[2], kHeadSize)) return -EFAULT;
  return process.user.store(args[1], task->robust_list) ? 0 : -EFAULT;
}

}  // namespace ringfare
