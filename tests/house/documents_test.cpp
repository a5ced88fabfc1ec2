// SPDX-License-Identifier: MIT
// What the documents tell a reader to type exists: commands, verbs, options, files.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <functional>
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

/// Whether the sources have it: as it stands, or the source of what is named without its ending.
bool is_in_the_tree(const std::string& path) {
  static constexpr const char* kEndings[] = {"", ".hpp", ".cpp", ".h", ".c", ".S", ".toml"};
  return std::ranges::any_of(
      kEndings, [&](const char* ending) { return fs::exists(kRoot / (path + ending)); });
}

/// Where `*` or a word in capitals (NAME) stands for something else; npos where nothing does.
std::size_t placeholder_in(const std::string& path) {
  for (const char* ending : {".md", ".txt", ".S"})
    if (path.ends_with(ending)) return path.npos;
  return path.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ*");
}

/// Whether some file begins as `path` does before its placeholder.
bool some_file_begins(const std::string& path, std::size_t placeholder) {
  const std::size_t slash = path.rfind('/', placeholder);
  const fs::path folder = kRoot / path.substr(0, slash);
  const std::string begin = path.substr(slash + 1, placeholder - slash - 1);
  return fs::is_directory(folder) &&
         std::ranges::any_of(fs::directory_iterator(folder), [&](const fs::directory_entry& entry) {
           return entry.path().filename().string().starts_with(begin);
         });
}

/// Every match of the first group, in every line of every document.
void for_each(const std::regex& pattern,
              const std::function<void(const Line&, const std::string&)>& look) {
  for (const fs::path& document : documents())
    for (const Line& line : lines_of(document))
      for (std::sregex_iterator match(line.text.begin(), line.text.end(), pattern), end;
           match != end; ++match)
        look(line, (*match)[1]);
}

/// Folders and files, programs of the build by their sources.
TEST(Documents, PathsLeadToFiles) {
  const std::regex path(
      R"((?:^|[\s`$"(])(?:build/)?((?:cpu|models|emu|guests|tests|docs|\.ci)/[\w.*/-]*[\w*/]))");
  std::size_t seen = 0;
  for_each(path, [&](const Line& line, const std::string& name) {
    ++seen;
    if (const std::size_t placeholder = placeholder_in(name); placeholder != name.npos) {
      EXPECT_TRUE(some_file_begins(name, placeholder)) << line.where << ": " << name;
      return;
    }
    const bool built = line.text.find("build/" + name) != std::string::npos;
    EXPECT_TRUE(is_in_the_tree(name) || (built && name.starts_with("guests/")))
        << line.where << ": " << name;
  });
  EXPECT_GT(seen, 50u);
}

/// Files that are named without their folder.
TEST(Documents, NamesAreThoseOfFiles) {
  std::set<std::string> names;
  for (const char* folder : {"cpu", "models", "emu", "guests", "tests"})
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder))
      names.insert(entry.path().filename());
  for_each(std::regex(R"(`([\w-]+\.(?:cpp|hpp|[chS]|csv))`)"),
           [&](const Line& line, const std::string& name) {
             EXPECT_TRUE(names.contains(name)) << line.where << ": " << name;
           });
}

/// As GitHub makes an anchor of a heading: small letters, hyphens for spaces, no punctuation.
std::set<std::string> anchors_of(const fs::path& document) {
  std::set<std::string> anchors;
  for (const Line& line : lines_of(document)) {
    if (line.code || !line.text.starts_with("#")) continue;
    std::string anchor;
    for (const char letter : line.text.substr(line.text.find_first_not_of("# "))) {
      if (std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-' || letter == '_')
        anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
      if (letter == ' ') anchor += '-';
    }
    anchors.insert(anchor);
  }
  return anchors;
}

TEST(Documents, LinksLeadToHeadings) {
  const std::regex link(R"(\]\(([^)#:]*)#([^)]*)\))");
  for (const fs::path& document : documents())
    for (const Line& line : lines_of(document))
      for (std::sregex_iterator match(line.text.begin(), line.text.end(), link), end; match != end;
           ++match) {
        const std::string file = (*match)[1];
        const fs::path target = file.empty() ? document : document.parent_path() / file;
        EXPECT_TRUE(anchors_of(target).contains((*match)[2]))
            << line.where << ": " << file << '#' << (*match)[2];
      }
}

/// Every folder with sources has a line in the code map.
TEST(Documents, CodeMapHasEveryFolder) {
  const std::string text = testing::read_whole(kRoot / "docs/architecture.md");
  for (const char* part : {"cpu", "models", "emu", "guests"})
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / part)) {
      const std::string folder = fs::relative(entry.path().parent_path(), kRoot).string();
      if (!entry.is_regular_file() || entry.path().filename() == "CMakeLists.txt") continue;
      EXPECT_NE(text.find('`' + folder + "/`"), std::string::npos) << folder;
    }
}

/// Nobody finds a document that no other leads to.
TEST(Documents, AreAllLinkedFromTheReadme) {
  const std::string readme = testing::read_whole(kRoot / "README.md");
  for (const fs::path& document : documents())
    if (document.filename() != "README.md") {
      EXPECT_NE(readme.find("(docs/" + document.filename().string() + ")"), std::string::npos)
          << document.filename();
    }
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
  const std::regex use(
      R"((?:^|[\s`/])ringfare (run|trace|explain|doors|models|syscalls|vdso)\b([^`#>|]*))");
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
