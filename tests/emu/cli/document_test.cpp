// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "tests/guests/child_process.hpp"

// docs/command-line.md names every option there is, and none that there is not.

namespace ringfare::testing {
namespace {

std::set<std::string> long_options(const std::string& text) {
  std::set<std::string> options;
  static const std::regex kOption("--[a-z][a-z-]+");
  for (std::sregex_iterator it(text.begin(), text.end(), kOption), end; it != end; ++it)
    options.insert(it->str());
  return options;
}

std::string help(const std::string& verb) {
  Launch launch;
  launch.arguments = {RINGFARE_BINARY_DIR "/ringfare", verb, "--help"};
  return run(launch).output;
}

TEST(CommandLineDocument, NamesExactlyTheOptionsThereAre) {
  const auto documented = long_options(read_whole(RINGFARE_SOURCE_DIR "/docs/command-line.md"));
  std::set<std::string> existing = {"--version"};
  for (const char* verb : {"run", "trace", "explain", "models", "syscalls", "vdso", "doors"})
    existing.merge(long_options(help(verb)));
  EXPECT_EQ(documented, existing);
}

}  // namespace
}  // namespace ringfare::testing
