// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "emu/linux/abi/restart.hpp"
#include "emu/linux/abi/signal_info.hpp"
#include "emu/linux/signals/pending_signals.hpp"

namespace ringfare {

/// The kernel's struct sigaction of amd64.
struct SignalAction {
  std::uint64_t handler = 0, flags = 0, restorer = 0, mask = 0;
};

/// stack_t of amd64.
struct SignalStack {
  std::uint64_t base = 0;
  std::int32_t flags = 0;
  std::int32_t padding = 0;
  std::uint64_t size = 0;

  static constexpr std::int32_t kOnStack = 1, kDisable = 2;
  static constexpr std::int32_t kAutoDisarm = static_cast<std::int32_t>(1u << 31);

  /// Whether `address` is a stack pointer on it.
  bool holds(std::uint64_t address) const { return address > base && address - base <= size; }
  /// What sigaltstack(2) says about it at this stack pointer: kDisable, kOnStack or 0.
  std::int32_t use_at(std::uint64_t stack_pointer) const;
};

/// Signals of a whole process: dispositions, and what was sent to it rather than to a thread.
class SignalState {
 public:
  /// Takes over what the emulator was started with: ignored stays ignored, as after execve(2).
  SignalState();

  static constexpr int kCount = PendingSignals::kCount;
  static constexpr std::uint64_t kDefault = 0, kIgnore = 1;  // SIG_DFL, SIG_IGN
  static constexpr std::uint64_t bit(int signal) { return PendingSignals::bit(signal); }
  /// Those that cannot be blocked, caught or ignored: SIGKILL, SIGSTOP.
  static std::uint64_t unstoppable();

  SignalAction& action(int signal) { return actions_[static_cast<std::size_t>(signal - 1)]; }
  const SignalAction& action(int signal) const {
    return actions_[static_cast<std::size_t>(signal - 1)];
  }

  /// What a signal without a handler does to the process.
  enum class Effect : std::uint8_t { Terminate, Core, Ignore, Suspend };
  static Effect default_effect(int signal);

  /// Whether the signal would have no effect if it arrived now.
  bool ignores(int signal) const;

  /// The sets /proc/self/status shows.
  std::uint64_t ignored() const;
  std::uint64_t caught() const;

  /// execve(2): handlers are gone, what is ignored stays ignored.
  void forget_handlers();

  PendingSignals pending;
  bool traced = false;  // one of its threads is
  /// Signals that were ignored on arrival: traces show them all the same.
  std::vector<SignalInfo> passed_by;

 private:
  std::array<SignalAction, kCount> actions_{};
};

/// Signals of one thread.
class ThreadSignals {
 public:
  std::uint64_t mask() const { return mask_; }
  void set_mask(std::uint64_t mask) { mask_ = mask & ~SignalState::unstoppable(); }

  /// Sets a mask that lasts until the present call is over and its signals are delivered
  /// (sigsuspend, ppoll). If that is done more than once, the mask before the first is restored.
  void set_mask_for_call(std::uint64_t mask);
  /// The mask as it was before that, for the frame of a handler, which restores it.
  std::uint64_t take_saved_mask();
  /// Restores that mask where no handler runs.
  void restore_mask();
  bool has_saved_mask() const { return saved_mask_.has_value(); }

  /// sigaltstack(2) while the stack pointer is at `stack_pointer`: 0 or -errno.
  std::int64_t set_stack(SignalStack wanted, std::uint64_t stack_pointer);

  PendingSignals pending;
  std::uint64_t awaited = 0;  // by sigtimedwait(2), though blocked
  SignalStack stack;
  std::optional<RestartBlock> restart;  // what restart_syscall(2) goes on with

  /// The last exception of the hardware, as a frame shows it.
  std::uint64_t trap_number = 0, error_code = 0, fault_address = 0;

 private:
  std::uint64_t mask_ = 0;
  std::optional<std::uint64_t> saved_mask_;
};

/// What may be delivered to the thread now.
inline bool has_signal(const SignalState& process, const ThreadSignals& thread) {
  return ((process.pending.set() | thread.pending.set()) & ~thread.mask()) != 0;
}

/// Sends to the process as a whole, or to one of its threads; what is ignored is gone at once,
/// unless `mask` blocks it. False where a standard signal was pending already.
bool send_signal(SignalState& process, const SignalInfo& info, std::uint64_t mask);
bool send_signal(SignalState& process, ThreadSignals& thread, const SignalInfo& info);

/// Sends a signal without which the thread cannot go on: where it is blocked or ignored it kills.
void force_signal(SignalState& process, ThreadSignals& thread, const SignalInfo& info);

}  // namespace ringfare
