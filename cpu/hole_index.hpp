// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "cpu/base/quantity.hpp"

namespace ringfare {

/// The free ranges of an address space, found by size and place in logarithmic time: a treap by
/// address in which every node knows the largest hole below it.
class HoleIndex {
 public:
  HoleIndex();
  ~HoleIndex();
  HoleIndex(const HoleIndex&) = delete;
  HoleIndex& operator=(const HoleIndex&) = delete;

  /// `range` is free from now on, whatever of it was before.
  void free(GuestRange range);
  /// Nothing of `range` is free any more.
  void take(GuestRange range);
  void clear();

  /// The highest, or the lowest, place for `size` bytes inside `within`.
  std::optional<GuestAddress> highest(std::uint64_t size, GuestRange within) const;
  std::optional<GuestAddress> lowest(std::uint64_t size, GuestRange within) const;

  /// Nodes looked at by `highest` and `lowest` so far.
  std::uint64_t steps() const { return steps_; }

 private:
  struct Node;
  using Tree = std::unique_ptr<Node>;

  static void update(Node& node);
  static void split(Tree tree, GuestAddress at, Tree& below, Tree& from);
  static Tree join(Tree low, Tree high);
  const Node* search(const Node* node, std::uint64_t size, GuestRange within, bool topmost) const;
  void insert(GuestRange hole);

  Tree root_;
  std::uint64_t made_ = 0;  // nodes, whose priorities follow from their number
  mutable std::uint64_t steps_ = 0;
};

}  // namespace ringfare
