// SPDX-License-Identifier: MIT
#include "cpu/base/choice.hpp"

#include <gtest/gtest.h>

#include "cpu/base/failure.hpp"

namespace ringfare {
namespace {

constexpr Choice<int> kSizes[] = {{"small", 1}, {"large", 100}};

TEST(Choice, IsWhatItsWordStandsFor) {
  EXPECT_EQ(choose("--size", "small", kSizes), 1);
  EXPECT_EQ(choose("--size", "large", kSizes), 100);
}

std::string refusal(std::string_view word) {
  try {
    choose("--size", word, kSizes);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Choice, AnotherWordIsRefusedWithTheNearestOrAll) {
  EXPECT_EQ(refusal("lrage"), "--size lrage: did you mean 'large'?");
  EXPECT_EQ(refusal("4"), "--size 4: give one of small, large");
  EXPECT_EQ(refusal(""), "--size : give one of small, large");
}

TEST(Split, KeepsEmptyWords) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(split("a,b"), (Words{"a", "b"}));
  EXPECT_EQ(split("a"), Words{"a"});
  EXPECT_EQ(split(""), Words{""});
  EXPECT_EQ(split("a,,"), (Words{"a", "", ""}));
  EXPECT_EQ(split("/bin:/usr/bin", ':'), (Words{"/bin", "/usr/bin"}));
}

}  // namespace
}  // namespace ringfare
