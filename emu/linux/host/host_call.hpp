// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>

namespace ringfare {

inline std::uint64_t host_word(std::integral auto value) {
  return static_cast<std::uint64_t>(value);
}
inline std::uint64_t host_word(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

/// One system call of the host, past the C library: a value or -errno.
std::int64_t raw_host_call(long number, std::uint64_t a = 0, std::uint64_t b = 0,
                           std::uint64_t c = 0, std::uint64_t d = 0, std::uint64_t e = 0,
                           std::uint64_t f = 0);

template <class... Arguments>
std::int64_t host_call(long number, Arguments... arguments) {
  return raw_host_call(number, host_word(arguments)...);
}

}  // namespace ringfare
