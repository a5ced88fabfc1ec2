// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emu/cli/options.hpp"
#include "emu/report/name_set.hpp"
#include "emu/strace/describe.hpp"

namespace ringfare {

/// What strace calls a qualifying expression: "-e status=failed", "--status=failed".
struct Expression {
  std::string qualifier;  // "status": its long name
  std::string set;        // "failed"
};

/// All of them, in the order in which they were given. Throws UserError for one that does not exist
/// and for one that means nothing here.
std::vector<Expression> expressions(const ParsedOptions& options);

/// The sets of one qualifier, for CallFilter.
std::vector<std::string> sets_of(const std::vector<Expression>& all, std::string_view qualifier);

/// "a,b", "!a", "all", "none": `known` are the names there are. Throws UserError naming `about`.
NameSet name_set(std::string_view about, std::string_view set,
                 const std::vector<std::string>& known);
/// "3,5", "!1", "all", "none".
DescriptorSet descriptor_set(std::string_view about, std::string_view set);

/// "a,b" in two.
std::vector<std::string> split(std::string_view list);

}  // namespace ringfare
