// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace ringfare {

/// What a line of a trace begins with: nothing, the simulated time of day (strace -t, -tt) or since
/// 1970 (-ttt), always UTC; or the time since the line before (-r).
///
///     00:00:00 write(1, "hi\n", 3)
///     00:00:00.000041 write(1, "hi\n", 3)
///     1767225600.000041 write(1, "hi\n", 3)
///          0.000003 write(1, "hi\n", 3)
class LineStamp {
 public:
  enum class Kind : std::uint8_t { None, Clock, ClockWithMicroseconds, Unix, Relative };

  explicit LineStamp(Kind kind = Kind::None) : kind_(kind) {}

  /// For the next line, which is about `realtime` (nanoseconds since 1970).
  std::string next(std::chrono::nanoseconds realtime);

 private:
  Kind kind_;
  bool first_ = true;
  std::chrono::nanoseconds before_{};
};

/// "0.000041": seconds with microseconds.
std::string seconds_text(std::chrono::nanoseconds duration);

}  // namespace ringfare
