// SPDX-License-Identifier: MIT
#pragma once

#include <sys/time.h>
#include <time.h>

#include <chrono>

namespace ringfare {

constexpr bool is_valid(const timespec& time) {
  return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < 1'000'000'000;
}

/// Saturates at the longest duration there is, as the kernel's ktime_t does.
constexpr std::chrono::nanoseconds to_duration(const timespec& time) {
  constexpr std::chrono::seconds kLongest =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::nanoseconds::max()) / 4;
  const std::chrono::seconds seconds(time.tv_sec);
  if (seconds > kLongest) return kLongest;
  return seconds + std::chrono::nanoseconds(time.tv_nsec);
}

constexpr timespec to_timespec(std::chrono::nanoseconds duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  return {seconds.count(), (duration - seconds).count()};
}

constexpr timeval to_timeval(std::chrono::nanoseconds duration) {
  const timespec exact = to_timespec(duration);
  return {exact.tv_sec, exact.tv_nsec / 1000};
}

}  // namespace ringfare
