// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "models/pricing/encoding.hpp"
#include "models/pricing/instruction_cost.hpp"

namespace ringfare {

/// Where costs come from: what one processor makes of one instruction.
class CostSource {
 public:
  virtual ~CostSource() = default;

  /// `code` is one complete instruction.
  virtual InstructionCost build(std::span<const std::uint8_t> code,
                                const Encoding& encoding) const = 0;
};

}  // namespace ringfare
