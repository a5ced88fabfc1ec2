// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace ringfare {

/// The time a line of a trace begins with: nothing, the simulated time of day (strace -t, -tt) or
/// since 1970 (-ttt), always UTC; the time since the line before (-r); or both.
///
///     00:00:00 write(1, "hi\n", 3)
///     00:00:00.000041 write(1, "hi\n", 3)
///     1767225600.000041 write(1, "hi\n", 3)
///          0.000003 write(1, "hi\n", 3)
///     00:00:00 (+     0.000003) write(1, "hi\n", 3)
class LineStamp {
 public:
  enum class Format : std::uint8_t { None, Clock, Unix };

  /// `digits`: how many a fraction of a second has, 0 to 9.
  struct Style {
    Format absolute = Format::None;
    unsigned digits = 0;
    bool relative = false;
    unsigned relative_digits = 6;
  };

  LineStamp() = default;
  explicit LineStamp(const Style& style) : style_(style) {}

  /// The stamp of the next line; `realtime`: nanoseconds since 1970.
  std::string next(std::chrono::nanoseconds realtime);

 private:
  Style style_;
  bool first_ = true;
  std::chrono::nanoseconds before_{};
};

/// "0.000041": seconds with a fraction of `digits` digits.
std::string seconds_text(std::chrono::nanoseconds duration, unsigned digits = 6);

}  // namespace ringfare
