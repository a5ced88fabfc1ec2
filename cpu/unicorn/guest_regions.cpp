// SPDX-License-Identifier: MIT
#include "cpu/unicorn/guest_regions.hpp"

#include <algorithm>
#include <cstring>

namespace ringfare::unicorn {
namespace {

/// Whether x86 pages with these permissions can be read: none is write-only or execute-only.
bool accessible(Permissions permissions) {
  return permissions.read || permissions.write || permissions.execute;
}

std::uint32_t protection_of(Permissions permissions) {
  std::uint32_t bits = UC_PROT_READ;
  if (permissions.write) bits |= UC_PROT_WRITE;
  if (permissions.execute) bits |= UC_PROT_EXEC;
  return bits;
}

}  // namespace

GuestRegions::GuestRegions(Machine& machine, AddressSpace& memory)
    : machine_(machine), memory_(memory), filler_(std::make_unique<FillerPage>()) {
  constexpr int kInt3 = 0xcc;
  std::memset(filler_->bytes, kInt3, kPageSize);
}

bool GuestRegions::is_current(GuestAddress begin, const Piece& piece) const {
  const Region* const region = memory_.find(begin);
  return region != nullptr && region->range.contains(GuestRange{begin, piece.end}) &&
         region->permissions == piece.permissions;
}

void GuestRegions::unmap(GuestRange range) {
  machine_.forget_code(range);
  require(uc_mem_unmap(machine_.handle(), range.begin.value, range.size()), "unmap");
}

void GuestRegions::follow() {
  for (const GuestAddress page : fillers_) unmap({page, page + kPageSize});
  fillers_.clear();
  const auto touched = memory_.take_touched();
  constexpr GuestRange kEverywhere{{0}, {~0ull}};
  for (const GuestRange range : touched.value_or(std::vector{kEverywhere})) {
    forget_stale(range);
    // Code is mapped before it is first fetched: otherwise Unicorn would not note the address of
    // its translation, and could not drop it later.
    for (const Region& region : memory_.regions(range))
      if (region.permissions.execute) map_all(region);
  }
}

void GuestRegions::forget_stale(GuestRange range) {
  auto at = pieces_.upper_bound(range.begin);
  if (at != pieces_.begin()) --at;
  while (at != pieces_.end() && at->first < range.end) {
    const auto& [begin, piece] = *at;
    if (is_current(begin, piece)) {
      ++at;
      continue;
    }
    unmap({begin, piece.end});
    at = pieces_.erase(at);
  }
}

void GuestRegions::map_all(const Region& region) {
  for (GuestAddress at = region.range.begin; at < region.range.end;) {
    const auto after = pieces_.upper_bound(at);
    const bool mapped = after != pieces_.begin() && std::prev(after)->second.end > at;
    if (!mapped) map(at);
    at = std::prev(pieces_.upper_bound(at))->second.end;
  }
}

bool GuestRegions::map(GuestAddress address) {
  const Region* const region = memory_.find(address);
  if (region == nullptr || !accessible(region->permissions)) return false;
  GuestRange hole = region->range;
  const auto after = pieces_.upper_bound(address);
  if (after != pieces_.end()) hole.end = std::min(hole.end, after->first);
  if (after != pieces_.begin()) {
    const GuestAddress before = std::prev(after)->second.end;
    if (before > address) return false;  // mapped already: this access is not permitted
    hole.begin = std::max(hole.begin, before);
  }
  require(uc_mem_map_ptr(machine_.handle(), hole.begin.value, hole.size(),
                         protection_of(region->permissions), AddressSpace::host(hole.begin)),
          "map");
  pieces_.emplace(hole.begin, Piece{hole.end, region->permissions});
  return true;
}

bool GuestRegions::map_fetch_filler(GuestAddress address) {
  return map_filler(address, UC_PROT_EXEC);
}

bool GuestRegions::map_read_filler(GuestAddress address) {
  return map_filler(address, UC_PROT_READ);
}

bool GuestRegions::map_filler(GuestAddress address, std::uint32_t protection) {
  const GuestAddress page{page_down(address.value)};
  if (std::ranges::find(fillers_, page) != fillers_.end()) return protection == UC_PROT_EXEC;
  if (uc_mem_map_ptr(machine_.handle(), page.value, kPageSize, protection, filler_->bytes) !=
      UC_ERR_OK)
    return false;
  fillers_.push_back(page);
  return true;
}

}  // namespace ringfare::unicorn
