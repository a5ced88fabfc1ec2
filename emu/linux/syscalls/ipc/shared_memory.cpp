// SPDX-License-Identifier: MIT
// shmget(2), shmat(2), shmdt(2), shmctl(2).
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "emu/linux/state/ipc_objects.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/program/loader.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 40;

constexpr std::uint64_t kMostPages = ~std::uint64_t{0} - (1u << 24);  // SHMALL
constexpr int kMostSegments = 4096;                                   // SHMMNI

/// IPC_STAT, SHM_STAT.
shmid_ds status_of(const IpcSegment& segment, int id) {
  constexpr std::uint32_t kDestroyed = 01000;  // SHM_DEST
  shmid_ds status{};
  ipc_show(segment, id, status.shm_perm);
  if (segment.removed) status.shm_perm.mode |= kDestroyed;
  status.shm_segsz = segment.size;
  status.shm_atime = segment.attached_at;
  status.shm_dtime = segment.detached_at;
  status.shm_ctime = segment.changed;
  status.shm_cpid = segment.creator;
  status.shm_lpid = segment.last;
  status.shm_nattch = static_cast<shmatt_t>(segment.attached);
  return status;
}

/// IPC_INFO: what there may be.
std::int64_t limits_of(Process& process, const IpcObjects& objects, std::uint64_t address) {
  const struct shminfo limits {
    .shmmax = kMostPages, .shmmin = 1, .shmmni = kMostSegments, .shmseg = kMostSegments,
    .shmall = kMostPages
  };
  return process.user.store(address, limits) ? objects.segments.highest() : -EFAULT;
}

/// SHM_INFO: what there is.
std::int64_t use_of(Process& process, const IpcObjects& objects, std::uint64_t address) {
  struct shm_info use {};
  for (const auto& [id, segment] : objects.segments.objects) {
    ++use.used_ids;
    use.shm_tot += page_up(segment.size) / kPageSize;
  }
  use.shm_rss = use.shm_tot;
  return process.user.store(address, use) ? objects.segments.highest() : -EFAULT;
}

std::int64_t place(const Process& process, const AddressSpace& space, std::uint64_t address,
                   std::uint64_t size, std::uint64_t flags) {
  if (address == 0) {
    if ((flags & SHM_REMAP) != 0) return -EINVAL;
    const auto free =
        space.find_free(size, process.image.layout.mmap_area(), AddressSpace::Search::TopDown);
    return free ? static_cast<std::int64_t>(free->value) : -ENOMEM;
  }
  if (address % kPageSize != 0) {
    if ((flags & SHM_RND) == 0) return -EINVAL;
    address = page_down(address);
  }
  const GuestRange range{{address}, {address + size}};
  if (address == 0 || !AddressSpace::kDefaultLimits.contains(range)) return -EINVAL;
  const bool free = space.find_free(size, range, AddressSpace::Search::BottomUp).has_value();
  return free || (flags & SHM_REMAP) != 0 ? static_cast<std::int64_t>(address) : -EINVAL;
}

}  // namespace

std::int64_t sys_shmget(Process& process, const CallArguments& args) {
  const std::uint64_t size = args[1];
  IpcObjects& objects = ipc_of(process);
  return ipc_get(
      objects, objects.segments, args[0], args[2],
      [&](const IpcSegment& segment) { return size > segment.size ? -EINVAL : 0; },
      [&](IpcSegment& segment) -> std::int64_t {
        if (size == 0 || size > kMostBytes) return -EINVAL;
        if (objects.segments.objects.size() >= kMostSegments) return -ENOSPC;
        const std::uint64_t end = objects.end_of_file + page_up(size);
        if (ftruncate(objects.file(), static_cast<off_t>(end)) != 0) return -ENOMEM;
        segment.offset = std::exchange(objects.end_of_file, end);
        segment.size = size;
        segment.changed = ipc_now(process);
        segment.creator = process.pid();
        return 0;
      });
}

std::int64_t sys_shmat(Process& process, const CallArguments& args) {
  IpcObjects& objects = ipc_of(process);
  IpcSegment* const segment = objects.segments.find(args[0]);
  if (static_cast<std::int32_t>(args[0]) < 0 || segment == nullptr) return -EINVAL;
  const bool only_reads = (args[2] & SHM_RDONLY) != 0;
  const bool executes = (args[2] & SHM_EXEC) != 0;
  if (!ipc_may(*segment, (only_reads ? 4u : 6u) | (executes ? 1u : 0u))) return -EACCES;
  AddressSpace& space = process.user.space();
  const std::uint64_t size = page_up(segment->size);
  const std::int64_t address = place(process, space, args[1], size, args[2]);
  if (address < 0) return address;
  const GuestAddress begin{static_cast<std::uint64_t>(address)};
  const GuestRange range{begin, begin + size};
  const int error =
      space.map({.range = range,
                 .permissions = {.read = true, .write = !only_reads, .execute = executes},
                 .name = ""},
                {.host_fd = objects.file(), .offset = segment->offset, .shared = true});
  if (error != 0) return error;
  ++segment->attached;
  segment->attached_at = ipc_now(process);
  segment->last = process.pid();
  objects.attachments.push_back({range, static_cast<int>(args[0])});
  return address;
}

std::int64_t sys_shmdt(Process& process, const CallArguments& args) {
  IpcObjects& objects = ipc_of(process);
  const auto found = std::ranges::find_if(objects.attachments, [&](const auto& attachment) {
    return attachment.range.begin.value == args[0];
  });
  if (found == objects.attachments.end()) return -EINVAL;
  const IpcObjects::Attachment attachment = *found;
  objects.attachments.erase(found);
  process.user.space().unmap(attachment.range);
  IpcSegment* const segment = objects.segments.find(static_cast<std::uint64_t>(attachment.segment));
  if (segment == nullptr) return 0;
  --segment->attached;
  segment->detached_at = ipc_now(process);
  segment->last = process.pid();
  ipc_drop_if_unused(objects, attachment.segment);
  return 0;
}

std::int64_t sys_shmctl(Process& process, const CallArguments& args) {
  IpcObjects& objects = ipc_of(process);
  const auto command = static_cast<std::int32_t>(args[1]);
  if (static_cast<std::int32_t>(args[0]) < 0 || command < 0) return -EINVAL;
  if (command == IPC_INFO) return limits_of(process, objects, args[2]);
  if (command == SHM_INFO) return use_of(process, objects, args[2]);
  IpcSegment* const segment = objects.segments.find(args[0]);
  if (segment == nullptr) return -EINVAL;
  const int id = static_cast<int>(args[0]);
  switch (command) {
    case IPC_STAT:
    case SHM_STAT:
    case SHM_STAT_ANY:
      if (command != SHM_STAT_ANY && !ipc_may(*segment, 4)) return -EACCES;
      if (!process.user.store(args[2], status_of(*segment, id))) return -EFAULT;
      return command == IPC_STAT ? 0 : id;
    case IPC_RMID:
      if (!ipc_owns(*segment)) return -EPERM;
      segment->removed = true;
      segment->key = IPC_PRIVATE;
      ipc_drop_if_unused(objects, id);
      return 0;
    case IPC_SET: {
      const auto status = process.user.load<shmid_ds>(args[2]);
      if (!status) return -EFAULT;
      if (!ipc_owns(*segment)) return -EPERM;
      ipc_set(*segment, status->shm_perm);
      segment->changed = ipc_now(process);
      return 0;
    }
    case SHM_LOCK:
    case SHM_UNLOCK:
      return ipc_owns(*segment) ? 0 : -EPERM;
    default:
      return -EINVAL;
  }
}

}  // namespace ringfare
