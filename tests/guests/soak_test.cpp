// SPDX-License-Identifier: MIT
// What takes its time: ctest -L slow.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "tests/guests/child_process.hpp"
#include "tests/guests/run_in_rounds.hpp"

namespace ringfare::testing {
namespace {

TEST(Soak, TenThousandChildrenLeaveNothingBehind) {
  expect_nothing_left(many_children("musl", 2500));
}

/// Programs whose output does not depend on the order in which their threads and processes run.
constexpr std::string_view kGuests[] = {
    "threads.glibc",         "threads.musl",           "handover.glibc", "handover.musl",
    "library_threads.glibc", "family.glibc",           "family.musl",    "signal_waits.glibc",
    "interrupted.musl",      "interrupted.glibc-i386", "many.musl",      "everything.go",
};
constexpr int kSeeds = 8;

class Schedules : public ::testing::TestWithParam<std::string_view> {};

TEST_P(Schedules, AllHaveTheSameResult) {
  const ScratchDirectory room;
  const Launch launch{.arguments = {guest(std::string(GetParam()))}, .directory = room.path()};
  if (!std::filesystem::exists(launch.arguments.front())) GTEST_SKIP() << "is not built here";
  const Outcome native = run(launch);
  for (int seed = 1; seed <= kSeeds; ++seed) {
    const Outcome inside =
        run(under_ringfare(launch, {"run", "-q", "--schedule-seed", std::to_string(seed)}));
    SCOPED_TRACE("--schedule-seed " + std::to_string(seed));
    EXPECT_EQ(inside.output, native.output);
    EXPECT_EQ(inside.errors, native.errors);
    EXPECT_EQ(inside.ending(), native.ending());
  }
}

INSTANTIATE_TEST_SUITE_P(Guests, Schedules, ::testing::ValuesIn(kGuests), [](const auto& row) {
  std::string name(row.param);
  std::erase_if(name, [](char letter) { return letter == '.' || letter == '-' || letter == '_'; });
  return name;
});

}  // namespace
}  // namespace ringfare::testing
