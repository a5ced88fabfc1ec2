// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "emu/processor/cpuid.hpp"
#include "models/cpu_model.hpp"

namespace ringfare {

// What CPUID says of the caches of a modelled processor.

/// Leaf 4 of Intel's, deterministic cache parameters: cache number `index`, shared with nobody.
CpuidResult cache_parameters(const CpuModel& cpu, std::uint32_t index);

/// Leaf 0x80000005 of AMD's: the caches of level 1.
CpuidResult first_level_caches(const CpuModel& cpu);

/// Leaf 0x80000006: level 2, and on AMD's processors level 3.
CpuidResult further_level_caches(const CpuModel& cpu);

}  // namespace ringfare
