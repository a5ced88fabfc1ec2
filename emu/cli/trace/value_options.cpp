// SPDX-License-Identifier: MIT
#include "emu/cli/trace/value_options.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cpu/base/choice.hpp"
#include "emu/cli/trace/expressions.hpp"
#include "emu/strace/call_filter.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kLongestString = 1 << 30;

constexpr Choice<ConstantStyle> kConstantStyles[] = {{"abbrev", ConstantStyle::Names},
                                                     {"raw", ConstantStyle::Numbers},
                                                     {"verbose", ConstantStyle::Both}};

DescriptorDetails descriptor_details(const ParsedOptions& options,
                                     const std::vector<Expression>& all) {
  const std::vector<std::string> sets = sets_of(all, "decode-fds");
  if (!sets.empty()) {
    const NameSet named =
        name_set("-e decode-fds:", sets.back(), {"path", "dev", "socket", "pidfd"});
    return {.path = named.contains("path"),
            .device = named.contains("dev"),
            .socket = named.contains("socket"),
            .process = named.contains("pidfd")};
  }
  const std::size_t times = options.times("decode-fds");
  const bool all_details = times >= 2;
  return {.path = times != 0, .device = all_details, .socket = all_details, .process = all_details};
}

StringStyle string_style(const ParsedOptions& options) {
  constexpr Choice<StringStyle> kStyles[] = {{"none", StringStyle::Escapes},
                                             {"non-ascii-chars", StringStyle::HexEscapes},
                                             {"non-ascii", StringStyle::HexWhereNotAscii},
                                             {"all", StringStyle::Hex}};
  if (const std::string word = options.latest("strings-in-hex"); !word.empty())
    return choose("--strings-in-hex", word, kStyles);
  for (const GivenOption& given : options.given)  // "--strings-in-hex" is "-xx"
    if (given.name == "strings-in-hex" && given.in_full) return StringStyle::Hex;
  switch (options.times("strings-in-hex")) {
    case 0:
      return StringStyle::Escapes;
    case 1:
      return StringStyle::HexWhereNotAscii;
    default:
      return StringStyle::Hex;
  }
}

std::shared_ptr<const CallFilter> filter(const std::vector<Expression>& all,
                                         std::string_view qualifier) {
  const std::vector<std::string> sets = sets_of(all, qualifier);
  if (sets.empty()) return nullptr;
  return std::make_shared<const CallFilter>(sets, fmt::format("-e {}", qualifier));
}

/// The paths of -P as given, and their canonical paths.
std::vector<std::string> wanted_paths(const ParsedOptions& options) {
  std::vector<std::string> paths;
  for (const GivenOption& given : options.given)
    if (given.name == "trace-path") paths.push_back(given.value);
  for (const auto& [path, real] : resolved_paths(options)) paths.push_back(real);
  return paths;
}

}  // namespace

DescribeOptions describe_options(const ParsedOptions& options) {
  const std::vector<Expression> all = expressions(options);
  DescribeOptions describe;
  describe.string_limit = options.number("string-limit", {.most = kLongestString});
  describe.verbose = options.times("verbose") != 0 || options.has("no-abbrev");
  describe.strings = string_style(options);
  describe.constants = choose("-X", options.text("const-print-style"), kConstantStyles);
  describe.descriptors = descriptor_details(options, all);
  for (const std::string& set : sets_of(all, "read"))
    describe.read_dumps = descriptor_set("-e read:", set);
  for (const std::string& set : sets_of(all, "write"))
    describe.write_dumps = descriptor_set("-e write:", set);
  describe.raw = filter(all, "raw");
  describe.dereferenced = filter(all, "verbose");
  describe.abbreviated = filter(all, "abbrev");
  describe.paths = wanted_paths(options);
  return describe;
}

std::vector<std::pair<std::string, std::string>> resolved_paths(const ParsedOptions& options) {
  std::vector<std::pair<std::string, std::string>> paths;
  for (const GivenOption& given : options.given) {
    if (given.name != "trace-path") continue;
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(given.value, error);
    if (!error && real != given.value) paths.emplace_back(given.value, real);
  }
  return paths;
}

}  // namespace ringfare
