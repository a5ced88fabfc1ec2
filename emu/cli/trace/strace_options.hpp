// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "emu/cli/options/options.hpp"

namespace ringfare {

/// The options of a trace that strace has too, but for those of the table of calls.
void add_strace_options(OptionTable& table);

/// The other names that strace has for some of them.
std::span<const OptionAlias> strace_aliases();

/// Throws UserError for what strace takes and a run here has no use for, and for options that
/// contradict each other.
void check_strace_options(const ParsedOptions& options);

/// What a user should know about options that do less, or more, than they seem to: a line each.
std::vector<std::string> notes_on(const ParsedOptions& options);

}  // namespace ringfare
