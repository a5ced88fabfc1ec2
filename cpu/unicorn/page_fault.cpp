// SPDX-License-Identifier: MIT
#include "cpu/unicorn/page_fault.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "cpu/canonical.hpp"

namespace ringfare::unicorn {
namespace {

// Exception vectors, SDM vol. 3, table 6-1; #PF error code bits, figure 4-12.
constexpr std::uint8_t kStackFault = 12, kGeneralProtection = 13, kPageFault = 14;
constexpr std::uint32_t kPresent = 1, kWrite = 2, kUser = 4, kFetch = 16;

/// Linux says of any address in its own half that the page is there.
constexpr GuestAddress kUserEnd{0x7ffffffff000};

/// Whether the page has been touched: one that has not is absent to the processor, whatever its
/// region permits. Documentation/admin-guide/mm/pagemap.rst of Linux, bit 63.
bool is_present(GuestAddress address) {
  const int map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (map < 0) return true;
  std::uint64_t entry = 0;
  const auto at = static_cast<off_t>(address.value / kPageSize * sizeof entry);
  const bool known = pread(map, &entry, sizeof entry, at) == sizeof entry;
  close(map);
  return !known || entry >> 63 != 0;
}

/// A processor reports the lowest byte it may not access; Unicorn goes about an operand in pieces,
/// not always from the lowest.
GuestAddress first_forbidden(const AddressSpace& memory, GuestAddress accessed,
                             const MemoryUse& use) {
  if (accessed - use.address >= use.size) return accessed;
  const bool begins_well =
      use.writes ? memory.writable(use.address, 1) : memory.readable(use.address, 1);
  return begins_well ? GuestAddress{page_down(accessed.value)} : use.address;
}

}  // namespace

bool is_overread(GuestAddress accessed, const MemoryUse& use) {
  constexpr std::uint64_t kWidest = 16;
  const std::uint64_t distance = accessed - use.address;
  return use.size > 0 && distance >= use.size && distance < kWidest;
}

AtFault general_protection() {
  return {.vector = kGeneralProtection, .signal = SIGSEGV, .code = SI_KERNEL};
}

AtFault fetch_fault(const AddressSpace& memory, GuestAddress address) {
  if (!is_canonical(address)) return general_protection();
  GuestAddress at = address;
  const Region* region = memory.find(at);
  while (region != nullptr && region->permissions.execute) {
    at = region->range.end;
    region = memory.find(at);
  }
  return {.vector = kPageFault,
          .error_code = kUser | kFetch | (region != nullptr ? kPresent : 0),
          .address = at,
          .signal = SIGSEGV,
          .code = region != nullptr ? SEGV_ACCERR : SEGV_MAPERR};
}

AtFault access_fault(const AddressSpace& memory, GuestAddress accessed, MemoryUse use) {
  const GuestAddress address = first_forbidden(memory, accessed, use);
  const bool straddles = use.size > 0 && !is_canonical(use.address + (use.size - 1));
  if (straddles || !is_canonical(address)) {
    if (!use.stack_segment) return general_protection();
    return {.vector = kStackFault, .signal = SIGBUS, .code = SI_KERNEL};
  }
  const Region* const region = memory.find(address);
  const bool present = address >= kUserEnd || (region != nullptr && is_present(address));
  return {.vector = kPageFault,
          .error_code = kUser | (use.writes ? kWrite : 0) | (present ? kPresent : 0),
          .address = address,
          .signal = SIGSEGV,
          .code = region != nullptr ? SEGV_ACCERR : SEGV_MAPERR};
}

}  // namespace ringfare::unicorn
