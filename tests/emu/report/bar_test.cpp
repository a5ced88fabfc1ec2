// SPDX-License-Identifier: MIT
#include "emu/report/bar.hpp"

#include <gtest/gtest.h>

namespace ringfare {
namespace {

struct Case {
  std::int64_t from, length, whole;  // hundredths of cycles
  const char* text;
};

class Bars : public ::testing::TestWithParam<Case> {};

TEST_P(Bars, ShowWhereAPartLies) {
  const Case& it = GetParam();
  EXPECT_EQ(bar(Cycles{it.from}, Cycles{it.length}, Cycles{it.whole}, 10), it.text);
}

INSTANTIATE_TEST_SUITE_P(
    Parts, Bars,
    ::testing::Values(Case{0, 1000, 1000, "##########"}, Case{0, 500, 1000, "#####     "},
                      Case{500, 500, 1000, "     #####"}, Case{450, 100, 1000, "    ##    "},
                      Case{0, 1, 1000, "#         "},  // costs: shows
                      Case{999, 1, 1000, "         #"},
                      Case{1000, 1, 1000, "         #"},  // behind the end
                      Case{0, 0, 1000, "          "}, Case{0, 10, 0, "          "}));

}  // namespace
}  // namespace ringfare
