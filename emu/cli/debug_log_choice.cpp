// SPDX-License-Identifier: MIT
#include "emu/cli/debug_log_choice.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace ringfare {
namespace {

/// An option, or the variable that stands for it.
struct Setting {
  const char* option;
  const char* variable;
};
constexpr Setting kLogFile{"debug-log", "RINGFARE_DEBUG_LOG"};
constexpr Setting kCategories{"debug-categories", "RINGFARE_DEBUG_CATEGORIES"};

/// The variable's value; it is gone then.
std::optional<std::string> take_variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  std::string taken = value;
  unsetenv(name);
  return taken;
}

std::optional<std::string> given(const ParsedOptions& options, const Setting& setting) {
  if (options.has(setting.option)) return options.text(setting.option);
  return std::nullopt;
}

}  // namespace

DebugLogChoice::DebugLogChoice(const ParsedOptions& options)
    : DebugLogChoice(given(options, kLogFile), given(options, kCategories)) {}

DebugLogChoice::DebugLogChoice(std::optional<std::string> file,
                               std::optional<std::string> categories) {
  const auto file_variable = take_variable(kLogFile.variable);
  const auto categories_variable = take_variable(kCategories.variable);
  const bool by_option = categories.has_value();
  if (!file) file = file_variable;
  if (!categories) categories = categories_variable;
  if (!file && !categories) return;
  const std::string named =
      by_option ? fmt::format("--{}", kCategories.option) : std::string(kCategories.variable);
  const DebugLog::Categories wanted = log_categories(named, categories.value_or("all"));
  file_ = std::make_unique<DebugLogFile>(file.value_or(""));
  log_.emplace(*file_, wanted);
}

void DebugLogChoice::close() {
  if (file_) file_->close();
}

}  // namespace ringfare
