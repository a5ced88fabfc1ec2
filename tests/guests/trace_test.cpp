// SPDX-License-Identifier: MIT
// What a run shows is the same every time, and is what the guest itself can measure.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

const std::string kLanguage = RINGFARE_SOURCE_DIR "/guests/lua/language.lua";

struct Repeated {
  std::string name;
  std::vector<std::string> options, command;
};

class SameAgain : public ::testing::TestWithParam<Repeated> {};

TEST_P(SameAgain, EveryByte) {
  const Launch launch = under_ringfare({.arguments = GetParam().command}, GetParam().options);
  const Outcome first = run(launch), second = run(launch);
  EXPECT_EQ(first.ending(), "exit 0") << first.errors;
  EXPECT_EQ(first.output, second.output);
  EXPECT_EQ(first.errors, second.errors);
  EXPECT_FALSE(first.errors.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Reports, SameAgain,
    ::testing::Values(
        Repeated{"Bill", {"run"}, {guest("hello.glibc")}},
        Repeated{"Trace", {"trace"}, {guest("surroundings.glibc")}},
        Repeated{"TraceMusl", {"trace", "-v"}, {guest("surroundings.musl")}},
        Repeated{"Stages", {"trace", "--stages"}, {guest("hello.musl")}},
        Repeated{"Instructions", {"trace", "--instructions"}, {guest("hello.freestanding")}},
        Repeated{"Table", {"trace", "-c"}, {guest("lua.glibc"), kLanguage}},
        Repeated{"Busybox", {"trace"}, {"/bin/busybox", "sha256sum", kLanguage}}),
    [](const ::testing::TestParamInfo<Repeated>& row) { return row.param.name; });

struct Measured {
  double ticks = 0;   // by the guest, with rdtsc
  double cycles = 0;  // on the trace's line
};

/// The calls the guest `ticks` measured, in order.
std::vector<std::pair<long, Measured>> measure(const std::vector<std::string>& options) {
  static const std::map<std::string, long> kNumbers = {
      {"getpid", 39}, {"getppid", 110}, {"getuid", 102}, {"umask", 95}};
  const Outcome outcome =
      run(under_ringfare({.arguments = {guest("ticks.freestanding")}}, options));
  EXPECT_EQ(outcome.ending(), "exit 0") << outcome.errors;
  std::vector<std::pair<long, Measured>> calls;
  std::istringstream printed(outcome.output);
  Measured measured;
  for (long number; printed >> number >> measured.ticks;) calls.emplace_back(number, measured);

  static const std::regex kLine(R"(^(\w+)\(.*<([0-9.]+)cy>$)");
  std::istringstream lines(outcome.errors);
  std::size_t place = 0;
  std::smatch match;
  for (std::string line; std::getline(lines, line) && place < calls.size();) {
    if (!std::regex_match(line, match, kLine) || !kNumbers.contains(match[1])) continue;
    EXPECT_EQ(calls[place].first, kNumbers.at(match[1])) << line;
    calls[place++].second.cycles = std::stod(match[2]);
  }
  EXPECT_EQ(place, calls.size()) << outcome.errors;
  return calls;
}

/// What is left of each measurement without the line's price: the instructions around the call.
std::vector<double> user_parts(const std::vector<std::string>& options) {
  std::vector<double> parts;
  for (const auto& [number, measured] : measure(options))
    parts.push_back(measured.ticks - measured.cycles);
  return parts;
}

/// The time-stamp counters of the shipped processors run at the core clock, so ticks are cycles.
/// Each of the two reads rounds down to a whole tick: two measurements of the same differ by less
/// than 2.
TEST(TimeStamps, DifferByTheLinesPriceAndTheInstructionsAround) {
  for (const char* cpu : {"skylake", "ice-lake", "zen3"}) {
    const std::vector<double> parts = user_parts({"trace", "--cpu", cpu});
    ASSERT_EQ(parts.size(), 7u);
    for (double part : parts) {
      EXPECT_NEAR(part, parts[0], 2) << cpu;
      EXPECT_GT(part, 0) << cpu;
      EXPECT_LT(part, 100) << cpu;  // six instructions, one of them rdtsc
    }
  }
}

TEST(TimeStamps, TheInstructionsAroundDoNotDependOnMitigations) {
  const std::vector<double> on = user_parts({"trace"});
  const std::vector<double> off = user_parts({"trace", "--mitigations", "off"});
  ASSERT_EQ(on.size(), off.size());
  for (std::size_t i = 0; i < on.size(); ++i) EXPECT_NEAR(on[i], off[i], 2);
}

TEST(TimeStamps, MitigationsAreMeasurable) {
  const auto on = measure({"trace"}), off = measure({"trace", "--mitigations", "off"});
  ASSERT_EQ(on.size(), off.size());
  for (std::size_t i = 0; i < on.size(); ++i)
    EXPECT_GT(on[i].second.ticks, off[i].second.ticks + 50);
}

class BillAddsUp : public ::testing::TestWithParam<std::vector<std::string>> {};

/// Hundredths, so that sums are exact.
std::int64_t hundredths(const nlohmann::json& cycles) {
  return std::llround(cycles.get<double>() * 100);
}

TEST_P(BillAddsUp, StagesAndCallsSumToTheKernelHalf) {
  ScratchDirectory directory;
  const std::string file = (directory.path() / "bill.json").string();
  const Outcome outcome = run(under_ringfare({.arguments = GetParam()}, {"run", "--bill", file}));
  ASSERT_EQ(outcome.ending(), "exit 0") << outcome.errors;
  const auto bill = nlohmann::json::parse(read_whole(file));
  const auto& cycles = bill.at("cycles");
  std::int64_t stages = 0, calls = 0;
  for (const auto& stage : cycles.at("stages")) stages += hundredths(stage.at("cycles"));
  for (const auto& call : bill.at("calls")) calls += hundredths(call.at("cycles"));
  EXPECT_EQ(stages, hundredths(cycles.at("kernel")));
  EXPECT_EQ(calls, hundredths(cycles.at("kernel")));
  EXPECT_EQ(hundredths(cycles.at("user")) + stages, hundredths(cycles.at("total")));
  EXPECT_GT(hundredths(cycles.at("user")), 0);
  EXPECT_GT(stages, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Programs, BillAddsUp,
    ::testing::Values(std::vector<std::string>{guest("hello.freestanding")},
                      std::vector<std::string>{guest("hello.glibc")},
                      std::vector<std::string>{guest("calls.musl"), "getppid", "100"},
                      std::vector<std::string>{"/bin/busybox", "md5sum", kLanguage}));

TEST(LineOfTheTrace, SumsToTheBill) {
  ScratchDirectory directory;
  const std::string file = (directory.path() / "bill.json").string();
  const Outcome outcome = run(under_ringfare({.arguments = {guest("files.musl"), directory.path()}},
                                             {"trace", "--bill", file}));
  ASSERT_EQ(outcome.ending(), "exit 0") << outcome.errors;
  static const std::regex kPrice(R"(<([0-9.]+)cy>\n)");
  std::int64_t sum = 0;
  for (std::sregex_iterator match(outcome.errors.begin(), outcome.errors.end(), kPrice), end;
       match != end; ++match)
    sum += std::llround(std::stod((*match)[1]) * 100);
  const auto bill = nlohmann::json::parse(read_whole(file));
  EXPECT_EQ(sum, hundredths(bill.at("cycles").at("kernel"))) << outcome.errors;
}

}  // namespace
}  // namespace ringfare::testing
