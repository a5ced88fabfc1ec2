// SPDX-License-Identifier: MIT
// Exceptions in the middle of straight code end a program as they do on the bare machine, and look
// alike on either engine: guests/exactness/exceptions.S has the attempts.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

const std::string kGuest = guest("exceptions.musl");

/// Attempts by their names, from a run on the bare machine, which finds all as they should be.
std::vector<std::string> attempts() {
  const Outcome all = run({.arguments = {kGuest}});
  EXPECT_EQ(all.ending(), "exit 0") << all.output;
  std::vector<std::string> names;
  for (std::size_t at = 0; (at = all.output.find("ok ", at)) != std::string::npos;) {
    const std::size_t colon = all.output.find(':', at);
    names.push_back(all.output.substr(at + 3, colon - at - 3));
    at = all.output.find('\n', at);
  }
  return names;
}

/// The trace's last lines: the signal and what it did.
std::string end_of(const std::string& trace) {
  return trace.substr(std::min(trace.find("--- SIG"), trace.size()));
}

TEST(Exceptions, EndTheProgramAsNatively) {
  const std::vector<std::string> names = attempts();
  ASSERT_GT(names.size(), 50u);
  for (std::size_t i = 0; i < names.size(); ++i) {
    SCOPED_TRACE(names[i]);
    const Launch launch{.arguments = {kGuest, std::to_string(i)}};
    const Outcome native = run(launch);
    std::string first;
    for (const char* engine : {"translator", "unicorn"}) {
      const Outcome inside =
          run(under_ringfare(launch, {"trace", "--engine", engine, "--isa", "baseline"}));
      EXPECT_EQ(inside.ending(), native.ending()) << engine;
      EXPECT_EQ(inside.output, names[i] + "\n");
      const std::string end = end_of(inside.errors);
      EXPECT_FALSE(end.empty()) << inside.errors;
      if (first.empty()) first = end;
      EXPECT_EQ(end, first) << engine;
    }
  }
}

}  // namespace
}  // namespace ringfare::testing
