// SPDX-License-Identifier: MIT
#include "emu/cli/options/time_options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>

#include "cpu/base/choice.hpp"
#include "cpu/base/failure.hpp"

namespace ringfare {
namespace {

using std::chrono::nanoseconds;

constexpr Choice<VdsoMode> kVdsoModes[] = {
    {"real", VdsoMode::Real}, {"trap", VdsoMode::Trap}, {"absent", VdsoMode::Absent}};

// As /sys/devices/system/clocksource spells them.
constexpr Choice<Clocksource> kClocksources[] = {{"tsc", Clocksource::Tsc},
                                                 {"hpet", Clocksource::Hpet},
                                                 {"acpi_pm", Clocksource::AcpiPm},
                                                 {"none", Clocksource::None}};

constexpr OptionRow kVdso = {"vdso", "real|trap|absent",
                             "the guest's vDSO: as it is, each function a system call, or none",
                             "real"};
constexpr OptionRow kClocksource = {
    "clocksource", "NAME",
    "what time is read from: tsc; or hpet, acpi_pm, none, which user code cannot read", "tsc"};
constexpr OptionRow kTimeOptions[] = {
    kVdso,
    kClocksource,
    {"epoch", "TIME", "the time of day at the start (default 2026-01-01T00:00:00)"},
    {"real-time", "", "sleeping takes the host's time too"},
};

[[noreturn]] void refuse_epoch(const std::string& text) {
  throw UserError(
      fmt::format("--epoch {}: give seconds since 1970, or a day and time of UTC between 1970 and "
                  "2200 like 2026-01-01T12:30:00",
                  text));
}

constexpr std::chrono::seconds kLatest =
    std::chrono::sys_days(std::chrono::January / 1 / 2200).time_since_epoch();

/// "12", "12.25": to the nanosecond.
std::optional<nanoseconds> seconds_of(std::string_view text) {
  std::int64_t seconds = 0;
  const char* const end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc() || seconds < 0 || seconds > kLatest.count()) return std::nullopt;
  nanoseconds rest{0};
  if (at != end && *at == '.') {
    nanoseconds digit = std::chrono::milliseconds(100);
    for (++at; at != end && *at >= '0' && *at <= '9'; ++at, digit /= 10)
      rest += digit * (*at - '0');
  }
  if (at != end) return std::nullopt;
  return std::chrono::seconds(seconds) + rest;
}

std::optional<nanoseconds> day_of(const std::string& text) {
  int year = 0, length = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &length) != 3)
    return std::nullopt;
  std::string rest = text.substr(static_cast<std::size_t>(length));
  if (rest.ends_with('Z')) rest.pop_back();
  if (!rest.empty()) {
    length = 0;
    std::sscanf(rest.c_str(), "T%2u:%2u:%2u%n", &hour, &minute, &second, &length);
    if (length == 0 || static_cast<std::size_t>(length) != rest.size()) return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok() || year < 1970 || year >= 2200 || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

}  // namespace

std::chrono::nanoseconds epoch_of(const std::string& text) {
  if (const auto seconds = seconds_of(text)) return *seconds;
  if (const auto day = day_of(text)) return *day;
  refuse_epoch(text);
}

void add_clocksource_option(OptionTable& table) {
  add_option(table, kClocksource);
}

Clocksource clocksource_of(const ParsedOptions& options) {
  return choose("--clocksource", options.text("clocksource"), kClocksources);
}

void add_time_options(OptionTable& table) {
  add_options(table, kTimeOptions);
}

void take_time_options(const ParsedOptions& options, SessionInputs& inputs) {
  inputs.vdso = choose("--vdso", options.text("vdso"), kVdsoModes);
  inputs.clocksource = clocksource_of(options);
  if (options.has("epoch")) inputs.epoch = epoch_of(options.text("epoch"));
  inputs.real_time = options.has("real-time");
}

}  // namespace ringfare
