// SPDX-License-Identifier: MIT
// Signals about files (fcntl(2), F_SETOWN): the host's kernel sends SIGIO and SIGURG to the
// emulator of the owner, which gives them to its guest.
#include "emu/linux/state/file_owner.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

FileOwner& owner(Descriptor& descriptor) {
  if (descriptor.owner == nullptr) descriptor.owner = std::make_shared<FileOwner>();
  return *descriptor.owner;
}

/// The process whose emulator gets the host's signal; null where there is none.
const ProcessEntry* receiver(Process& process, const FileOwner& who) {
  if (who.type == F_OWNER_PID) return process.tree.find(who.id);
  if (who.type == F_OWNER_TID)
    return process.find_task(who.id) != nullptr ? &process.tree.self() : process.tree.find(who.id);
  for (const ProcessEntry* const entry : process.tree.all())
    if (entry->group == who.id) return entry;
  return nullptr;
}

std::int64_t set(Process& process, Descriptor& descriptor, std::int32_t type, std::int32_t id) {
  const FileOwner wanted{.type = type, .id = id};
  std::int32_t host = 0;
  if (id != 0) {
    const ProcessEntry* const entry = receiver(process, wanted);
    if (entry == nullptr) return -ESRCH;
    host = entry->pid == process.pid() ? getpid() : entry->host_pid;
  }
  const std::int64_t result = host_call(SYS_fcntl, descriptor.host_fd, F_SETOWN, host);
  if (result < 0) return result;
  FileOwner& kept = owner(descriptor);
  kept.type = type;
  kept.id = id;
  return 0;
}

}  // namespace

std::int64_t set_owner(Process& process, Descriptor& descriptor, std::int32_t pid) {
  if (pid == INT32_MIN) return -EINVAL;
  if (pid < 0) return set(process, descriptor, F_OWNER_PGRP, -pid);
  return set(process, descriptor, F_OWNER_PID, pid);
}

std::int32_t owner_of(const Descriptor& descriptor) {
  if (descriptor.owner == nullptr) return 0;
  return descriptor.owner->type == F_OWNER_PGRP ? -descriptor.owner->id : descriptor.owner->id;
}

std::int64_t set_owner_ex(Process& process, Descriptor& descriptor, std::uint64_t address) {
  const auto wanted = process.user.load<f_owner_ex>(address);
  if (!wanted) return -EFAULT;
  const auto type = static_cast<std::int32_t>(wanted->type);
  if (type < F_OWNER_TID || type > F_OWNER_PGRP) return -EINVAL;
  return set(process, descriptor, type, wanted->pid);
}

std::int64_t owner_ex(Process& process, const Descriptor& descriptor, std::uint64_t address) {
  const FileOwner nobody;
  const FileOwner& who = descriptor.owner == nullptr ? nobody : *descriptor.owner;
  f_owner_ex answer{};
  answer.type = static_cast<decltype(answer.type)>(who.type);
  answer.pid = who.id;
  return process.user.store(address, answer) ? 0 : -EFAULT;
}

std::int64_t set_owner_at(Process& process, Descriptor& descriptor, std::uint64_t address) {
  const auto pid = process.user.load<std::int32_t>(address);
  return pid ? set_owner(process, descriptor, *pid) : -EFAULT;
}

std::int64_t owner_at(Process& process, const Descriptor& descriptor, std::uint64_t address) {
  return process.user.store(address, owner_of(descriptor)) ? 0 : -EFAULT;
}

std::int64_t set_async(Process& process, Descriptor& descriptor, std::uint64_t address) {
  const auto wanted = process.user.load<std::int32_t>(address);
  if (!wanted) return -EFAULT;
  const std::int32_t value = *wanted;
  return host_call(SYS_ioctl, descriptor.host_fd, FIOASYNC, &value);
}

std::int64_t set_owner_signal(Descriptor& descriptor, std::uint64_t signal) {
  if (static_cast<std::int32_t>(signal) < 0 || signal > SignalState::kCount) return -EINVAL;
  owner(descriptor).signal = static_cast<std::int32_t>(signal);
  return 0;
}

bool send_file_signals(Process& process) {
  bool sent = false;
  for (int fd = 0; fd < process.descriptors.end(); ++fd) {
    const Descriptor* const descriptor = process.descriptors.find(fd);
    if (descriptor == nullptr || descriptor->owner == nullptr || descriptor->owner->signal == 0)
      continue;
    pollfd file{descriptor->host_fd, POLLIN | POLLOUT | POLLPRI, 0};
    if (::poll(&file, 1, 0) <= 0 || file.revents == 0) continue;
    // fcntl(2): si_code is one of POLL_IN, POLL_OUT, ...; si_band as poll(2) has it.
    const bool input = (file.revents & POLLIN) != 0;
    process.send(make_signal(
        descriptor->owner->signal, input ? POLL_IN : POLL_OUT,
        SignalInfo::Poll{.band = input ? POLLIN | POLLRDNORM : POLLOUT | POLLWRNORM | POLLWRBAND,
                         .fd = fd}));
    sent = true;
  }
  return sent;
}

}  // namespace ringfare
