// SPDX-License-Identifier: MIT
#include "cpu/base/debug_log.hpp"

#include <string>
#include <vector>

#include "cpu/base/choice.hpp"

namespace ringfare {
namespace {

std::string cycles_of(const LogStamp& stamp) {
  return stamp.cycles ? log_text(*stamp.cycles) : "-";
}

std::string thread_of(const LogStamp& stamp) {
  return stamp.thread ? fmt::format("{}", *stamp.thread) : "-";
}

DebugLog::Categories category_named(std::string_view option, std::string_view name) {
  if (name == "all") return DebugLog::Categories().set();
  std::vector<std::string> known;
  for (std::size_t i = 0; i < std::size(kLogCategories); ++i) {
    if (name == kLogCategories[i].name) return DebugLog::Categories().set(i);
    known.emplace_back(kLogCategories[i].name);
  }
  known.emplace_back("all");
  refuse_word(option, name, known);
}

}  // namespace

std::string log_text(Cycles cycles) {
  constexpr std::int64_t kHundred = 100;
  return fmt::format("{}.{:02}", cycles.hundredths / kHundred, cycles.hundredths % kHundred);
}

void DebugLog::write_line(LogCategory category, std::string_view text) {
  const LogStamp stamp = stamp_ ? stamp_() : LogStamp{};
  const std::string_view name = kLogCategories[static_cast<std::size_t>(category)].name;
  target_.write(
      fmt::format("{:<10} {:>14} {:>6}  {}\n", name, cycles_of(stamp), thread_of(stamp), text));
}

DebugLog::Categories log_categories(std::string_view option, std::string_view list) {
  DebugLog::Categories wanted;
  for (const std::string& name : split(list)) wanted |= category_named(option, name);
  return wanted;
}

}  // namespace ringfare
