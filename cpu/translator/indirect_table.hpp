// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "cpu/translator/arena.hpp"
#include "cpu/translator/superblock.hpp"

namespace ringfare::translator {

/// Where indirect branches go, by the low 16 bits of their target. Superblocks that share a place
/// there are asked one after the other, the one that came last first.
class IndirectTable {
 public:
  /// Superblocks are named by their index in `superblocks`.
  IndirectTable(std::uint64_t* table, const std::vector<Superblock>& superblocks)
      : table_(table), superblocks_(superblocks) {}

  /// The superblock has an indirect head.
  void add(std::uint32_t index);
  void remove(std::uint32_t index);
  /// Empties the table: every target goes to `miss_stub`. To be called before anything else.
  void clear(const std::byte* miss_stub);

 private:
  /// The most superblocks of one place that are asked one after the other.
  static constexpr std::size_t kMost = 4;
  using Chain = std::vector<std::uint32_t>;

  void link(std::size_t place, const Chain& chain);

  std::uint64_t* table_;
  const std::vector<Superblock>& superblocks_;
  const std::byte* miss_stub_ = nullptr;
  std::unordered_map<std::size_t, Chain> chains_;  // by place in the table
};

}  // namespace ringfare::translator
