// SPDX-License-Identifier: MIT
// kill(2), tkill(2), sigqueue(3).
#include "emu/linux/syscalls/processes/signal_sending.hpp"

#include <unistd.h>

#include <csignal>

#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/named_threads.hpp"

namespace ringfare {
namespace {

bool is_self(const Process& process, std::uint64_t pid) {
  return static_cast<std::int32_t>(pid) == process.pid();
}

/// 0 or -errno; `thread`: to this one of its threads only.
std::int64_t send_to(Process& process, ProcessEntry& entry, const SignalInfo& info,
                     std::int32_t thread = 0) {
  if (!may_signal(process, entry, info.signal)) return -EPERM;
  if (info.signal == 0 || entry.state == ProcessEntry::State::Zombie) return 0;
  if (entry.pid != process.pid()) return process.tree.send(entry, info, thread) ? 0 : -EAGAIN;
  if (process.has_no_room(info)) return info.code == SI_USER ? 0 : -EAGAIN;
  Task* const to = thread != 0 ? process.find_task(thread) : nullptr;
  if (to != nullptr)
    process.send(*to, info);
  else if (thread == 0)
    process.send(info);
  return 0;
}

/// kill(2): `pid` names one process, a group, or all.
std::int64_t send_to_processes(Process& process, std::int32_t pid, const SignalInfo& info) {
  bool found = false, sent = false;
  std::int64_t error = 0;
  for (ProcessEntry* const entry : process.tree.all()) {
    const bool meant = pid > 0     ? entry->pid == pid
                       : pid == 0  ? entry->group == process.group()
                       : pid == -1 ? entry->pid != process.pid()
                                   : entry->group == -pid;
    if (!meant) continue;
    found = true;
    const std::int64_t result = send_to(process, *entry, info);
    sent = sent || result == 0;
    // To all that may be sent to (kill(2)).
    if (result != 0 && !(pid == -1 && result == -EPERM)) error = result;
  }
  if (!found) return -ESRCH;
  return sent ? 0 : error;
}

/// `group`: the process the thread must be of; 0: any.
std::int64_t send_to_thread(Process& process, std::uint64_t id, std::int32_t group,
                            const SignalInfo& info) {
  const auto number = static_cast<std::int32_t>(id);
  const ThreadEntry* const thread = process.tree.find_thread(number);
  if (thread == nullptr || (group != 0 && thread->process != group)) return -ESRCH;
  ProcessEntry* const entry = process_of(process, *thread);
  return entry == nullptr ? -ESRCH : send_to(process, *entry, info, number);
}

/// The siginfo_t a caller of sigqueue made up.
std::optional<SignalInfo> queued_info(Process& process, std::uint64_t signal,
                                      std::uint64_t address) {
  auto info = process.user.load<SignalInfo>(address);
  if (info) info->signal = static_cast<std::int32_t>(signal);
  return info;
}

}  // namespace

bool is_signal(std::uint64_t argument) {
  const auto signal = static_cast<std::int32_t>(argument);
  return signal >= 0 && signal <= SignalState::kCount;
}

bool pretends(const SignalInfo& info) {
  return info.code >= 0 || info.code == SI_TKILL;
}

std::int64_t send_to_process(Process& process, ProcessEntry& entry, const SignalInfo& info) {
  return send_to(process, entry, info);
}

SignalInfo user_signal(const Process& process, int signal, int code) {
  return make_signal(signal, code, SignalInfo::Sender{.pid = process.pid(), .uid = getuid()});
}

std::int64_t sys_kill(Process& process, const CallArguments& args) {
  if (!is_signal(args[1])) return -EINVAL;
  return send_to_processes(process, static_cast<std::int32_t>(args[0]),
                           user_signal(process, static_cast<std::int32_t>(args[1]), SI_USER));
}

std::int64_t sys_tkill(Process& process, const CallArguments& args) {
  if (static_cast<std::int32_t>(args[0]) <= 0 || !is_signal(args[1])) return -EINVAL;
  return send_to_thread(process, args[0], 0,
                        user_signal(process, static_cast<std::int32_t>(args[1]), SI_TKILL));
}

std::int64_t sys_tgkill(Process& process, const CallArguments& args) {
  if (static_cast<std::int32_t>(args[0]) <= 0 || static_cast<std::int32_t>(args[1]) <= 0)
    return -EINVAL;
  if (!is_signal(args[2])) return -EINVAL;
  return send_to_thread(process, args[1], static_cast<std::int32_t>(args[0]),
                        user_signal(process, static_cast<std::int32_t>(args[2]), SI_TKILL));
}

std::int64_t sys_rt_sigqueueinfo(Process& process, const CallArguments& args) {
  const auto info = queued_info(process, args[1], args[2]);
  if (!info) return -EFAULT;
  if (pretends(*info) && !is_self(process, args[0])) return -EPERM;
  const auto pid = static_cast<std::int32_t>(args[0]);
  if (pid <= 0 || named_process(process, args[0]) == nullptr) return -ESRCH;
  if (!is_signal(args[1])) return -EINVAL;
  return send_to(process, *named_process(process, args[0]), *info);
}

std::int64_t sys_rt_tgsigqueueinfo(Process& process, const CallArguments& args) {
  const auto info = queued_info(process, args[2], args[3]);
  if (!info) return -EFAULT;
  if (static_cast<std::int32_t>(args[0]) <= 0 || static_cast<std::int32_t>(args[1]) <= 0)
    return -EINVAL;
  if (pretends(*info) && static_cast<std::int32_t>(args[1]) != process.task->id) return -EPERM;
  if (!is_signal(args[2])) return -EINVAL;
  return send_to_thread(process, args[1], static_cast<std::int32_t>(args[0]), *info);
}

}  // namespace ringfare
