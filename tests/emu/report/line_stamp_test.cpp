// SPDX-License-Identifier: MIT
#include "emu/report/line_stamp.hpp"

#include <gtest/gtest.h>

namespace ringfare {
namespace {

using Format = LineStamp::Format;
using std::chrono::nanoseconds;

struct Case {
  LineStamp::Style style;
  std::string first, second;
};

class Stamps : public ::testing::TestWithParam<Case> {};

TEST_P(Stamps, OfTwoLines) {
  LineStamp stamp(GetParam().style);
  EXPECT_EQ(stamp.next(nanoseconds(1'767'225'600'000'041'999)), GetParam().first);
  EXPECT_EQ(stamp.next(nanoseconds(1'767'312'061'500'000'000)), GetParam().second);
}

INSTANTIATE_TEST_SUITE_P(
    Styles, Stamps,
    ::testing::Values(Case{{}, "", ""}, Case{{Format::Clock}, "00:00:00 ", "00:01:01 "},
                      Case{{Format::Clock, 6}, "00:00:00.000041 ", "00:01:01.500000 "},
                      Case{{Format::Unix}, "1767225600 ", "1767312061 "},
                      Case{{Format::Unix, 9}, "1767225600.000041999 ", "1767312061.500000000 "},
                      Case{{.relative = true}, "     0.000000 ", " 86461.499958 "},
                      Case{{.relative = true, .relative_digits = 3}, "     0.000 ", " 86461.499 "},
                      Case{{Format::Clock, 0, true},
                           "00:00:00 (+     0.000000) ",
                           "00:01:01 (+ 86461.499958) "}));

TEST(Seconds, HaveAsManyDigitsAsAsked) {
  EXPECT_EQ(seconds_text(nanoseconds(1'000'001'999)), "1.000001");
  EXPECT_EQ(seconds_text(nanoseconds(0)), "0.000000");
  EXPECT_EQ(seconds_text(nanoseconds(1'000'001'999), 9), "1.000001999");
  EXPECT_EQ(seconds_text(nanoseconds(1'000'001'999), 0), "1");
}

}  // namespace
}  // namespace ringfare
