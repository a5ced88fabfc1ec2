// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "cpu/memory.hpp"

namespace ringfare {

/// Visits the pages of `range`, by address. At the end of the address space its end may have
/// wrapped.
template <class Visit>
void for_pages(GuestRange range, Visit visit) {
  if (range.empty()) return;
  const std::uint64_t last = page_down(range.end.value - 1);
  for (std::uint64_t page = page_down(range.begin.value);; page += kPageSize) {
    visit(GuestAddress{page});
    if (page == last || page > ~kPageSize) return;
  }
}

/// An index by guest page: which values lie on the pages of a range.
template <class T>
class PageIndex {
 public:
  void add(GuestRange range, T item) {
    for_pages(range, [&](GuestAddress page) {
      std::vector<T>& items = items_[page.value];
      if (items.empty() || items.back() != item) items.push_back(item);
    });
  }

  /// Takes out all values on the pages that `range` touches. A value that lies on several of those
  /// pages comes several times.
  std::vector<T> take(GuestRange range) {
    std::vector<T> taken;
    const std::uint64_t first = page_down(range.begin.value);
    if ((range.end.value - first) / kPageSize <= items_.size()) {
      for_pages(range, [&](GuestAddress page) { move_out(items_.find(page.value), taken); });
    } else {
      for (auto at = items_.begin(); at != items_.end();) {
        const bool inside = at->first >= first && at->first < range.end.value;
        at = inside ? move_out(at, taken) : std::next(at);
      }
    }
    return taken;
  }

  void clear() { items_.clear(); }

 private:
  using Items = std::unordered_map<std::uint64_t, std::vector<T>>;

  typename Items::iterator move_out(typename Items::iterator at, std::vector<T>& to) {
    if (at == items_.end()) return at;
    to.insert(to.end(), at->second.begin(), at->second.end());
    return items_.erase(at);
  }

  Items items_;
};

}  // namespace ringfare
