// SPDX-License-Identifier: MIT
#include "cpu/fetch_fault.hpp"

#include "cpu/canonical.hpp"

namespace ringfare {

Exception fetch_fault(const AddressSpace& memory, GuestAddress address) {
  if (!is_canonical(address)) return general_protection();
  GuestAddress at = address;
  const Region* region = memory.find(at);
  while (region != nullptr && region->permissions.execute) {
    at = region->range.end;
    region = memory.find(at);
  }
  // A page that nothing may do anything with is not there for the processor.
  const std::uint32_t present = memory.readable(at, 1) ? page_fault_error::kPresent : 0;
  return page_fault(at, page_fault_error::kFetch | present);
}

}  // namespace ringfare
