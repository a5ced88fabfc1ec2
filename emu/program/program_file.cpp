// SPDX-License-Identifier: MIT
#include "emu/program/program_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cpu/base/failure.hpp"

namespace ringfare {

ProgramFile::ProgramFile(const std::string& path)
    : path_(path), fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
  const int opened = errno;
  if (fd_ < 0 && opened == ENOENT) fail("no such file; check the path");
  if (fd_ < 0 && opened == EACCES) fail("permission denied; make it readable");
  if (fd_ < 0) fail(fmt::format("cannot be opened: {}; check the path", std::strerror(opened)));
  try {
    measure();
  } catch (...) {
    close(fd_);
    throw;
  }
}

ProgramFile::~ProgramFile() {
  close(fd_);
}

bool ProgramFile::read(std::uint64_t offset, std::span<std::byte> to) const {
  if (offset > size_ || to.size() > size_ - offset) return false;
  while (!to.empty()) {
    const ssize_t got = pread(fd_, to.data(), to.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to = to.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return true;
}

void ProgramFile::fail(const std::string& what) const {
  throw UserError(fmt::format("{}: {}", path_, what));
}

void ProgramFile::measure() {
  struct stat status {};
  if (fstat(fd_, &status) != 0) fail(std::strerror(errno));
  if (S_ISDIR(status.st_mode)) fail("is a directory; name a program in it");
  if (!S_ISREG(status.st_mode)) fail("is not a regular file; name an executable file");
  size_ = static_cast<std::uint64_t>(status.st_size);
  if (size_ == 0) fail("is empty; build the program again");
}

}  // namespace ringfare
