// SPDX-License-Identifier: MIT
#include "emu/report/line_stamp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ringfare {
namespace {

/// ".000041", or nothing for no digits.
std::string fraction_text(std::chrono::nanoseconds time, unsigned digits) {
  constexpr unsigned kNanoDigits = 9;
  if (digits == 0) return "";
  const auto rest = time - std::chrono::floor<std::chrono::seconds>(time);
  const std::string all = fmt::format("{:0{}}", rest.count(), kNanoDigits);
  return '.' + all.substr(0, std::min(digits, kNanoDigits));
}

std::string clock_text(std::chrono::nanoseconds realtime, unsigned digits) {
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(realtime) %
                                   std::chrono::days(1));
  return fmt::format("{:02}:{:02}:{:02}{}", time.hours().count(), time.minutes().count(),
                     time.seconds().count(), fraction_text(realtime, digits));
}

}  // namespace

std::string seconds_text(std::chrono::nanoseconds duration, unsigned digits) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(duration);
  return fmt::format("{}{}", whole.count(), fraction_text(duration, digits));
}

std::string LineStamp::next(std::chrono::nanoseconds realtime) {
  const auto before = std::exchange(before_, realtime);
  const bool first = std::exchange(first_, false);
  std::string text;
  if (style_.absolute == Format::Clock) text = clock_text(realtime, style_.digits) + ' ';
  if (style_.absolute == Format::Unix) text = seconds_text(realtime, style_.digits) + ' ';
  if (!style_.relative) return text;
  const auto since = first ? std::chrono::nanoseconds(0) : realtime - before;
  const auto whole = std::chrono::floor<std::chrono::seconds>(since);
  const std::string passed =
      fmt::format("{:>6}{}", whole.count(), fraction_text(since, style_.relative_digits));
  return text.empty() ? passed + ' ' : fmt::format("{}(+{}) ", text, passed);
}

}  // namespace ringfare
