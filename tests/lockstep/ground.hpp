// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <span>

#include "cpu/engine.hpp"
#include "cpu/memory.hpp"
#include "snapshot.hpp"

namespace ringfare::lockstep {

/// The guest memory every runner works on.
class Ground {
 public:
  Ground();
  AddressSpace memory;
};

/// Prices that tell how blocks were cut: 3 an instruction, 7 a block, 11 for each byte of one that
/// was executed to its end.
class CutPrices final : public BlockObserver {
 public:
  BlockPrice translated(const Block& block) override;
  BlockPrice partial(const Block& block, std::size_t n) override;
};

/// Runs blocks on an engine.
class Guest {
 public:
  Guest(Ground& ground, Engine& engine) : ground_(ground), engine_(engine) {}

  Result run(std::span<const std::uint8_t> code, const Snapshot& before);
  const Lanes& totals() const { return totals_; }

 private:
  Ground& ground_;
  Engine& engine_;
  std::uint64_t used_ = 0;  // of the code region
  Lanes totals_{};          // of the last run
};

}  // namespace ringfare::lockstep
