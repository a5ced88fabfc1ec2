// SPDX-License-Identifier: MIT
#include "emu/linux/state/descriptors.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace ringfare {
namespace {

constexpr int kStandardStreams = 3;
constexpr std::uint64_t kInitialLimit = 1024;

std::string_view kind_of(int host_fd) {
  struct stat status;
  if (fstat(host_fd, &status) != 0) return "";
  // Documentation/admin-guide/devices.txt: 1:3 is /dev/null.
  if (S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3)) return "null";
  if (S_ISCHR(status.st_mode) && isatty(host_fd)) return "terminal";
  if (S_ISREG(status.st_mode)) return "regular";
  if (S_ISFIFO(status.st_mode)) return "pipe";
  if (S_ISDIR(status.st_mode)) return "directory";
  if (S_ISSOCK(status.st_mode)) return "socket";
  return "device";
}

}  // namespace

DescriptorTable::DescriptorTable(const std::vector<int>& inherited) : limit_(kInitialLimit) {
  for (int fd = 0; fd < kStandardStreams; ++fd) {
    slots_.emplace_back();
    if (fcntl(fd, F_GETFD) >= 0) slots_.back() = Descriptor{.host_fd = fd};
  }
  for (const int fd : inherited) {
    const auto place = static_cast<std::size_t>(fd);
    if (place >= slots_.size()) slots_.resize(place + 1);
    slots_[place] = Descriptor{.host_fd = fd};
  }
}

DescriptorTable::~DescriptorTable() {
  for (const auto& slot : slots_)
    if (slot) close_host(slot->host_fd);
}

Descriptor* DescriptorTable::find(int guest_fd) {
  if (guest_fd < 0 || guest_fd >= end()) return nullptr;
  auto& slot = slots_[static_cast<std::size_t>(guest_fd)];
  return slot ? &*slot : nullptr;
}

int DescriptorTable::host(int guest_fd) {
  const Descriptor* const descriptor = find(guest_fd);
  return descriptor == nullptr ? -1 : descriptor->host_fd;
}

std::string_view DescriptorTable::kind(int guest_fd) {
  Descriptor* const descriptor = find(guest_fd);
  if (descriptor == nullptr) return "";
  if (descriptor->kind.empty()) descriptor->kind = kind_of(descriptor->host_fd);
  return descriptor->kind;
}

std::optional<int> DescriptorTable::lowest_free(int lowest) const {
  int fd = lowest;
  while (fd < end() && slots_[static_cast<std::size_t>(fd)]) ++fd;
  if (static_cast<std::uint64_t>(fd) >= limit_) return std::nullopt;
  return fd;
}

int DescriptorTable::install(const Descriptor& descriptor, int lowest) {
  const std::optional<int> fd = lowest_free(lowest);
  if (!fd) {
    close_host(descriptor.host_fd);
    return -EMFILE;
  }
  return install_at(descriptor, *fd);
}

int DescriptorTable::install_at(const Descriptor& descriptor, int guest_fd) {
  if (guest_fd < 0 || static_cast<std::uint64_t>(guest_fd) >= limit_) {
    close_host(descriptor.host_fd);
    return -EBADF;
  }
  const auto index = static_cast<std::size_t>(guest_fd);
  if (index >= slots_.size()) slots_.resize(index + 1);
  if (slots_[index]) close_host(slots_[index]->host_fd);
  slots_[index] = descriptor;
  return guest_fd;
}

int DescriptorTable::close(int guest_fd) {
  if (find(guest_fd) == nullptr) return -EBADF;
  auto& slot = slots_[static_cast<std::size_t>(guest_fd)];
  const int host_fd = slot->host_fd;
  slot.reset();
  return close_host(host_fd);
}

int DescriptorTable::close_host(int host_fd) {
  if (host_fd < kStandardStreams) return 0;
  return ::close(host_fd) == 0 ? 0 : -errno;
}

}  // namespace ringfare
