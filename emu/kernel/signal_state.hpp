// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>

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
};

/// Dispositions, mask, pending signals and the alternate stack of the process's only thread.
class SignalState {
 public:
  SignalState();

  static constexpr int kCount = 64;
  static constexpr std::uint64_t kDefault = 0, kIgnore = 1;  // SIG_DFL, SIG_IGN
  static constexpr std::uint64_t bit(int signal) { return 1ull << (signal - 1); }

  SignalAction& action(int signal) { return actions_[static_cast<std::size_t>(signal - 1)]; }

  std::uint64_t mask() const { return mask_; }
  void set_mask(std::uint64_t mask);  // SIGKILL and SIGSTOP stay unblocked
  std::uint64_t pending() const { return pending_; }
  void raise(int signal) { pending_ |= bit(signal); }

  /// Takes the lowest pending signal that is not blocked.
  std::optional<int> take();

  /// What a signal without a handler does to the process.
  enum class Effect : std::uint8_t { Terminate, Ignore, Stop };
  static Effect default_effect(int signal);

  SignalStack stack{.flags = 2};  // SS_DISABLE

 private:
  std::array<SignalAction, kCount> actions_{};
  std::uint64_t mask_ = 0, pending_ = 0;
};

}  // namespace ringfare
