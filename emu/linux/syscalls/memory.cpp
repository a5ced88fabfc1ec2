// SPDX-License-Identifier: MIT
// mmap(2), munmap(2), mprotect(2), mremap(2), brk(2), madvise(2), mincore(2), msync(2), mlock(2).
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "emu/linux/state/process.hpp"
#include "emu/program/loader.hpp"

namespace ringfare {
namespace {

// MAP_32BIT, mmap(2): the first 2 GiB; Linux looks from 1 GiB on.
constexpr GuestRange kLowArea{{0x4000'0000}, {0x8000'0000}};

bool is_aligned(std::uint64_t value) {
  return value % kPageSize == 0;
}

Permissions permissions_of(const Process& process, std::uint64_t protection) {
  const bool read = (protection & PROT_READ) != 0;
  const bool implied =
      (process.execution_domain & READ_IMPLIES_EXEC) != 0 || !process.image.has_no_execute;
  return {.read = read,
          .write = (protection & PROT_WRITE) != 0,
          .execute = (protection & PROT_EXEC) != 0 || (read && implied)};
}

const GuestLayout& layout_of(const Process& process) {
  return process.image.layout;
}

bool is_free(Process& process, GuestRange range) {
  const AddressSpace& space = process.user.space();
  return layout_of(process).limits().contains(range) &&
         space.find_free(range.size(), range, AddressSpace::Search::BottomUp).has_value();
}

std::string path_of(int host_fd) {
  char target[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(host_fd);
  const ssize_t length = ::readlink(link.c_str(), target, sizeof(target));
  return length < 0 ? std::string() : std::string(target, static_cast<std::size_t>(length));
}

struct MapRequest {
  std::uint64_t address, length, protection, flags;
  int host_fd = -1;
  std::uint64_t offset = 0;
};

/// Whether so many bytes more are more than RLIMIT_AS allows.
bool exceeds_limit(Process& process, std::uint64_t more) {
  const rlim_t most = process.limits()[RLIMIT_AS].rlim_cur;
  return most != RLIM_INFINITY && process.user.space().mapped_bytes() + more > most;
}

/// Whether so many bytes more that are private and writable are more than RLIMIT_DATA allows.
bool exceeds_data_limit(Process& process, std::uint64_t more) {
  const rlim_t most = process.limits()[RLIMIT_DATA].rlim_cur;
  if (most == RLIM_INFINITY) return false;
  std::uint64_t data = more;
  for (const Region& region : process.user.space().regions())
    if (!region.shared && region.permissions.write && region.name != "[stack]" &&
        !process.growing.contains(region.range.begin.value))
      data += region.range.size();
  return data > most;
}

/// RLIMIT_MEMLOCK, for those without privileges: 0 or -errno.
std::int64_t check_lock_limit(Process& process, std::uint64_t size) {
  const rlim_t most = process.limits()[RLIMIT_MEMLOCK].rlim_cur;
  if (process.tree.self().effective_user == 0) return 0;
  if (most == 0) return -EPERM;
  return size > most ? -ENOMEM : 0;
}

std::optional<GuestAddress> find_hole(Process& process, std::uint64_t size) {
  const GuestLayout& layout = layout_of(process);
  const auto search =
      layout.mmap_upwards ? AddressSpace::Search::BottomUp : AddressSpace::Search::TopDown;
  return process.user.space().find_free(size, layout.mmap_area(), search);
}

/// Where the mapping goes; -errno where it cannot.
std::int64_t place(Process& process, const MapRequest& request) {
  const std::uint64_t task_size = layout_of(process).task_size;
  const bool fixed = (request.flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) != 0;
  if (fixed) {
    if (!is_aligned(request.address)) return -EINVAL;
    if (request.address > task_size - request.length) return -ENOMEM;
    const GuestRange range{{request.address}, {request.address + request.length}};
    if ((request.flags & MAP_FIXED_NOREPLACE) != 0 && !is_free(process, range)) return -EEXIST;
    return static_cast<std::int64_t>(request.address);
  }
  const std::uint64_t hint = page_up(request.address);
  if (hint != 0 && hint <= task_size - request.length &&
      is_free(process, {{hint}, {hint + request.length}}))
    return static_cast<std::int64_t>(hint);
  // The flag means nothing to a 32-bit program.
  const bool low = (request.flags & MAP_32BIT) != 0 && layout_of(process).mode == CodeMode::Long64;
  const auto found =
      low ? process.user.space().find_free(request.length, kLowArea, AddressSpace::Search::BottomUp)
          : find_hole(process, request.length);
  return found ? static_cast<std::int64_t>(found->value) : -ENOMEM;
}

/// Whether the host's file allows it, as do_mmap checks: 0 or -errno.
std::int64_t check_file(const MapRequest& request) {
  const int mode = fcntl(request.host_fd, F_GETFL);
  if (mode < 0 || (mode & O_PATH) != 0) return -EBADF;
  const bool shared = (request.flags & MAP_TYPE) != MAP_PRIVATE;
  if ((mode & O_ACCMODE) == O_WRONLY) return -EACCES;
  if (shared && (request.protection & PROT_WRITE) != 0 && (mode & O_ACCMODE) != O_RDWR)
    return -EACCES;
  return 0;
}

std::int64_t check_type(std::uint64_t flags) {
  switch (flags & MAP_TYPE) {
    case MAP_PRIVATE:
    case MAP_SHARED:
      return 0;
    case MAP_SHARED_VALIDATE: {
      constexpr std::uint64_t kHugeSizes = 0x1full << 26;  // MAP_HUGE_2MB | MAP_HUGE_1GB
      constexpr std::uint64_t kKnown = MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_32BIT |
                                       MAP_GROWSDOWN | MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED |
                                       MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK |
                                       MAP_HUGETLB | MAP_FIXED_NOREPLACE | kHugeSizes;
      return (flags & ~kKnown) != 0 ? -EOPNOTSUPP : 0;
    }
    default:
      return -EINVAL;
  }
}

std::int64_t map(Process& process, MapRequest request) {
  if (request.length == 0) return -EINVAL;
  if (request.length > layout_of(process).task_size) return -ENOMEM;
  request.length = page_up(request.length);
  const bool anonymous = (request.flags & MAP_ANONYMOUS) != 0;
  if (!anonymous && request.offset + request.length < request.offset) return -EOVERFLOW;
  const std::int64_t address = place(process, request);
  if (address < 0) return address;
  if (const std::int64_t error = check_type(request.flags); error != 0) return error;
  if (!anonymous)
    if (const std::int64_t error = check_file(request); error != 0) return error;
  const bool shared = (request.flags & MAP_TYPE) != MAP_PRIVATE;
  if (shared && (request.flags & MAP_GROWSDOWN) != 0) return -EINVAL;
  if ((request.flags & MAP_LOCKED) != 0)
    if (const std::int64_t error = check_lock_limit(process, request.length); error != 0)
      return error == -ENOMEM ? -EAGAIN : error;
  if (exceeds_limit(process, request.length)) return -ENOMEM;
  const bool is_data = !shared && (request.protection & PROT_WRITE) != 0;
  if (is_data && exceeds_data_limit(process, request.length)) return -ENOMEM;
  const GuestAddress begin{static_cast<std::uint64_t>(address)};
  Region region{.range = {begin, begin + request.length},
                .permissions = permissions_of(process, request.protection),
                .name = anonymous ? std::string() : path_of(request.host_fd)};
  const int error =
      process.user.space().map(std::move(region), {.host_fd = anonymous ? -1 : request.host_fd,
                                                   .offset = anonymous ? 0 : request.offset,
                                                   .shared = shared});
  if (error == 0 && (request.flags & MAP_GROWSDOWN) != 0 && anonymous)
    process.growing.insert(begin.value);
  return error != 0 ? error : address;
}

/// Moves or enlarges by a copy, where the host's pages do not lie in one mapping.
std::int64_t copy_region(AddressSpace& space, const Region& old, GuestRange from, GuestRange to) {
  if (old.shared || old.name.starts_with('/')) return -ENOMEM;
  Region region = old;
  region.range = to;
  region.permissions = {.read = true, .write = true};
  if (const int error = space.map(region); error != 0) return error;
  std::memcpy(AddressSpace::host(to.begin), AddressSpace::host(from.begin),
              std::min(from.size(), to.size()));
  space.protect(to, old.permissions);
  return space.unmap(from);
}

std::int64_t move_to(AddressSpace& space, GuestRange from, GuestRange to) {
  if (space.find({from.begin}) == nullptr) return -EFAULT;
  const Region old = *space.find(from.begin);
  int error = space.remap(from, to);
  if (error == -EFAULT) error = static_cast<int>(copy_region(space, old, from, to));
  return error != 0 ? error : static_cast<std::int64_t>(to.begin.value);
}

std::int64_t grow(Process& process, GuestRange from, std::uint64_t size, std::uint64_t flags) {
  AddressSpace& space = process.user.space();
  const Region* const region = space.find(from.begin);
  if (region == nullptr || !region->range.contains(from)) return -EFAULT;
  if (exceeds_limit(process, size - from.size())) return -ENOMEM;
  if (!region->shared && region->permissions.write &&
      exceeds_data_limit(process, size - from.size()))
    return -ENOMEM;
  const GuestRange tail{from.end, from.begin + size};
  if (region->range.end == from.end && is_free(process, tail)) {
    const std::int64_t grown = move_to(space, from, {from.begin, from.begin + size});
    if (grown >= 0) return grown;
  }
  if ((flags & MREMAP_MAYMOVE) == 0) return -ENOMEM;
  const auto to = find_hole(process, size);
  return to ? move_to(space, from, {*to, *to + size}) : -ENOMEM;
}

std::int64_t move_fixed(Process& process, GuestRange from, GuestAddress to, std::uint64_t size) {
  const std::uint64_t task_size = layout_of(process).task_size;
  AddressSpace& space = process.user.space();
  const GuestRange target{to, to + size};
  if (!is_aligned(to.value)) return -EINVAL;
  if (size > task_size || to.value > task_size - size || target.overlaps(from)) return -EINVAL;
  if (space.find(from.begin) == nullptr) return -EFAULT;
  if (!layout_of(process).limits().contains(target)) return -ENOMEM;
  space.unmap(target);
  if (size < from.size()) {
    space.unmap({from.begin + size, from.end});
    from.end = from.begin + size;
  }
  return move_to(space, from, target);
}

/// Where mremap(2) is to put something new.
std::optional<GuestAddress> target_of(Process& process, std::uint64_t size, std::uint64_t flags,
                                      std::uint64_t wanted) {
  if ((flags & MREMAP_FIXED) == 0) return find_hole(process, size);
  const GuestRange target{{wanted}, {wanted + size}};
  if (!layout_of(process).limits().contains(target)) return std::nullopt;
  process.user.space().unmap(target);
  return target.begin;
}

/// MREMAP_DONTUNMAP: the pages move, the mapping stays. Of private memory without a file.
std::int64_t move_and_keep(Process& process, GuestRange from, std::uint64_t size,
                           std::uint64_t flags, std::uint64_t wanted) {
  AddressSpace& space = process.user.space();
  if (size != from.size() || from.empty()) return -EINVAL;
  const GuestRange target{{wanted}, {wanted + size}};
  if ((flags & MREMAP_FIXED) != 0 && (!is_aligned(wanted) || target.overlaps(from))) return -EINVAL;
  const Region* const found = space.find(from.begin);
  if (found == nullptr || !found->range.contains(from)) return -EFAULT;
  Region kept = *found;
  if (kept.shared || kept.name.starts_with('/')) return -EINVAL;
  if (exceeds_limit(process, size)) return -ENOMEM;
  const auto to = target_of(process, size, flags, wanted);
  if (!to) return -ENOMEM;
  const std::int64_t moved = move_to(space, from, {*to, *to + size});
  if (moved < 0) return moved;
  kept.range = from;
  const int error = space.map(kept);
  return error != 0 ? error : moved;
}

/// [address, address + length) in pages; nothing where it is not one.
std::optional<GuestRange> pages(std::uint64_t address, std::uint64_t length) {
  const std::uint64_t end = address + page_up(length);
  if (!is_aligned(address) || end < address || page_up(length) < length) return std::nullopt;
  return GuestRange{{address}, {end}};
}

bool is_mapped(const AddressSpace& space, GuestRange range) {
  for (GuestAddress at = range.begin; at < range.end;) {
    const Region* const region = space.find(at);
    if (region == nullptr) return false;
    at = region->range.end;
  }
  return true;
}

/// What of `range` is mapped, region by region.
template <class Visit>
void each_piece(const AddressSpace& space, GuestRange range, const Visit& visit) {
  for (const Region& region : space.regions(range))
    visit(region, GuestRange{std::max(region.range.begin, range.begin),
                             std::min(region.range.end, range.end)});
}

constexpr int kHarmlessAdvice[] = {
    MADV_NORMAL,   MADV_RANDOM,     MADV_SEQUENTIAL,    MADV_WILLNEED,
    MADV_DONTFORK, MADV_DOFORK,     MADV_MERGEABLE,     MADV_UNMERGEABLE,
    MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_DONTDUMP,      MADV_DODUMP,
    MADV_COLD,     MADV_PAGEOUT,    MADV_POPULATE_READ, MADV_POPULATE_WRITE};
constexpr int kDontNeedLocked = 24;  // MADV_DONTNEED_LOCKED
// A new process of the guest is one of the host's.
constexpr int kHostAdvice[] = {MADV_DONTNEED, MADV_FREE, MADV_REMOVE, MADV_WIPEONFORK,
                               MADV_KEEPONFORK};

/// The offset says which of a file's mappings is meant.
std::int64_t map_own_file(Process& process, const CallArguments& args, const OwnFile& file) {
  const auto host_fd = file.mapping(args[5]);
  if (!host_fd) return -ENODEV;
  return map(process, {args[0], args[1], args[2], args[3], *host_fd, 0});
}

}  // namespace

std::int64_t sys_mmap(Process& process, const CallArguments& args) {
  if (!is_aligned(args[5])) return -EINVAL;
  const bool anonymous = (args[3] & MAP_ANONYMOUS) != 0;
  const int host_fd = anonymous ? -1 : process.host_fd(args[4]);
  if (!anonymous && host_fd < 0) return -EBADF;
  if (const Descriptor* const file = process.descriptors.find(static_cast<int>(args[4]));
      !anonymous && file->own_file != nullptr)
    return map_own_file(process, args, *file->own_file);
  // There are no huge pages in the modelled machine's pool.
  if ((args[3] & MAP_HUGETLB) != 0) return anonymous ? -ENOMEM : -EINVAL;
  return map(process, {args[0], args[1], args[2], args[3], host_fd, args[5]});
}

std::int64_t sys_munmap(Process& process, const CallArguments& args) {
  const auto range = pages(args[0], args[1]);
  if (!range || range->empty() || range->end.value > layout_of(process).task_size) return -EINVAL;
  const GuestRange limits = layout_of(process).limits();
  const GuestRange ours{std::max(range->begin, limits.begin), std::min(range->end, limits.end)};
  return ours.begin < ours.end ? process.user.space().unmap(ours) : 0;
}

std::int64_t sys_mprotect(Process& process, const CallArguments& args) {
  constexpr std::uint64_t kSemaphore = 8;  // PROT_SEM
  constexpr std::uint64_t kGrows = PROT_GROWSDOWN | PROT_GROWSUP;
  if ((args[2] & kGrows) == kGrows || !is_aligned(args[0])) return -EINVAL;
  if (args[1] == 0) return 0;
  const auto range = pages(args[0], args[1]);
  if (!range) return -ENOMEM;
  if ((args[2] & ~(kGrows | PROT_READ | PROT_WRITE | PROT_EXEC | kSemaphore)) != 0) return -EINVAL;
  return process.user.space().protect(*range, permissions_of(process, args[2]));
}

std::int64_t sys_mremap(Process& process, const CallArguments& args) {
  constexpr std::uint64_t kKnown = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
  const std::uint64_t flags = args[3];
  if ((flags & ~kKnown) != 0 || !is_aligned(args[0]) || args[2] == 0) return -EINVAL;
  if ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) != 0 && (flags & MREMAP_MAYMOVE) == 0)
    return -EINVAL;
  const auto from = pages(args[0], args[1]);
  if (!from) return -EINVAL;
  const std::uint64_t size = page_up(args[2]);
  if (size > layout_of(process).task_size) return -ENOMEM;
  if ((flags & MREMAP_DONTUNMAP) != 0) return move_and_keep(process, *from, size, flags, args[4]);
  if (from->empty()) return -EINVAL;  // a second mapping of shared pages
  AddressSpace& space = process.user.space();
  if ((flags & MREMAP_FIXED) != 0) return move_fixed(process, *from, {args[4]}, size);
  if (space.find(from->begin) == nullptr) return -EFAULT;
  if (size > from->size()) return grow(process, *from, size, flags);
  if (size < from->size()) space.unmap({from->begin + size, from->end});
  return static_cast<std::int64_t>(args[0]);
}

std::int64_t sys_brk(Process& process, const CallArguments& args) {
  const GuestAddress wanted{args[0]}, start = process.image.brk_start;
  const auto unchanged = static_cast<std::int64_t>(process.brk_end.value);
  if (wanted < start || wanted.value > layout_of(process).task_size) return unchanged;
  AddressSpace& space = process.user.space();
  const GuestAddress old_end{page_up(process.brk_end.value)}, new_end{page_up(wanted.value)};
  if (new_end > old_end) {
    const GuestRange added{old_end, new_end};
    if (!is_free(process, added) || exceeds_limit(process, added.size()) ||
        exceeds_data_limit(process, added.size()))
      return unchanged;
    const Permissions permissions = permissions_of(process, PROT_READ | PROT_WRITE);
    if (space.map({.range = added, .permissions = permissions, .name = "[heap]"}) != 0)
      return unchanged;
  } else if (new_end < old_end && space.unmap({new_end, old_end}) != 0) {
    return unchanged;
  }
  process.brk_end = wanted;
  return static_cast<std::int64_t>(wanted.value);
}

std::int64_t sys_madvise(Process& process, const CallArguments& args) {
  auto advice = static_cast<int>(args[2]);
  if (advice == kDontNeedLocked) advice = MADV_DONTNEED;
  const bool passed = std::ranges::find(kHostAdvice, advice) != std::end(kHostAdvice);
  if (!passed && std::ranges::find(kHarmlessAdvice, advice) == std::end(kHarmlessAdvice))
    return -EINVAL;
  const auto range = pages(args[0], args[1]);
  if (!range) return -EINVAL;
  const AddressSpace& space = process.user.space();
  std::int64_t result = is_mapped(space, *range) ? 0 : -ENOMEM;
  if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE)
    each_piece(space, *range, [&](const Region& region, GuestRange) {
      const Permissions& its = region.permissions;
      if (result == 0 && !(advice == MADV_POPULATE_READ ? its.read : its.write)) result = -EINVAL;
    });
  if (!passed) return result;
  each_piece(space, *range, [&](const Region&, GuestRange piece) {
    if (::madvise(AddressSpace::host(piece.begin), piece.size(), advice) != 0) result = -errno;
  });
  return result;
}

std::int64_t sys_msync(Process& process, const CallArguments& args) {
  constexpr std::uint64_t kKnown = MS_ASYNC | MS_INVALIDATE | MS_SYNC;
  const bool both = (args[2] & MS_ASYNC) != 0 && (args[2] & MS_SYNC) != 0;
  if ((args[2] & ~kKnown) != 0 || both || !is_aligned(args[0])) return -EINVAL;
  const auto range = pages(args[0], args[1]);
  if (!range) return -ENOMEM;
  const AddressSpace& space = process.user.space();
  std::int64_t result = is_mapped(space, *range) ? 0 : -ENOMEM;
  each_piece(space, *range, [&](const Region&, GuestRange piece) {
    if (::msync(AddressSpace::host(piece.begin), piece.size(), static_cast<int>(args[2])) != 0)
      result = -errno;
  });
  return result;
}

std::int64_t sys_mincore(Process& process, const CallArguments& args) {
  if (!is_aligned(args[0])) return -EINVAL;
  const auto range = pages(args[0], args[1]);
  if (!range || !is_mapped(process.user.space(), *range)) return -ENOMEM;
  const std::uint64_t count = range->size() / kPageSize;
  if (process.user.writable_prefix(args[2], count) < count) return -EFAULT;
  // Nothing is ever swapped out in the modelled machine.
  std::memset(AddressSpace::host({args[2]}), 1, count);
  process.user.count_out(count);
  return 0;
}

/// mlock(2) and munlock(2): nothing is ever swapped out.
std::int64_t sys_mlock(Process& process, const CallArguments& args) {
  const std::uint64_t begin = page_down(args[0]);
  const auto range = pages(begin, args[1] + (args[0] - begin));
  if (!range) return -EINVAL;
  const bool locks = process.row->amd64 != SYS_munlock;
  if (locks)
    if (const std::int64_t error = check_lock_limit(process, range->size()); error != 0)
      return error;
  return is_mapped(process.user.space(), *range) ? 0 : -ENOMEM;
}

std::int64_t sys_mlock2(Process& process, const CallArguments& args) {
  constexpr std::uint64_t kOnFault = 1;  // MLOCK_ONFAULT
  return (args[2] & ~kOnFault) != 0 ? -EINVAL : sys_mlock(process, args);
}

std::int64_t sys_mlockall(Process& process, const CallArguments& args) {
  constexpr std::uint64_t kKnown = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
  if (args[0] == 0 || (args[0] & ~kKnown) != 0 || args[0] == MCL_ONFAULT) return -EINVAL;
  const bool locks_now = (args[0] & MCL_CURRENT) != 0;
  return check_lock_limit(process, locks_now ? process.user.space().mapped_bytes() : 0);
}

/// A processor without protection keys of its own for the guest.
std::int64_t sys_pkey_alloc(Process&, const CallArguments& args) {
  constexpr std::uint64_t kRights = PKEY_DISABLE_ACCESS | PKEY_DISABLE_WRITE;
  return args[0] != 0 || (args[1] & ~kRights) != 0 ? -EINVAL : -ENOSPC;
}

std::int64_t sys_pkey_mprotect(Process& process, const CallArguments& args) {
  return static_cast<std::int32_t>(args[3]) == -1 ? sys_mprotect(process, args) : -EINVAL;
}

std::int64_t sys_munlockall(Process&, const CallArguments&) {
  return 0;
}

}  // namespace ringfare
