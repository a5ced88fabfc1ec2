// SPDX-License-Identifier: MIT
// socket(2) and its family: the host's network, without messages (sendmsg(2), recvmsg(2)).
#include <fcntl.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/pass_through.hpp"

namespace ringfare {
namespace {

constexpr std::size_t kMostBytes = 4096;

/// A buffer whose length the kernel reads and writes back: an address or an option. Either pointer
/// may be null where the call allows it.
class Answer {
 public:
  Answer(Process& process, std::uint64_t buffer, std::uint64_t length)
      : process_(process), buffer_(buffer), length_at_(length) {
    if (buffer == 0 && length == 0) return;
    const auto length_there = process.user.load<std::int32_t>(length);
    valid_ = length_there.has_value();
    room_ = valid_ ? *length_there : 0;
    length_ = static_cast<socklen_t>(std::clamp<std::int64_t>(room_, 0, kMostBytes));
  }

  void* bytes() { return buffer_ == 0 ? nullptr : bytes_.data(); }
  /// The length for the host's kernel; one that is bad stays bad, so that it says so itself.
  void* length() {
    if (length_at_ == 0) return nullptr;
    if (!valid_) return UserMemory::nowhere();
    if (room_ < 0) length_ = static_cast<socklen_t>(room_);
    return &length_;
  }

  /// Gives the guest what there is room for, and the whole length.
  std::int64_t deliver(std::int64_t result) {
    if (result < 0 || length_at_ == 0) return result;
    const auto size = std::min<std::size_t>({length_, static_cast<std::size_t>(room_), kMostBytes});
    if (buffer_ != 0 &&
        !process_.user.space().write({buffer_}, std::as_bytes(std::span(bytes_)).first(size)))
      return -EFAULT;
    process_.user.count_out(size);
    return process_.user.store(length_at_, length_) ? result : -EFAULT;
  }

 private:
  Process& process_;
  std::uint64_t buffer_, length_at_;
  bool valid_ = true;
  std::int32_t room_ = 0;
  socklen_t length_ = 0;
  std::array<std::byte, kMostBytes> bytes_{};
};

std::int64_t ask(Process& process, const CallArguments& args) {
  const int host = process.host_fd(args[0]);
  Answer answer(process, args[1], args[2]);
  if (host < 0) return -EBADF;
  return answer.deliver(host_call(process.row->amd64, host, answer.bytes(), answer.length()));
}

std::int64_t accept_with(Process& process, const CallArguments& args, std::uint64_t flags) {
  const int host = process.host_fd(args[0]);
  Answer answer(process, args[1], args[2]);
  if (host < 0) return -EBADF;
  const std::int64_t accepted =
      host_call(SYS_accept4, host, answer.bytes(), answer.length(), flags);
  if (accepted < 0) return accepted;
  if (const std::int64_t error = answer.deliver(0); error < 0) {
    ::close(static_cast<int>(accepted));
    return error;
  }
  return process.install(accepted, flags);
}

}  // namespace

/// Without a network only sockets of AF_UNIX are left.
std::int64_t sys_socket(Process& process, const CallArguments& args) {
  if (!process.options.network && static_cast<std::int32_t>(args[0]) != AF_UNIX)
    return -EAFNOSUPPORT;
  return pass_and_install(process, args);
}

std::int64_t sys_accept(Process& process, const CallArguments& args) {
  return accept_with(process, args, 0);
}

std::int64_t sys_accept4(Process& process, const CallArguments& args) {
  return accept_with(process, args, args[3]);
}

std::int64_t sys_getsockname(Process& process, const CallArguments& args) {
  return ask(process, args);
}

std::int64_t sys_bind(Process& process, const CallArguments& args) {
  sockaddr_nl address{};
  const int host = process.host_fd(args[0]);
  const bool is_netlink =
      host >= 0 && args[2] >= sizeof(address) &&
      process.user.space().read({args[1]}, std::as_writable_bytes(std::span(&address, 1))) &&
      address.nl_family == AF_NETLINK && address.nl_pid == 0;
  if (!is_netlink) return pass_to_host(process, args);
  // netlink(7): the kernel would choose a number by the host's process. The guest's own one, or as
  // Linux for further sockets of a process, negative ones.
  constexpr int kMostTries = 256;
  std::int64_t result = -EADDRINUSE;
  for (int i = 0; i < kMostTries && result == -EADDRINUSE; ++i) {
    address.nl_pid = static_cast<std::uint32_t>(i == 0 ? process.pid() : -4096 - i);
    result = host_call(SYS_bind, host, &address, sizeof(address));
  }
  if (result == 0) process.user.count_in(sizeof(address));
  return result;
}

std::int64_t sys_getpeername(Process& process, const CallArguments& args) {
  return ask(process, args);
}

std::int64_t sys_getsockopt(Process& process, const CallArguments& args) {
  const int host = process.host_fd(args[0]);
  Answer answer(process, args[3], args[4]);
  if (host < 0) return -EBADF;
  const std::int64_t result =
      host_call(SYS_getsockopt, host, args[1], args[2], answer.bytes(), answer.length());
  // unix(7): who made the other end; the host's number of it.
  if (result == 0 && args[1] == SOL_SOCKET && args[2] == SO_PEERCRED && answer.bytes() != nullptr) {
    ucred peer{};
    std::memcpy(&peer, answer.bytes(), sizeof(peer));
    peer.pid = process.guest_pid(peer.pid);
    std::memcpy(answer.bytes(), &peer, sizeof(peer));
  }
  return answer.deliver(result);
}

std::int64_t sys_sendto(Process& process, const CallArguments& args) {
  const std::int64_t result = pass_to_host(process, args);
  if (result == -EPIPE && (args[3] & MSG_NOSIGNAL) == 0)
    process.send_to_thread(user_signal(process, SIGPIPE, SI_USER));
  return result;
}

std::int64_t sys_recvfrom(Process& process, const CallArguments& args) {
  const int host = process.host_fd(args[0]);
  Answer sender(process, args[4], args[5]);
  if (host < 0) return -EBADF;
  const std::uint64_t there = process.user.writable_prefix(args[1], std::min(args[2], 1ul << 30));
  void* const buffer = there == 0 && args[2] != 0 ? UserMemory::unusable(args[1], args[2])
                                                  : AddressSpace::host({args[1]});
  const std::int64_t result = host_call(SYS_recvfrom, host, buffer, there == 0 ? args[2] : there,
                                        args[3], sender.bytes(), sender.length());
  if (result > 0) process.user.count_out(static_cast<std::uint64_t>(result));
  return sender.deliver(result);
}

std::int64_t sys_socketpair(Process& process, const CallArguments& args) {
  int host[2];
  constexpr std::uint32_t kTypeFlags = SOCK_NONBLOCK | SOCK_CLOEXEC, kTypeMask = 0xf;
  if ((static_cast<std::uint32_t>(args[1]) & ~(kTypeFlags | kTypeMask)) != 0) return -EINVAL;
  if (!process.user.space().writable({args[3]}, sizeof(host))) return -EFAULT;
  const std::int64_t made = host_call(SYS_socketpair, args[0], args[1], args[2], &host[0]);
  return made < 0 ? made : process.install_pair(host, args[1], args[3]);
}

}  // namespace ringfare
