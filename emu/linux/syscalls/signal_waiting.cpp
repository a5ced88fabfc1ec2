// SPDX-License-Identifier: MIT
// pause(2), sigsuspend(2), sigtimedwait(2), restart_syscall(2).
#include <cerrno>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kSetSize = 8;

/// A wait for a signal, which may also come from outside.
std::int64_t wait_for_signal(Process& process) {
  return process.block(
      {.what = "a signal", .outside = true, .interrupted = -restart::kIfNoHandler});
}

std::int64_t give(Process& process, const SignalInfo& info, std::uint64_t address) {
  if (address == 0) return info.signal;
  struct {
    SignalInfo info;
    std::array<std::byte, SignalInfo::kUserSize - sizeof(SignalInfo)> rest{};
  } whole{info};
  return process.user.store(address, whole) ? info.signal : -EFAULT;
}

}  // namespace

std::int64_t sys_pause(Process& process, const CallArguments&) {
  return wait_for_signal(process);
}

std::int64_t sys_rt_sigsuspend(Process& process, const CallArguments& args) {
  if (args[1] != kSetSize) return -EINVAL;
  const auto mask = process.user.load<std::uint64_t>(args[0]);
  if (!mask) return -EFAULT;
  process.thread_signals().set_mask_for_call(*mask);
  return wait_for_signal(process);
}

std::int64_t sys_rt_sigtimedwait(Process& process, const CallArguments& args) {
  if (args[3] != kSetSize) return -EINVAL;
  const auto set = process.user.load<std::uint64_t>(args[0]);
  if (!set) return -EFAULT;
  const std::uint64_t wanted = *set & ~SignalState::unstoppable();
  std::optional<std::chrono::nanoseconds> timeout;
  if (args[2] != 0) {
    const auto given = process.user.load<timespec>(args[2]);
    if (!given) return -EFAULT;
    if (!is_valid(*given)) return -EINVAL;
    timeout = to_duration(*given);
  }
  ThreadSignals& signals = process.thread_signals();
  const std::optional<Wait>& wait = process.task->wait;
  signals.awaited = 0;
  if (const auto info = process.take_signal(wanted)) return give(process, *info, args[1]);
  if (wait && wait->end == Wait::End::Interrupted) return -EINTR;
  if (wait || (timeout && timeout->count() == 0)) return -EAGAIN;
  signals.awaited = wanted;
  Wait until_sent{.what = "a signal", .outside = true, .interrupted = std::nullopt};
  if (timeout) until_sent.until = process.clock.since_start() + *timeout;
  return process.block(std::move(until_sent));
}

std::int64_t sys_restart_syscall(Process& process, const CallArguments&) {
  const std::optional<RestartBlock> block = process.thread_signals().restart;
  return block ? block->resume(process, *block) : -EINTR;
}

}  // namespace ringfare
