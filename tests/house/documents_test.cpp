// SPDX-License-Identifier: MIT
// What the documents tell a reader to type exists: commands, verbs, options, files.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare {
namespace {

namespace fs = std::filesystem;
using testing::Outcome;

const fs::path kRoot = RINGFARE_SOURCE_DIR;

std::vector<fs::path> documents() {
  std::vector<fs::path> found{kRoot / "README.md"};
  for (const auto& entry : fs::directory_iterator(kRoot / "docs"))
    if (entry.path().extension() == ".md") found.push_back(entry.path());
  return found;
}

struct Line {
  std::string text;
  std::string where;
  bool code = false;  // inside a fenced block
};

std::vector<Line> lines_of(const fs::path& document) {
  std::vector<Line> lines;
  std::ifstream file(document);
  bool code = false;
  int number = 0;
  for (std::string text; std::getline(file, text);) {
    ++number;
    if (text.starts_with("```"))
      code = !code;
    else
      lines.push_back({text, fmt::format("{}:{}", document.filename().string(), number), code});
  }
  return lines;
}

TEST(Documents, LinksLeadToFiles) {
  const std::regex link(R"(\]\(([^)#:]+)(#[^)]*)?\))");
  for (const fs::path& document : documents())
    for (const Line& line : lines_of(document))
      for (std::sregex_iterator match(line.text.begin(), line.text.end(), link), end; match != end;
           ++match)
        EXPECT_TRUE(fs::exists(document.parent_path() / (*match)[1].str()))
            << line.where << ": " << (*match)[1];
}

TEST(Documents, CommandsInTheTreeExist) {
  const std::regex command(R"((?:^|[\s`$])((?:guests|tests|\.ci)/[A-Za-z0-9_./-]*[A-Za-z0-9_]))");
  for (const fs::path& document : documents())
    for (const Line& line : lines_of(document))
      for (std::sregex_iterator match(line.text.begin(), line.text.end(), command), end;
           match != end; ++match)
        EXPECT_TRUE(fs::exists(kRoot / (*match)[1].str())) << line.where << ": " << (*match)[1];
}

TEST(Documents, TheTwoCommandsCanBeRun) {
  const std::string readme = testing::read_whole(kRoot / "README.md");
  for (const char* command : {"guests/demo", "tests/run"}) {
    EXPECT_NE(readme.find(command), std::string::npos) << command;
    EXPECT_EQ(access((kRoot / command).c_str(), X_OK), 0) << command;
  }
}

/// Every option the documents show with `ringfare VERB` is one that `ringfare VERB --help` lists.
TEST(Documents, OptionsExist) {
  const std::regex use(R"((?:^|[\s`/])ringfare (run|trace|explain|models|syscalls)\b([^`#>|]*))");
  const std::regex option(R"((?:^|\s)(--[a-z][a-z-]*))");
  std::size_t seen = 0;
  for (const fs::path& document : documents())
    for (const Line& line : lines_of(document)) {
      for (std::sregex_iterator match(line.text.begin(), line.text.end(), use), end; match != end;
           ++match) {
        const std::string verb = (*match)[1], rest = (*match)[2];
        const std::string ours = rest.substr(0, rest.find(" -- "));
        const Outcome help =
            testing::run({.arguments = {RINGFARE_BINARY_DIR "/ringfare", verb, "--help"}});
        EXPECT_EQ(help.ending(), "exit 0") << line.where << ": ringfare " << verb;
        for (std::sregex_iterator found(ours.begin(), ours.end(), option); found != end; ++found) {
          ++seen;
          EXPECT_NE(help.output.find((*found)[1].str()), std::string::npos)
              << line.where << ": ringfare " << verb << " has no " << (*found)[1];
        }
      }
    }
  EXPECT_GT(seen, 0u);
}

}  // namespace
}  // namespace ringfare
