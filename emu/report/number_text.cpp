// SPDX-License-Identifier: MIT
#include "emu/report/number_text.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace ringfare {

std::string cycles_text(Cycles cycles) {
  const std::int64_t magnitude = std::abs(cycles.hundredths);
  std::string text = fmt::format("{}{}", cycles.hundredths < 0 ? "-" : "", magnitude / 100);
  const std::int64_t fraction = magnitude % 100;
  if (fraction == 0) return text;
  return text +
         (fraction % 10 == 0 ? fmt::format(".{}", fraction / 10) : fmt::format(".{:02}", fraction));
}

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string share_text(Cycles part, Cycles whole) {
  const double share = whole.hundredths == 0 ? 0.0
                                             : 100.0 * static_cast<double>(part.hundredths) /
                                                   static_cast<double>(whole.hundredths);
  return fmt::format("{:.1f}%", share);
}

std::string duration_text(std::chrono::nanoseconds duration) {
  struct Unit {
    std::int64_t nanoseconds;
    const char* name;
  };
  static constexpr Unit kUnits[] = {{1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}};
  for (const Unit& unit : kUnits)
    if (duration.count() >= unit.nanoseconds)
      return fmt::format(
          "{:.3f} {}",
          static_cast<double>(duration.count()) / static_cast<double>(unit.nanoseconds), unit.name);
  return fmt::format("{} ns", duration.count());
}

std::chrono::nanoseconds time_of(Cycles cycles, std::uint64_t core_khz) {
  __extension__ using Wide = __int128;
  return std::chrono::nanoseconds(
      static_cast<std::int64_t>(Wide{cycles.hundredths} * 10'000 / static_cast<Wide>(core_khz)));
}

}  // namespace ringfare
