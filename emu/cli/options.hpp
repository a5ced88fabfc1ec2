// SPDX-License-Identifier: MIT
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ringfare {

using OptionTable = boost::program_options::options_description;
using OptionValues = boost::program_options::variables_map;

/// A command line after its verb: options of ours, then words that are not ours to read.
struct ParsedOptions {
  OptionValues values;
  std::vector<std::string> rest;

  bool has(const char* name) const { return values.count(name) != 0; }
  const std::string& text(const char* name) const { return values[name].as<std::string>(); }
};

/// Options end at `--` (dropped) or at the first word that is none; what follows is the guest's,
/// verbatim. Throws UserError naming `verb`, the word and the nearest valid option.
ParsedOptions parse_options(std::string_view verb, const OptionTable& table,
                            const std::vector<std::string>& words);

}  // namespace ringfare
