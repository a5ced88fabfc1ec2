// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace ringfare {

/// Whether every engine executes the instructions behind the CPUID feature of this name in
/// /proc/cpuinfo as a processor does. A guest that is shown nothing else runs alike on all.
bool in_baseline(std::string_view feature);

}  // namespace ringfare
