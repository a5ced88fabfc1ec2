// SPDX-License-Identifier: MIT
#include "cpu/translator/ledger.hpp"

#include <algorithm>

namespace ringfare::translator {
namespace {

void add(Lanes& sum, const Lanes& price, std::uint64_t times) {
  for (std::size_t lane = 0; lane < kLanes; ++lane) sum[lane] += price[lane] * times;
}

/// The blocks of the path to `exit` were executed `times` more often.
void count_blocks(std::vector<std::uint64_t>& executions, const Exit& exit,
                  const Superblock& superblock, std::uint64_t times) {
  if (superblock.cut != 0) return;
  for (std::uint32_t step = 0; step < exit.path_length; ++step) {
    const BlockId id = superblock.path[step]->id;
    if (id >= executions.size()) executions.resize(id + 1);
    executions[id] += times;
  }
}

}  // namespace

void Ledger::add_execution(BlockId id) {
  if (id >= closed_executions_.size()) closed_executions_.resize(id + 1);
  ++closed_executions_[id];
}

void Ledger::add_partial(const Lanes& price) {
  add(closed_totals_, price, 1);
}

void Ledger::close() {
  for (std::size_t id = 0; id < exits_.size(); ++id) {
    const std::uint64_t times = arena_.counters()[id];
    if (times == 0) continue;
    add(closed_totals_, exits_[id].price, times);
    count_blocks(closed_executions_, exits_[id], superblocks_[exits_[id].superblock], times);
  }
  exits_.clear();
}

Lanes Ledger::derived_totals() const {
  Lanes sum = closed_totals_;
  for (std::size_t id = 0; id < exits_.size(); ++id)
    add(sum, exits_[id].price, arena_.counters()[id]);
  return sum;
}

void Ledger::add_new_totals(Lanes& totals) {
  const Lanes now = derived_totals();
  for (std::size_t lane = 0; lane < kLanes; ++lane) totals[lane] += now[lane] - reported_[lane];
  reported_ = now;
}

std::vector<std::uint64_t> Ledger::executions(std::size_t blocks) const {
  std::vector<std::uint64_t> executions = closed_executions_;
  executions.resize(std::max(blocks, executions.size()));
  for (std::size_t id = 0; id < exits_.size(); ++id)
    if (const std::uint64_t times = arena_.counters()[id]; times != 0)
      count_blocks(executions, exits_[id], superblocks_[exits_[id].superblock], times);
  return executions;
}

}  // namespace ringfare::translator
