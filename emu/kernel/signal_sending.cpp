// SPDX-License-Identifier: MIT
// kill(2), tkill(2), sigqueue(3).
#include <unistd.h>

#include <csignal>

#include "emu/kernel/handlers.hpp"
#include "emu/kernel/process.hpp"

namespace ringfare {
namespace {

bool is_signal(std::uint64_t argument) {
  const auto signal = static_cast<std::int32_t>(argument);
  return signal >= 0 && signal <= SignalState::kCount;
}

bool is_self(const Process& process, std::uint64_t pid) {
  return static_cast<std::int32_t>(pid) == process.pid();
}

std::int64_t send_to_process(Process& process, const SignalInfo& info) {
  if (info.signal != 0) process.send(info);  // 0: only whether one could
  return 0;
}

std::int64_t send_to_thread(Process& process, std::uint64_t id, const SignalInfo& info) {
  Task* const thread = process.find_task(static_cast<std::int32_t>(id));
  if (thread == nullptr) return -ESRCH;
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
  const auto pid = static_cast<std::int32_t>(args[0]);
  const bool ours = pid == process.pid() || pid == 0 || pid == -process.group;
  if (!is_signal(args[1])) return -EINVAL;
  if (!ours) return -ESRCH;
  return send_to_process(process,
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
  if (!is_self(process, args[0])) return -ESRCH;
  if (!is_signal(args[2])) return -EINVAL;
  return send_to_thread(process, args[1],
                        user_signal(process, static_cast<std::int32_t>(args[2]), SI_TKILL));
}

std::int64_t sys_rt_sigqueueinfo(Process& process, const CallArguments& args) {
  const auto info = queued_info(process, args[1], args[2]);
  if (!info) return -EFAULT;
  if (pretends(*info) && !is_self(process, args[0])) return -EPERM;
  if (!is_self(process, args[0])) return -ESRCH;
  return is_signal(args[1]) ? send_to_process(process, *info) : -EINVAL;
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
