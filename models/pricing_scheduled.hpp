// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "models/cpu_model.hpp"
#include "models/pricing_source.hpp"

namespace ringfare {

/// Forms from LLVM's scheduling tables for `CpuModel::llvm_cpu`. Throws UserError for a processor
/// LLVM does not know or has no tables for.
std::unique_ptr<FormSource> scheduled_forms(const CpuModel& cpu, CodeMode mode);

}  // namespace ringfare
