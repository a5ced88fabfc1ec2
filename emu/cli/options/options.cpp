// SPDX-License-Identifier: MIT
#include "emu/cli/options/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>
#include <optional>
#include <sstream>
#include <utility>

#include "cpu/base/failure.hpp"
#include "models/machine.hpp"

namespace ringfare {
namespace {

namespace po = boost::program_options;

bool takes_value(const po::option_description& option) {
  return option.semantic()->max_tokens() > 0;
}

bool may_take_value(const po::option_description& option) {
  return takes_value(option) && option.semantic()->min_tokens() == 0;
}

/// An option whose value may be left out: "--quiet", "-q" or "--quiet=SET". `ParsedOptions::given`
/// has its values, "" where one was left out.
class OptionalValue : public po::typed_value<std::string> {
 public:
  explicit OptionalValue(const char* name) : typed_value(nullptr), name_(name) {
    implicit_value("");
  }
  std::string name() const override { return name_; }

 private:
  std::string name_;
};

/// Null: it takes no value. The option's description will own it.
po::value_semantic* semantic_of(const OptionRow& row) {
  constexpr std::string_view kAgain = "...";
  const std::string_view value = row.value;
  if (value.empty()) return nullptr;
  if (value.starts_with("[=")) return new OptionalValue(row.value);
  if (value.ends_with(kAgain))
    return po::value<std::vector<std::string>>()->composing()->value_name(
        std::string(value.substr(0, value.size() - kAgain.size())));
  auto* const one = po::value<std::string>()->value_name(row.value);
  return row.initial == nullptr ? one : one->default_value(row.initial);
}

[[noreturn]] void refuse(std::string_view verb, const std::string& what) {
  throw UserError(fmt::format("{}: {} ('ringfare {} --help' lists the options)", verb, what, verb));
}

[[noreturn]] void refuse_unknown(std::string_view verb, const OptionTable& table,
                                 const std::string& word) {
  std::vector<std::string> known;
  for (const auto& option : table.options())
    if (!option->long_name().empty()) known.push_back("--" + option->long_name());
  const auto near = word.starts_with("--") ? nearest(word, known) : std::nullopt;
  refuse(verb, near ? fmt::format("unknown option '{}'; did you mean '{}'?", word, *near)
                    : fmt::format("unknown option '{}'", word));
}

/// Separates our options from other words. Boost's own parser would take the guest's options for
/// ours.
class Splitter {
 public:
  Splitter(std::string_view verb, const OptionTable& table, const std::vector<std::string>& words,
           std::span<const OptionAlias> aliases)
      : verb_(verb), table_(table), words_(words), aliases_(aliases) {}

  void split(Words about) {
    while (at_ < words_.size()) {
      const std::string& word = words_[at_++];
      if (word == "--") break;
      const bool option = word.size() >= 2 && word[0] == '-';
      if (option) {
        if (word[1] == '-')
          long_option(word);
        else
          short_options(word);
        continue;
      }
      rest.push_back(word);
      if (about == Words::Guests) break;
    }
    rest.insert(rest.end(), words_.begin() + static_cast<std::ptrdiff_t>(at_), words_.end());
  }

  std::vector<std::string> ours, rest;
  std::map<std::string, std::size_t> repeated;
  std::vector<GivenOption> given;

 private:
  void long_option(const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string name =
        full_name(word.substr(2, equals == std::string::npos ? equals : equals - 2));
    const auto* option = table_.find_nothrow(name, false);
    if (option == nullptr) refuse_unknown(verb_, table_, word.substr(0, equals));
    if (may_take_value(*option)) return optional(*option, word, equals);
    if (takes_value(*option)) {
      take(*option, "--" + option->long_name(),
           equals == std::string::npos ? value_of(word) : word.substr(equals + 1));
    } else if (equals != std::string::npos) {
      refuse(verb_, fmt::format("option '{}' takes no value", word.substr(0, equals)));
    } else {
      flag(*option);
    }
  }

  /// Boost would refuse a flag that is given twice.
  void flag(const po::option_description& option) {
    given.push_back({option.long_name(), ""});
    if (++repeated[option.long_name()] == 1) ours.push_back("--" + option.long_name());
  }

  /// Of an option with one value the last counts, as everywhere on Unix.
  void take(const po::option_description& option, const std::string& word,
            const std::string& value) {
    const std::string name = option.key(word);
    given.push_back({name, value});
    const auto [before, first] = places_.try_emplace(name, ours.size());
    if (first || option.semantic()->is_composing()) {
      ours.push_back(word);
      ours.push_back(value);
    } else {
      ours[before->second + 1] = value;
    }
  }

  std::string full_name(const std::string& name) const {
    const auto alias = std::ranges::find(aliases_, name, &OptionAlias::alias);
    return alias == aliases_.end() ? name : std::string(alias->name);
  }

  void optional(const po::option_description& option, const std::string& word, std::size_t equals) {
    const bool bare = equals == std::string::npos;
    repeated[option.long_name()] += bare;
    given.push_back(
        {option.long_name(), bare ? "" : word.substr(equals + 1), word.starts_with("--")});
  }

  void short_options(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      const std::string letter{'-', word[i]};
      const auto* option = table_.find_nothrow(letter, false);
      if (option == nullptr) refuse_unknown(verb_, table_, letter);
      if (may_take_value(*option)) {
        optional(*option, letter, std::string::npos);
        continue;
      }
      if (!takes_value(*option)) {
        flag(*option);
        continue;
      }
      take(*option, letter, i + 1 == word.size() ? value_of(letter) : word.substr(i + 1));
      return;
    }
  }

  const std::string& value_of(const std::string& option) {
    if (at_ == words_.size()) refuse(verb_, fmt::format("option '{}' needs a value", option));
    return words_[at_++];
  }

  std::string_view verb_;
  const OptionTable& table_;
  const std::vector<std::string>& words_;
  std::span<const OptionAlias> aliases_;
  std::map<std::string, std::size_t> places_;  // of options with a value, in `ours`
  std::size_t at_ = 0;
};

}  // namespace

void add_option(OptionTable& table, const OptionRow& row) {
  if (const auto* const semantic = semantic_of(row))
    table.add_options()(row.names, semantic, row.help);
  else
    table.add_options()(row.names, row.help);
}

void add_options(OptionTable& table, std::span<const OptionRow> rows) {
  for (const OptionRow& row : rows) add_option(table, row);
}

bool ParsedOptions::has(std::string_view name) const {
  const std::string key(name);
  return values.count(key) != 0 || repeated.count(key) != 0;
}

std::uint64_t ParsedOptions::number(const char* name, NumberRange range) const {
  const std::string& word = text(name);
  const char* const end = word.data() + word.size();
  std::uint64_t value = 0;
  const auto [at, error] = std::from_chars(word.data(), end, value);
  if (error == std::errc() && at == end && range.least <= value && value <= range.most)
    return value;
  throw UserError(fmt::format("--{} {}: give a whole number from {} to {}", name, word, range.least,
                              range.most));
}

std::vector<std::string> ParsedOptions::list(const char* name) const {
  return values.count(name) == 0 ? std::vector<std::string>()
                                 : values[name].as<std::vector<std::string>>();
}

const std::string* ParsedOptions::given_value(std::string_view name) const {
  const auto found = std::find_if(given.rbegin(), given.rend(),
                                  [&](const GivenOption& one) { return one.name == name; });
  return found == given.rend() ? nullptr : &found->value;
}

std::string ParsedOptions::latest(std::string_view name) const {
  const std::string* const value = given_value(name);
  return value == nullptr ? std::string() : *value;
}

ParsedOptions parse_options(std::string_view verb, const OptionTable& table,
                            const std::vector<std::string>& words, Words about,
                            std::span<const OptionAlias> aliases) {
  Splitter splitter(verb, table, words, aliases);
  splitter.split(about);
  ParsedOptions parsed;
  parsed.rest = std::move(splitter.rest);
  parsed.repeated = std::move(splitter.repeated);
  parsed.given = std::move(splitter.given);
  namespace style = po::command_line_style;
  try {
    po::store(po::command_line_parser(splitter.ours)
                  .options(table)
                  .style(style::unix_style & ~style::allow_guessing)
                  .run(),
              parsed.values);
    po::notify(parsed.values);
  } catch (const po::error& error) {
    refuse(verb, error.what());
  }
  return parsed;
}

void print_help(std::string_view usage, const OptionTable& table, std::string_view about) {
  std::ostringstream options;
  options << table;
  fmt::print("usage: ringfare {}\n\n{}{}", usage, about, options.str());
}

}  // namespace ringfare
