// SPDX-License-Identifier: MIT
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ringfare {

using OptionTable = boost::program_options::options_description;
using OptionValues = boost::program_options::variables_map;

/// The semantic of an option whose value may be left out: "--quiet", "-q" or "--quiet=SET". Its
/// values are in `ParsedOptions::given`, "" where one was left out.
const boost::program_options::value_semantic* optional_value(const char* value_name);

/// An option as it was given.
struct GivenOption {
  std::string name;      // the long one; "-e" where there is none
  std::string value;     // "" where it takes none
  bool in_full = false;  // "--name"
};

/// A command line after its verb: options of ours, then words that are not ours to read.
struct ParsedOptions {
  OptionValues values;
  std::vector<std::string> rest;
  std::map<std::string, std::size_t> repeated;  // by long name
  std::vector<GivenOption> given;               // all, in their order

  bool has(const char* name) const { return values.count(name) != 0 || repeated.count(name) != 0; }
  /// The latest value of an option whose value may be left out; "" where none was given.
  std::string latest(std::string_view name) const;
  /// How often an option was given without a value (-tt: twice).
  std::size_t times(const std::string& name) const {
    const auto found = repeated.find(name);
    return found == repeated.end() ? 0 : found->second;
  }
  const std::string& text(const char* name) const { return values[name].as<std::string>(); }
};

/// What a verb's words are about.
enum class Words : std::uint8_t {
  Ours,    // options and other words in any order, up to a `--`
  Guests,  // options end at `--` (dropped) or at the first word that is none: the rest is verbatim
};

/// Throws UserError naming `verb`, the word that is wrong and the nearest valid option.
ParsedOptions parse_options(std::string_view verb, const OptionTable& table,
                            const std::vector<std::string>& words, Words about);

}  // namespace ringfare
