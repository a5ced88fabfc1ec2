// SPDX-License-Identifier: MIT
#include "emu/linux/host/host_call.hpp"

#include <unistd.h>

#include <cerrno>

namespace ringfare {

std::int64_t raw_host_call(long number, std::uint64_t a, std::uint64_t b, std::uint64_t c,
                           std::uint64_t d, std::uint64_t e, std::uint64_t f) {
  errno = 0;
  const long result = ::syscall(number, a, b, c, d, e, f);
  return result == -1 && errno != 0 ? -errno : result;
}

}  // namespace ringfare
