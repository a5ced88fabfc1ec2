// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace ringfare {

/// What comes with a signal: the first 48 bytes of amd64's siginfo_t, the part that Linux fills in
/// (sigaction(2)). What `rest` means depends on signal and code: see `layout`.
struct SignalInfo {
  std::int32_t signal = 0;
  std::int32_t error = 0;
  std::int32_t code = 0;
  std::int32_t padding = 0;
  std::array<std::byte, 32> rest{};

  /// Bytes of siginfo_t in user memory; behind ours they are zero.
  static constexpr std::size_t kUserSize = 128;

  struct Sender {  // kill(2), tgkill(2)
    std::int32_t pid = 0;
    std::uint32_t uid = 0;
  };
  struct Queued {  // sigqueue(3)
    std::int32_t pid = 0;
    std::uint32_t uid = 0;
    std::uint64_t value = 0;
  };
  struct Timer {  // timer_create(2)
    std::int32_t id = 0, overrun = 0;
    std::uint64_t value = 0;
  };
  struct Child {  // SIGCHLD
    std::int32_t pid = 0;
    std::uint32_t uid = 0;
    std::int32_t status = 0;
    std::int32_t padding = 0;
    std::int64_t user_ticks = 0, system_ticks = 0;
  };
  struct Fault {  // SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP of the hardware
    std::uint64_t address = 0;
    std::int16_t address_bit = 0;
    std::int16_t padding = 0;
    std::uint32_t unused = 0;
    std::uint64_t lower = 0, upper = 0;
  };
  struct Poll {  // SIGPOLL
    std::int64_t band = 0;
    std::int32_t fd = 0;
    std::int32_t padding = 0;
  };
  struct SystemCall {  // SIGSYS
    std::uint64_t address = 0;
    std::int32_t number = 0;
    std::uint32_t architecture = 0;
  };

  enum class Layout : std::uint8_t { Sender, Queued, Timer, Child, Fault, Poll, SystemCall };
  /// Which of the structures `rest` holds, by signal and code.
  Layout layout() const;

  template <class T>
  T as() const {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof rest);
    T value;
    std::memcpy(&value, rest.data(), sizeof value);
    return value;
  }
  template <class T>
  void set(const T& value) {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof rest);
    std::memcpy(rest.data(), &value, sizeof value);
  }

  bool operator==(const SignalInfo&) const = default;
};
static_assert(sizeof(SignalInfo) == 48 && offsetof(SignalInfo, rest) == 16);

/// `code` is one of sigaction(2).
template <class T>
SignalInfo make_signal(int signal, int code, const T& what) {
  SignalInfo info{.signal = signal, .code = code};
  info.set(what);
  return info;
}

/// Sent by the kernel itself (SI_KERNEL), without an address or a sender.
SignalInfo kernel_signal(int signal);

/// Of a hardware exception.
SignalInfo fault_signal(int signal, int code, std::uint64_t address);

/// siginfo_t as a 32-bit program has it.
std::array<std::byte, SignalInfo::kUserSize> compat_signal_info(const SignalInfo& info);
/// The other way round; `compat` has kUserSize bytes.
SignalInfo widened_signal_info(std::span<const std::byte> compat);

}  // namespace ringfare
