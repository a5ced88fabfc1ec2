// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "emu/report/option_row.hpp"
#include "emu/report/report.hpp"

namespace ringfare {

/// The verbs that run a program.
enum class RunVerb : std::uint8_t { Run = 1, Trace = 2 };
enum class OfferedBy : std::uint8_t { Run = 1, Trace = 2, Both = 3 };

/// A format: who offers it, which options it has, when it is made, and how.
struct ReportFormat {
  std::string_view name;
  OfferedBy verbs;
  std::span<const OptionRow> options = {};
  /// The option that names the file it is written to, and so asks for it. Empty: it is written
  /// where -o points, which all these formats share, and is made unasked.
  std::string_view file = {};
  std::span<const std::string_view> when = {};  // it is made only where one of these is given
  std::string_view unless = {};                 // it is not made where this is given
  Report (*make)(const ReportInputs& inputs);
  /// Throws UserError for settings that mean nothing, whether it is made or not. Null: any do.
  void (*check)(const ReportSettings& settings) = nullptr;

  bool offered_by(RunVerb verb) const;
  bool wanted(const std::function<bool(std::string_view)>& given) const;
};

/// All there are. Their sinks hear of an event, and their texts are written, in this order.
std::span<const ReportFormat> report_formats();

}  // namespace ringfare
