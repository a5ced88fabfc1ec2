// SPDX-License-Identifier: MIT
#include "emu/report/line_stamp.hpp"

#include <gtest/gtest.h>

namespace ringfare {
namespace {

using Kind = LineStamp::Kind;
using std::chrono::nanoseconds;

struct Case {
  Kind kind;
  std::string first, second;
};

class Stamps : public ::testing::TestWithParam<Case> {};

TEST_P(Stamps, OfTwoLines) {
  LineStamp stamp(GetParam().kind);
  EXPECT_EQ(stamp.next(nanoseconds(1'767'225'600'000'041'999)), GetParam().first);
  EXPECT_EQ(stamp.next(nanoseconds(1'767'312'061'500'000'000)), GetParam().second);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Stamps,
    ::testing::Values(Case{Kind::None, "", ""}, Case{Kind::Clock, "00:00:00 ", "00:01:01 "},
                      Case{Kind::ClockWithMicroseconds, "00:00:00.000041 ", "00:01:01.500000 "},
                      Case{Kind::Unix, "1767225600.000041 ", "1767312061.500000 "},
                      Case{Kind::Relative, "     0.000000 ", " 86461.499958 "}));

TEST(Seconds, HaveMicroseconds) {
  EXPECT_EQ(seconds_text(nanoseconds(1'000'001'999)), "1.000001");
  EXPECT_EQ(seconds_text(nanoseconds(0)), "0.000000");
}

}  // namespace
}  // namespace ringfare
