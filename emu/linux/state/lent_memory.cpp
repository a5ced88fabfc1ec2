// SPDX-License-Identifier: MIT
// vfork(2): parent and child run in the same memory. Ours do not, so what the child has written
// until it ends or starts another program is carried back to the parent, which waits meanwhile.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "cpu/base/failure.hpp"
#include "emu/linux/abi/own_descriptors.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

// Documentation/admin-guide/mm/pagemap.rst
constexpr std::uint64_t kPresent = 1ull << 63, kSwapped = 1ull << 62, kExclusive = 1ull << 56;

/// A page of the child's on its way to the parent: its address and its bytes.
struct CarriedPage {
  std::uint64_t address;
  std::array<std::byte, kPageSize> bytes;
};

bool write_all(int file, const CarriedPage& page) {
  return ::write(file, &page, sizeof page) == static_cast<ssize_t>(sizeof page);
}

/// Calls `visit` with each page of `region` that this process does not share with its parent any
/// more: one of the two has written to it since the fork.
template <class Visit>
void visit_own_pages(int page_map, const Region& region, Visit visit) {
  std::array<std::uint64_t, 512> entries;
  for (std::uint64_t at = region.range.begin.value; at < region.range.end.value;) {
    const std::uint64_t left = (region.range.end.value - at) / kPageSize;
    const std::size_t count = std::min<std::uint64_t>(left, entries.size());
    const ssize_t got = pread(page_map, entries.data(), count * sizeof entries[0],
                              static_cast<off_t>(at / kPageSize * sizeof entries[0]));
    for (std::size_t i = 0; i < count && static_cast<ssize_t>((i + 1) * 8) <= got; ++i)
      if ((entries[i] & (kPresent | kSwapped)) != 0 && (entries[i] & kExclusive) != 0)
        visit(at + i * kPageSize);
    at += count * kPageSize;
  }
}

}  // namespace

void Process::lend_memory() {
  if (lent_ >= 0) ::close(lent_);
  const int file = memfd_create("lent", MFD_CLOEXEC);
  lent_ = file < 0 ? -1 : fcntl(file, F_DUPFD_CLOEXEC, kLowestOwnDescriptor);
  if (file >= 0 && lent_ >= 0) ::close(file);
  if (lent_ < 0) lent_ = file;
}

void Process::return_memory() {
  if (!borrows_ || lent_ < 0) return;
  borrows_ = false;
  const int page_map = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  for (const Region& region : user.space().regions()) {
    if (region.shared || !region.permissions.write || page_map < 0) continue;
    visit_own_pages(page_map, region, [&](std::uint64_t address) {
      CarriedPage page{.address = address, .bytes = {}};
      if (user.space().read({address}, page.bytes)) write_all(lent_, page);
    });
  }
  if (page_map >= 0) ::close(page_map);
  ::close(lent_);
  lent_ = -1;
}

void Process::take_lent_memory() {
  if (lent_ < 0) return;
  ::lseek(lent_, 0, SEEK_SET);
  CarriedPage page;
  while (::read(lent_, &page, sizeof page) == static_cast<ssize_t>(sizeof page))
    user.space().write({page.address}, page.bytes);
  ::close(lent_);
  lent_ = -1;
}

}  // namespace ringfare
