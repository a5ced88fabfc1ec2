// SPDX-License-Identifier: MIT
// Who may include whom: read from the #include lines themselves.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace ringfare {
namespace {

namespace fs = std::filesystem;

struct Inclusion {
  std::string file;  // from the root of the sources
  int line = 0;
  std::string header;
};

std::vector<Inclusion> inclusions() {
  static const std::regex kLine(R"(^\s*#\s*include\s*["<]([^">]+)[">])");
  std::vector<Inclusion> found;
  for (const char* folder : {"cpu", "models", "emu"})
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(RINGFARE_SOURCE_DIR) / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".cpp" && extension != ".hpp") continue;
      std::ifstream file(entry.path());
      int number = 0;
      for (std::string text; std::getline(file, text);) {
        ++number;
        std::smatch match;
        if (std::regex_search(text, match, kLine))
          found.push_back(
              {fs::relative(entry.path(), RINGFARE_SOURCE_DIR).string(), number, match[1]});
      }
    }
  return found;
}

/// Files whose path starts with `from` do not include headers whose path starts with `header`.
struct Ban {
  std::string_view from, header;
};

constexpr Ban kBans[] = {
    {"cpu/", "models/"},
    {"cpu/", "emu/"},
    {"models/", "emu/"},
    {"cpu/", "tests/"},
    {"models/", "tests/"},
    {"emu/", "tests/"},
    {"emu/kernel/", "cpu/engine.hpp"},
    {"emu/kernel/", "cpu/translator/"},
    {"emu/report/", "cpu/memory.hpp"},
    {"emu/report/", "emu/kernel/"},
};

TEST(Layering, NobodyLooksUp) {
  for (const Inclusion& inclusion : inclusions())
    for (const Ban& ban : kBans)
      EXPECT_FALSE(inclusion.file.starts_with(ban.from) && inclusion.header.starts_with(ban.header))
          << fmt::format("{}:{}: {} may not include {}", inclusion.file, inclusion.line, ban.from,
                         inclusion.header);
}

/// An outside library and the only places that may include it.
struct Place {
  std::string_view header;
  std::vector<std::string_view> files;
};

TEST(Layering, EachOutsideLibraryHasItsPlace) {
  const Place kPlaces[] = {
      {"Zydis", {"cpu/"}},
      {"llvm", {"models/assembler", "models/pricing"}},
      {"toml++", {"models/toml"}},
      {"boost/", {"emu/cli/"}},
      {"nlohmann/", {"emu/report/"}},
      {"unicorn/", {"cpu/unicorn/"}},
  };
  for (const Inclusion& inclusion : inclusions())
    for (const Place& place : kPlaces) {
      if (!inclusion.header.starts_with(place.header)) continue;
      EXPECT_TRUE(std::ranges::any_of(
          place.files, [&](std::string_view file) { return inclusion.file.starts_with(file); }))
          << fmt::format("{}:{}: {} belongs elsewhere", inclusion.file, inclusion.line,
                         inclusion.header);
    }
}

TEST(Layering, LooksAtTheSources) {
  EXPECT_GT(inclusions().size(), 100u);
}

}  // namespace
}  // namespace ringfare
