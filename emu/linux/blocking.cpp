// SPDX-License-Identifier: MIT
#include "emu/linux/blocking.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>

#include "emu/linux/state/host_call.hpp"
#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr unsigned kNoFlags = 6;

/// A call that waits for a file: for what, and which argument names it.
struct WaitingCall {
  std::string_view name;
  short events;
  unsigned fd = 0;
  unsigned flags = kNoFlags;  // the argument in which MSG_DONTWAIT may be
};

constexpr WaitingCall kWaitingCalls[] = {
    {"read", POLLIN},
    {"readv", POLLIN},
    {"preadv2", POLLIN},
    {"recvfrom", POLLIN, 0, 3},
    {"recv", POLLIN, 0, 3},
    {"recvmsg", POLLIN, 0, 2},
    {"recvmmsg", POLLIN, 0, 3},
    {"accept", POLLIN},
    {"accept4", POLLIN},
    {"tee", POLLIN},
    {"write", POLLOUT},
    {"writev", POLLOUT},
    {"pwritev2", POLLOUT},
    {"sendto", POLLOUT, 0, 3},
    {"send", POLLOUT, 0, 3},
    {"sendmsg", POLLOUT, 0, 2},
    {"sendmmsg", POLLOUT, 0, 3},
    {"sendfile", POLLOUT},
    {"vmsplice", POLLOUT},
    {"splice", POLLIN},
    {"splice", POLLOUT, 2},
};

/// Whether the host says so at once.
bool is_ready(int host_fd, short events) {
  pollfd file{host_fd, events, 0};
  const timespec at_once{};
  return host_call(SYS_ppoll, &file, 1, &at_once, nullptr, 8) != 0;
}

bool refuses_to_wait(int host_fd) {
  return (fcntl(host_fd, F_GETFL) & O_NONBLOCK) != 0;
}

/// The call has found nothing to do after a signal has ended its wait.
bool was_interrupted(const Process& process) {
  const std::optional<Wait>& wait = process.task->wait;
  return wait && wait->end == Wait::End::Interrupted;
}

/// What is there when a signal comes goes before it.
std::int64_t block_on(Process& process, const WaitingCall& call, int guest_fd, int host_fd) {
  if (was_interrupted(process)) {
    const auto moved = static_cast<std::int64_t>(process.task->moved);
    return moved != 0 ? moved : -restart::kIfAsked;
  }
  const Descriptor* const descriptor = process.descriptors.find(guest_fd);
  return process.block({.what = fmt::format("descriptor {} to become {}", guest_fd,
                                            call.events == POLLIN ? "readable" : "writable"),
                        .files = {pollfd{host_fd, call.events, 0}},
                        .outside = descriptor != nullptr && !descriptor->own,
                        .interrupted = std::nullopt});
}

/// The file does not wait while this lives.
class WithoutWaiting {
 public:
  explicit WithoutWaiting(int fd) : fd_(fd), flags_(fcntl(fd, F_GETFL)) {
    fcntl(fd_, F_SETFL, flags_ | O_NONBLOCK);
  }
  ~WithoutWaiting() { fcntl(fd_, F_SETFL, flags_); }
  WithoutWaiting(const WithoutWaiting&) = delete;
  WithoutWaiting& operator=(const WithoutWaiting&) = delete;

 private:
  int fd_, flags_;
};

/// A call that writes what there is room for; write(2) goes on later with the rest.
std::int64_t write_some(Process& process, CallHandler handler, const CallArguments& args,
                        const WaitingCall& call, int host_fd) {
  const int guest_fd = static_cast<int>(args[call.fd]);
  CallArguments rest = args;
  const bool in_parts = process.row->name == "write";
  std::uint64_t& moved = process.task->moved;
  if (in_parts) {
    rest[1] += moved;
    rest[2] -= moved;
  }
  std::int64_t result = 0;
  {
    const WithoutWaiting guard(host_fd);
    result = handler(process, rest);
  }
  if (result == -EAGAIN) return block_on(process, call, guest_fd, host_fd);
  if (!in_parts) return result;
  if (result < 0) return moved != 0 ? static_cast<std::int64_t>(moved) : result;
  moved += static_cast<std::uint64_t>(result);
  process.files_changed();
  if (moved < args[2] && result != 0) return block_on(process, call, guest_fd, host_fd);
  return static_cast<std::int64_t>(moved);
}

/// Locks are tried; who has to wait tries again when something has happened to a file.
std::int64_t lock(Process& process, CallHandler handler, const CallArguments& args) {
  CallArguments tried = args;
  if (process.row->name == "flock") {
    tried[1] |= LOCK_NB;
    if (tried[1] == args[1]) return handler(process, args);
  } else if (args[1] == F_SETLKW) {
    tried[1] = F_SETLK;
  } else if (args[1] == F_OFD_SETLKW) {
    tried[1] = F_OFD_SETLK;
  } else {
    return handler(process, args);
  }
  const std::int64_t result = handler(process, tried);
  if (result != -EAGAIN && result != -EACCES) return result;
  if (was_interrupted(process)) return -restart::kIfAsked;
  return process.block({.what = "a lock on a file", .lock = true, .interrupted = std::nullopt});
}

std::int64_t wait_or_serve(Process& process, CallHandler handler, const CallArguments& args) {
  const std::string_view name = process.row->name;
  if (name == "flock" || name == "fcntl" || name == "fcntl64") return lock(process, handler, args);
  for (const WaitingCall& call : kWaitingCalls) {
    if (call.name != name) continue;
    const int host_fd = process.host_fd(args[call.fd]);
    if (host_fd < 0 || refuses_to_wait(host_fd)) continue;
    if (call.flags != kNoFlags && (args[call.flags] & MSG_DONTWAIT) != 0) continue;
    if (!is_ready(host_fd, call.events))
      return block_on(process, call, static_cast<int>(args[call.fd]), host_fd);
    const std::string_view kind = process.descriptors.kind(static_cast<int>(args[call.fd]));
    if (call.events == POLLOUT && (kind == "pipe" || kind == "socket") && name != "splice")
      return write_some(process, handler, args, call, host_fd);
  }
  return handler(process, args);
}

}  // namespace

std::int64_t serve_shared(Process& process, CallHandler handler, const CallArguments& args) {
  const std::int64_t result = wait_or_serve(process, handler, args);
  const bool touches_files = process.row->groups.contains(CallGroup::Descriptor) ||
                             process.row->groups.contains(CallGroup::Network);
  if (result >= 0 && touches_files) process.files_changed();
  return result;
}

}  // namespace ringfare
