// SPDX-License-Identifier: MIT
#include "emu/bill/block_prices.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace ringfare {
namespace {

std::vector<std::uint8_t> lengths_of(const Block& block) {
  std::vector<std::uint8_t> lengths;
  lengths.reserve(block.instructions.size());
  for (const Instruction& instruction : block.instructions) lengths.push_back(instruction.length);
  return lengths;
}

}  // namespace

BlockPrice BlockPrices::translated(const Block& block) {
  ++blocks_;
  BlockPrice price{};
  price[kInstructionLane] = block.instructions.size();
  const std::vector<std::uint8_t> lengths = lengths_of(block);
  for (std::size_t i = 0; i < pricers_.size(); ++i)
    price[kFirstCycleLane + i] = static_cast<std::uint64_t>(
        pricers_[i]->price(block.bytes, lengths, block.mode).total.hundredths);
  if (log_ != nullptr) log(block, price);
  return price;
}

void BlockPrices::log(const Block& block, const BlockPrice& price) {
  std::string prices;
  for (std::size_t i = 0; i < machines_.size(); ++i) {
    const Cycles cycles{static_cast<std::int64_t>(price[kFirstCycleLane + i])};
    prices += fmt::format("{} {} cycles on {}", i == 0 ? "" : ",", log_text(cycles), machines_[i]);
  }
  log_->write(LogCategory::Prices, "block {:#x}-{:#x}, {} instruction{}:{}", block.start.value,
              block.end().value, block.instructions.size(),
              block.instructions.size() == 1 ? "" : "s", prices);
}

BlockPrice BlockPrices::partial(const Block& block, std::size_t n) {
  BlockPrice price{};
  price[kInstructionLane] = n;
  const std::vector<std::uint8_t> lengths = lengths_of(block);
  for (std::size_t i = 0; i < pricers_.size(); ++i) {
    const RunCost run = pricers_[i]->price(block.bytes, lengths, block.mode);
    for (std::size_t k = 0; k < n; ++k)
      price[kFirstCycleLane + i] += static_cast<std::uint64_t>(run.each[k].hundredths);
  }
  return price;
}

}  // namespace ringfare
