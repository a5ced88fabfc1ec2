// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/cpu_model.hpp"
#include "models/pricing/core.hpp"
#include "models/pricing/cost_source.hpp"
#include "models/pricing/encoding.hpp"
#include "models/pricing/instruction_cost.hpp"

namespace ringfare {

/// A table of costs by encoding. A cost is built when its encoding is first asked for: from LLVM's
/// scheduling tables, or from the CPU file's own where LLVM does not model the processor.
class InstructionCosts {
 public:
  explicit InstructionCosts(const CpuModel& cpu);
  ~InstructionCosts();

  /// The reference holds until the table goes. `code` is one complete instruction.
  const InstructionCost& cost(std::span<const std::uint8_t> code, const Encoding& encoding,
                              CodeMode mode);

  const CoreRow& core() const { return core_; }

 private:
  struct Entry {
    EncodingKey key;
    const InstructionCost* cost = nullptr;
  };

  const InstructionCost& build(const EncodingKey& key, std::span<const std::uint8_t> code,
                               const Encoding& encoding, CodeMode mode);
  const CostSource& source(CodeMode mode);
  void grow();

  const CpuModel cpu_;
  const CoreRow core_;
  std::array<std::unique_ptr<CostSource>, 2> sources_;  // by CodeMode
  std::vector<Entry> entries_;  // open addressing; the size is a power of two
  std::size_t used_ = 0;
  std::vector<std::unique_ptr<InstructionCost[]>> chunks_;
};

}  // namespace ringfare
