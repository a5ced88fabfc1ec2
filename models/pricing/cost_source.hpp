// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "models/evidence.hpp"
#include "models/pricing/encoding.hpp"
#include "models/pricing/instruction_cost.hpp"

namespace ringfare {

using Prices = std::map<std::string, Price, std::less<>>;

/// A system instruction costs what the CPU file says under `key` and takes part in no bound; with
/// an empty key it costs nothing here, for whoever executes it charges for it. Stays what it is
/// where the file has no such price.
void price_by_name(std::string_view key, const Prices& prices, InstructionCost& cost);

/// Where costs come from: what one processor makes of one instruction.
class CostSource {
 public:
  virtual ~CostSource() = default;

  /// `code` is one complete instruction.
  virtual InstructionCost build(std::span<const std::uint8_t> code,
                                const Encoding& encoding) const = 0;
};

}  // namespace ringfare
