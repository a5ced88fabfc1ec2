// SPDX-License-Identifier: MIT
#include "cpu/unicorn/access_fault.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "cpu/canonical.hpp"

namespace ringfare::unicorn {
namespace {

/// Where the half of the address space begins that belongs to the kernel: its pages are there, and
/// not for user mode.
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

Exception access_fault(const AddressSpace& memory, GuestAddress accessed, const MemoryUse& use) {
  const GuestAddress address = first_forbidden(memory, accessed, use);
  const bool straddles = use.size > 0 && !is_canonical(use.address + (use.size - 1));
  if (straddles || !is_canonical(address))
    return {.vector = use.stack_segment ? vector::kStack : vector::kProtection, .error_code = 0};
  const bool present = address >= kUserEnd || (memory.readable(address, 1) && is_present(address));
  return page_fault(address, (use.writes ? page_fault_error::kWrite : 0) |
                                 (present ? page_fault_error::kPresent : 0));
}

}  // namespace ringfare::unicorn
