// SPDX-License-Identifier: MIT
#include "emu/linux/signals/signal_state.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

namespace ringfare {
namespace {

// signal(7): the others terminate.
constexpr int kIgnored[] = {SIGCHLD, SIGURG, SIGWINCH, SIGCONT};
constexpr int kStopping[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
constexpr int kWithCore[] = {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGFPE,
                             SIGSEGV, SIGBUS, SIGSYS,  SIGXCPU, SIGXFSZ};

constexpr std::uint64_t kSmallestStack = 2048;  // MINSIGSTKSZ, sigaltstack(2)

constexpr std::uint64_t kStopSet = SignalState::bit(SIGSTOP) | SignalState::bit(SIGTSTP) |
                                   SignalState::bit(SIGTTIN) | SignalState::bit(SIGTTOU);

/// A signal that stops removes a pending SIGCONT, and SIGCONT removes pending stops (signal(7)).
void take_back(PendingSignals& pending, int signal) {
  if (signal == SIGCONT) pending.discard(kStopSet);
  if ((SignalState::bit(signal) & kStopSet) != 0) pending.discard(SignalState::bit(SIGCONT));
}

bool passes_by(SignalState& process, const SignalInfo& info, std::uint64_t mask) {
  if ((mask & SignalState::bit(info.signal)) != 0 || !process.ignores(info.signal)) return false;
  if (process.traced) return false;  // a tracer sees them all
  process.passed_by.push_back(info);
  return true;
}

}  // namespace

std::int32_t SignalStack::use_at(std::uint64_t stack_pointer) const {
  if (size == 0) return kDisable;
  const bool on_it = (flags & kAutoDisarm) == 0 && holds(stack_pointer);
  return on_it ? kOnStack : 0;
}

SignalState::SignalState() {
  for (int signal = 1; signal < SIGRTMIN; ++signal) {
    struct sigaction inherited;
    if (sigaction(signal, nullptr, &inherited) == 0 && inherited.sa_handler == SIG_IGN)
      action(signal).handler = kIgnore;
  }
}

std::uint64_t SignalState::unstoppable() {
  return bit(SIGKILL) | bit(SIGSTOP);
}

SignalState::Effect SignalState::default_effect(int signal) {
  if (std::ranges::find(kIgnored, signal) != std::end(kIgnored)) return Effect::Ignore;
  if (std::ranges::find(kStopping, signal) != std::end(kStopping)) return Effect::Suspend;
  if (std::ranges::find(kWithCore, signal) != std::end(kWithCore)) return Effect::Core;
  return Effect::Terminate;
}

bool SignalState::ignores(int signal) const {
  const std::uint64_t handler = action(signal).handler;
  return handler == kIgnore || (handler == kDefault && default_effect(signal) == Effect::Ignore);
}

std::uint64_t SignalState::ignored() const {
  std::uint64_t set = 0;
  for (int signal = 1; signal <= kCount; ++signal)
    if (action(signal).handler == kIgnore) set |= bit(signal);
  return set;
}

std::uint64_t SignalState::caught() const {
  std::uint64_t set = 0;
  for (int signal = 1; signal <= kCount; ++signal)
    if (action(signal).handler > kIgnore) set |= bit(signal);
  return set;
}

void SignalState::forget_handlers() {
  for (SignalAction& action : actions_)
    action = {.handler = action.handler == kIgnore ? kIgnore : kDefault};
}

void ThreadSignals::set_mask_for_call(std::uint64_t mask) {
  if (!saved_mask_) saved_mask_ = mask_;
  set_mask(mask);
}

std::uint64_t ThreadSignals::take_saved_mask() {
  return std::exchange(saved_mask_, std::nullopt).value_or(mask_);
}

void ThreadSignals::restore_mask() {
  mask_ = take_saved_mask();
}

std::int64_t ThreadSignals::set_stack(SignalStack wanted, std::uint64_t stack_pointer) {
  if (stack.use_at(stack_pointer) == SignalStack::kOnStack) return -EPERM;
  const std::int32_t mode = wanted.flags & ~SignalStack::kAutoDisarm;
  if (mode != 0 && mode != SignalStack::kOnStack && mode != SignalStack::kDisable) return -EINVAL;
  if (mode == SignalStack::kDisable)
    wanted.base = wanted.size = 0;
  else if (wanted.size < kSmallestStack)
    return -ENOMEM;
  stack = wanted;
  return 0;
}

bool send_signal(SignalState& process, const SignalInfo& info, std::uint64_t mask) {
  take_back(process.pending, info.signal);
  return !passes_by(process, info, mask) && process.pending.raise(info);
}

bool send_signal(SignalState& process, ThreadSignals& thread, const SignalInfo& info) {
  take_back(process.pending, info.signal);
  take_back(thread.pending, info.signal);
  return !passes_by(process, info, thread.mask()) && thread.pending.raise(info);
}

void force_signal(SignalState& process, ThreadSignals& thread, const SignalInfo& info) {
  const std::uint64_t mine = SignalState::bit(info.signal);
  SignalAction& action = process.action(info.signal);
  if ((thread.mask() & mine) != 0 || action.handler == SignalState::kIgnore) {
    action.handler = SignalState::kDefault;
    thread.set_mask(thread.mask() & ~mine);
  }
  thread.pending.raise(info);
}

}  // namespace ringfare
