// SPDX-License-Identifier: MIT
#include "emu/report/number_text.hpp"

#include <gtest/gtest.h>

namespace ringfare {
namespace {

struct CyclesCase {
  std::int64_t hundredths;
  const char* text;
};

class CyclesText : public testing::TestWithParam<CyclesCase> {};

TEST_P(CyclesText, HasNoIdleZeros) {
  EXPECT_EQ(cycles_text(Cycles{GetParam().hundredths}), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Rows, CyclesText,
                         testing::Values(CyclesCase{0, "0"}, CyclesCase{100, "1"},
                                         CyclesCase{128400, "1284"}, CyclesCase{128425, "1284.25"},
                                         CyclesCase{128450, "1284.5"}, CyclesCase{5, "0.05"},
                                         CyclesCase{-150, "-1.5"}));

TEST(Grouped, SeparatesThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(ShareText, OfNothingIsNothing) {
  EXPECT_EQ(share_text(Cycles{0}, Cycles{0}), "0.0%");
  EXPECT_EQ(share_text(Cycles{125}, Cycles{1000}), "12.5%");
}

TEST(DurationText, ChoosesTheUnit) {
  EXPECT_EQ(duration_text(std::chrono::nanoseconds(812)), "812 ns");
  EXPECT_EQ(duration_text(std::chrono::nanoseconds(4213)), "4.213 us");
  EXPECT_EQ(duration_text(std::chrono::milliseconds(1500)), "1.500 s");
}

TEST(TimeOf, FollowsTheClock) {
  EXPECT_EQ(time_of(Cycles{100'000}, 1'000'000).count(), 1000);  // 1000 cycles at 1 GHz
  EXPECT_EQ(time_of(Cycles{100'000}, 4'000'000).count(), 250);
}

}  // namespace
}  // namespace ringfare
