// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "models/cpu_model.hpp"
#include "models/pricing/core.hpp"
#include "models/pricing/cost_source.hpp"

namespace ringfare {

/// Costs from the CPU file's own tables: the row of the instruction's class, and those of a load
/// and a store where it has a memory operand. `cpu.core` must be set.
std::unique_ptr<CostSource> file_costs(const CpuModel& cpu, CodeMode mode);

/// What the CPU file says of its core beyond the costs of instructions.
CoreRow core_row(const CoreModel& core);

}  // namespace ringfare
