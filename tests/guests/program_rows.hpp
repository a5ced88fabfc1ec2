// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {

/// A program with arguments and input whose output and ending depend on those alone.
struct ProgramRow {
  std::string_view name;
  std::string_view program;  // a guest's name, or "busybox"
  std::vector<std::string> arguments;
  std::string_view input = {};  // a file of the prepared directory that becomes standard input

  /// Whether the guest was built; its sources may have been missing.
  bool exists() const;
  bool changes_code() const { return program.starts_with("changing_code."); }
  Launch launch(const std::filesystem::path& directory) const;
};

void PrintTo(const ProgramRow& row, std::ostream* out);

std::vector<ProgramRow> busybox_rows();
std::vector<ProgramRow> own_rows();
std::vector<ProgramRow> lua_rows();

/// text, binary and what native busybox makes of them: what the rows find in their directory.
void prepare(const std::filesystem::path& directory);

}  // namespace ringfare::testing
