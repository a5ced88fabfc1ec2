// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "models/cpu_model.hpp"
#include "models/toml.hpp"

namespace ringfare {

/// Reads one table of a model file by a closed list of keys. Whatever is unknown, missing or of the
/// wrong type throws UserError: where, what, how to mend it.
class TableReader {
 public:
  using Keys = std::vector<std::string_view>;

  /// `what` names the table in messages: "the CPU model", "service 'read'".
  TableReader(const TomlValue& table, std::string what, const Keys& known);

  const SourcePosition& at() const { return table_.at; }
  bool has(std::string_view key) const { return table_.find(key) != nullptr; }
  /// Of the right kind, or an error.
  const TomlValue& need(std::string_view key, TomlValue::Kind kind) const;

  std::string text(std::string_view key) const;                       // not empty
  std::string maybe_text(std::string_view key) const;                 // "" where missing
  std::string chosen(std::string_view key, const Keys& words) const;  // one of them
  std::uint64_t whole(std::string_view key, std::uint64_t most) const;
  double positive(std::string_view key) const;
  std::vector<std::string> words(std::string_view key) const;  // none where missing, each once
  Price price(std::string_view key) const;

 private:
  [[noreturn]] void wrong(const TomlValue& value, std::string_view key,
                          std::string_view wanted) const;

  const TomlValue& table_;
  std::string what_;
};

/// { cycles = 1.25, evidence = "measured", source = "..." }; `what` as in "the price of 'swapgs'".
Price read_price(const TomlValue& value, const std::string& what);

}  // namespace ringfare
