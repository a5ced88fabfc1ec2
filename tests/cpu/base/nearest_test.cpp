// SPDX-License-Identifier: MIT
#include "cpu/base/nearest.hpp"

#include <gtest/gtest.h>

namespace ringfare {
namespace {

struct NearestCase {
  std::string_view word;
  std::vector<std::string> candidates;
  std::string expected;  // "" = nothing near
};

class Nearest : public testing::TestWithParam<NearestCase> {};

TEST_P(Nearest, FindsTheOneThatWasMeant) {
  const NearestCase& c = GetParam();
  EXPECT_EQ(nearest(c.word, c.candidates).value_or(""), c.expected);
}

INSTANTIATE_TEST_SUITE_P(
    Words, Nearest,
    testing::Values(NearestCase{"cylces", {"source", "cycles"}, "cycles"},
                    NearestCase{"sky-lake", {"ice-lake", "skylake", "zen3"}, "skylake"},
                    NearestCase{"SKYLAKE", {"ice-lake", "skylake"}, "skylake"},
                    NearestCase{"zen4", {"skylake", "zen3"}, "zen3"},
                    NearestCase{"pit", {"verw", "pti"}, "pti"},
                    NearestCase{"source", {"sourse", "source"}, "source"},
                    NearestCase{"ab", {"ac", "ad"}, "ac"},  // equals: the first
                    NearestCase{"haswell", {"skylake", "zen3"}, ""}, NearestCase{"x", {"y"}, ""},
                    NearestCase{"word", {}, ""}, NearestCase{"", {"a"}, ""}));

TEST(Suggestion, NamesTheNearestOrAll) {
  EXPECT_EQ(suggestion("zen4", {"skylake", "zen3"}), "; did you mean 'zen3'?");
  EXPECT_EQ(suggestion("haswell", {"skylake", "zen3"}), "; there is skylake, zen3");
  EXPECT_EQ(suggestion("haswell", {}), "; there are none");
}

}  // namespace
}  // namespace ringfare
