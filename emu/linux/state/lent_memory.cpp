// SPDX-License-Identifier: MIT
// vfork(2): parent and child run in the same memory. Ours do not, so what the child has written
// until it ends or starts another program is carried back to the parent, which waits meanwhile.
#include <fcntl.h>
#include <sys/ioctl.h>
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
void visit_own_pages(int page_map, GuestRange range, Visit visit) {
  std::array<std::uint64_t, 512> entries;
  for (std::uint64_t at = range.begin.value; at < range.end.value;) {
    const std::uint64_t left = (range.end.value - at) / kPageSize;
    const std::size_t count = std::min<std::uint64_t>(left, entries.size());
    const ssize_t got = pread(page_map, entries.data(), count * sizeof entries[0],
                              static_cast<off_t>(at / kPageSize * sizeof entries[0]));
    for (std::size_t i = 0; i < count && static_cast<ssize_t>((i + 1) * 8) <= got; ++i)
      if ((entries[i] & (kPresent | kSwapped)) != 0 && (entries[i] & kExclusive) != 0)
        visit(at + i * kPageSize);
    at += count * kPageSize;
  }
}

/// ioctl(PAGEMAP_SCAN) of Linux 6.7: Documentation/admin-guide/mm/pagemap.rst.
struct PageMapScan {
  std::uint64_t size, flags, start, end, walk_end, vector, vector_size, most_pages;
  std::uint64_t inverted, mask, any_of, returned;
};
struct PageMapPiece {
  std::uint64_t start, end, categories;
};
constexpr unsigned long kPageMapScan = _IOWR('f', 16, PageMapScan);

/// The parts of a large range that have pages at all; all of it where the host cannot say.
std::vector<GuestRange> populated(int page_map, GuestRange range) {
  constexpr std::uint64_t kLarge = 64u << 20, kIsPresent = 1 << 3, kIsSwapped = 1 << 4;
  if (range.size() < kLarge) return {range};
  std::vector<GuestRange> parts;
  std::array<PageMapPiece, 256> pieces;
  for (std::uint64_t at = range.begin.value; at < range.end.value;) {
    PageMapScan scan{.size = sizeof(PageMapScan),
                     .flags = 0,
                     .start = at,
                     .end = range.end.value,
                     .walk_end = 0,
                     .vector = reinterpret_cast<std::uintptr_t>(pieces.data()),
                     .vector_size = pieces.size(),
                     .most_pages = 0,
                     .inverted = 0,
                     .mask = 0,
                     .any_of = kIsPresent | kIsSwapped,
                     .returned = kIsPresent | kIsSwapped};
    const int found = ioctl(page_map, kPageMapScan, &scan);
    if (found < 0) return {range};
    for (int i = 0; i < found; ++i) {
      const PageMapPiece& piece = pieces[static_cast<std::size_t>(i)];
      parts.push_back({{piece.start}, {piece.end}});
    }
    if (scan.walk_end <= at) break;
    at = scan.walk_end;
  }
  return parts;
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
    for (const GuestRange part : populated(page_map, region.range))
      visit_own_pages(page_map, part, [&](std::uint64_t address) {
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
