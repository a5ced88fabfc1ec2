// SPDX-License-Identifier: MIT
#include "emu/linux/state/running_programs.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "emu/linux/state/process.hpp"

namespace ringfare {

void note_program(Process& process) {
  struct stat status {};
  ProcessEntry& own = process.tree.self();
  const bool found = ::stat(process.image.path.c_str(), &status) == 0;
  own.program_device = found ? status.st_dev : 0;
  own.program_inode = found ? status.st_ino : 0;
}

bool is_running_program(Process& process, std::int64_t directory, const char* path,
                        std::uint64_t flags) {
  const bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0;
  if (!writes || (flags & O_PATH) != 0 || path == nullptr || path == UserMemory::nowhere())
    return false;
  struct stat status {};
  const int follow = (flags & O_NOFOLLOW) != 0 ? AT_SYMLINK_NOFOLLOW : 0;
  if (fstatat(static_cast<int>(directory), path, &status, follow) != 0) return false;
  if (!S_ISREG(status.st_mode) || (status.st_mode & 0111) == 0) return false;
  return std::ranges::any_of(process.tree.all(), [&](const ProcessEntry* entry) {
    return entry->state != ProcessEntry::State::Zombie && entry->program_inode == status.st_ino &&
           entry->program_device == status.st_dev;
  });
}

}  // namespace ringfare
