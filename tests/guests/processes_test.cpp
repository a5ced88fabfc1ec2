// SPDX-License-Identifier: MIT
// Threads and processes: what they do on the bare machine they do inside, in the same order every
// time, and in another one where a seed says so.
#include <gtest/gtest.h>

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

Launch launch_of(const Row& row) {
  Launch launch{.arguments = {guest(std::string(row.program))}};
  launch.arguments.insert(launch.arguments.end(), row.arguments.begin(), row.arguments.end());
  return launch;
}

const std::vector<Row> kGuests = {
    {"ThreadsGlibc", "threads.glibc"},
    {"ThreadsMusl", "threads.musl"},
    {"LibraryThreads", "library_threads.glibc"},
};

class SharedMachine : public ::testing::TestWithParam<Row> {};

TEST_P(SharedMachine, DoesAsOnTheBareMachine) {
  const Launch launch = launch_of(GetParam());
  const Outcome native = run(launch);
  const Outcome inside = run(under_ringfare(launch));
  EXPECT_EQ(inside.output, native.output);
  EXPECT_EQ(inside.errors, native.errors);
  EXPECT_EQ(inside.ending(), native.ending());
}

TEST_P(SharedMachine, RepeatsToTheByte) {
  const Launch launch = under_ringfare(launch_of(GetParam()), {"trace"});
  const Outcome first = run(launch), second = run(launch);
  EXPECT_GT(first.errors.size(), 1000u);
  EXPECT_EQ(first.errors, second.errors);
  EXPECT_EQ(first.output, second.output);
}

TEST_P(SharedMachine, HasOtherSchedulesWithTheSameResult) {
  const Launch launch = launch_of(GetParam());
  const std::string native = run(launch).output;
  const auto with_seed = [&](const std::string& seed) {
    const Outcome inside = run(under_ringfare(launch, {"trace", "--schedule-seed", seed}));
    EXPECT_EQ(inside.output, native) << "--schedule-seed " << seed;
    return inside.errors;
  };
  const std::string first = with_seed("1");
  bool another = false;
  for (const char* seed : {"2", "4", "5", "6", "7", "8"})
    another = another || with_seed(seed) != first;
  EXPECT_TRUE(another);
  EXPECT_EQ(with_seed("3"), with_seed("3"));
}

INSTANTIATE_TEST_SUITE_P(Guests, SharedMachine, ::testing::ValuesIn(kGuests),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Deadlock, EndsWithWhoWaitsForWhat) {
  for (const char* name : {"deadlock.glibc", "deadlock.musl"}) {
    const Outcome inside = run(under_ringfare({.arguments = {guest(name)}}, {"run"}));
    EXPECT_EQ(inside.ending(), "exit 123") << name;
    EXPECT_NE(inside.errors.find("deadlock: nothing can wake anybody any more: process 1000 waits "
                                 "for futex 0x"),
              std::string::npos)
        << inside.errors;
    EXPECT_NE(inside.errors.find("; thread 1001 waits for futex 0x"), std::string::npos)
        << inside.errors;
  }
}

}  // namespace
}  // namespace ringfare::testing
