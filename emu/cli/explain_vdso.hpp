// SPDX-License-Identifier: MIT
#pragma once

#include "emu/cli/options/options.hpp"
#include "emu/report/paint.hpp"

namespace ringfare {

/// `ringfare explain vdso [FUNCTION]`: every instruction of one call with its price. Throws
/// UserError.
int explain_vdso(const ParsedOptions& options, const Paint& paint);

}  // namespace ringfare
