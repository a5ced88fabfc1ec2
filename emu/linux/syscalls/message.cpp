// SPDX-License-Identifier: MIT
// sendmsg(2), recvmsg(2), sendmmsg(2), recvmmsg(2), and the descriptors they carry (unix(7)).
#include <fcntl.h>
#include <linux/limits.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

#include "emu/linux/abi/time_values.hpp"
#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/host_vector.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kMostBuffers = 1024;       // UIO_MAXIOV
constexpr std::uint64_t kMostControl = 64u << 10;  // more is net.core.optmem_max's business
constexpr std::uint64_t kMostMessages = 1024;      // sendmmsg(2): UIO_MAXIOV
constexpr std::uint64_t kLongestControl = INT32_MAX;

/// Control messages (cmsg(3)) with their guest's or host's numbers.
class ControlMessages {
 public:
  explicit ControlMessages(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}

  std::vector<std::byte>& bytes() { return bytes_; }

  /// Calls `visit(header, data)` for each complete message.
  template <class Visit>
  void each(const Visit& visit) {
    std::size_t at = 0;
    while (at + sizeof(cmsghdr) <= bytes_.size()) {
      auto* const header = reinterpret_cast<cmsghdr*>(bytes_.data() + at);
      const std::size_t length = header->cmsg_len;
      if (length < sizeof(cmsghdr) || length > bytes_.size() - at) return;
      visit(*header, std::span(bytes_).subspan(at + CMSG_LEN(0), length - CMSG_LEN(0)));
      if (CMSG_ALIGN(length) >= bytes_.size() - at) return;
      at += CMSG_ALIGN(length);
    }
  }

 private:
  std::vector<std::byte> bytes_;
};

template <class T>
std::span<T> as(std::span<std::byte> bytes) {
  return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
}

bool carries_descriptors(const cmsghdr& header) {
  return header.cmsg_level == SOL_SOCKET && header.cmsg_type == SCM_RIGHTS;
}
bool carries_credentials(const cmsghdr& header) {
  return header.cmsg_level == SOL_SOCKET && header.cmsg_type == SCM_CREDENTIALS;
}

/// One struct msghdr of the guest, made ready for the host.
class Message {
 public:
  Message(Process& process, std::uint64_t address) : process_(process), address_(address) {}

  std::int64_t send(std::int64_t host, std::uint64_t flags) {
    if (const std::int64_t error = read(Direction::In); error != 0) return error;
    if (const std::int64_t error = take_control(); error != 0) return error;
    const std::int64_t sent = host_call(SYS_sendmsg, host, &host_, flags);
    if (sent == -EPIPE && (flags & MSG_NOSIGNAL) == 0)
      process_.send_to_thread(user_signal(process_, SIGPIPE, SI_USER));
    if (sent > 0) process_.user.count_in(static_cast<std::uint64_t>(sent));
    return sent;
  }

  std::int64_t receive(std::int64_t host, std::uint64_t flags) {
    if (const std::int64_t error = read(Direction::Out); error != 0) return error;
    std::vector<std::byte> room(std::min<std::uint64_t>(guest_.msg_controllen, kMostControl));
    host_.msg_control = room.data();
    host_.msg_controllen = room.size();
    const std::int64_t got = host_call(SYS_recvmsg, host, &host_, flags | MSG_CMSG_CLOEXEC);
    if (got < 0) return got;
    process_.user.count_out(static_cast<std::uint64_t>(got));
    room.resize(host_.msg_controllen);
    return deliver(std::move(room), flags) ? got : -EFAULT;
  }

 private:
  /// The structure, its vector and its name: 0 or -errno in Linux's order.
  std::int64_t read(Direction direction) {
    const auto message = process_.user.load<msghdr>(address_);
    if (!message) return -EFAULT;
    guest_ = *message;
    if (static_cast<std::int32_t>(guest_.msg_namelen) < 0) return -EINVAL;
    if (guest_.msg_name == nullptr) guest_.msg_namelen = 0;
    const auto name_size = std::min<std::size_t>(guest_.msg_namelen, name_.size());
    if (direction == Direction::In && name_size != 0) {
      if (!process_.user.space().read({host_word(guest_.msg_name)},
                                      std::span(name_).first(name_size)))
        return -EFAULT;
      process_.user.count_in(name_size);
    }
    if (guest_.msg_iovlen > kMostBuffers) return -EMSGSIZE;
    vector_ = host_vector(process_.user, host_word(guest_.msg_iov), guest_.msg_iovlen, direction);
    if (!vector_.valid) return -EFAULT;
    host_.msg_name = guest_.msg_name == nullptr ? nullptr : name_.data();
    host_.msg_namelen = static_cast<socklen_t>(name_size);
    host_.msg_iov = vector_.buffers.data();
    host_.msg_iovlen = guest_.msg_iovlen;
    return 0;
  }

  /// Control messages that are sent, with the host's numbers of descriptors: 0 or -errno.
  std::int64_t take_control() {
    if (guest_.msg_control == nullptr || guest_.msg_controllen == 0) return 0;
    if (guest_.msg_controllen > kLongestControl) return -ENOBUFS;
    if (guest_.msg_controllen > kMostControl) return -ENOBUFS;
    control_.bytes().resize(guest_.msg_controllen);
    if (!process_.user.space().read({host_word(guest_.msg_control)}, control_.bytes()))
      return -EFAULT;
    process_.user.count_in(control_.bytes().size());
    bool known = true;
    control_.each([&](const cmsghdr& header, std::span<std::byte> data) {
      if (carries_descriptors(header))
        for (std::int32_t& fd : as<std::int32_t>(data)) {
          fd = process_.descriptors.host(fd);
          known = known && fd >= 0;
        }
      if (carries_credentials(header) && data.size() >= sizeof(ucred)) {
        ucred& credentials = as<ucred>(data)[0];
        credentials.pid = host_pid(credentials.pid);
      }
    });
    host_.msg_control = control_.bytes().data();
    host_.msg_controllen = control_.bytes().size();
    return known ? 0 : -EBADF;
  }

  /// Received descriptors become the guest's, and the header goes back to guest memory.
  bool deliver(std::vector<std::byte> room, std::uint64_t flags) {
    ControlMessages received(std::move(room));
    received.each([&](const cmsghdr& header, std::span<std::byte> data) {
      if (carries_descriptors(header))
        for (std::int32_t& fd : as<std::int32_t>(data)) fd = take_descriptor(fd, flags);
      if (carries_credentials(header) && data.size() >= sizeof(ucred)) {
        ucred& credentials = as<ucred>(data)[0];
        credentials.pid = process_.guest_pid(credentials.pid);
      }
    });
    AddressSpace& memory = process_.user.space();
    const auto name_size = std::min<std::size_t>(guest_.msg_namelen, host_.msg_namelen);
    if (guest_.msg_name != nullptr &&
        !memory.write({host_word(guest_.msg_name)}, std::span(name_).first(name_size)))
      return false;
    if (guest_.msg_name != nullptr) guest_.msg_namelen = host_.msg_namelen;
    if (!received.bytes().empty() &&
        !memory.write({host_word(guest_.msg_control)}, received.bytes()))
      return false;
    process_.user.count_out(name_size + received.bytes().size());
    guest_.msg_controllen = received.bytes().size();
    guest_.msg_flags = host_.msg_flags & ~MSG_CMSG_CLOEXEC;
    if ((flags & MSG_CMSG_CLOEXEC) != 0) guest_.msg_flags |= MSG_CMSG_CLOEXEC;
    return process_.user.store(address_, guest_);
  }

  std::int32_t host_pid(std::int32_t pid) {
    if (pid == process_.pid()) return getpid();
    const ProcessEntry* const entry = process_.tree.find(pid);
    return entry == nullptr ? -1 : entry->host_pid;
  }

  std::int32_t take_descriptor(std::int32_t host, std::uint64_t flags) {
    const std::uint64_t close_on_exec = (flags & MSG_CMSG_CLOEXEC) != 0 ? O_CLOEXEC : 0;
    std::string name = proc_path_of(process_, host);
    const std::int64_t fd = process_.install(host, close_on_exec);
    if (fd >= 0) process_.descriptors.find(static_cast<int>(fd))->proc_path = std::move(name);
    return static_cast<std::int32_t>(fd);
  }

  Process& process_;
  std::uint64_t address_;
  msghdr guest_{}, host_{};
  std::array<std::byte, sizeof(sockaddr_storage)> name_{};
  HostVector vector_;
  ControlMessages control_{{}};
};

constexpr std::uint64_t kMessageSize = sizeof(mmsghdr);

/// Sends or receives one after the other; how many, or the first's error.
template <class Transfer>
std::int64_t each_message(Process& process, std::uint64_t vector, std::uint64_t count,
                          const Transfer& transfer) {
  std::int64_t done = 0;
  for (std::uint64_t i = 0; i < std::min(count, kMostMessages); ++i) {
    const std::uint64_t at = vector + i * kMessageSize;
    const std::int64_t moved = transfer(at, done);
    if (moved < 0) return done != 0 ? done : moved;
    if (!process.user.store(at + offsetof(mmsghdr, msg_len), static_cast<std::uint32_t>(moved)))
      return done != 0 ? done : -EFAULT;
    ++done;
  }
  return done;
}

/// The host's descriptor of a socket: -EBADF or -ENOTSOCK come before any pointer is looked at.
std::int64_t host_socket(Process& process, std::uint64_t argument) {
  const int host = process.host_fd(argument);
  if (host < 0) return -EBADF;
  return process.descriptors.kind(static_cast<int>(argument)) == "socket" ? host : -ENOTSOCK;
}

}  // namespace

std::int64_t sys_sendmsg(Process& process, const CallArguments& args) {
  const std::int64_t host = host_socket(process, args[0]);
  return host < 0 ? host : Message(process, args[1]).send(host, args[2]);
}

std::int64_t sys_recvmsg(Process& process, const CallArguments& args) {
  const std::int64_t host = host_socket(process, args[0]);
  return host < 0 ? host : Message(process, args[1]).receive(host, args[2]);
}

std::int64_t sys_sendmmsg(Process& process, const CallArguments& args) {
  const std::int64_t host = host_socket(process, args[0]);
  if (host < 0) return host;
  return each_message(
      process, args[1], static_cast<std::uint32_t>(args[2]),
      [&](std::uint64_t at, std::int64_t) { return Message(process, at).send(host, args[3]); });
}

std::int64_t sys_recvmmsg(Process& process, const CallArguments& args) {
  const std::int64_t host = host_socket(process, args[0]);
  if (host < 0) return host;
  if (args[4] != 0) {
    const auto timeout = process.user.load<timespec>(args[4]);
    if (!timeout) return -EFAULT;
    if (!is_valid(*timeout)) return -EINVAL;
  }
  return each_message(process, args[1], static_cast<std::uint32_t>(args[2]),
                      [&](std::uint64_t at, std::int64_t done) {
                        // recvmmsg(2): MSG_WAITFORONE turns into MSG_DONTWAIT after the first.
                        std::uint64_t flags = args[3] & ~std::uint64_t{MSG_WAITFORONE};
                        if (done != 0 && (args[3] & MSG_WAITFORONE) != 0) flags |= MSG_DONTWAIT;
                        return Message(process, at).receive(host, flags);
                      });
}

}  // namespace ringfare
