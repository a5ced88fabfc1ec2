// SPDX-License-Identifier: MIT
#include "models/pricing/cost_source.hpp"

namespace ringfare {

void price_by_name(std::string_view key, const Prices& prices, InstructionCost& cost) {
  const auto found = prices.find(key);
  if (!key.empty() && found == prices.end()) return;
  cost.slots = 0;
  cost.ports = {};
  for (Write& write : cost.writes) write.latency = 0;
  if (!key.empty()) cost.price = found->second.cycles.hundredths;
}

}  // namespace ringfare
