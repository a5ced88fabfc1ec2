// SPDX-License-Identifier: MIT
// pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2), process_madvise(2), process_mrelease(2).
#include "emu/linux/syscalls/processes/process_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <memory>

#include "emu/linux/host/held_file.hpp"
#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/named_threads.hpp"
#include "emu/linux/syscalls/processes/signal_sending.hpp"

namespace ringfare {
namespace {

bool is_over(const ProcessEntry* entry) {
  return entry == nullptr || entry->state == ProcessEntry::State::Zombie;
}

/// The process a descriptor names: 0 or -errno.
std::int64_t find_named(Process& process, std::uint64_t fd, ProcessEntry*& entry) {
  const ProcessFile* const file = find_process_file(process, fd);
  if (file == nullptr) return -EBADF;
  entry = process.tree.find(file->pid());
  return entry == nullptr ? -ESRCH : 0;
}

/// A copy of another process's host descriptor, in this one.
std::int64_t fetch(Process& process, ProcessEntry& owner, std::uint64_t fd) {
  const auto request = std::make_unique<ProcessRequest>();
  request->kind = ProcessRequest::Kind::HostDescriptor;
  request->address = fd;
  if (!process.tree.ask(owner, *request)) return -ESRCH;
  if (request->result < 0) return request->result;
  const std::int64_t opened = host_call(SYS_pidfd_open, request->host_pid, 0);
  if (opened < 0) return opened;
  const HeldFile host(static_cast<int>(opened));
  return host_call(SYS_pidfd_getfd, host.fd(), request->result, 0);
}

}  // namespace

void ProcessFile::refresh(Process& process) {
  ready_.set(is_over(process.tree.find(pid_)));
}

std::int64_t ProcessFile::read(Process&, std::uint64_t, std::uint64_t) {
  return -EINVAL;
}

/// The lines of /proc/PID/fdinfo/N.
std::string ProcessFile::note(Process& process) const {
  const std::int32_t shown = process.tree.find(pid_) == nullptr ? -1 : pid_;
  return fmt::format("Pid:\t{}\nNSpid:\t{}\n", shown, shown);
}

const ProcessFile* find_process_file(Process& process, std::uint64_t fd) {
  const Descriptor* const descriptor = process.descriptors.find(static_cast<int>(fd));
  if (descriptor == nullptr) return nullptr;
  return dynamic_cast<const ProcessFile*>(descriptor->own_file.get());
}

std::int64_t install_process_file(Process& process, std::int32_t pid, bool waits) {
  const std::int64_t eventfd = new_eventfd();
  if (eventfd < 0) return eventfd;
  const std::uint64_t flags =
      static_cast<unsigned>(O_CLOEXEC) | (waits ? 0u : static_cast<unsigned>(O_NONBLOCK));
  return install_own_file(process, eventfd,
                          std::make_shared<ProcessFile>(static_cast<int>(eventfd), pid),
                          {.flags = flags, .path = "anon_inode:[pidfd]"});
}

std::int64_t sys_pidfd_open(Process& process, const CallArguments& args) {
  const auto pid = static_cast<std::int32_t>(args[0]);
  const auto flags = static_cast<std::uint32_t>(args[1]);
  if ((flags & ~static_cast<unsigned>(O_NONBLOCK)) != 0 || pid <= 0) return -EINVAL;
  if (process.tree.find(pid) != nullptr)
    return install_process_file(process, pid, (flags & O_NONBLOCK) == 0);
  return process.tree.has_thread(pid) ? -EINVAL : -ESRCH;
}

std::int64_t sys_pidfd_send_signal(Process& process, const CallArguments& args) {
  if (static_cast<std::uint32_t>(args[3]) != 0) return -EINVAL;
  const ProcessFile* const file = find_process_file(process, args[0]);
  if (file == nullptr) return -EBADF;
  const auto signal = static_cast<std::int32_t>(args[1]);
  SignalInfo info = user_signal(process, signal, SI_USER);
  if (args[2] != 0) {
    const auto given = process.user.load<SignalInfo>(args[2]);
    if (!given) return -EFAULT;
    if (given->signal != signal) return -EINVAL;
    if (file->pid() != process.pid() && pretends(*given)) return -EPERM;
    info = *given;
  }
  if (!is_signal(args[1])) return -EINVAL;
  ProcessEntry* const entry = process.tree.find(file->pid());
  return entry == nullptr ? -ESRCH : send_to_process(process, *entry, info);
}

std::int64_t sys_pidfd_getfd(Process& process, const CallArguments& args) {
  if (static_cast<std::uint32_t>(args[2]) != 0) return -EINVAL;
  ProcessEntry* entry = nullptr;
  if (const std::int64_t error = find_named(process, args[0], entry); error != 0) return error;
  if (is_over(entry)) return -ESRCH;
  if (!may_change(process, *entry)) return -EPERM;
  if (entry != &process.tree.self())
    return process.install(fetch(process, *entry, args[1]), O_CLOEXEC);
  const Descriptor* const own = process.descriptors.find(static_cast<int>(args[1]));
  if (own == nullptr) return -EBADF;
  Descriptor copy = *own;
  copy.close_on_exec = true;
  copy.host_fd = fcntl(own->host_fd, F_DUPFD_CLOEXEC, 0);
  return copy.host_fd < 0 ? -errno : process.descriptors.install(copy);
}

std::int64_t sys_process_madvise(Process& process, const CallArguments& args) {
  constexpr int kOffered[] = {MADV_COLD, MADV_PAGEOUT, MADV_WILLNEED};
  constexpr std::uint32_t kMostRanges = 1024;               // UIO_MAXIOV
  const auto ranges = static_cast<std::uint32_t>(args[2]);  // as import_iovec takes it
  if (static_cast<std::uint32_t>(args[4]) != 0 || ranges > kMostRanges) return -EINVAL;
  std::int64_t total = 0;
  for (std::uint64_t i = 0; i < ranges; ++i) {
    const auto range = process.user.load<iovec>(args[1] + i * sizeof(iovec));
    if (!range) return -EFAULT;
    total += static_cast<std::int64_t>(range->iov_len);
  }
  ProcessEntry* entry = nullptr;
  if (const std::int64_t error = find_named(process, args[0], entry); error != 0) return error;
  if (std::ranges::find(kOffered, static_cast<int>(args[3])) == std::end(kOffered)) return -EINVAL;
  if (!may_change(process, *entry)) return -EPERM;
  return is_over(entry) ? -ESRCH : total;  // nothing is ever swapped out
}

/// Its memory goes with the process at once: nothing is left to be released.
std::int64_t sys_process_mrelease(Process& process, const CallArguments& args) {
  if (static_cast<std::uint32_t>(args[1]) != 0) return -EINVAL;
  ProcessEntry* entry = nullptr;
  if (const std::int64_t error = find_named(process, args[0], entry); error != 0) return error;
  return is_over(entry) ? -ESRCH : -EINVAL;
}

}  // namespace ringfare
