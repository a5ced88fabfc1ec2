// SPDX-License-Identifier: MIT
// getrandom(2).
#include <sys/random.h>

#include <algorithm>
#include <cerrno>

#include "emu/linux/state/process.hpp"

namespace ringfare {

std::int64_t sys_getrandom(Process& process, const CallArguments& args) {
  constexpr std::uint64_t kInsecure = 4;  // GRND_INSECURE
  constexpr std::uint64_t kMost = 0x7fff'ffff;
  const std::uint64_t flags = args[2];
  if ((flags & ~(GRND_NONBLOCK | GRND_RANDOM | kInsecure)) != 0) return -EINVAL;
  if ((flags & kInsecure) != 0 && (flags & GRND_RANDOM) != 0) return -EINVAL;
  const std::uint64_t wanted = std::min(args[1], kMost);
  const std::uint64_t size = process.user.writable_prefix(args[0], wanted);
  if (size == 0 && wanted != 0) return -EFAULT;
  process.random.fill({AddressSpace::host({args[0]}), size});
  process.user.count_out(size);
  return static_cast<std::int64_t>(size);
}

}  // namespace ringfare
