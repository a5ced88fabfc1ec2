// SPDX-License-Identifier: MIT
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace ringfare {

/// Names, or all but these: what strace's "!A,B" says. As it begins, every name is in it.
struct NameSet {
  bool except = true;
  std::set<std::string, std::less<>> names = {};

  bool contains(std::string_view name) const { return names.contains(name) != except; }
};

}  // namespace ringfare
