// SPDX-License-Identifier: MIT
#include "emu/linux/state/named_pipe.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "emu/linux/abi/own_descriptors.hpp"
#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

bool waits_for_other_end(int directory, const char* path, std::uint64_t flags) {
  if (path == nullptr || path == UserMemory::nowhere()) return false;
  if ((flags & (O_NONBLOCK | O_PATH | O_DIRECTORY)) != 0) return false;
  if ((flags & O_ACCMODE) != O_RDONLY && (flags & O_ACCMODE) != O_WRONLY) return false;
  struct stat status {};
  const int follow = (flags & O_NOFOLLOW) != 0 ? AT_SYMLINK_NOFOLLOW : 0;
  return ::fstatat(directory, path, &status, follow) == 0 && S_ISFIFO(status.st_mode);
}

std::int64_t open_at_once(int directory, const char* path, std::uint64_t flags) {
  return host_call(SYS_openat, directory, path, flags | O_NONBLOCK | O_CLOEXEC, 0);
}

/// Whether the open of a reading end may succeed: there is something to read, a writer has come and
/// gone, or one is there. (Only with a writer a read of the empty FIFO answers EAGAIN.)
bool has_writer(int fd) {
  pollfd file{fd, POLLIN, 0};
  if (::poll(&file, 1, 0) > 0) return true;
  char byte = 0;
  return ::read(fd, &byte, 1) < 0 && errno == EAGAIN;
}

std::int64_t installed(Process& process, std::int64_t fd, std::uint64_t flags) {
  const int host = static_cast<int>(fd);
  ::fcntl(host, F_SETFL, ::fcntl(host, F_GETFL) & ~O_NONBLOCK);
  return process.install(fd, flags);
}

/// Opens the reading end already while the thread waits: a writer waits until one is open.
std::int64_t open_reader(Process& process, int directory, const char* path, std::uint64_t flags) {
  HeldFile& end = process.task->opening;
  if (!end.open()) {
    const std::int64_t opened = open_at_once(directory, path, flags);
    if (opened < 0) return opened;
    const HeldFile first(static_cast<int>(opened));
    const std::int64_t hidden = host_call(SYS_fcntl, opened, F_DUPFD_CLOEXEC, kLowestOwnDescriptor);
    if (hidden < 0) return hidden;
    end = HeldFile(static_cast<int>(hidden));
    process.files_changed();
  }
  if (has_writer(end.fd())) return installed(process, end.release(), flags);
  return process.block({.what = fmt::format("somebody who opens {} for writing", path),
                        .files = {pollfd{end.fd(), POLLIN, 0}},
                        .lock = true,
                        .outside = true});
}

}  // namespace

std::optional<std::int64_t> open_named_pipe(Process& process, int directory, const char* path,
                                            std::uint64_t flags) {
  if (!process.shares() || !waits_for_other_end(directory, path, flags)) return std::nullopt;
  if ((flags & O_ACCMODE) == O_RDONLY) return open_reader(process, directory, path, flags);
  const std::int64_t opened = open_at_once(directory, path, flags);
  if (opened == -ENXIO)
    return process.block(
        {.what = fmt::format("somebody who opens {} for reading", path), .lock = true});
  return opened < 0 ? opened : installed(process, opened, flags);
}

}  // namespace ringfare
