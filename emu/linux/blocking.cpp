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
#include <csignal>
#include <optional>
#include <span>

#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/state/terminals.hpp"

namespace ringfare {
namespace {

/// MSG_DONTWAIT, in a call that has such flags.
bool forbids_waiting(const SyscallRow& row, const CallArguments& args) {
  for (std::size_t i = 0; i < row.args.size(); ++i)
    if (row.args[i].kind == ArgKind::MessageFlags) return (args[i] & MSG_DONTWAIT) != 0;
  return false;
}

/// Asks the host, without waiting.
bool is_ready(int host_fd, short events) {
  pollfd file{host_fd, events, 0};
  const timespec at_once{};
  return host_call(SYS_ppoll, &file, 1, &at_once, nullptr, 8) != 0;
}

bool refuses_to_wait(int host_fd) {
  return (fcntl(host_fd, F_GETFL) & O_NONBLOCK) != 0;
}

/// A signal has ended the wait of the present call.
bool was_interrupted(const Process& process) {
  const std::optional<Wait>& wait = process.task->wait;
  return wait && wait->end == Wait::End::Interrupted;
}

/// Waits for the file; after a signal the answer is what has been moved before, if anything.
std::int64_t block_on(Process& process, const WaitFor& wanted, int guest_fd, int host_fd) {
  if (was_interrupted(process)) {
    const auto moved = static_cast<std::int64_t>(process.task->moved);
    return moved != 0 ? moved : -restart::kIfAsked;
  }
  if (wanted.events == POLLIN)
    if (const std::int64_t stopped = stop_in_background(process, host_fd, SIGTTIN); stopped != 0)
      return stopped;
  const Descriptor* const descriptor = process.descriptors.find(guest_fd);
  return process.block({.what = fmt::format("descriptor {} to become {}", guest_fd,
                                            wanted.events == POLLIN ? "readable" : "writable"),
                        .files = {pollfd{host_fd, wanted.events, 0}},
                        .outside = descriptor != nullptr && !descriptor->own,
                        .interrupted = std::nullopt});
}

/// While this lives, calls on the file answer EAGAIN instead of waiting.
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
                        const WaitFor& wanted, int host_fd) {
  const int guest_fd = static_cast<int>(args[wanted.fd]);
  CallArguments rest = args;
  const bool in_parts = process.row->traits.in_parts;
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
  if (result == -EAGAIN) return block_on(process, wanted, guest_fd, host_fd);
  if (!in_parts) return result;
  if (result < 0) return moved != 0 ? static_cast<std::int64_t>(moved) : result;
  moved += static_cast<std::uint64_t>(result);
  process.files_changed();
  if (moved < args[2] && result != 0) return block_on(process, wanted, guest_fd, host_fd);
  return static_cast<std::int64_t>(moved);
}

/// The call with a lock that is tried, not waited for; nothing where it does not wait by itself.
std::optional<CallArguments> tried_lock(const SyscallRow& row, CallArguments args) {
  if (row.args[1].kind == ArgKind::FlockOperation) {
    if ((args[1] & LOCK_NB) != 0) return std::nullopt;
    args[1] |= LOCK_NB;
  } else if (args[1] == F_SETLKW) {
    args[1] = F_SETLK;
  } else if (args[1] == F_OFD_SETLKW) {
    args[1] = F_OFD_SETLK;
  } else {
    return std::nullopt;
  }
  return args;
}

/// Who has to wait for a lock tries again when something has happened to a file.
std::int64_t lock(Process& process, CallHandler handler, const CallArguments& args) {
  const auto tried = tried_lock(*process.row, args);
  if (!tried) return handler(process, args);
  const std::int64_t result = handler(process, *tried);
  if (result != -EAGAIN && result != -EACCES) return result;
  if (was_interrupted(process)) return -restart::kIfAsked;
  return process.block({.what = "a lock on a file", .lock = true, .interrupted = std::nullopt});
}

std::int64_t wait_or_serve(Process& process, CallHandler handler, const CallArguments& args) {
  const CallTraits& traits = process.row->traits;
  if (traits.locks) return lock(process, handler, args);
  if (traits.wait_count == 0 || forbids_waiting(*process.row, args)) return handler(process, args);
  for (const WaitFor& wanted : std::span(traits.waits).first(traits.wait_count)) {
    const int host_fd = process.host_fd(args[wanted.fd]);
    if (host_fd < 0 || refuses_to_wait(host_fd)) continue;
    if (!is_ready(host_fd, wanted.events))
      return block_on(process, wanted, static_cast<int>(args[wanted.fd]), host_fd);
    // What waits for two files (splice) finds both ready or moves nothing.
    const std::string_view kind = process.descriptors.kind(static_cast<int>(args[wanted.fd]));
    if (wanted.events == POLLOUT && (kind == "pipe" || kind == "socket") && traits.wait_count == 1)
      return write_some(process, handler, args, wanted, host_fd);
  }
  return handler(process, args);
}

}  // namespace

std::int64_t serve_shared(Process& process, CallHandler handler, const CallArguments& args) {
  const std::int64_t result = wait_or_serve(process, handler, args);
  const bool touches_files =
      process.row->traits.in(CallGroup::Descriptor) || process.row->traits.in(CallGroup::Network);
  if (result >= 0 && touches_files) process.files_changed();
  return result;
}

}  // namespace ringfare
