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

enum class Target : std::uint8_t { Process, Thread };

std::int64_t send(Process& process, Target target, const SignalInfo& info) {
  if (info.signal == 0) return 0;  // only whether one could
  target == Target::Process ? process.send(info) : process.send_to_thread(info);
  return 0;
}

/// The siginfo_t a caller of sigqueue made up.
std::int64_t send_queued(Process& process, Target target, std::uint64_t pid, std::uint64_t signal,
                         std::uint64_t address) {
  auto info = process.user.load<SignalInfo>(address);
  if (!info) return -EFAULT;
  info->signal = static_cast<std::int32_t>(signal);
  // Nobody may pretend to be the kernel or kill(2) towards others.
  if ((info->code >= 0 || info->code == SI_TKILL) && !is_self(process, pid)) return -EPERM;
  if (!is_signal(signal)) return -EINVAL;
  return is_self(process, pid) ? send(process, target, *info) : -ESRCH;
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
  return send(process, Target::Process,
              user_signal(process, static_cast<std::int32_t>(args[1]), SI_USER));
}

std::int64_t sys_tkill(Process& process, const CallArguments& args) {
  if (static_cast<std::int32_t>(args[0]) <= 0) return -EINVAL;
  if (!is_self(process, args[0])) return -ESRCH;
  if (!is_signal(args[1])) return -EINVAL;
  return send(process, Target::Thread,
              user_signal(process, static_cast<std::int32_t>(args[1]), SI_TKILL));
}

std::int64_t sys_tgkill(Process& process, const CallArguments& args) {
  if (static_cast<std::int32_t>(args[0]) <= 0 || static_cast<std::int32_t>(args[1]) <= 0)
    return -EINVAL;
  if (!is_self(process, args[0]) || !is_self(process, args[1])) return -ESRCH;
  if (!is_signal(args[2])) return -EINVAL;
  return send(process, Target::Thread,
              user_signal(process, static_cast<std::int32_t>(args[2]), SI_TKILL));
}

std::int64_t sys_rt_sigqueueinfo(Process& process, const CallArguments& args) {
  return send_queued(process, Target::Process, args[0], args[1], args[2]);
}

std::int64_t sys_rt_tgsigqueueinfo(Process& process, const CallArguments& args) {
  if (static_cast<std::int32_t>(args[0]) <= 0 || static_cast<std::int32_t>(args[1]) <= 0)
    return -EINVAL;
  if (!is_self(process, args[1])) return -ESRCH;
  return send_queued(process, Target::Thread, args[0], args[2], args[3]);
}

}  // namespace ringfare
