// SPDX-License-Identifier: MIT
#include "models/pricing/instruction_costs.hpp"

#include <utility>

#include "models/pricing/file_costs.hpp"
#include "models/pricing/llvm_costs.hpp"

namespace ringfare {
namespace {

constexpr std::size_t kCostsPerChunk = 128;

CoreRow core_of(const CpuModel& cpu) {
  return cpu.core ? core_row(*cpu.core) : core_row(cpu.llvm_cpu);
}

std::unique_ptr<CostSource> source_for(const CpuModel& cpu, CodeMode mode) {
  return cpu.core ? file_costs(cpu, mode) : llvm_costs(cpu, mode);
}

}  // namespace

InstructionCosts::InstructionCosts(const CpuModel& cpu)
    : cpu_(cpu), core_(core_of(cpu)), entries_(2048) {
  if (!cpu.core) source(CodeMode::Long64);  // a name LLVM does not know is found out at once
}

InstructionCosts::~InstructionCosts() = default;

/// Made when the first instruction of its mode comes: most programs have one mode only.
const CostSource& InstructionCosts::source(CodeMode mode) {
  auto& source = sources_[static_cast<std::size_t>(mode)];
  if (!source) source = source_for(cpu_, mode);
  return *source;
}

const InstructionCost& InstructionCosts::cost(std::span<const std::uint8_t> code,
                                              const Encoding& encoding, CodeMode mode) {
  const EncodingKey key = encoding_key(code, encoding, mode);
  const std::size_t mask = entries_.size() - 1;
  for (std::size_t at = key.hash() & mask;; at = (at + 1) & mask) {
    if (!entries_[at].cost) break;
    if (entries_[at].key == key) return *entries_[at].cost;
  }
  return build(key, code, encoding, mode);
}

const InstructionCost& InstructionCosts::build(const EncodingKey& key,
                                               std::span<const std::uint8_t> code,
                                               const Encoding& encoding, CodeMode mode) {
  if (used_ * 2 >= entries_.size()) grow();
  if (used_ % kCostsPerChunk == 0)
    chunks_.push_back(std::make_unique<InstructionCost[]>(kCostsPerChunk));
  InstructionCost& cost = chunks_.back()[used_ % kCostsPerChunk];
  cost = source(mode).build(code, encoding);
  ++used_;
  const std::size_t mask = entries_.size() - 1;
  std::size_t at = key.hash() & mask;
  while (entries_[at].cost) at = (at + 1) & mask;
  entries_[at] = {key, &cost};
  return cost;
}

void InstructionCosts::grow() {
  std::vector<Entry> old(entries_.size() * 2);
  old.swap(entries_);
  const std::size_t mask = entries_.size() - 1;
  for (const Entry& entry : old) {
    if (!entry.cost) continue;
    std::size_t at = entry.key.hash() & mask;
    while (entries_[at].cost) at = (at + 1) & mask;
    entries_[at] = entry;
  }
}

}  // namespace ringfare
