// SPDX-License-Identifier: MIT
// RDRAND and RDSEED: the same numbers for the same seed, on both engines; what each form does is
// compared with the bare machine among the other programs.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

Outcome numbers(const std::vector<std::string>& options) {
  const Launch launch{.arguments = {guest("random_numbers.glibc"), "show"}};
  std::vector<std::string> all{"run", "-q"};
  all.insert(all.end(), options.begin(), options.end());
  return run(under_ringfare(launch, all));
}

TEST(RandomNumbers, FollowFromTheSeed) {
  const Outcome first = numbers({"--seed", "7"});
  EXPECT_EQ(first.ending(), "exit 0") << first.errors;
  EXPECT_EQ(first.output, numbers({"--seed", "7"}).output);
  EXPECT_NE(first.output, numbers({"--seed", "8"}).output);
  const Outcome unicorn = numbers({"--seed", "7", "--engine", "unicorn"});
  if (unicorn.errors.find("built without") != std::string::npos) return;
  EXPECT_EQ(first.output, unicorn.output);
}

TEST(RandomNumbers, OfAChildAreOthers) {
  std::istringstream lines(numbers({}).output);
  std::multiset<std::string> values;
  for (std::string line; std::getline(lines, line);) {
    const std::string value = line.substr(line.rfind(' ') + 1);
    if (line.find("64 ") != std::string::npos) values.insert(value);
  }
  EXPECT_GE(values.size(), 6u);
  EXPECT_TRUE(std::ranges::all_of(
      values, [&](const std::string& value) { return values.count(value) == 1; }));
}

TEST(RandomNumbers, AreUnknownToOlderProcessors) {
  for (const char* const cpu : {"sandy-bridge", "haswell"}) {
    const Outcome out = numbers({"--cpu", cpu});
    EXPECT_EQ(out.output, "not both of them\n") << cpu;
    EXPECT_EQ(out.ending(), "signal 4") << cpu;
  }
}

}  // namespace
}  // namespace ringfare::testing
