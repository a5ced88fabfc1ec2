// SPDX-License-Identifier: MIT
#include "emu/cli/trace/expressions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "cpu/base/choice.hpp"
#include "cpu/base/failure.hpp"
#include "cpu/base/nearest.hpp"

namespace ringfare {
namespace {

/// A qualifier and its short forms, as strace(1) has them; why it is refused, or nothing.
struct Qualifier {
  std::string_view name;
  std::initializer_list<std::string_view> shorter;
  std::string_view refusal = "";
};

constexpr std::string_view kUntouched = "the guest's calls are not tampered with";

const Qualifier kQualifiers[] = {
    {"trace", {"t"}},
    {"abbrev", {"a"}},
    {"verbose", {"v"}},
    {"raw", {"x"}},
    {"signal", {"signals", "s"}},
    {"read", {"reads", "r"}},
    {"write", {"writes", "w"}},
    {"status", {}},
    {"quiet", {"silent", "silence", "q"}},
    {"decode-fds", {"decode-fd"}},
    {"inject", {}, kUntouched},
    {"fault", {}, kUntouched},
    {"kvm", {}, "there is no virtual machine"},
};

const Qualifier* find_qualifier(std::string_view name) {
  const auto found = std::ranges::find_if(kQualifiers, [&](const Qualifier& one) {
    return one.name == name || std::ranges::find(one.shorter, name) != one.shorter.end();
  });
  return found == std::end(kQualifiers) ? nullptr : found;
}

Expression checked(const Qualifier& qualifier, std::string_view set) {
  if (!qualifier.refusal.empty())
    throw UserError(fmt::format("-e {}={}: {}", qualifier.name, set, qualifier.refusal));
  return {std::string(qualifier.name), std::string(set)};
}

[[noreturn]] void refuse(std::string_view name, std::string_view set) {
  std::vector<std::string_view> names;
  for (const Qualifier& one : kQualifiers)
    if (one.refusal.empty()) names.push_back(one.name);
  throw UserError(fmt::format("-e {}={}: there is no '{}'; give one of {}", name, set, name,
                              fmt::join(names, ", ")));
}

/// "trace=SET", "SET".
Expression short_form(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == word.npos || word.find('/') < equals) return {"trace", word};
  const std::string_view name = std::string_view(word).substr(0, equals);
  const Qualifier* const qualifier = find_qualifier(name);
  if (qualifier == nullptr) refuse(name, word.substr(equals + 1));
  return checked(*qualifier, std::string_view(word).substr(equals + 1));
}

}  // namespace

std::vector<Expression> expressions(const ParsedOptions& options) {
  std::vector<Expression> all;
  for (const GivenOption& given : options.given) {
    if (given.name == "-e") {
      all.push_back(short_form(given.value));
    } else if (const Qualifier* const qualifier = find_qualifier(given.name)) {
      if (qualifier->name == given.name && !given.value.empty())
        all.push_back(checked(*qualifier, given.value));
    }
  }
  return all;
}

std::vector<std::string> sets_of(const std::vector<Expression>& all, std::string_view qualifier) {
  std::vector<std::string> sets;
  for (const Expression& expression : all)
    if (expression.qualifier == qualifier) sets.push_back(expression.set);
  return sets;
}

NameSet name_set(std::string_view about, std::string_view set,
                 const std::vector<std::string>& known) {
  NameSet result{.except = set.starts_with('!')};
  if (result.except) set.remove_prefix(1);
  if (set == "all") result.except = !result.except;
  if (set == "all" || set == "none") return result;
  for (const std::string& name : split(set)) {
    if (std::ranges::find(known, name) == known.end()) {
      const auto near = nearest(name, known);
      throw UserError(
          fmt::format("{} '{}': {}", about, name,
                      near ? fmt::format("did you mean '{}'?", *near)
                           : fmt::format("give some of {}, all, none", fmt::join(known, ", "))));
    }
    result.names.insert(name);
  }
  return result;
}

DescriptorSet descriptor_set(std::string_view about, std::string_view set) {
  DescriptorSet result{.except = set.starts_with('!')};
  if (result.except) set.remove_prefix(1);
  if (set == "all") result.except = !result.except;
  if (set == "all" || set == "none") return result;
  for (const std::string& word : split(set)) {
    int fd = -1;
    const char* const end = word.data() + word.size();
    const auto [at, error] = std::from_chars(word.data(), end, fd);
    if (error != std::errc() || at != end || fd < 0)
      throw UserError(
          fmt::format("{} '{}': give numbers of descriptors, like 3,5, or all, none", about, word));
    result.members.insert(fd);
  }
  return result;
}

}  // namespace ringfare
