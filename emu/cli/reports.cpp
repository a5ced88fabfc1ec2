// SPDX-License-Identifier: MIT
#include "emu/cli/reports.hpp"

#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "cpu/base/failure.hpp"
#include "emu/cli/options/display_options.hpp"
#include "emu/cli/trace/expressions.hpp"
#include "emu/cli/trace/follow.hpp"
#include "emu/cli/trace/line_options.hpp"
#include "emu/strace/call_filter.hpp"

namespace ringfare {
namespace {

constexpr OptionRow kOutputOption = {
    "output,o", "FILE",
    "write the report to FILE, '-' (standard output) or '|command' instead of standard error", ""};

Output::Opening opening(const ParsedOptions& options) {
  const bool appends = options.has("output-append-mode");
  return appends ? Output::Opening::Append : Output::Opening::Anew;
}

ReportSettings settings_of(const ParsedOptions& options, RunVerb verb) {
  ReportSettings settings;
  for (const ReportFormat& format : report_formats()) {
    if (!format.offered_by(verb)) continue;
    for (const OptionRow& row : format.options) {
      const std::string* const value = options.given_value(row.name());
      if (value != nullptr)
        settings.emplace(row.name(), *value);
      else if (row.initial != nullptr)
        settings.emplace(row.name(), row.initial);
    }
    if (format.check != nullptr) format.check(settings);
  }
  return settings;
}

/// What strace's options say of the lines and of the calls that are told.
void take_strace_options(const ParsedOptions& options, ReportInputs& inputs) {
  inputs.trace = line_options(options);
  const auto filter = std::make_shared<const CallFilter>(sets_of(expressions(options), "trace"));
  inputs.shows = [filter](std::string_view call) { return filter->shows(call); };
}

}  // namespace

void add_report_options(OptionTable& table, RunVerb verb) {
  add_option(table, kOutputOption);
  add_option(table, kColorOption);
  for (const ReportFormat& format : report_formats())
    if (format.offered_by(verb)) add_options(table, format.options);
}

Reports::Reports(const ParsedOptions& options, RunVerb verb) {
  ReportInputs inputs;
  inputs.settings = settings_of(options, verb);
  if (verb == RunVerb::Trace) take_strace_options(options, inputs);
  if (verb == RunVerb::Trace && followed(options) == Follow::Separately) {
    by_thread_.emplace(options.text("output"), opening(options));
    inputs.trace.file_of = [this](int thread) { return by_thread_->file(thread); };
  }
  // With a file per thread the shared place is standard error, for warnings.
  places_.emplace_back(by_thread_ ? "" : options.text("output"), opening(options));
  const auto given = [&](std::string_view name) { return options.given_value(name) != nullptr; };
  for (const ReportFormat& format : report_formats()) {
    if (!format.offered_by(verb) || !format.wanted(given)) continue;
    Output& place = format.file.empty()
                        ? places_.front()
                        : places_.emplace_back(inputs.settings.at(std::string(format.file)));
    inputs.out = place.file();
    inputs.paint = paint_for(place.file(), options);
    made_.push_back({format.make(inputs), &place});
  }
}

std::vector<Sink*> Reports::sinks() const {
  std::vector<Sink*> sinks;
  for (const Made& one : made_)
    if (one.report.sink) sinks.push_back(one.report.sink.get());
  return sinks;
}

void Reports::conclude(const Bill& bill) {
  std::optional<UserError> first;
  for (Output& place : places_) {
    std::string text;
    for (const Made& one : made_)
      if (one.place == &place && one.report.text) text += one.report.text(bill);
    place.write(text);
    try {
      place.close();
    } catch (const UserError& error) {
      // The bill is not lost with the place for it.
      if (&place == &places_.front()) std::fputs(text.c_str(), stderr);
      if (!first) first = error;
    }
  }
  if (by_thread_) by_thread_->close();
  if (first) throw UserError(*first);
}

void Reports::failed(const std::system_error& error) const {
  for (const Output& place : places_) place.check(error);
  if (by_thread_) by_thread_->check(error);
  throw error;
}

}  // namespace ringfare
