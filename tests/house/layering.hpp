// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ringfare {

/// One #include line: of which file, in which line, of what.
struct Inclusion {
  std::string file;  // from the root of the sources
  int line = 0;
  std::string header;
};

/// Every #include of cpu/, models/ and emu/ below `root`.
std::vector<Inclusion> inclusions(const std::filesystem::path& root);

/// What is wrong with them: a line for each file in a folder nobody knows, each header from a
/// folder that stands above the file's own, each outside library that is not in its place, each
/// arrow that is banned beyond that. Empty: the layers hold.
std::vector<std::string> layering_faults(const std::vector<Inclusion>& inclusions);

/// The folders of cpu/, models/ and emu/ below `root` with more C++ files than a folder may have.
std::vector<std::string> crowded_folders(const std::filesystem::path& root);

/// Entries that the layout of the project's root does not know.
std::vector<std::string> strangers(const std::vector<std::string>& root_entries);

}  // namespace ringfare
