// SPDX-License-Identifier: MIT
// semget(2), semop(2), semtimedop(2), semctl(2).
#include <fmt/format.h>
#include <sys/sem.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/state/ipc_objects.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr std::int32_t kMostSemaphores = 32000;  // SEMMSL
constexpr std::int32_t kLargestValue = 32767;    // SEMVMX
constexpr std::uint64_t kMostOperations = 500;   // SEMOPM

/// All operations or none (semop(2)): 0, -errno, or kBlocked with `waits_for` set.
std::int64_t operate(IpcSemaphores& set, std::span<const sembuf> operations, int& waits_for) {
  std::vector<std::uint16_t> values(set.values.begin(), set.values.end());
  for (const sembuf& operation : operations) {
    const std::int32_t result = values[operation.sem_num] + operation.sem_op;
    const bool waits = operation.sem_op == 0 ? values[operation.sem_num] != 0 : result < 0;
    if (waits && (operation.sem_flg & IPC_NOWAIT) != 0) return -EAGAIN;
    if (waits) return waits_for = operation.sem_num, kBlocked;
    if (result > kLargestValue) return -ERANGE;
    values[operation.sem_num] = static_cast<std::uint16_t>(result);
  }
  std::ranges::copy(values, set.values.begin());
  return 0;
}

/// What SEM_UNDO takes back at the end of the process.
void note_undo(IpcObjects& objects, int pid, int id, std::span<const sembuf> operations) {
  for (const sembuf& operation : operations) {
    if ((operation.sem_flg & SEM_UNDO) == 0 || operation.sem_op == 0) continue;
    const auto found = std::ranges::find_if(objects.undo, [&](const IpcUndo& undo) {
      return undo.pid == pid && undo.set == id && undo.number == operation.sem_num;
    });
    if (found != objects.undo.end())
      found->adjustment -= operation.sem_op;
    else
      objects.undo.push_back({pid, id, operation.sem_num, -operation.sem_op});
  }
}

/// A semaphore whose value is set has nothing to be undone (semctl(2)).
void forget_undo(IpcObjects& objects, int id, std::optional<std::size_t> number) {
  std::erase_if(objects.undo, [&](const IpcUndo& undo) {
    return undo.set == id && (!number || undo.number == *number);
  });
}

// What a waiting thread waits for, in its `Wait::mark`: the semaphore, and whether for zero.
constexpr std::uint32_t kForZero = 1u << 16, kCounted = 1u << 17;

void count_waiter(IpcSemaphores& set, std::uint32_t mark, int change) {
  const std::size_t number = mark & 0xffff;
  if ((mark & kCounted) == 0 || number >= set.values.size()) return;
  ((mark & kForZero) != 0 ? set.waits_for_zero : set.waits_for_more)[number] += change;
}

std::int64_t operate_timed(Process& process, const CallArguments& args, std::int64_t timeout) {
  const std::uint64_t count = static_cast<std::uint32_t>(args[2]);
  if (count < 1 || static_cast<std::int32_t>(args[0]) < 0) return -EINVAL;
  if (count > kMostOperations) return -E2BIG;
  std::vector<sembuf> operations(count);
  if (!process.user.space().read({args[1]}, std::as_writable_bytes(std::span(operations))))
    return -EFAULT;
  process.user.count_in(count * sizeof(sembuf));
  IpcObjects& objects = ipc_of(process);
  IpcSemaphores* const set = objects.semaphores.find(args[0]);
  if (set == nullptr) return process.task->wait ? -EIDRM : -EINVAL;
  if (process.task->wait) count_waiter(*set, process.task->wait->mark, -1);
  for (const sembuf& operation : operations)
    if (operation.sem_num >= set->values.size()) return -EFBIG;
  const bool changes =
      std::ranges::any_of(operations, [](const auto& one) { return one.sem_op != 0; });
  if (!ipc_may(*set, changes ? 2 : 4)) return -EACCES;
  int waits_for = 0;
  const std::int64_t result = operate(*set, operations, waits_for);
  if (result == kBlocked) {
    const auto number = static_cast<std::uint32_t>(waits_for);
    const bool zero = std::ranges::any_of(
        operations, [&](const sembuf& one) { return one.sem_num == number && one.sem_op == 0; });
    const std::uint32_t mark = number | kCounted | (zero ? kForZero : 0);
    const std::int64_t answer = ipc_wait(
        process, fmt::format("semaphore {} of set {}", waits_for, static_cast<int>(args[0])),
        timeout, mark);
    if (answer == kBlocked) count_waiter(*set, mark, 1);
    return answer;
  }
  if (result != 0) return result;
  if (!objects.pool().has_room(kMostOperations * sizeof(IpcUndo))) return -ENOMEM;
  note_undo(objects, process.pid(), static_cast<int>(args[0]), operations);
  for (const sembuf& operation : operations) set->last_pids[operation.sem_num] = process.pid();
  set->operated = ipc_now(process);
  ipc_wake(process);
  return 0;
}

std::int64_t all_values(Process& process, IpcSemaphores& set, int id, std::uint64_t address,
                        bool writes) {
  AddressSpace& memory = process.user.space();
  if (!writes) {
    if (!memory.write({address}, std::as_bytes(std::span(set.values)))) return -EFAULT;
    process.user.count_out(set.values.size() * sizeof(std::uint16_t));
    return 0;
  }
  std::vector<std::uint16_t> values(set.values.size());
  if (!memory.read({address}, std::as_writable_bytes(std::span(values)))) return -EFAULT;
  process.user.count_in(values.size() * sizeof(std::uint16_t));
  if (std::ranges::any_of(values, [](std::uint16_t value) { return value > kLargestValue; }))
    return -ERANGE;
  std::ranges::copy(values, set.values.begin());
  forget_undo(ipc_of(process), id, std::nullopt);
  std::ranges::fill(set.last_pids, process.pid());
  set.changed = ipc_now(process);
  ipc_wake(process);
  return 0;
}

std::int64_t status_of(Process& process, const IpcSemaphores& set, int id, std::uint64_t address) {
  semid_ds status{};
  ipc_show(set, id, status.sem_perm);
  status.sem_otime = set.operated;
  status.sem_ctime = set.changed;
  status.sem_nsems = set.values.size();
  return process.user.store(address, status) ? 0 : -EFAULT;
}

/// IPC_INFO: what there may be; SEM_INFO: what there is.
std::int64_t information(Process& process, int command, std::uint64_t address) {
  const IpcObjects& objects = ipc_of(process);
  seminfo answer{};
  answer.semmni = kMostSemaphores;
  answer.semmsl = kMostSemaphores;
  answer.semmns = kMostSemaphores * kMostSemaphores;
  answer.semopm = kMostOperations;
  answer.semvmx = answer.semaem = kLargestValue;
  answer.semmap = answer.semmnu = answer.semmns;
  answer.semume = kMostOperations;
  answer.semusz = 20;
  if (command == SEM_INFO) {
    answer.semusz = static_cast<int>(objects.semaphores.objects.size());
    answer.semaem = 0;
    for (const auto& [id, set] : objects.semaphores.objects)
      answer.semaem += static_cast<int>(set.values.size());
  }
  return process.user.store(address, answer) ? objects.semaphores.highest() : -EFAULT;
}

std::int64_t set_value(Process& process, IpcSemaphores& set, int id, std::size_t number,
                       std::int32_t value) {
  if (value < 0 || value > kLargestValue) return -ERANGE;
  forget_undo(ipc_of(process), id, number);
  set.values[number] = static_cast<std::uint16_t>(value);
  set.last_pids[number] = process.pid();
  set.changed = ipc_now(process);
  ipc_wake(process);
  return 0;
}

}  // namespace

std::int64_t sys_semget(Process& process, const CallArguments& args) {
  const auto count = static_cast<std::int32_t>(args[1]);
  if (count < 0 || count > kMostSemaphores) return -EINVAL;
  IpcObjects& objects = ipc_of(process);
  return ipc_get(
      objects, objects.semaphores, args[0], args[2],
      [&](const IpcSemaphores& set) {
        return count > static_cast<std::int32_t>(set.values.size()) ? -EINVAL : 0;
      },
      [&](IpcSemaphores& set) {
        if (count == 0) return -EINVAL;
        set.values.resize(static_cast<std::size_t>(count));
        for (auto* const each : {&set.last_pids, &set.waits_for_more, &set.waits_for_zero})
          each->resize(static_cast<std::size_t>(count));
        set.changed = ipc_now(process);
        return 0;
      });
}

std::int64_t sys_semop(Process& process, const CallArguments& args) {
  return operate_timed(process, args, -1);
}

std::int64_t sys_semtimedop(Process& process, const CallArguments& args) {
  if (args[3] == 0) return operate_timed(process, args, -1);
  const auto timeout = process.user.load<timespec>(args[3]);
  if (!timeout) return -EFAULT;
  if (!is_valid(*timeout)) return -EINVAL;
  return operate_timed(process, args, to_duration(*timeout).count());
}

std::int64_t sys_semctl(Process& process, const CallArguments& args) {
  IpcObjects& objects = ipc_of(process);
  const auto command = static_cast<std::int32_t>(args[2]);
  if (static_cast<std::int32_t>(args[0]) < 0) return -EINVAL;
  if (command == IPC_INFO || command == SEM_INFO) return information(process, command, args[3]);
  IpcSemaphores* const set = objects.semaphores.find(args[0]);
  if (set == nullptr) return -EINVAL;
  const int id = static_cast<int>(args[0]);
  const auto number = static_cast<std::size_t>(static_cast<std::int32_t>(args[1]));
  const bool writes = command == SETALL || command == SETVAL;
  const bool owns = command == IPC_RMID || command == IPC_SET;
  if (!owns && command != SEM_STAT_ANY && !ipc_may(*set, writes ? 2 : 4)) return -EACCES;
  switch (command) {
    case IPC_RMID:
      if (!ipc_owns(*set)) return -EPERM;
      forget_undo(objects, id, std::nullopt);
      objects.semaphores.objects.erase(id);
      ipc_wake(process);
      return 0;
    case IPC_STAT:
      return status_of(process, *set, id, args[3]);
    case SEM_STAT:
    case SEM_STAT_ANY: {
      const std::int64_t result = status_of(process, *set, id, args[3]);
      return result < 0 ? result : id;
    }
    case IPC_SET: {
      const auto status = process.user.load<semid_ds>(args[3]);
      if (!status) return -EFAULT;
      if (!ipc_owns(*set)) return -EPERM;
      ipc_set(*set, status->sem_perm);
      set->changed = ipc_now(process);
      return 0;
    }
    case GETALL:
    case SETALL:
      return all_values(process, *set, id, args[3], command == SETALL);
    default:
      break;
  }
  if (number >= set->values.size()) return -EINVAL;
  switch (command) {
    case GETVAL:
      return set->values[number];
    case GETPID:
      return set->last_pids[number];
    case GETNCNT:
      return set->waits_for_more[number];
    case GETZCNT:
      return set->waits_for_zero[number];
    case SETVAL:
      return set_value(process, *set, id, number, static_cast<std::int32_t>(args[3]));
    default:
      return -EINVAL;
  }
}

}  // namespace ringfare
