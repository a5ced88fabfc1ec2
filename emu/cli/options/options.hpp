// SPDX-License-Identifier: MIT
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emu/report/option_row.hpp"

namespace ringfare {

using OptionTable = boost::program_options::options_description;
using OptionValues = boost::program_options::variables_map;

inline constexpr OptionRow kHelpOption = {"help,h", "", "this text"};

void add_options(OptionTable& table, std::span<const OptionRow> rows);
void add_option(OptionTable& table, const OptionRow& row);

/// Another long name of an option.
struct OptionAlias {
  std::string_view alias, name;
};

/// An option as it was given.
struct GivenOption {
  std::string name;      // the long one; "-e" where there is none
  std::string value;     // "" where it takes none
  bool in_full = false;  // "--name"
};

/// The numbers an option takes: both ends included.
struct NumberRange {
  std::uint64_t least = 0;
  std::uint64_t most = UINT64_MAX;
};

/// A command line after its verb: our options, and the words that are none.
struct ParsedOptions {
  OptionValues values;
  std::vector<std::string> rest;
  std::map<std::string, std::size_t> repeated;  // by long name
  std::vector<GivenOption> given;               // all, in their order

  /// Whether it was given, or has an initial value.
  bool has(std::string_view name) const;
  /// The latest value that was given; null where the option was not.
  const std::string* given_value(std::string_view name) const;
  /// The latest value of an option whose value may be left out; "" where none was given.
  std::string latest(std::string_view name) const;
  /// How often an option was given without a value (-tt: twice).
  std::size_t times(const std::string& name) const {
    const auto found = repeated.find(name);
    return found == repeated.end() ? 0 : found->second;
  }
  const std::string& text(const char* name) const { return values[name].as<std::string>(); }
  /// Throws UserError for what is no number, or none of the range.
  std::uint64_t number(const char* name, NumberRange range = {}) const;
  /// All values of an option that may be given again.
  std::vector<std::string> list(const char* name) const;
};

/// Where our options end.
enum class Words : std::uint8_t {
  Ours,    // options and other words in any order, up to a `--`
  Guests,  // options end at `--` (dropped) or at the first word that is none: the rest is verbatim
};

/// Throws UserError naming `verb`, the word that is wrong and the nearest valid option. Of an
/// option with one value that is given again, the last counts.
ParsedOptions parse_options(std::string_view verb, const OptionTable& table,
                            const std::vector<std::string>& words, Words about,
                            std::span<const OptionAlias> aliases = {});

/// What --help prints: "usage: ringfare USAGE", then `about` where there is something to say, then
/// the options.
void print_help(std::string_view usage, const OptionTable& table, std::string_view about = "");

}  // namespace ringfare
