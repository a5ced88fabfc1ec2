// SPDX-License-Identifier: MIT
#include "models/toml.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

namespace ringfare {

namespace {

/// Turns the library's tree into ours; knows the text to find where a multi-line string starts.
class Conversion {
 public:
  Conversion(std::string_view text, const std::string& file) : file_(file) {
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      lines_.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }

  TomlValue value(const toml::node& node) const {
    TomlValue result;
    result.at = position(node.source());
    if (const auto* table = node.as_table()) return members(*table, std::move(result));
    if (const auto* array = node.as_array()) return items(*array, std::move(result));
    if (const auto* text = node.as_string()) {
      result.kind = TomlValue::Kind::Text;
      result.text = text->get();
      result.text_line = result.at.line + (starts_below(node.source()) ? 1 : 0);
    } else if (const auto* integer = node.as_integer()) {
      result.kind = TomlValue::Kind::Integer;
      result.integer = integer->get();
      result.real = static_cast<double>(result.integer);
    } else if (const auto* real = node.as_floating_point()) {
      result.kind = TomlValue::Kind::Real;
      result.real = real->get();
    } else if (const auto* boolean = node.as_boolean()) {
      result.kind = TomlValue::Kind::Boolean;
      result.boolean = boolean->get();
    } else {
      result.kind = TomlValue::Kind::Date;
    }
    return result;
  }

 private:
  SourcePosition position(const toml::source_region& region) const {
    return {file_, static_cast<unsigned>(region.begin.line)};
  }

  TomlValue members(const toml::table& table, TomlValue result) const {
    result.kind = TomlValue::Kind::Table;
    for (const auto& [key, node] : table) {
      result.members.push_back({std::string(key.str()), position(key.source()), value(node)});
    }
    return result;
  }

  TomlValue items(const toml::array& array, TomlValue result) const {
    result.kind = TomlValue::Kind::Array;
    for (const toml::node& node : array) result.items.push_back(value(node));
    return result;
  }

  /// A line break directly after ''' or """ is not part of the string.
  bool starts_below(const toml::source_region& region) const {
    const std::size_t line = region.begin.line - 1, column = region.begin.column - 1;
    if (line >= lines_.size() || column > lines_[line].size()) return false;
    std::string_view rest = lines_[line].substr(column);
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    return rest == "'''" || rest == "\"\"\"";
  }

  std::string file_;
  std::vector<std::string_view> lines_;
};

}  // namespace

const TomlValue* TomlValue::find(std::string_view key) const {
  const auto at_key = std::ranges::find(members, key, &TomlMember::key);
  return at_key == members.end() ? nullptr : &at_key->value;
}

TomlValue* TomlValue::find(std::string_view key) {
  return const_cast<TomlValue*>(std::as_const(*this).find(key));
}

void TomlValue::set(const TomlMember& member) {
  const auto place = std::ranges::lower_bound(members, member.key, {}, &TomlMember::key);
  if (place != members.end() && place->key == member.key) {
    *place = member;
  } else {
    members.insert(place, member);
  }
}

void TomlValue::erase(std::string_view key) {
  std::erase_if(members, [&](const TomlMember& member) { return member.key == key; });
}

std::string_view to_string(TomlValue::Kind kind) {
  static constexpr std::string_view kNames[] = {"a text", "an integer", "a number", "true or false",
                                                "a date", "an array",   "a table"};
  return kNames[static_cast<std::size_t>(kind)];
}

TomlValue parse_toml(std::string_view text, const std::string& file) {
  try {
    const toml::table root = toml::parse(text, std::string_view(file));
    TomlValue result = Conversion(text, file).value(root);
    result.at = {file, 0};
    return result;
  } catch (const toml::parse_error& error) {
    throw UserError({file, static_cast<unsigned>(error.source().begin.line)},
                    fmt::format("not TOML: {}", error.description()));
  }
}

TomlValue read_toml(const std::filesystem::path& file) {
  std::error_code failed;
  if (std::filesystem::is_directory(file, failed)) {
    throw UserError({file.string(), 0}, "is a folder; a model is a .toml file");
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    throw UserError({file.string(), 0}, fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  std::ostringstream text;
  if (stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
  return parse_toml(text.view(), file.string());
}

}  // namespace ringfare
