// SPDX-License-Identifier: MIT
// exit(2), arch_prctl(2), prctl(2), personality(2).
#include <asm/prctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/state/tracing.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kTaskSize = 0x7fff'ffff'f000;
constexpr std::size_t kNameSize = 16;  // TASK_COMM_LEN

std::int64_t set_name(Process& process, std::uint64_t address) {
  const std::size_t there = process.user.readable_prefix(address, kNameSize - 1);
  const char* const text = reinterpret_cast<const char*>(AddressSpace::host({address}));
  const std::size_t length = there == 0 ? 0 : strnlen(text, there);
  if (there < kNameSize - 1 && length == there) return -EFAULT;
  process.task->name.assign(text, length);
  if (process.task->id == process.pid()) process.set_name(process.task->name);
  process.user.count_in(length + 1);
  return 0;
}

std::int64_t name(Process& process, std::uint64_t address) {
  std::array<char, kNameSize> text{};
  const std::string& own = process.task->name;
  std::memcpy(text.data(), own.data(), std::min(own.size(), kNameSize - 1));
  return process.user.store(address, text) ? 0 : -EFAULT;
}

/// PR_MCE_KILL: what a broken page does. There are none.
std::int64_t set_machine_check_policy(Process& process, const CallArguments& args) {
  if ((args[3] | args[4]) != 0) return -EINVAL;
  if (args[1] == PR_MCE_KILL_CLEAR) {
    if (args[2] != 0) return -EINVAL;
    process.machine_checks = PR_MCE_KILL_DEFAULT;
    return 0;
  }
  if (args[1] != PR_MCE_KILL_SET || args[2] > PR_MCE_KILL_DEFAULT) return -EINVAL;
  process.machine_checks = static_cast<std::int32_t>(args[2]);
  return 0;
}

/// From now on the thread may read, write, end, and come back from handlers.
std::int64_t confine(Process& process) {
  process.task->confined = true;
  return 0;
}

}  // namespace

std::int64_t sys_exit(Process& process, const CallArguments& args) {
  if (stops_before_end(process, (args[0] & 0xff) << 8)) return kBlocked;
  process.task->entry->trace.end_status = static_cast<std::int32_t>((args[0] & 0xff) << 8);
  if (process.tasks.size() > 1)
    process.end_task();
  else
    process.exit(static_cast<int>(args[0] & 0xff));
  return 0;
}

std::int64_t sys_exit_group(Process& process, const CallArguments& args) {
  if (stops_before_end(process, (args[0] & 0xff) << 8)) return kBlocked;
  process.exit(static_cast<int>(args[0] & 0xff));
  return 0;
}

std::int64_t sys_arch_prctl(Process& process, const CallArguments& args) {
  Registers& registers = process.thread->registers;
  switch (static_cast<std::int32_t>(args[0])) {
    case ARCH_SET_FS:
    case ARCH_SET_GS: {
      if (args[1] >= kTaskSize) return -EPERM;
      Segment& segment = args[0] == ARCH_SET_FS ? registers.fs : registers.gs;
      segment.selector = 0;
      segment.base = args[1];
      return 0;
    }
    case ARCH_GET_FS:
      return process.user.store(args[1], registers.fs.base) ? 0 : -EFAULT;
    case ARCH_GET_GS:
      return process.user.store(args[1], registers.gs.base) ? 0 : -EFAULT;
    case ARCH_GET_CPUID:
      return 1;  // CPUID does not fault
    default:
      return -EINVAL;
  }
}

std::int64_t sys_prctl(Process& process, const CallArguments& args) {
  switch (static_cast<std::int32_t>(args[0])) {
    case PR_SET_NAME:
      return set_name(process, args[1]);
    case PR_GET_NAME:
      return name(process, args[1]);
    case PR_SET_PDEATHSIG:
      if (args[1] > SignalState::kCount) return -EINVAL;
      process.tree.self().death_signal = static_cast<std::int32_t>(args[1]);
      return 0;
    case PR_GET_PDEATHSIG:
      return process.user.store(args[1], process.tree.self().death_signal) ? 0 : -EFAULT;
    case PR_SET_CHILD_SUBREAPER:
      process.tree.self().reaps = args[1] != 0;
      return 0;
    case PR_GET_CHILD_SUBREAPER:
      return process.user.store(args[1], std::int32_t{process.tree.self().reaps}) ? 0 : -EFAULT;
    case PR_GET_DUMPABLE:
      return process.dumpable;
    case PR_SET_DUMPABLE:
      if (args[1] > 1) return -EINVAL;
      process.dumpable = static_cast<std::int32_t>(args[1]);
      return 0;
    case PR_CAPBSET_READ:
    case PR_CAPBSET_DROP:
    case PR_CAP_AMBIENT:
    case PR_GET_SECUREBITS:
    case PR_SET_SECUREBITS:
    case PR_GET_KEEPCAPS:
    case PR_SET_KEEPCAPS:
    case PR_GET_NO_NEW_PRIVS:
    case PR_SET_NO_NEW_PRIVS:
      return host_call(SYS_prctl, args[0], args[1], args[2], args[3], args[4]);
    case PR_GET_SECCOMP:  // of a thread that is not confined: others may not ask
      return 0;
    case PR_GET_THP_DISABLE:
      return (args[1] | args[2] | args[3] | args[4]) != 0 ? -EINVAL : process.no_huge_pages;
    case PR_SET_THP_DISABLE:
      if ((args[2] | args[3] | args[4]) != 0) return -EINVAL;
      process.no_huge_pages = args[1] != 0;
      return 0;
    case PR_GET_TIMING:
      return PR_TIMING_STATISTICAL;
    case PR_SET_TIMING:
      return args[1] == PR_TIMING_STATISTICAL ? 0 : -EINVAL;
    case PR_GET_TSC:
      return process.user.store(args[1], std::int32_t{PR_TSC_ENABLE}) ? 0 : -EFAULT;
    case PR_SET_TSC:
      return args[1] == PR_TSC_ENABLE ? 0 : -EINVAL;
    case PR_GET_TID_ADDRESS:
      return process.user.store(args[1], process.task->clear_child_tid) ? 0 : -EFAULT;
    case PR_SET_SECCOMP:
      return args[1] == SECCOMP_MODE_STRICT ? confine(process) : -EINVAL;
    case PR_GET_TIMERSLACK:
      return static_cast<std::int64_t>(process.task->timer_slack);
    case PR_SET_TIMERSLACK:
      process.task->timer_slack =
          static_cast<std::int64_t>(args[1]) <= 0 ? Task::kTimerSlack : args[1];
      return 0;
    case PR_MCE_KILL:
      return set_machine_check_policy(process, args);
    case PR_MCE_KILL_GET:
      return (args[1] | args[2] | args[3] | args[4]) != 0 ? -EINVAL : process.machine_checks;
    case PR_TASK_PERF_EVENTS_DISABLE:
    case PR_TASK_PERF_EVENTS_ENABLE:
      return 0;
    case PR_GET_SPECULATION_CTRL:
      if ((args[2] | args[3] | args[4]) != 0) return -EINVAL;
      return args[1] <= PR_SPEC_L1D_FLUSH ? PR_SPEC_NOT_AFFECTED : -ENODEV;
    case PR_SET_SPECULATION_CTRL:
      if ((args[3] | args[4]) != 0) return -EINVAL;
      return args[1] <= PR_SPEC_L1D_FLUSH ? -ENXIO : -ENODEV;
    case PR_SET_MM:
    case PR_SET_IO_FLUSHER:
    case PR_GET_IO_FLUSHER:
      return -EPERM;
    default:
      return -EINVAL;
  }
}

std::int64_t sys_seccomp(Process& process, const CallArguments& args) {
  const bool strict = args[0] == SECCOMP_SET_MODE_STRICT && args[1] == 0 && args[2] == 0;
  return strict ? confine(process) : -EINVAL;
}

std::int64_t sys_personality(Process& process, const CallArguments& args) {
  constexpr std::uint32_t kAsk = 0xffff'ffff;
  const std::uint32_t old = process.execution_domain;
  if (static_cast<std::uint32_t>(args[0]) != kAsk)
    process.execution_domain = static_cast<std::uint32_t>(args[0]);
  return old;
}

}  // namespace ringfare
