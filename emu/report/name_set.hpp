// SPDX-License-Identifier: MIT
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace ringfare {

/// Some names, or all names but some: strace's "A,B" and "!A,B". By default it has every name.
struct NameSet {
  bool except = true;
  std::set<std::string, std::less<>> names = {};

  bool contains(std::string_view name) const { return names.contains(name) != except; }
};

}  // namespace ringfare
