// SPDX-License-Identifier: MIT
#pragma once

#include "emu/cli/options/options.hpp"
#include "emu/report/report_formats.hpp"
#include "emu/session/session.hpp"

namespace ringfare {

/// All options of the verbs that run a program.
OptionTable run_options(RunVerb verb);

/// What they say of the run. Throws UserError for values and programs that do not exist.
SessionInputs session_inputs(const ParsedOptions& options, RunVerb verb);

}  // namespace ringfare
