// SPDX-License-Identifier: MIT
// Signals: what programs see of them on the bare machine they see inside.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

struct Row {
  std::string_view name, program;
  std::vector<std::string> arguments = {};
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.program << ' ' << row.name;
}

std::string name_of(const ::testing::TestParamInfo<Row>& info) {
  return std::string(info.param.name);
}

Launch launch_of(const Row& row) {
  Launch launch{.arguments = {guest(std::string(row.program))}};
  launch.arguments.insert(launch.arguments.end(), row.arguments.begin(), row.arguments.end());
  return launch;
}

bool is_built(const Row& row) {
  return std::filesystem::exists(guest(std::string(row.program)));
}

void expect_alike(const Outcome& inside, const Outcome& native) {
  EXPECT_EQ(inside.output, native.output);
  EXPECT_EQ(inside.errors, native.errors);
  EXPECT_EQ(inside.ending(), native.ending());
}

const std::vector<Row> kGuests = {
    {"FaultsGlibc", "faults.glibc"},
    {"FaultsMusl", "faults.musl"},
    {"DeliveryGlibc", "delivery.glibc"},
    {"TimersGlibc", "timers.glibc"},
    {"TimersMusl", "timers.musl"},
    {"WaitsGlibc", "signal_waits.glibc"},
    {"WaitsMusl", "signal_waits.musl"},
    {"TimersGlibc32", "timers.glibc-i386"},
    {"TimersMusl32", "timers.musl-i386"},
    {"WaitsGlibc32", "signal_waits.glibc-i386"},
    {"WaitsMusl32", "signal_waits.musl-i386"},
    {"HardwareGlibc", "hardware.glibc"},
    {"InterruptedGlibc", "interrupted.glibc"},
    {"InterruptedMusl", "interrupted.musl"},
    {"InterruptedGlibc32", "interrupted.glibc-i386"},
    {"InterruptedMusl32", "interrupted.musl-i386"},
};

/// How `endings` ends: by a signal's number, or by a fault that nobody survives.
const std::vector<Row> kEndings = [] {
  std::vector<Row> rows;
  static std::vector<std::string> names;
  const std::vector<std::string> how = {
      "segv",  "overflow",    "again", "no_stack", "bad_frame", "ignored", "blocked",
      "stack", "no_restorer", "1",     "2",        "3",         "6",       "8",
      "9",     "10",          "13",    "14",       "15",        "17",      "18",
      "23",    "28",          "31",    "34",       "64"};
  names.reserve(how.size());
  for (const std::string& word : how) {
    names.push_back("Endings_" + word);
    rows.push_back({names.back(), "endings.glibc", {word}});
  }
  return rows;
}();

class Signals : public ::testing::TestWithParam<Row> {};

TEST_P(Signals, ComeAsOnTheBareMachine) {
  if (!is_built(GetParam())) GTEST_SKIP() << GetParam().program << " was not built";
  const Launch launch = launch_of(GetParam());
  expect_alike(run(under_ringfare(launch)), run(launch));
}

TEST_P(Signals, ComeAtTheSameInstructionEveryTime) {
  if (!is_built(GetParam())) GTEST_SKIP() << GetParam().program << " was not built";
  const Launch launch = under_ringfare(launch_of(GetParam()), {"trace"});
  const Outcome first = run(launch), second = run(launch);
  EXPECT_FALSE(first.errors.empty());
  EXPECT_EQ(first.errors, second.errors);
  EXPECT_EQ(first.output, second.output);
}

/// The simulated clock knows no busy machine: nothing inside is later than on an idle one.
TEST(Timers, AreNeverLateInside) {
  for (const char* name :
       {"timers.glibc", "timers.musl", "timers.glibc-i386", "timers.musl-i386"}) {
    const Row ours{.name = name, .program = name, .arguments = {"idle"}}, native{name, name};
    if (!is_built(ours)) continue;
    EXPECT_EQ(run(under_ringfare(launch_of(ours))).output, run(launch_of(native)).output) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Programs, Signals, ::testing::ValuesIn(kGuests), name_of);
INSTANTIATE_TEST_SUITE_P(Endings, Signals, ::testing::ValuesIn(kEndings), name_of);

TEST(SignalLines, ReadAsStracePrintsThem) {
  const auto lines = [](const std::string& how) {
    const Launch launch{.arguments = {guest("endings.glibc"), how}};
    std::string text = run(under_ringfare(launch, {"trace", "-e", "trace=none"})).errors;
    return text;
  };
  EXPECT_EQ(lines("segv"),
            "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x10} ---\n"
            "+++ killed by SIGSEGV +++\n");
  EXPECT_EQ(lines("64").substr(0, 56), "--- SIGRT_32 {si_signo=SIGRT_32, si_code=SI_TKILL, si_pi");
}

}  // namespace
}  // namespace ringfare::testing
