// SPDX-License-Identifier: MIT
#include "emu/linux/state/memory_map.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "emu/linux/state/process.hpp"

namespace ringfare {

std::string memory_map_line(const Region& region) {
  const Permissions& may = region.permissions;
  struct stat file {};
  const bool of_file = region.name.starts_with('/') && ::stat(region.name.c_str(), &file) == 0;
  std::string line =
      fmt::format("{:08x}-{:08x} {}{}{}{} {:08x} {:02x}:{:02x} {} ", region.range.begin.value,
                  region.range.end.value, may.read ? 'r' : '-', may.write ? 'w' : '-',
                  may.execute ? 'x' : '-', region.shared ? 's' : 'p', of_file ? region.offset : 0,
                  major(file.st_dev), minor(file.st_dev), file.st_ino);
  // The kernel pads the name to column 73.
  constexpr std::size_t kNameColumn = 73;
  if (!region.name.empty()) line.resize(std::max(line.size(), kNameColumn), ' ');
  return line + region.name + "\n";
}

/// As Linux does it, which keeps mappings a megabyte apart (stack_guard_gap) and stops at
/// RLIMIT_STACK.
bool Process::grow_down(GuestAddress fault) {
  constexpr std::uint64_t kGap = 256 * kPageSize;
  const auto at = growing.upper_bound(fault.value);
  AddressSpace& space = user.space();
  if (at == growing.end() || space.find(fault) != nullptr) return false;
  const std::uint64_t begin = *at, page = page_down(fault.value);
  const Region* const region = space.find({begin});
  if (region == nullptr || region->range.begin.value != begin) return growing.erase(at), false;
  if (region->range.end.value - page > limits()[RLIMIT_STACK].rlim_cur || page < kGap) return false;
  const GuestRange below{{page - kGap}, {begin}};
  if (!space.find_free(below.size(), below, AddressSpace::Search::BottomUp)) return false;
  Region added = *region;
  added.range = {{page}, {begin}};
  if (space.map(added) != 0) return false;
  growing.erase(at);
  growing.insert(page);
  return true;
}

}  // namespace ringfare
