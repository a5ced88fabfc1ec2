// SPDX-License-Identifier: MIT
// The table of report formats: what it must hold for every row, and who is made when.
#include "emu/report/report_formats.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "cpu/base/failure.hpp"

namespace ringfare {
namespace {

constexpr RunVerb kVerbs[] = {RunVerb::Run, RunVerb::Trace};

TEST(ReportFormats, NoTwoOptionsOfAVerbShareANameOrALetter) {
  for (const RunVerb verb : kVerbs) {
    std::set<std::string> names;
    for (const ReportFormat& format : report_formats()) {
      if (!format.offered_by(verb)) continue;
      for (const OptionRow& row : format.options) {
        EXPECT_TRUE(names.emplace(row.name()).second) << row.names;
        const std::string_view letter = std::string_view(row.names).substr(row.name().size());
        EXPECT_TRUE(letter.empty() || names.emplace(letter).second) << row.names;
      }
    }
  }
}

TEST(ReportFormats, AreAskedForByOptionsTheTableHas) {
  std::set<std::string_view> names;
  for (const ReportFormat& format : report_formats())
    for (const OptionRow& row : format.options) names.insert(row.name());
  for (const ReportFormat& format : report_formats()) {
    for (const std::string_view name : format.when)
      EXPECT_TRUE(names.contains(name)) << format.name << ": " << name;
    EXPECT_TRUE(format.file.empty() || names.contains(format.file)) << format.name;
  }
}

TEST(ReportFormats, MakeASinkOrAText) {
  ReportInputs inputs;
  inputs.out = stdout;
  inputs.shows = [](std::string_view) { return true; };
  inputs.settings = {{"summary-sort-by", "time"}};
  for (const ReportFormat& format : report_formats()) {
    const Report report = format.make(inputs);
    EXPECT_TRUE(report.sink || report.text) << format.name;
  }
}

struct Case {
  RunVerb verb;
  std::set<std::string_view> given;
  std::vector<std::string_view> made;
};

void PrintTo(const Case& it, std::ostream* out) {
  *out << (it.verb == RunVerb::Run ? "run" : "trace");
  for (const std::string_view name : it.given) *out << " --" << name;
}

class Wanted : public ::testing::TestWithParam<Case> {};

TEST_P(Wanted, AsTheOptionsSay) {
  std::vector<std::string_view> made;
  for (const ReportFormat& format : report_formats())
    if (format.offered_by(GetParam().verb) &&
        format.wanted([](std::string_view name) { return GetParam().given.contains(name); }))
      made.push_back(format.name);
  EXPECT_EQ(made, GetParam().made);
}

INSTANTIATE_TEST_SUITE_P(
    Formats, Wanted,
    ::testing::Values(Case{RunVerb::Run, {}, {"warnings", "bill"}},
                      Case{RunVerb::Run, {"quiet"}, {}},
                      Case{RunVerb::Run, {"bill"}, {"warnings", "bill", "bill as JSON"}},
                      Case{RunVerb::Run, {"quiet", "bill"}, {"bill as JSON"}},
                      Case{RunVerb::Trace, {}, {"trace"}},
                      Case{RunVerb::Trace, {"quiet"}, {"trace"}},
                      Case{RunVerb::Trace, {"summary"}, {"trace", "table of calls"}},
                      Case{RunVerb::Trace,
                           {"summary-only"},
                           {"warnings of a trace without lines", "table of calls"}},
                      Case{RunVerb::Trace, {"summary-only", "quiet"}, {"table of calls"}},
                      Case{RunVerb::Trace, {"bill"}, {"trace", "bill as JSON"}}));

TEST(ReportFormats, SettingsAreCheckedWhetherTheFormatIsMadeOrNot) {
  for (const ReportFormat& format : report_formats()) {
    if (format.check == nullptr) continue;
    EXPECT_NO_THROW(format.check({{"summary-sort-by", "calls"}, {"summary-columns", "name"}}));
    EXPECT_THROW(format.check({{"summary-sort-by", "cals"}}), UserError);
    EXPECT_THROW(format.check({{"summary-sort-by", "calls"}, {"summary-columns", "name,"}}),
                 UserError);
  }
}

}  // namespace
}  // namespace ringfare
