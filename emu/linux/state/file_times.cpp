// SPDX-License-Identifier: MIT
#include "emu/linux/state/file_times.hpp"

#include <sys/mman.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cstddef>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kPlaces = 1u << 16;  // pages that are not written cost nothing
constexpr std::size_t kMostSteps = 64;

/// Not `to_duration`, which is for waiting: a file may be of any time.
nanoseconds time_of(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}
nanoseconds of_statx(const struct statx_timestamp& time) {
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}
struct statx_timestamp to_statx(nanoseconds time) {
  const timespec value = to_timespec(time);
  struct statx_timestamp to {};
  to.tv_sec = value.tv_sec;
  to.tv_nsec = static_cast<std::uint32_t>(value.tv_nsec);
  return to;
}

}  // namespace

struct FileTimes::Entry {
  bool used;
  std::uint32_t type;  // S_IFMT: a number is used again for another file
  std::uint64_t device, inode;
  Times times;
};

FileTimes::FileTimes() {
  void* const memory = mmap(nullptr, kPlaces * sizeof(Entry), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory != MAP_FAILED) entries_ = static_cast<Entry*>(memory);
}

FileTimes::~FileTimes() {
  if (entries_ != nullptr) munmap(entries_, kPlaces * sizeof(Entry));
}

/// Where the file's entry is, or could be; null where there is no room.
FileTimes::Entry* FileTimes::place(const struct stat& status) const {
  if (entries_ == nullptr) return nullptr;
  const std::uint64_t hash = (status.st_ino ^ status.st_dev << 32) * 0x9e37'79b9'7f4a'7c15;
  for (std::size_t step = 0; step < kMostSteps; ++step) {
    Entry& entry = entries_[((hash >> 40) + step) % kPlaces];
    if (!entry.used || (entry.device == status.st_dev && entry.inode == status.st_ino))
      return &entry;
  }
  return nullptr;
}

void FileTimes::record(const struct stat& status, const Times& times) {
  if (Entry* const entry = place(status))
    *entry = {true, status.st_mode & S_IFMT, status.st_dev, status.st_ino, times};
}

FileTimes::Times FileTimes::shown(const struct stat& status, nanoseconds start) const {
  const nanoseconds accessed = time_of(status.st_atim), modified = time_of(status.st_mtim),
                    changed = time_of(status.st_ctim);
  if (std::max({accessed, modified, changed}) <= start) return {accessed, modified, changed};
  const Entry* const entry = place(status);
  if (entry != nullptr && entry->used && entry->type == (status.st_mode & S_IFMT))
    return entry->times;
  return {std::min(accessed, start), std::min(modified, start), std::min(changed, start)};
}

void note_written(Process& process, int guest_fd) {
  Descriptor* const descriptor = process.descriptors.find(guest_fd);
  if (descriptor == nullptr || descriptor->dating == Descriptor::Dating::Never) return;
  descriptor->dating = Descriptor::Dating::Due;
  process.descriptors.some_due = true;
}

void date_written(Process& process) {
  if (!process.descriptors.some_due) return;
  process.descriptors.some_due = false;
  const nanoseconds now = process.clock.realtime();
  for (int fd = 0; fd < process.descriptors.end(); ++fd) {
    Descriptor* const descriptor = process.descriptors.find(fd);
    if (descriptor == nullptr || descriptor->dating != Descriptor::Dating::Due) continue;
    struct stat status {};
    const bool is_file = fstat(descriptor->host_fd, &status) == 0 && S_ISREG(status.st_mode);
    descriptor->dating = is_file ? Descriptor::Dating::Nothing : Descriptor::Dating::Never;
    if (is_file) process.file_times.record(status, {now, now, now});
  }
}

void show_guest_times(Process& process, std::uint64_t address) {
  date_written(process);
  struct stat status {};
  AddressSpace& memory = process.user.space();
  if (!memory.read({address}, std::as_writable_bytes(std::span(&status, 1)))) return;
  const auto times = process.file_times.shown(status, process.clock.epoch());
  status.st_atim = to_timespec(times.accessed);
  status.st_mtim = to_timespec(times.modified);
  status.st_ctim = to_timespec(times.changed);
  memory.write({address}, std::as_bytes(std::span(&status, 1)));
}

void show_guest_times_of_statx(Process& process, std::uint64_t address) {
  date_written(process);
  struct statx given {};
  AddressSpace& memory = process.user.space();
  if (!memory.read({address}, std::as_writable_bytes(std::span(&given, 1)))) return;
  struct stat status {};
  status.st_dev = makedev(given.stx_dev_major, given.stx_dev_minor);
  status.st_ino = given.stx_ino;
  status.st_mode = given.stx_mode;
  status.st_atim = to_timespec(of_statx(given.stx_atime));
  status.st_mtim = to_timespec(of_statx(given.stx_mtime));
  status.st_ctim = to_timespec(of_statx(given.stx_ctime));
  const nanoseconds start = process.clock.epoch();
  const auto times = process.file_times.shown(status, start);
  if ((given.stx_mask & STATX_ATIME) != 0) given.stx_atime = to_statx(times.accessed);
  if ((given.stx_mask & STATX_MTIME) != 0) given.stx_mtime = to_statx(times.modified);
  if ((given.stx_mask & STATX_CTIME) != 0) given.stx_ctime = to_statx(times.changed);
  if ((given.stx_mask & STATX_BTIME) != 0)
    given.stx_btime = to_statx(std::min({of_statx(given.stx_btime), start}));
  memory.write({address}, std::as_bytes(std::span(&given, 1)));
}

}  // namespace ringfare
