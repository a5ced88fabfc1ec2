// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "emu/cli/options/options.hpp"
#include "emu/strace/describe.hpp"

namespace ringfare {

/// What strace's options say of how arguments and results are written. Throws UserError for a value
/// that does not exist.
DescribeOptions describe_options(const ParsedOptions& options);

/// The paths of -P whose canonical path (links followed, made absolute) is another one, with it.
std::vector<std::pair<std::string, std::string>> resolved_paths(const ParsedOptions& options);

}  // namespace ringfare
