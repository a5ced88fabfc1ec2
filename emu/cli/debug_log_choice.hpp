// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cpu/base/debug_log.hpp"
#include "emu/cli/debug_log_file.hpp"
#include "emu/cli/options/options.hpp"

namespace ringfare {

/// The debug log of a verb, made where its options or the environment ask for one: the variables
/// RINGFARE_DEBUG_LOG and RINGFARE_DEBUG_CATEGORIES stand for options that are not given. They are
/// taken out of the environment, so that no guest sees them.
class DebugLogChoice {
 public:
  /// Of a verb that has no options for it.
  DebugLogChoice() : DebugLogChoice(std::nullopt, std::nullopt) {}
  /// Throws UserError for a category that there is not, or a file that cannot be written.
  explicit DebugLogChoice(const ParsedOptions& options);

  /// Null where nobody wants one.
  DebugLog* log() { return log_ ? &*log_ : nullptr; }
  /// Throws UserError where not everything could be written.
  void close();

 private:
  DebugLogChoice(std::optional<std::string> file, std::optional<std::string> categories);

  std::unique_ptr<DebugLogFile> file_;
  std::optional<DebugLog> log_;
};

}  // namespace ringfare
