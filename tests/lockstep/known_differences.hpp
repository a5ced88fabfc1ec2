// SPDX-License-Identifier: MIT
#pragma once

#include "generator.hpp"
#include "snapshot.hpp"

namespace ringfare::lockstep {

/// Where Unicorn is known to differ from hardware after `block`, and may.
Tolerance tolerance_on_unicorn(const Draft& block, const Result& expected);

}  // namespace ringfare::lockstep
