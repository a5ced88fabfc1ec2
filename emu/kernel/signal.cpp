// SPDX-License-Identifier: MIT
// sigaction(2), sigprocmask(2), sigaltstack(2), kill(2). Handlers are kept; delivering to them
// comes with signal frames.
#include <csignal>

#include "emu/kernel/handlers.hpp"
#include "emu/kernel/process.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kSetSize = 8;
constexpr std::uint64_t kSmallestStack = 2048;  // MINSIGSTKSZ, sigaltstack(2)

bool is_signal(std::uint64_t argument) {
  const auto signal = static_cast<std::int32_t>(argument);
  return signal >= 1 && signal <= SignalState::kCount;
}

std::int64_t send(Process& process, std::uint64_t argument) {
  const auto signal = static_cast<std::int32_t>(argument);
  if (signal != 0 && !is_signal(argument)) return -EINVAL;
  if (signal != 0) process.signals.raise(signal);
  return 0;
}

bool is_self(const Process& process, std::uint64_t pid) {
  return static_cast<std::int32_t>(pid) == process.pid();
}

}  // namespace

std::int64_t sys_rt_sigaction(Process& process, const CallArguments& args) {
  if (args[3] != kSetSize) return -EINVAL;
  std::optional<SignalAction> wanted;
  if (args[1] != 0) {
    wanted = process.user.load<SignalAction>(args[1]);
    if (!wanted) return -EFAULT;
  }
  const auto signal = static_cast<std::int32_t>(args[0]);
  if (!is_signal(args[0])) return -EINVAL;
  if (wanted && (signal == SIGKILL || signal == SIGSTOP)) return -EINVAL;
  const SignalAction old = process.signals.action(signal);
  if (wanted) {
    wanted->mask &= ~(SignalState::bit(SIGKILL) | SignalState::bit(SIGSTOP));
    process.signals.action(signal) = *wanted;
  }
  return args[2] != 0 && !process.user.store(args[2], old) ? -EFAULT : 0;
}

std::int64_t sys_rt_sigprocmask(Process& process, const CallArguments& args) {
  if (args[3] != kSetSize) return -EINVAL;
  const std::uint64_t old = process.signals.mask();
  if (args[1] != 0) {
    const auto set = process.user.load<std::uint64_t>(args[1]);
    if (!set) return -EFAULT;
    switch (static_cast<std::int32_t>(args[0])) {
      case SIG_BLOCK:
        process.signals.set_mask(old | *set);
        break;
      case SIG_UNBLOCK:
        process.signals.set_mask(old & ~*set);
        break;
      case SIG_SETMASK:
        process.signals.set_mask(*set);
        break;
      default:
        return -EINVAL;
    }
  }
  return args[2] != 0 && !process.user.store(args[2], old) ? -EFAULT : 0;
}

std::int64_t sys_rt_sigpending(Process& process, const CallArguments& args) {
  if (args[1] > kSetSize) return -EINVAL;
  const std::uint64_t pending = process.signals.pending() & process.signals.mask();
  const auto bytes = std::as_bytes(std::span(&pending, 1)).first(args[1]);
  if (!process.user.space().write({args[0]}, bytes)) return -EFAULT;
  process.user.count_out(bytes.size());
  return 0;
}

std::int64_t sys_sigaltstack(Process& process, const CallArguments& args) {
  const SignalStack old = process.signals.stack;
  if (args[0] != 0) {
    auto stack = process.user.load<SignalStack>(args[0]);
    if (!stack) return -EFAULT;
    constexpr auto kAutoDisarm = static_cast<std::int32_t>(1u << 31);  // SS_AUTODISARM
    const std::int32_t mode = stack->flags & ~kAutoDisarm;
    if (mode != 0 && mode != SS_ONSTACK && mode != SS_DISABLE) return -EINVAL;
    if (mode == SS_DISABLE)
      stack->base = stack->size = 0;
    else if (stack->size < kSmallestStack)
      return -ENOMEM;
    process.signals.stack = *stack;
  }
  return args[1] != 0 && !process.user.store(args[1], old) ? -EFAULT : 0;
}

std::int64_t sys_kill(Process& process, const CallArguments& args) {
  const auto pid = static_cast<std::int32_t>(args[0]);
  const bool ours = pid == process.pid() || pid == 0 || pid == -process.group;
  if (!ours) return !is_signal(args[1]) && args[1] != 0 ? -EINVAL : -ESRCH;
  return send(process, args[1]);
}

std::int64_t sys_tkill(Process& process, const CallArguments& args) {
  if (static_cast<std::int32_t>(args[0]) <= 0) return -EINVAL;
  return is_self(process, args[0]) ? send(process, args[1]) : -ESRCH;
}

std::int64_t sys_tgkill(Process& process, const CallArguments& args) {
  if (static_cast<std::int32_t>(args[0]) <= 0 || static_cast<std::int32_t>(args[1]) <= 0)
    return -EINVAL;
  const bool ours = is_self(process, args[0]) && is_self(process, args[1]);
  return ours ? send(process, args[2]) : -ESRCH;
}

}  // namespace ringfare
