// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "emu/cli/options.hpp"
#include "emu/report/count_table.hpp"
#include "emu/report/trace_text.hpp"
#include "emu/strace/describe.hpp"

namespace ringfare {

/// The options of a trace that strace has too: how values are written, how lines begin, which
/// calls are shown, how the table looks.
void add_strace_options(OptionTable& table);

/// Whose calls are shown: strace without -f, with -f, with -ff -o FILE.
enum class Follow : std::uint8_t { FirstThread, Together, Separately };

// What they say. Each throws UserError for a value that does not exist.
DescribeOptions describe_options(const ParsedOptions& options);
Follow followed(const ParsedOptions& options);
TraceText::Options text_options(const ParsedOptions& options);
CountTable::Options table_options(const ParsedOptions& options);
/// Of the paths of -P those that links and the current directory lead elsewhere, and where.
std::vector<std::pair<std::string, std::string>> resolved_paths(const ParsedOptions& options);
/// Whether a message ("attach", "path-resolution", ...) is not one that -q and --quiet=SET keep
/// back.
bool has_message(const ParsedOptions& options, std::string_view message);
/// The sets of `-e trace=SET`, for CallFilter.
std::vector<std::string> trace_sets(const ParsedOptions& options);

}  // namespace ringfare
