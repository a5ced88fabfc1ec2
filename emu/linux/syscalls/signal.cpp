// SPDX-License-Identifier: MIT
// sigaction(2), sigprocmask(2), sigpending(2), sigaltstack(2), sigreturn(2).
#include <csignal>

#include "emu/linux/signals/signal_frame.hpp"
#include "emu/linux/signals/signal_frame32.hpp"
#include "emu/linux/state/kernel_log.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kSetSize = 8;

/// sa_flags that mean something (SA_NOCLDSTOP to SA_RESETHAND, SA_EXPOSE_TAGBITS): a program that
/// reads others back as zero knows that they do not.
constexpr std::uint64_t kKnownFlags = 0xdc00'0807;

bool is_signal(std::uint64_t argument) {
  const auto signal = static_cast<std::int32_t>(argument);
  return signal >= 1 && signal <= SignalState::kCount;
}

bool pop_frame(Process& process, Registers& registers, bool extended) {
  const std::uint64_t features = process.options.features;
  if (registers.mode() == CodeMode::Long64)
    return pop_signal_frame(process.user, registers, process.thread->descriptors,
                            process.thread_signals(), features);
  return pop_signal_frame32(process.user, registers, process.thread->descriptors,
                            process.thread_signals(), features, extended);
}

std::int64_t return_from_handler(Process& process, bool extended) {
  Registers registers = process.thread->registers;
  if (!pop_frame(process, registers, extended))
    force_signal(process.signals, process.thread_signals(), kernel_signal(SIGSEGV));
  if (process.options.log != nullptr) log_return(*process.options.log, registers);
  process.new_registers = registers;
  // RAX is the thread's; it is no answer of ours, whatever it holds.
  const auto result = static_cast<std::int64_t>(registers[Gpr::Rax]);
  return result == kBlocked ? 0 : result;
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
  if (wanted && (SignalState::unstoppable() & SignalState::bit(signal)) != 0) return -EINVAL;
  const SignalAction old = process.signals.action(signal);
  if (wanted) {
    wanted->mask &= ~SignalState::unstoppable();
    wanted->flags &= kKnownFlags;
    process.signals.action(signal) = *wanted;
    if (process.signals.ignores(signal)) process.discard(SignalState::bit(signal));
  }
  return args[2] != 0 && !process.user.store(args[2], old) ? -EFAULT : 0;
}

std::int64_t sys_rt_sigprocmask(Process& process, const CallArguments& args) {
  if (args[3] != kSetSize) return -EINVAL;
  ThreadSignals& signals = process.thread_signals();
  const std::uint64_t old = signals.mask();
  if (args[1] != 0) {
    const auto set = process.user.load<std::uint64_t>(args[1]);
    if (!set) return -EFAULT;
    switch (static_cast<std::int32_t>(args[0])) {
      case SIG_BLOCK:
        signals.set_mask(old | *set);
        break;
      case SIG_UNBLOCK:
        signals.set_mask(old & ~*set);
        break;
      case SIG_SETMASK:
        signals.set_mask(*set);
        break;
      default:
        return -EINVAL;
    }
  }
  return args[2] != 0 && !process.user.store(args[2], old) ? -EFAULT : 0;
}

std::int64_t sys_rt_sigpending(Process& process, const CallArguments& args) {
  if (args[1] > kSetSize) return -EINVAL;
  const ThreadSignals& signals = process.thread_signals();
  const std::uint64_t pending =
      (process.signals.pending.set() | signals.pending.set()) & signals.mask();
  const auto bytes = std::as_bytes(std::span(&pending, 1)).first(args[1]);
  if (!process.user.space().write({args[0]}, bytes)) return -EFAULT;
  process.user.count_out(bytes.size());
  return 0;
}

std::int64_t sys_sigaltstack(Process& process, const CallArguments& args) {
  ThreadSignals& signals = process.thread_signals();
  const std::uint64_t stack_pointer = process.thread->registers[Gpr::Rsp];
  SignalStack old = signals.stack;
  old.flags = (old.flags & SignalStack::kAutoDisarm) | old.use_at(stack_pointer);
  if (args[0] != 0) {
    const auto wanted = process.user.load<SignalStack>(args[0]);
    if (!wanted) return -EFAULT;
    if (const std::int64_t error = signals.set_stack(*wanted, stack_pointer)) return error;
  }
  return args[1] != 0 && !process.user.store(args[1], old) ? -EFAULT : 0;
}

std::int64_t sys_rt_sigreturn(Process& process, const CallArguments&) {
  return return_from_handler(process, true);
}

std::int64_t sys_sigreturn(Process& process, const CallArguments&) {
  return return_from_handler(process, false);
}

}  // namespace ringfare
