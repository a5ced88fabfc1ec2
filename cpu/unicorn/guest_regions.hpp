// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "cpu/memory.hpp"
#include "cpu/unicorn/machine.hpp"

namespace ringfare::unicorn {

/// The guest's regions as Unicorn sees them: the very host memory; data is mapped in when it
/// is first accessed. The region map stays the truth.
class GuestRegions {
 public:
  GuestRegions(Machine& machine, AddressSpace& memory);

  /// Unmaps what the address space no longer has, or has with other permissions. Not from within a
  /// hook.
  void follow();

  /// Maps the region at `address`; false where the guest has none it may access.
  bool map(GuestAddress address);

  /// Lets instruction fetches go on at `address`, where there is no code: bytes past the last
  /// instruction are fetched before it is known that nothing executes them.
  bool map_fetch_filler(GuestAddress address);

  /// Lets a read go on at `address`, where the guest has nothing it may read, until `follow`.
  bool map_read_filler(GuestAddress address);

 private:
  bool map_filler(GuestAddress address, std::uint32_t protection);
  struct Piece {
    GuestAddress end;
    Permissions permissions;
  };

  bool is_current(GuestAddress begin, const Piece& piece) const;
  void forget_stale(GuestRange range);
  void unmap(GuestRange range);
  void map_all(const Region& region);

  Machine& machine_;
  AddressSpace& memory_;
  std::map<GuestAddress, Piece> pieces_;  // by begin
  std::vector<GuestAddress> fillers_;
  struct alignas(kPageSize) FillerPage {
    std::byte bytes[kPageSize];
  };
  std::unique_ptr<FillerPage> filler_;
};

}  // namespace ringfare::unicorn
