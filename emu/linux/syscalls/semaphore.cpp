// SPDX-License-Identifier: MIT
// semget(2), semop(2), semtimedop(2), semctl(2).
#include <fmt/format.h>
#include <sys/sem.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/state/ipc_objects.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr std::int32_t kMostSemaphores = 32000;  // SEMMSL
constexpr std::int32_t kLargestValue = 32767;    // SEMVMX
constexpr std::uint64_t kMostOperations = 500;   // SEMOPM

std::int64_t now(const Process& process) {
  return std::chrono::floor<std::chrono::seconds>(process.clock.realtime()).count();
}

/// All operations or none (semop(2)): 0, -errno, or kBlocked with `waits_for` set.
std::int64_t operate(IpcSemaphores& set, std::span<const sembuf> operations, int& waits_for) {
  std::vector<std::uint16_t> values = set.values;
  for (const sembuf& operation : operations) {
    const std::int32_t result = values[operation.sem_num] + operation.sem_op;
    const bool waits = operation.sem_op == 0 ? values[operation.sem_num] != 0 : result < 0;
    if (waits && (operation.sem_flg & IPC_NOWAIT) != 0) return -EAGAIN;
    if (waits) return waits_for = operation.sem_num, kBlocked;
    if (result > kLargestValue) return -ERANGE;
    values[operation.sem_num] = static_cast<std::uint16_t>(result);
  }
  set.values = std::move(values);
  return 0;
}

std::int64_t operate_timed(Process& process, const CallArguments& args, std::int64_t timeout) {
  const std::uint64_t count = static_cast<std::uint32_t>(args[2]);
  if (count < 1 || static_cast<std::int32_t>(args[0]) < 0) return -EINVAL;
  if (count > kMostOperations) return -E2BIG;
  std::vector<sembuf> operations(count);
  if (!process.user.space().read({args[1]}, std::as_writable_bytes(std::span(operations))))
    return -EFAULT;
  process.user.count_in(count * sizeof(sembuf));
  IpcSemaphores* const set = ipc_of(process).semaphores.find(args[0]);
  if (set == nullptr) return process.task->wait ? -EIDRM : -EINVAL;
  for (const sembuf& operation : operations)
    if (operation.sem_num >= set->values.size()) return -EFBIG;
  int waits_for = 0;
  const std::int64_t result = operate(*set, operations, waits_for);
  if (result == kBlocked)
    return ipc_wait(process,
                    fmt::format("semaphore {} of set {}", waits_for, static_cast<int>(args[0])),
                    timeout);
  if (result != 0) return result;
  for (const sembuf& operation : operations) set->last_pids[operation.sem_num] = process.pid();
  set->operated = now(process);
  ipc_wake(process);
  return 0;
}

std::int64_t all_values(Process& process, IpcSemaphores& set, std::uint64_t address, bool writes) {
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
  set.values = std::move(values);
  set.changed = now(process);
  ipc_wake(process);
  return 0;
}

std::int64_t status_of(Process& process, const IpcSemaphores& set, std::uint64_t address) {
  semid_ds status{};
  status.sem_perm.__key = set.key;
  status.sem_perm.uid = status.sem_perm.cuid = geteuid();
  status.sem_perm.gid = status.sem_perm.cgid = getegid();
  status.sem_perm.mode = static_cast<unsigned short>(set.mode);
  status.sem_otime = set.operated;
  status.sem_ctime = set.changed;
  status.sem_nsems = set.values.size();
  return process.user.store(address, status) ? 0 : -EFAULT;
}

std::int64_t set_value(Process& process, IpcSemaphores& set, std::size_t number,
                       std::int32_t value) {
  if (value < 0 || value > kLargestValue) return -ERANGE;
  set.values[number] = static_cast<std::uint16_t>(value);
  set.last_pids[number] = process.pid();
  set.changed = now(process);
  ipc_wake(process);
  return 0;
}

}  // namespace

std::int64_t sys_semget(Process& process, const CallArguments& args) {
  const auto count = static_cast<std::int32_t>(args[1]);
  if (count < 0 || count > kMostSemaphores) return -EINVAL;
  return ipc_get(
      ipc_of(process).semaphores, args[0], args[2],
      [&](const IpcSemaphores& set) {
        return count > static_cast<std::int32_t>(set.values.size()) ? -EINVAL : 0;
      },
      [&](IpcSemaphores& set) {
        if (count == 0) return -EINVAL;
        set.values.resize(static_cast<std::size_t>(count));
        set.last_pids.resize(static_cast<std::size_t>(count));
        set.changed = now(process);
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
  IpcSemaphores* const set = objects.semaphores.find(args[0]);
  if (static_cast<std::int32_t>(args[0]) < 0 || set == nullptr) return -EINVAL;
  const auto number = static_cast<std::size_t>(static_cast<std::int32_t>(args[1]));
  const auto command = static_cast<std::int32_t>(args[2]);
  switch (command) {
    case IPC_RMID:
      objects.semaphores.objects.erase(static_cast<int>(args[0]));
      ipc_wake(process);
      return 0;
    case IPC_STAT:
      return status_of(process, *set, args[3]);
    case IPC_SET: {
      const auto status = process.user.load<semid_ds>(args[3]);
      if (!status) return -EFAULT;
      set->mode = status->sem_perm.mode & 0777;
      return 0;
    }
    case GETALL:
    case SETALL:
      return all_values(process, *set, args[3], command == SETALL);
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
    case GETZCNT:
      return 0;
    case SETVAL:
      return set_value(process, *set, number, static_cast<std::int32_t>(args[3]));
    default:
      return -EINVAL;
  }
}

}  // namespace ringfare
