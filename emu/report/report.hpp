// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "emu/bill/bill.hpp"
#include "emu/bill/event.hpp"
#include "emu/report/paint.hpp"
#include "emu/report/trace_text.hpp"

namespace ringfare {

/// What a format makes of one run: a sink that writes while it hears the events, a text made of the
/// bill when the run is over, or both.
struct Report {
  std::unique_ptr<Sink> sink = nullptr;
  std::function<std::string(const Bill&)> text = nullptr;
};

/// The options of all formats (report_formats.hpp) that were given or have an initial value, by
/// their long names.
using ReportSettings = std::map<std::string, std::string, std::less<>>;

/// What a format gets to make a report from.
struct ReportInputs {
  std::FILE* out = nullptr;
  Paint paint{false};
  /// Whether calls of this name are wanted.
  std::function<bool(std::string_view)> shows = [](std::string_view) { return true; };
  ReportSettings settings;
  TraceText::Options trace;  // what strace's options say of the lines of a trace
};

}  // namespace ringfare
