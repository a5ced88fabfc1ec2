// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/translator/arena.hpp"
#include "cpu/translator/superblock.hpp"

namespace ringfare::translator {

/// What was executed, from the counters of the exits: totals and executions of blocks are derived,
/// not counted one by one.
class Ledger {
 public:
  Ledger(const Arena& arena, const std::vector<Superblock>& superblocks)
      : arena_(arena), superblocks_(superblocks) {}

  std::vector<Exit>& exits() { return exits_; }
  const std::vector<Exit>& exits() const { return exits_; }

  /// A block of a path that a fault cut short was executed to its end.
  void add_execution(BlockId id);
  /// The price of a path that a fault cut short.
  void add_partial(const Lanes& price);

  /// Takes the counters of all exits into account for good and forgets the exits.
  void close();

  /// Adds what was counted since the last call.
  void add_new_totals(Lanes& totals);

  Lanes derived_totals() const;
  std::vector<std::uint64_t> executions(std::size_t blocks) const;

 private:
  const Arena& arena_;
  const std::vector<Superblock>& superblocks_;
  std::vector<Exit> exits_;
  std::vector<std::uint64_t> closed_executions_;
  Lanes closed_totals_{};
  Lanes reported_{};
};

}  // namespace ringfare::translator
