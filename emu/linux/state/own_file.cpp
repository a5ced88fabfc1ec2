// SPDX-License-Identifier: MIT
#include "emu/linux/state/own_file.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "emu/linux/host/held_file.hpp"
#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {

ReadyFlag::ReadyFlag(int descriptor) : descriptor_(fcntl(descriptor, F_DUPFD_CLOEXEC, 3)) {}

ReadyFlag::~ReadyFlag() {
  ::close(descriptor_);
}

void ReadyFlag::set(bool ready) {
  pollfd now{descriptor_, POLLIN, 0};
  const bool was = ::poll(&now, 1, 0) > 0;
  if (was && !ready) take();
  if (!was && ready) add(1);
}

void ReadyFlag::add(std::uint64_t times) {
  // A full counter stays as it is.
  [[maybe_unused]] const ssize_t told = ::write(descriptor_, &times, sizeof(times));
}

std::uint64_t ReadyFlag::take() {
  std::uint64_t times = 0;
  return ::read(descriptor_, &times, sizeof(times)) == sizeof(times) ? times : 0;
}

void OwnFiles::refresh(Process& process) {
  std::erase_if(files_, [](const auto& file) { return file.expired(); });
  for (const auto& file : files_)
    if (const auto live = file.lock()) live->refresh(process);
}

std::optional<std::chrono::nanoseconds> OwnFiles::next() const {
  std::optional<std::chrono::nanoseconds> earliest;
  for (const auto& file : files_) {
    const auto live = file.lock();
    if (!live) continue;
    if (const auto next = live->next()) earliest = std::min(earliest.value_or(*next), *next);
  }
  return earliest;
}

std::vector<pollfd> OwnFiles::watched() const {
  std::vector<pollfd> all;
  for (const auto& file : files_)
    if (const auto live = file.lock()) {
      const std::vector<pollfd> its = live->watched();
      all.insert(all.end(), its.begin(), its.end());
    }
  return all;
}

bool OwnFiles::work() const {
  return std::ranges::any_of(files_, [](const auto& file) {
    const auto live = file.lock();
    return live && live->works();
  });
}

/// Fails where the host has no room for what an own file needs beside it: a copy, and the two
/// files of a ring.
std::int64_t new_eventfd() {
  constexpr std::size_t kBeside = 3;
  const std::int64_t made = host_call(SYS_eventfd2, 0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (made < 0) return made;
  std::array<HeldFile, kBeside> room;
  for (HeldFile& each : room) {
    each = HeldFile(::fcntl(static_cast<int>(made), F_DUPFD_CLOEXEC, 3));
    if (!each.open()) return ::close(static_cast<int>(made)), -EMFILE;
  }
  return made;
}

std::int64_t install_own_file(Process& process, std::int64_t host_eventfd,
                              std::shared_ptr<OwnFile> file, const OwnFileFlags& how) {
  const std::int64_t fd = process.install(host_eventfd, how.flags & O_CLOEXEC);
  if (fd < 0) return fd;
  Descriptor& descriptor = *process.descriptors.find(static_cast<int>(fd));
  descriptor.own = true;
  descriptor.path = how.path;
  file->waits = (how.flags & O_NONBLOCK) == 0;
  process.own_files.add(file);
  descriptor.own_file = std::move(file);
  return fd;
}

}  // namespace ringfare
