// SPDX-License-Identifier: MIT
#include "emu/strace/call_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <regex>
#include <utility>

#include "cpu/base/failure.hpp"
#include "emu/linux/syscalls/syscall_table.hpp"
#include "models/machine.hpp"

namespace ringfare {
namespace {

/// What strace calls %network, too.
constexpr std::string_view kNetworkAsBefore = "net";

/// Groups that may be named without their "%": strace did without it once.
constexpr std::string_view kBareGroups[] = {"file", "process", "network", "signal",
                                            "ipc",  "desc",    "memory"};

std::vector<std::string> known_names() {
  std::vector<std::string> names;
  for (const SyscallRow& row : syscall_table()) names.emplace_back(row.name);
  return names;
}

}  // namespace

void CallFilter::refuse(std::string_view item, const std::string& mend) const {
  throw UserError(fmt::format("{}: '{}': {}", about_, item, mend));
}

CallFilter::CallFilter(const std::vector<std::string>& sets, std::string about)
    : about_(std::move(about)) {
  for (const std::string& set : sets) read(set);
}

void CallFilter::read(std::string_view set) {
  names_.clear();
  negated_ = set.starts_with('!');
  if (negated_) set.remove_prefix(1);
  everything_ = set == "all" && !negated_;
  if (set == "all" || set == "none") {
    negated_ = (set == "none") == negated_;
    return;
  }
  if (set.find_first_not_of(',') == set.npos) refuse(set, "name the calls to show, or none");
  while (true) {
    const std::size_t comma = set.find(',');
    if (comma != 0 && !set.empty()) add(set.substr(0, comma));  // "a,,b"
    if (comma == set.npos) return;
    set.remove_prefix(comma + 1);
  }
}

void CallFilter::add(std::string_view item) {
  const bool optional = item.starts_with('?');
  if (optional) item.remove_prefix(1);
  if (item.starts_with('%')) return add_group(item.substr(1), optional);
  if (item.starts_with('/')) return add_pattern(item.substr(1));
  if (std::ranges::find(kBareGroups, item) != std::end(kBareGroups)) return add_group(item, false);
  if (item.find('@') != item.npos)
    refuse(item, "calls are chosen by name, whichever ABI a program has; leave the '@' away");
  if (add_number(item)) return;
  const auto names = known_names();
  if (std::find(names.begin(), names.end(), item) == names.end() && !optional) {
    const auto near = nearest(item, names);
    refuse(item, near ? fmt::format("no such system call; did you mean '{}'?", *near)
                      : std::string("no such system call; 'ringfare syscalls' lists them"));
  }
  names_.emplace(item);
}

/// Adds the call of a number; false where `item` is none.
bool CallFilter::add_number(std::string_view item) {
  std::uint64_t number = 0;
  const char* const end = item.data() + item.size();
  if (const auto [at, error] = std::from_chars(item.data(), end, number);
      error != std::errc() || at != end)
    return false;
  const SyscallRow* const row = find_syscall(Abi::Amd64, number);
  if (row == nullptr) refuse(item, "no system call of amd64 has this number");
  names_.emplace(row->name);
  return true;
}

void CallFilter::add_group(std::string_view name, bool optional) {
  if (name == kNetworkAsBefore) name = "network";
  const CallGroupName* group = find_call_group(name);
  if (group == nullptr && optional) return;
  if (group == nullptr) {
    std::vector<std::string> groups;
    for (const CallGroupName& row : kCallGroupNames) groups.push_back(fmt::format("%{}", row.name));
    refuse(fmt::format("%{}", name),
           fmt::format("no such group of calls; there are {}", fmt::join(groups, ", ")));
  }
  for (const SyscallRow& row : syscall_table())
    if (row.traits.in(*group)) names_.emplace(row.name);
}

void CallFilter::add_pattern(std::string_view pattern) {
  if (pattern.ends_with('/')) pattern.remove_suffix(1);
  try {
    const std::regex wanted(std::string(pattern), std::regex::extended);
    for (const SyscallRow& row : syscall_table())
      if (std::regex_search(std::string(row.name), wanted)) names_.emplace(row.name);
  } catch (const std::regex_error&) {
    refuse(pattern, "not a regular expression (POSIX extended, regex(7))");
  }
}

}  // namespace ringfare
