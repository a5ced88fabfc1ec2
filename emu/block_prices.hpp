// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/block.hpp"
#include "models/pricing.hpp"

namespace ringfare {

/// Prices each block once, when the engine translates it.
class BlockPrices final : public BlockObserver {
 public:
  explicit BlockPrices(Pricer& pricer) : pricer_(pricer) {}

  BlockPrice translated(const Block& block) override;
  BlockPrice partial(const Block& block, std::size_t n) override;

  std::uint64_t blocks() const { return blocks_; }

 private:
  RunCost cost(const Block& block);

  Pricer& pricer_;
  std::uint64_t blocks_ = 0;
};

}  // namespace ringfare
