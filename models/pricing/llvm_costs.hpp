// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "models/cpu_model.hpp"
#include "models/pricing/cost_source.hpp"

namespace ringfare {

/// Costs from LLVM's scheduling tables for `CpuModel::llvm_cpu`. Throws UserError for a processor
/// LLVM does not know or has no tables for.
std::unique_ptr<CostSource> llvm_costs(const CpuModel& cpu, CodeMode mode);

}  // namespace ringfare
