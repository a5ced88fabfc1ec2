// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "cpu/base/quantity.hpp"

namespace ringfare::translator {

/// Which superblock translated code is entered by, by guest address. Those asked for lately are
/// found without a search.
class EntryMap {
 public:
  std::optional<std::uint32_t> find(GuestAddress entry) const {
    Row& row = latest_[entry.value % kLatest];
    if (row.entry == entry && row.known) return row.superblock;
    const auto found = all_.find(entry);
    if (found == all_.end()) return std::nullopt;
    row = {entry, found->second, true};
    return found->second;
  }

  void set(GuestAddress entry, std::uint32_t superblock) {
    all_[entry] = superblock;
    latest_[entry.value % kLatest] = {entry, superblock, true};
  }

  /// Where `superblock` is still what `entry` leads to.
  void erase(GuestAddress entry, std::uint32_t superblock) {
    if (find(entry) != superblock) return;
    all_.erase(entry);
    latest_[entry.value % kLatest].known = false;
  }

  void clear() {
    all_.clear();
    latest_.fill({});
  }

 private:
  static constexpr std::size_t kLatest = 256;
  struct Row {
    GuestAddress entry;
    std::uint32_t superblock = 0;
    bool known = false;
  };

  std::unordered_map<GuestAddress, std::uint32_t> all_;
  mutable std::array<Row, kLatest> latest_{};
};

}  // namespace ringfare::translator
