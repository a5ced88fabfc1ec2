// SPDX-License-Identifier: MIT
#include "models/table_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "cpu/base/nearest.hpp"

namespace ringfare {

namespace {

using Kind = TomlValue::Kind;

constexpr std::array<std::string_view, 5> kEvidence = {"measured", "vendor", "published", "fitted",
                                                       "assumed"};

/// More than any instruction or service can cost; keeps every sum far from overflow.
constexpr double kMostCycles = 1e9;

std::vector<std::string> copies(const TableReader::Keys& words) {
  return {words.begin(), words.end()};
}

std::string_view example(Kind kind) {
  switch (kind) {
    case Kind::Text:
      return "\"...\"";
    case Kind::Integer:
      return "1";
    case Kind::Real:
      return "1.25";
    case Kind::Boolean:
      return "true";
    case Kind::Date:
      return "1970-01-01";
    case Kind::Array:
      return "[...]";
    case Kind::Table:
      return "{ ... }";
  }
  return "";
}

Cycles read_cycles(const TomlValue& value, const std::string& what) {
  if (std::isnan(value.real)) {
    throw UserError(value.at, fmt::format("'cycles' in {} is not a number of cycles", what));
  }
  if (value.real < 0) {
    throw UserError(value.at,
                    fmt::format("'cycles' in {} is negative; a price is 0 or more", what));
  }
  if (value.real > kMostCycles) {
    throw UserError(value.at, fmt::format("'cycles' in {} is beyond belief; the most is {:.0f}",
                                          what, kMostCycles));
  }
  const double hundredths = value.real * 100, whole = std::round(hundredths);
  if (std::abs(hundredths - whole) > 1e-6 * std::max(1.0, whole)) {
    throw UserError(value.at,
                    fmt::format("'cycles' in {} is {}, but prices are kept in hundredths of a "
                                "cycle; write {:.2f}",
                                what, value.real, whole / 100));
  }
  return {static_cast<std::int64_t>(whole)};
}

}  // namespace

std::string_view to_string(Evidence evidence) {
  return kEvidence[static_cast<std::size_t>(evidence)];
}

TableReader::TableReader(const TomlValue& table, std::string what, const Keys& known)
    : table_(table), what_(std::move(what)) {
  if (!table.is(Kind::Table)) {
    throw UserError(table.at,
                    fmt::format("{} must be a table, not {}", what_, to_string(table.kind)));
  }
  for (const TomlMember& member : table.members) {
    if (std::ranges::find(known, member.key) != known.end()) continue;
    throw UserError(member.at, fmt::format("unknown key '{}' in {}{}", member.key, what_,
                                           suggestion(member.key, copies(known))));
  }
}

const TomlValue& TableReader::need(std::string_view key, Kind kind) const {
  const TomlValue* value = table_.find(key);
  if (value == nullptr) {
    throw UserError(table_.at, fmt::format("missing key '{}' in {}; add {} = {}", key, what_, key,
                                           example(kind)));
  }
  const bool fits = value->is(kind) || (kind == Kind::Real && value->is(Kind::Integer));
  if (!fits) wrong(*value, key, to_string(kind));
  return *value;
}

void TableReader::wrong(const TomlValue& value, std::string_view key,
                        std::string_view wanted) const {
  throw UserError(value.at, fmt::format("'{}' in {} must be {}, not {}", key, what_, wanted,
                                        to_string(value.kind)));
}

std::string TableReader::text(std::string_view key) const {
  const TomlValue& value = need(key, Kind::Text);
  if (value.text.find_first_not_of(" \t\r\n") == std::string::npos) {
    throw UserError(value.at, fmt::format("'{}' in {} is empty", key, what_));
  }
  return value.text;
}

std::string TableReader::maybe_text(std::string_view key) const {
  return has(key) ? need(key, Kind::Text).text : std::string();
}

std::string TableReader::chosen(std::string_view key, const Keys& words) const {
  const TomlValue& value = need(key, Kind::Text);
  if (std::ranges::find(words, value.text) == words.end()) {
    throw UserError(value.at, fmt::format("unknown {} '{}' in {}{}", key, value.text, what_,
                                          suggestion(value.text, copies(words))));
  }
  return value.text;
}

std::uint64_t TableReader::whole(std::string_view key, std::uint64_t most) const {
  const TomlValue& value = need(key, Kind::Integer);
  if (value.integer < 0 || static_cast<std::uint64_t>(value.integer) > most) {
    throw UserError(value.at, fmt::format("'{}' in {} is {}; it goes from 0 to {}", key, what_,
                                          value.integer, most));
  }
  return static_cast<std::uint64_t>(value.integer);
}

double TableReader::positive(std::string_view key) const {
  const TomlValue& value = need(key, Kind::Real);
  if (!(value.real > 0) || value.real > 1e6) {
    throw UserError(value.at, fmt::format("'{}' in {} is {}; it must be more than 0 and at most "
                                          "1000000",
                                          key, what_, value.real));
  }
  return value.real;
}

std::vector<std::string> TableReader::words(std::string_view key) const {
  if (!has(key)) return {};
  std::vector<std::string> result;
  for (const TomlValue& item : need(key, Kind::Array).items) {
    if (!item.is(Kind::Text)) {
      throw UserError(item.at, fmt::format("every item of '{}' in {} must be a text, not {}", key,
                                           what_, to_string(item.kind)));
    }
    if (std::ranges::find(result, item.text) != result.end()) {
      throw UserError(item.at, fmt::format("'{}' stands twice in '{}' of {}; remove one", item.text,
                                           key, what_));
    }
    result.push_back(item.text);
  }
  return result;
}

Price TableReader::price(std::string_view key) const {
  return read_price(need(key, Kind::Table), fmt::format("price '{}' of {}", key, what_));
}

Price read_price(const TomlValue& value, const std::string& what) {
  const TableReader reader(value, what, {"cycles", "evidence", "source"});
  Price price;
  price.cycles = read_cycles(reader.need("cycles", Kind::Real), what);
  const std::string word = reader.chosen("evidence", {kEvidence.begin(), kEvidence.end()});
  price.evidence = static_cast<Evidence>(std::ranges::find(kEvidence, word) - kEvidence.begin());
  price.source = reader.text("source");
  price.at = value.at;
  return price;
}

}  // namespace ringfare
