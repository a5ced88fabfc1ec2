// SPDX-License-Identifier: MIT
#include "emu/block_prices.hpp"

#include <numeric>
#include <vector>

namespace ringfare {

RunCost BlockPrices::cost(const Block& block) {
  std::vector<std::uint8_t> lengths;
  lengths.reserve(block.instructions.size());
  for (const Instruction& instruction : block.instructions) lengths.push_back(instruction.length);
  return pricer_.price(block.bytes, lengths);
}

BlockPrice BlockPrices::translated(const Block& block) {
  ++blocks_;
  BlockPrice price{};
  price[kInstructionLane] = block.instructions.size();
  price[kFirstCycleLane] = static_cast<std::uint64_t>(cost(block).total.hundredths);
  return price;
}

BlockPrice BlockPrices::partial(const Block& block, std::size_t n) {
  const RunCost run = cost(block);
  BlockPrice price{};
  price[kInstructionLane] = n;
  for (std::size_t i = 0; i < n; ++i)
    price[kFirstCycleLane] += static_cast<std::uint64_t>(run.each[i].hundredths);
  return price;
}

}  // namespace ringfare
