// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emu/cli/options/options.hpp"
#include "emu/report/name_set.hpp"
#include "emu/strace/describe.hpp"

namespace ringfare {

/// What strace calls a qualifying expression: "-e status=failed", "--status=failed".
struct Expression {
  std::string qualifier;  // "status": its long name
  std::string set;        // "failed"
};

/// All that were given, in that order. Throws UserError for a qualifier that does not exist and for
/// one that is refused.
std::vector<Expression> expressions(const ParsedOptions& options);

/// The sets that were given for one qualifier.
std::vector<std::string> sets_of(const std::vector<Expression>& all, std::string_view qualifier);

/// "a,b", "!a", "all", "none"; `known` lists the names that exist. Throws UserError, which begins
/// with `about`, for another name.
NameSet name_set(std::string_view about, std::string_view set,
                 const std::vector<std::string>& known);
/// The same for numbers of descriptors: "3,5", "!1", "all", "none".
DescriptorSet descriptor_set(std::string_view about, std::string_view set);

}  // namespace ringfare
