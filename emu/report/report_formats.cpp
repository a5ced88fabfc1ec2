// SPDX-License-Identifier: MIT
#include "emu/report/report_formats.hpp"

#include <algorithm>

#include "emu/report/bill_text.hpp"
#include "emu/report/count_table.hpp"
#include "emu/report/notices.hpp"

namespace ringfare {
namespace {

constexpr OptionRow kTraceOptions[] = {
    {"no-prices", "", "lines as strace writes them, without the prices of the calls"},
    {"stages", "", "open each line into the stages of its crossing"},
    {"instructions", "", "open each line into every instruction of the kernel"},
};

constexpr OptionRow kTableOptions[] = {
    {"summary-only,c", "", "a table of calls instead of lines"},
    {"summary,C", "", "lines, and the table at the end"},
    {"summary-sort-by,S", "COLUMN",
     "order of the table: time (cycles), min-time, max-time, avg-time, calls, errors, name, "
     "nothing",
     "time"},
    {"summary-columns,U", "LIST",
     "columns of the table: time-percent, total-time, min-time, max-time, avg-time, calls, "
     "errors, name"},
};
constexpr std::string_view kTableWhen[] = {"summary-only", "summary"};
constexpr std::string_view kNoLines[] = {"summary-only"};

constexpr OptionRow kBillJsonOptions[] = {{"bill", "FILE", "write the bill as JSON to FILE"}};

constexpr ReportFormat kFormats[] = {
    {.name = "trace",
     .verbs = OfferedBy::Trace,
     .options = kTraceOptions,
     .unless = "summary-only",
     .make = trace_report},
    {.name = "warnings", .verbs = OfferedBy::Run, .unless = "quiet", .make = notices_report},
    {.name = "warnings of a trace without lines",
     .verbs = OfferedBy::Trace,
     .when = kNoLines,
     .unless = "quiet",
     .make = notices_report},
    {.name = "table of calls",
     .verbs = OfferedBy::Trace,
     .options = kTableOptions,
     .when = kTableWhen,
     .make = count_table_report,
     .check = check_count_table},
    {.name = "bill", .verbs = OfferedBy::Run, .unless = "quiet", .make = bill_report},
    {.name = "bill as JSON",
     .verbs = OfferedBy::Both,
     .options = kBillJsonOptions,
     .file = "bill",
     .make = bill_json_report},
};

}  // namespace

bool ReportFormat::offered_by(RunVerb verb) const {
  return (static_cast<unsigned>(verbs) & static_cast<unsigned>(verb)) != 0;
}

bool ReportFormat::wanted(const std::function<bool(std::string_view)>& given) const {
  if (!unless.empty() && given(unless)) return false;
  if (!file.empty()) return given(file);
  return when.empty() || std::ranges::any_of(when, given);
}

std::span<const ReportFormat> report_formats() {
  return kFormats;
}

}  // namespace ringfare
