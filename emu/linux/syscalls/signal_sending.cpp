// SPDX-License-Identifier: MIT
// kill(2), tkill(2), sigqueue(3).
#include <unistd.h>

#include <csignal>

#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

bool is_signal(std::uint64_t argument) {
  const auto signal = static_cast<std::int32_t>(argument);
  return signal >= 0 && signal <= SignalState::kCount;
}

bool is_self(const Process& process, std::uint64_t pid) {
  return static_cast<std::int32_t>(pid) == process.pid();
}

/// sigqueue(3): a real-time signal of another kind than kill(2)'s fails where its siginfo cannot be
/// queued. To other processes an inbox of its own says so.
bool has_room(const Process& process, const SignalInfo& info) {
  return info.signal < PendingSignals::kFirstRealTime || info.code == SI_USER ||
         process.may_queue();
}

/// kill(2): `pid` names one process, a group, or all.
std::int64_t send_to_processes(Process& process, std::int32_t pid, const SignalInfo& info) {
  bool found = false;
  for (ProcessEntry* const entry : process.tree.all()) {
    const bool meant = pid > 0     ? entry->pid == pid
                       : pid == 0  ? entry->group == process.group()
                       : pid == -1 ? entry->pid != process.pid()
                                   : entry->group == -pid;
    if (!meant) continue;
    found = true;
    if (info.signal == 0 || entry->state == ProcessEntry::State::Zombie) continue;
    if (entry->pid == process.pid() && !has_room(process, info)) return -EAGAIN;
    if (entry->pid == process.pid())
      process.send(info);
    else if (!process.tree.send(*entry, info))
      return -EAGAIN;
  }
  return found ? 0 : -ESRCH;
}

std::int64_t send_to_thread(Process& process, std::uint64_t id, const SignalInfo& info) {
  const auto number = static_cast<std::int32_t>(id);
  Task* const thread = process.find_task(number);
  // Of another process only the first thread is known.
  if (thread == nullptr && process.tree.find(number) != nullptr)
    return send_to_processes(process, number, info);
  if (thread == nullptr) return -ESRCH;
  if (info.signal != 0 && !has_room(process, info)) return -EAGAIN;
  if (info.signal != 0) process.send(*thread, info);
  return 0;
}

/// The siginfo_t a caller of sigqueue made up.
std::optional<SignalInfo> queued_info(Process& process, std::uint64_t signal,
                                      std::uint64_t address) {
  auto info = process.user.load<SignalInfo>(address);
  if (info) info->signal = static_cast<std::int32_t>(signal);
  return info;
}

/// Nobody may pretend to be the kernel or kill(2) towards others.
bool pretends(const SignalInfo& info) {
  return info.code >= 0 || info.code == SI_TKILL;
}

}  // namespace

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
  return send_to_thread(process, args[0],
                        user_signal(process, static_cast<std::int32_t>(args[1]), SI_TKILL));
}

std::int64_t sys_tgkill(Process& process, const CallArguments& args) {
  if (static_cast<std::int32_t>(args[0]) <= 0 || static_cast<std::int32_t>(args[1]) <= 0)
    return -EINVAL;
  if (!is_signal(args[2])) return -EINVAL;
  const bool first_of_another = args[0] == args[1];
  if (!is_self(process, args[0]) && !first_of_another) return -ESRCH;
  return send_to_thread(process, args[1],
                        user_signal(process, static_cast<std::int32_t>(args[2]), SI_TKILL));
}

std::int64_t sys_rt_sigqueueinfo(Process& process, const CallArguments& args) {
  const auto info = queued_info(process, args[1], args[2]);
  if (!info) return -EFAULT;
  if (pretends(*info) && !is_self(process, args[0])) return -EPERM;
  const auto pid = static_cast<std::int32_t>(args[0]);
  if (pid <= 0 || process.tree.find(pid) == nullptr) return -ESRCH;
  return is_signal(args[1]) ? send_to_processes(process, pid, *info) : -EINVAL;
}

std::int64_t sys_rt_tgsigqueueinfo(Process& process, const CallArguments& args) {
  const auto info = queued_info(process, args[2], args[3]);
  if (!info) return -EFAULT;
  if (static_cast<std::int32_t>(args[0]) <= 0 || static_cast<std::int32_t>(args[1]) <= 0)
    return -EINVAL;
  if (pretends(*info) && !is_self(process, args[1])) return -EPERM;
  if (!is_self(process, args[0])) return -ESRCH;
  return is_signal(args[2]) ? send_to_thread(process, args[1], *info) : -EINVAL;
}

}  // namespace ringfare
