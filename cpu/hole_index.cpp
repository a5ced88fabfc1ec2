// SPDX-License-Identifier: MIT
#include "cpu/hole_index.hpp"

#include <algorithm>
#include <utility>

namespace ringfare {
namespace {

/// What of the hole lies inside.
GuestRange clipped(GuestRange hole, GuestRange within) {
  return {std::max(hole.begin, within.begin), std::min(hole.end, within.end)};
}

bool has_room(GuestRange range, std::uint64_t size) {
  return range.begin < range.end && range.size() >= size;
}

/// SplitMix64's finalizer: neighbours differ.
std::uint64_t scattered(std::uint64_t value) {
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
  value = (value ^ value >> 27) * 0x94d049bb133111eb;
  return value ^ value >> 31;
}

}  // namespace

struct HoleIndex::Node {
  GuestRange hole;
  std::uint64_t priority;
  std::uint64_t largest;  // of the holes in this tree
  Tree low, high;
};

HoleIndex::HoleIndex() = default;
HoleIndex::~HoleIndex() = default;

void HoleIndex::update(Node& node) {
  node.largest = node.hole.size();
  for (const Tree* const child : {&node.low, &node.high})
    if (*child != nullptr) node.largest = std::max(node.largest, (*child)->largest);
}

/// `below`: the holes that begin below `at`.
void HoleIndex::split(Tree tree, GuestAddress at, Tree& below, Tree& from) {
  if (tree == nullptr) {
    below.reset();
    from.reset();
    return;
  }
  const bool is_below = tree->hole.begin < at;
  Tree& inner = is_below ? tree->high : tree->low;
  Tree one, other;
  split(std::move(inner), at, one, other);
  inner = std::move(is_below ? one : other);
  update(*tree);
  below = std::move(is_below ? tree : one);
  from = std::move(is_below ? other : tree);
}

HoleIndex::Tree HoleIndex::join(Tree low, Tree high) {
  if (low == nullptr) return high;
  if (high == nullptr) return low;
  const bool low_on_top = low->priority > high->priority;
  Tree& top = low_on_top ? low : high;
  if (low_on_top)
    low->high = join(std::move(low->high), std::move(high));
  else
    high->low = join(std::move(low), std::move(high->low));
  update(*top);
  return std::move(top);
}

void HoleIndex::insert(GuestRange hole) {
  if (hole.begin >= hole.end) return;
  auto made = std::make_unique<Node>();
  made->hole = hole;
  made->priority = scattered(++made_);
  made->largest = hole.size();
  Tree below, from;
  split(std::move(root_), hole.begin, below, from);
  root_ = join(join(std::move(below), std::move(made)), std::move(from));
}

void HoleIndex::take(GuestRange range) {
  if (range.begin >= range.end) return;
  Tree below, inside, above;
  split(std::move(root_), range.end, inside, above);
  split(std::move(inside), range.begin, below, inside);
  GuestRange before{}, behind{};
  const auto remember_end = [&](const Node& last) {
    if (last.hole.end > range.end) behind = {range.end, last.hole.end};
  };
  // The one that begins below and reaches in.
  if (below != nullptr) {
    const Node* last = below.get();
    while (last->high != nullptr) last = last->high.get();
    if (last->hole.end > range.begin) {
      before = {last->hole.begin, range.begin};
      remember_end(*last);
      Tree reaching;
      split(std::move(below), before.begin, below, reaching);
    }
  }
  if (inside != nullptr) {
    const Node* last = inside.get();
    while (last->high != nullptr) last = last->high.get();
    remember_end(*last);
  }
  root_ = join(std::move(below), std::move(above));
  insert(before);
  insert(behind);
}

void HoleIndex::free(GuestRange range) {
  if (range.begin >= range.end) return;
  // With the holes that it touches.
  const auto touching = [this](GuestAddress at) -> std::optional<GuestRange> {
    const Node* found = nullptr;
    for (const Node* node = root_.get(); node != nullptr;) {
      const bool is_before = node->hole.begin <= at;
      if (is_before) found = node;
      node = (is_before ? node->high : node->low).get();
    }
    if (found == nullptr || found->hole.end < at) return std::nullopt;
    return found->hole;
  };
  if (const auto before = touching(range.begin)) range.begin = before->begin;
  if (const auto behind = touching(range.end)) range.end = std::max(range.end, behind->end);
  take(range);
  insert(range);
}

void HoleIndex::clear() {
  root_.reset();
}

/// Subtrees without a hole that is large enough are left out; so are those beyond `within`.
const HoleIndex::Node* HoleIndex::search(const Node* node, std::uint64_t size, GuestRange within,
                                         bool topmost) const {
  if (node == nullptr || node->largest < size) return nullptr;
  ++steps_;
  const Node* const low = node->hole.begin > within.begin ? node->low.get() : nullptr;
  const Node* const high = node->hole.end < within.end ? node->high.get() : nullptr;
  if (const Node* const found = search(topmost ? high : low, size, within, topmost)) return found;
  if (has_room(clipped(node->hole, within), size)) return node;
  return search(topmost ? low : high, size, within, topmost);
}

std::optional<GuestAddress> HoleIndex::highest(std::uint64_t size, GuestRange within) const {
  const Node* const found = search(root_.get(), size, within, true);
  if (found == nullptr) return std::nullopt;
  return clipped(found->hole, within).end - size;
}

std::optional<GuestAddress> HoleIndex::lowest(std::uint64_t size, GuestRange within) const {
  const Node* const found = search(root_.get(), size, within, false);
  if (found == nullptr) return std::nullopt;
  return clipped(found->hole, within).begin;
}

}  // namespace ringfare
