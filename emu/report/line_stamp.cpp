// SPDX-License-Identifier: MIT
#include "emu/report/line_stamp.hpp"

#include <fmt/format.h>

#include <utility>

namespace ringfare {
namespace {

using std::chrono::microseconds;

std::string clock_text(std::chrono::nanoseconds realtime, bool with_microseconds) {
  const std::chrono::hh_mm_ss time(std::chrono::floor<microseconds>(realtime) %
                                   std::chrono::days(1));
  std::string text = fmt::format("{:02}:{:02}:{:02}", time.hours().count(), time.minutes().count(),
                                 time.seconds().count());
  if (with_microseconds) text += fmt::format(".{:06}", time.subseconds().count());
  return text;
}

}  // namespace

std::string seconds_text(std::chrono::nanoseconds duration) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(duration);
  const auto rest = std::chrono::duration_cast<microseconds>(duration - whole);
  return fmt::format("{}.{:06}", whole.count(), rest.count());
}

std::string LineStamp::next(std::chrono::nanoseconds realtime) {
  const auto before = std::exchange(before_, realtime);
  const bool first = std::exchange(first_, false);
  switch (kind_) {
    case Kind::None:
      return "";
    case Kind::Clock:
    case Kind::ClockWithMicroseconds:
      return clock_text(realtime, kind_ == Kind::ClockWithMicroseconds) + " ";
    case Kind::Unix:
      return seconds_text(realtime) + " ";
    case Kind::Relative:
      return fmt::format("{:>13} ",
                         seconds_text(first ? std::chrono::nanoseconds(0) : realtime - before));
  }
  return "";
}

}  // namespace ringfare
