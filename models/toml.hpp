// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/base/failure.hpp"

namespace ringfare {

struct TomlMember;

/// One value of a model file, with the place it was written at.
struct TomlValue {
  enum class Kind : std::uint8_t { Text, Integer, Real, Boolean, Date, Array, Table };

  Kind kind = Kind::Table;
  std::string text;
  std::int64_t integer = 0;
  double real = 0;  // Integer too
  bool boolean = false;
  std::vector<TomlValue> items;     // Array
  std::vector<TomlMember> members;  // Table, sorted by key
  SourcePosition at;
  unsigned text_line = 0;  // Text: line of its first character (behind the break after ''')

  bool is(Kind which) const { return kind == which; }
  const TomlValue* find(std::string_view key) const;
  TomlValue* find(std::string_view key);
  void set(const TomlMember& member);  // adds or replaces
  void erase(std::string_view key);
};

struct TomlMember {
  std::string key;
  SourcePosition at;
  TomlValue value;
};

/// "a number", "a table", ... for messages.
std::string_view to_string(TomlValue::Kind kind);

/// Throws UserError with file:line for the first mistake of syntax. `file` is what messages show.
TomlValue parse_toml(std::string_view text, const std::string& file);
TomlValue read_toml(const std::filesystem::path& file);

}  // namespace ringfare
