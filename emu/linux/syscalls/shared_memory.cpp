// SPDX-License-Identifier: MIT
// shmget(2), shmat(2), shmdt(2), shmctl(2).
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "emu/linux/state/ipc_objects.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/program/loader.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 40;

std::int64_t now(const Process& process) {
  return std::chrono::floor<std::chrono::seconds>(process.clock.realtime()).count();
}

/// Frees a segment that is removed and attached nowhere.
void drop_if_unused(IpcObjects& objects, int id) {
  const IpcSegment* const segment = objects.segments.find(static_cast<std::uint64_t>(id));
  if (segment == nullptr || !segment->removed || segment->attached != 0) return;
  ::close(segment->host_fd);
  objects.segments.objects.erase(id);
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
  return ipc_get(
      ipc_of(process).segments, args[0], args[2],
      [&](const IpcSegment& segment) { return size > segment.size ? -EINVAL : 0; },
      [&](IpcSegment& segment) -> std::int64_t {
        if (size == 0 || size > kMostBytes) return -EINVAL;
        segment.host_fd = memfd_create("segment", MFD_CLOEXEC);
        if (segment.host_fd < 0) return -errno;
        if (ftruncate(segment.host_fd, static_cast<off_t>(page_up(size))) != 0) {
          ::close(segment.host_fd);
          return -ENOMEM;
        }
        segment.size = size;
        segment.changed = now(process);
        return 0;
      });
}

std::int64_t sys_shmat(Process& process, const CallArguments& args) {
  IpcObjects& objects = ipc_of(process);
  IpcSegment* const segment = objects.segments.find(args[0]);
  if (static_cast<std::int32_t>(args[0]) < 0 || segment == nullptr) return -EINVAL;
  AddressSpace& space = process.user.space();
  const std::uint64_t size = page_up(segment->size);
  const std::int64_t address = place(process, space, args[1], size, args[2]);
  if (address < 0) return address;
  const GuestAddress begin{static_cast<std::uint64_t>(address)};
  const GuestRange range{begin, begin + size};
  const int error = space.map({.range = range,
                               .permissions = {.read = true,
                                               .write = (args[2] & SHM_RDONLY) == 0,
                                               .execute = (args[2] & SHM_EXEC) != 0},
                               .name = ""},
                              {.host_fd = segment->host_fd, .offset = 0, .shared = true});
  if (error != 0) return error;
  ++segment->attached;
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
  --objects.segments.find(static_cast<std::uint64_t>(attachment.segment))->attached;
  drop_if_unused(objects, attachment.segment);
  return 0;
}

std::int64_t sys_shmctl(Process& process, const CallArguments& args) {
  constexpr std::uint32_t kDestroyed = 01000;  // SHM_DEST
  IpcObjects& objects = ipc_of(process);
  const auto command = static_cast<std::int32_t>(args[1]);
  IpcSegment* const segment = objects.segments.find(args[0]);
  if (static_cast<std::int32_t>(args[0]) < 0 || segment == nullptr) return -EINVAL;
  switch (command) {
    case IPC_RMID:
      segment->removed = true;
      segment->key = IPC_PRIVATE;
      drop_if_unused(objects, static_cast<int>(args[0]));
      return 0;
    case IPC_STAT: {
      shmid_ds status{};
      status.shm_perm.__key = segment->key;
      status.shm_perm.uid = status.shm_perm.cuid = geteuid();
      status.shm_perm.gid = status.shm_perm.cgid = getegid();
      status.shm_perm.mode =
          static_cast<unsigned short>(segment->mode | (segment->removed ? kDestroyed : 0));
      status.shm_segsz = segment->size;
      status.shm_ctime = segment->changed;
      status.shm_cpid = process.pid();
      status.shm_nattch = static_cast<shmatt_t>(segment->attached);
      return process.user.store(args[2], status) ? 0 : -EFAULT;
    }
    case IPC_SET: {
      const auto status = process.user.load<shmid_ds>(args[2]);
      if (!status) return -EFAULT;
      segment->mode = status->shm_perm.mode & 0777;
      return 0;
    }
    case SHM_LOCK:
    case SHM_UNLOCK:
      return 0;
    default:
      return -EINVAL;
  }
}

}  // namespace ringfare
