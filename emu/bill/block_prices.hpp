// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cpu/base/debug_log.hpp"
#include "cpu/block.hpp"
#include "models/pricing/pricer.hpp"

namespace ringfare {

/// Prices each block once per machine, when the engine translates it: lane 0 counts instructions,
/// the other lanes are cycles in hundredths.
class BlockPrices final : public BlockObserver {
 public:
  /// One machine per cycle lane, in order.
  explicit BlockPrices(std::vector<Pricer*> pricers) : pricers_(std::move(pricers)) {}

  BlockPrice translated(const Block& block) override;
  BlockPrice partial(const Block& block, std::size_t n) override;

  /// How many have been priced.
  std::uint64_t blocks() const { return blocks_; }

  /// Writes each block's price down; `machines` are the names of theirs, in order.
  void log_to(DebugLog& log, std::vector<std::string> machines) {
    log_ = &log;
    machines_ = std::move(machines);
  }

 private:
  void log(const Block& block, const BlockPrice& price);

  std::vector<Pricer*> pricers_;
  std::uint64_t blocks_ = 0;
  DebugLog* log_ = nullptr;
  std::vector<std::string> machines_;
};

}  // namespace ringfare
