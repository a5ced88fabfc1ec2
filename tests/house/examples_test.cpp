// SPDX-License-Identifier: MIT
// The documents' examples are what the program prints. An example is a fenced `console` block: a
// line `$ command` and its output; a command without output is not run. `RINGFARE_REFRESH=1
// build/tests/house/examples_test` rewrites them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = RINGFARE_SOURCE_DIR;

std::vector<fs::path> documents() {
  std::vector<fs::path> found{kRoot / "README.md"};
  for (const auto& entry : fs::directory_iterator(kRoot / "docs"))
    if (entry.path().extension() == ".md") found.push_back(entry.path());
  return found;
}

/// What a shell at the root of the sources shows; the programs of the build come first.
std::string printed_by(const std::string& command) {
  testing::Launch launch{
      .arguments = {"/bin/sh", "-c", "{ " + command + "; } 2>&1"}, .input = {}, .directory = kRoot};
  for (std::string& variable : launch.environment)
    if (variable.starts_with("PATH=")) variable.insert(5, RINGFARE_BINARY_DIR ":");
  return testing::run(launch).output;
}

struct Checked {
  std::string text;  // the document with fresh outputs
  std::vector<std::string> stale;
  int examples = 0;
};

Checked check(const std::string& document) {
  Checked checked;
  std::istringstream lines(document);
  bool console = false;
  std::string command, shown;
  const auto finish = [&] {
    if (!shown.empty()) {
      ++checked.examples;
      const std::string fresh = printed_by(command);
      if (fresh != shown) checked.stale.push_back(command);
      checked.text += fresh;
    }
    shown.clear();
  };
  for (std::string line; std::getline(lines, line);) {
    const bool fence = line.starts_with("```"), prompt = console && line.starts_with("$ ");
    if (console && !fence && !prompt) {
      shown += line + "\n";
      continue;
    }
    finish();
    if (fence) console = line == "```console";
    if (prompt) command = line.substr(2);
    checked.text += line + "\n";
  }
  return checked;
}

TEST(Examples, AreWhatTheProgramPrints) {
  const char* refresh = std::getenv("RINGFARE_REFRESH");
  int examples = 0;
  for (const fs::path& document : documents()) {
    const Checked checked = check(testing::read_whole(document));
    examples += checked.examples;
    if (refresh != nullptr && !checked.stale.empty())
      testing::write_whole(document, checked.text);
    else
      for (const std::string& command : checked.stale)
        ADD_FAILURE() << document.filename().string() << ": `" << command
                      << "` prints something else; refresh with RINGFARE_REFRESH=1 "
                      << RINGFARE_BINARY_DIR << "/tests/house/examples_test";
  }
  EXPECT_GT(examples, 0);
}

}  // namespace
}  // namespace ringfare
