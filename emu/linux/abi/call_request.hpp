// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

namespace ringfare {

enum class Abi : std::uint8_t { Amd64, I386 };

using CallArguments = std::array<std::uint64_t, 6>;

/// A system call as the guest asked for it.
struct CallRequest {
  Abi abi = Abi::Amd64;
  std::uint64_t number = 0;
  CallArguments args{};
  std::uint64_t stack_pointer = 0;  // where rt_sigreturn(2) finds its frame
};

/// Whether a result is -errno (man syscalls(2)).
constexpr bool is_error(std::int64_t result) {
  return result < 0 && result >= -4095;
}

}  // namespace ringfare
