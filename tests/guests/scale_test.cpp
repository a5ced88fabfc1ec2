// SPDX-License-Identifier: MIT
// Very many processes and threads: all of them end, and nothing of them is left on the host,
// neither processes nor descriptors nor memory.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "tests/guests/run_in_rounds.hpp"

namespace ringfare::testing {
namespace {

class Scale : public ::testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(guest("many." + kind())))
      GTEST_SKIP() << "no guests of the kind " << kind() << " are built here";
  }
  std::string kind() const { return std::string(GetParam()); }
};

TEST_P(Scale, ChildrenLeaveNothingBehind) {
  expect_nothing_left(many_children(kind(), 60));
}

TEST_P(Scale, AThousandThreadsLeaveNothingBehind) {
  expect_nothing_left(many_threads(kind(), 1000));
}

// Who has ended does not wait on the host for its descendants.
TEST_P(Scale, AncestorsLeaveNothingBehind) {
  RunInRounds run({.arguments = {guest("lineage." + kind()), "100"}}, {"run", "-q"});
  EXPECT_EQ(run.line(), "generation 100");
  EXPECT_TRUE(run.keeps_children(1)) << run.children() << " are left";
  run.go_on();
  EXPECT_EQ(run.wait_status(), 0);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Scale,
                         ::testing::Values("glibc", "musl", "glibc-i386", "musl-i386"),
                         [](const auto& row) {
                           std::string name(row.param);
                           std::erase(name, '-');
                           return name;
                         });

#ifdef RINGFARE_UNICORN
TEST(ScaleWithUnicorn, CrowdsLeaveNothingBehind) {
  for (Crowd crowd : {many_children("musl", 40), many_threads("musl", 100)}) {
    crowd.options = {"run", "-q", "--engine", "unicorn"};
    SCOPED_TRACE(crowd.program);
    expect_nothing_left(crowd);
  }
}
#endif

}  // namespace
}  // namespace ringfare::testing
