// SPDX-License-Identifier: MIT
// kcmp(2): whether two processes share a thing.
#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <tuple>

#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/named_threads.hpp"

namespace ringfare {
namespace {

constexpr std::int64_t kEqual = 0, kLess = 1, kGreater = 2;

template <class T>
std::int64_t compare(const T& one, const T& other) {
  if (one == other) return kEqual;
  return one < other ? kLess : kGreater;
}

struct HostFile {
  std::int64_t pid = 0, fd = 0;
};

/// 0 or -errno.
std::int64_t find_host_file(Process& process, ProcessEntry& owner, std::uint64_t fd,
                            HostFile& found) {
  if (&owner == &process.tree.self()) {
    found = {getpid(), process.host_fd(fd)};
    return found.fd < 0 ? -EBADF : 0;
  }
  const auto request = std::make_unique<ProcessRequest>();
  request->kind = ProcessRequest::Kind::HostDescriptor;
  request->address = fd;
  if (owner.state == ProcessEntry::State::Zombie || !process.tree.ask(owner, *request))
    return -EBADF;
  if (request->result < 0) return request->result;
  found = {request->host_pid, request->result};
  return 0;
}

/// Which of two different files comes first follows their numbers: the host's order is one of
/// addresses.
std::int64_t compare_files(Process& process, ProcessEntry& one, std::uint64_t one_fd,
                           ProcessEntry& other, std::uint64_t other_fd) {
  HostFile first, second;
  if (const std::int64_t error = find_host_file(process, one, one_fd, first); error != 0)
    return error;
  if (const std::int64_t error = find_host_file(process, other, other_fd, second); error != 0)
    return error;
  const std::int64_t answer =
      host_call(SYS_kcmp, first.pid, second.pid, int{KCMP_FILE}, first.fd, second.fd);
  if (answer <= 0) return answer;
  return compare(std::tuple(one.pid, one_fd), std::tuple(other.pid, other_fd));
}

}  // namespace

std::int64_t sys_kcmp(Process& process, const CallArguments& args) {
  const auto find = [&](std::uint64_t pid) {
    return static_cast<std::int32_t>(pid) <= 0 ? nullptr : named_process(process, pid);
  };
  ProcessEntry* const one = find(args[0]);
  ProcessEntry* const other = find(args[1]);
  if (one == nullptr || other == nullptr) return -ESRCH;
  if (!may_change(process, *one) || !may_change(process, *other)) return -EPERM;
  switch (static_cast<std::int32_t>(args[2])) {
    case KCMP_FILE:
      return compare_files(process, *one, static_cast<std::uint32_t>(args[3]), *other,
                           static_cast<std::uint32_t>(args[4]));
    case KCMP_VM:
      return compare(one->things.memory, other->things.memory);
    case KCMP_FILES:
      return compare(one->things.files, other->things.files);
    case KCMP_FS:
      return compare(one->things.directory, other->things.directory);
    case KCMP_SIGHAND:
      return compare(one->things.handlers, other->things.handlers);
    case KCMP_IO:
      return compare(one->things.io, other->things.io);
    case KCMP_SYSVSEM:
      return compare(one->things.semaphores, other->things.semaphores);
    default:
      return -EINVAL;
  }
}

}  // namespace ringfare
