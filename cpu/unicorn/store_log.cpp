// SPDX-License-Identifier: MIT
#include "cpu/unicorn/store_log.hpp"

#include <algorithm>
#include <cstring>
#include <ranges>

namespace ringfare::unicorn {

void StoreLog::keep(GuestAddress address, std::size_t size) {
  Store& store = stores_.emplace_back(Store{.address = address, .size = size});
  std::memcpy(store.before.data(), AddressSpace::host(address), size);
}

void StoreLog::note(GuestAddress address, std::size_t size) {
  if (writable_.begin <= address && size <= writable_.size() &&
      address - writable_.begin <= writable_.size() - size)
    return keep(address, size);
  const Region* const region = memory_.find(address);
  if (region != nullptr && region->permissions.write) writable_ = region->range;
  while (size > 0) {
    const auto in_page = std::min<std::uint64_t>(size, kPageSize - address.value % kPageSize);
    if (memory_.writable(address, in_page)) keep(address, in_page);
    address += in_page;
    size -= in_page;
  }
}

void StoreLog::undo() {
  for (const Store& store : std::views::reverse(stores_))
    std::memcpy(AddressSpace::host(store.address), store.before.data(), store.size);
  stores_.clear();
}

}  // namespace ringfare::unicorn
