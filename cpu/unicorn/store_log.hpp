// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <vector>

#include "cpu/memory.hpp"

namespace ringfare::unicorn {

/// What the current instruction has overwritten. Unicorn splits wide stores and those across a page
/// border, and one part may be done when another faults; a processor does all of it or nothing.
class StoreLog {
 public:
  explicit StoreLog(const AddressSpace& memory) : memory_(memory) {}

  /// The next instruction begins.
  void clear() { stores_.clear(); }

  /// The address space has changed.
  void forget_regions() { writable_ = {}; }

  /// About to be overwritten; what the guest may not write is left alone.
  void note(GuestAddress address, std::size_t size);

  /// Takes the stores back.
  void undo();

 private:
  struct Store {
    GuestAddress address;
    std::size_t size;
    std::array<std::byte, 16> before;
  };

  void keep(GuestAddress address, std::size_t size);

  const AddressSpace& memory_;
  GuestRange writable_;  // a region known to be
  std::vector<Store> stores_;
};

}  // namespace ringfare::unicorn
