// SPDX-License-Identifier: MIT
// adjtimex(2), clock_adjtime(2): the clock is what it is; it can only be read.
#include <sys/timex.h>
#include <time.h>

#include <array>
#include <cerrno>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr std::uint32_t kOldRead = 0xa001;  // ADJ_OFFSET_SS_READ

/// As a kernel whose clock nobody has adjusted since it was booted (kernel/time/ntp.c).
timex unadjusted(const Process& process, std::uint32_t modes) {
  timex now{};
  now.modes = modes;
  now.maxerror = now.esterror = 16'000'000;  // NTP_PHASE_LIMIT in microseconds
  now.status = STA_UNSYNC;
  now.constant = 2;
  now.precision = 1;
  now.tolerance = 32'768'000;  // MAXFREQ, scaled
  now.time = to_timeval(process.clock.realtime());
  now.tick = 10'000;
  return now;
}

std::int64_t read_clock(Process& process, std::uint64_t address) {
  const auto modes = process.user.load<std::uint32_t>(address);
  if (!modes) return -EFAULT;
  if (*modes != 0 && *modes != kOldRead) return -EPERM;
  const timex now = unadjusted(process, *modes);
  if (process.image.layout.word() == 8)
    return process.user.store(address, now) ? TIME_ERROR : -EFAULT;
  // include/linux/compat.h of Linux, struct old_timex32: the same fields, each of 4 bytes.
  const std::array<std::int32_t, 32> compat{static_cast<std::int32_t>(*modes),
                                            0,
                                            0,
                                            static_cast<std::int32_t>(now.maxerror),
                                            static_cast<std::int32_t>(now.esterror),
                                            now.status,
                                            static_cast<std::int32_t>(now.constant),
                                            static_cast<std::int32_t>(now.precision),
                                            static_cast<std::int32_t>(now.tolerance),
                                            static_cast<std::int32_t>(now.time.tv_sec),
                                            static_cast<std::int32_t>(now.time.tv_usec),
                                            static_cast<std::int32_t>(now.tick)};
  return process.user.store(address, compat) ? TIME_ERROR : -EFAULT;
}

}  // namespace

std::int64_t sys_adjtimex(Process& process, const CallArguments& args) {
  return read_clock(process, args[0]);
}

std::int64_t sys_clock_adjtime(Process& process, const CallArguments& args) {
  const auto clock = static_cast<std::int32_t>(args[0]);
  if (clock == CLOCK_REALTIME) return read_clock(process, args[1]);
  return clock >= 0 && clock <= CLOCK_TAI ? -EOPNOTSUPP : -EINVAL;
}

}  // namespace ringfare
