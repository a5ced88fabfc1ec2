// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>

#include "emu/cli/options/options.hpp"
#include "emu/report/paint.hpp"

namespace ringfare {

inline constexpr OptionRow kColorOption = {"color", "WHEN", "auto, always or never", "auto"};
inline constexpr OptionRow kSyntaxOption = {"syntax", "att|intel",
                                            "syntax of the instructions shown", "att"};

/// Colours for what is written to `out`: as --color says; with auto, on a terminal and without
/// $NO_COLOR. Throws UserError.
Paint paint_for(std::FILE* out, const ParsedOptions& options);

/// --syntax intel. Throws UserError.
bool intel_syntax(const ParsedOptions& options);

}  // namespace ringfare
