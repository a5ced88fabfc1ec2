// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "emu/cli/options/options.hpp"
#include "emu/report/trace_text.hpp"

namespace ringfare {

/// What strace's options say of the lines of a trace: how they begin and end, and which there are.
/// Throws UserError for a value that does not exist.
TraceText::Options line_options(const ParsedOptions& options);

/// Whether a message ("attach", "path-resolution", ...) is not one that -q and --quiet=SET keep
/// back.
bool has_message(const ParsedOptions& options, std::string_view message);

}  // namespace ringfare
