// SPDX-License-Identifier: MIT
#include "emu/linux/syscalls/pass_through.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <string>

#include "cpu/base/failure.hpp"
#include "emu/linux/host/host_call.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/syscalls/host_vector.hpp"

namespace ringfare {
namespace {

/// What becomes of the last link of the path in argument `path`.
LastLink last_link(const SyscallRow& row, const CallArguments& args, std::size_t path) {
  bool keeps = row.traits.keeps_link;
  for (std::size_t i = 0; i < row.args.size(); ++i) {
    const ArgKind kind = row.args[i].kind;
    if (kind == ArgKind::InotifyMask && (args[i] & IN_DONT_FOLLOW) != 0) keeps = true;
    if (kind != ArgKind::AtFlags && kind != ArgKind::StatxFlags && kind != ArgKind::AccessFlags)
      continue;
    if ((args[i] & AT_SYMLINK_NOFOLLOW) != 0) keeps = true;
    // linkat(2) may follow the old name, which comes first.
    if ((args[i] & AT_SYMLINK_FOLLOW) != 0 && path == 1) keeps = false;
  }
  return keeps ? LastLink::Kept : LastLink::Followed;
}

/// Whether a call writes as much as there is (write(2)), or takes all of a buffer or none of it.
enum class Taking : std::uint8_t { Whole, Parts };

/// One call on its way to the host's kernel: arguments translated kind by kind, bytes counted when
/// it is back.
class Passage {
 public:
  Passage(Process& process, const CallArguments& args, Taking taking)
      : process_(process), specs_(process.row->args), guest_(args), host_(args), taking_(taking) {}

  std::int64_t run() {
    for (std::size_t i = 0; i < specs_.size(); ++i) translate(i);
    if (error_ != 0) return error_;
    const std::int64_t result = raw_host_call(process_.row->amd64, host_[0], host_[1], host_[2],
                                              host_[3], host_[4], host_[5]);
    for (std::size_t i = 0; i < specs_.size(); ++i) count(i, result);
    return result;
  }

 private:
  void translate(std::size_t i) {
    const ArgSpec& spec = specs_[i];
    switch (passing_of(spec)) {
      case Passing::Value:
        break;
      case Passing::Descriptor:
        host_[i] = host_word(spec.kind != ArgKind::Fd ? process_.host_directory(guest_[i])
                             : taking_ == Taking::Parts && i == 0
                                 ? written_file(static_cast<int>(guest_[i]))
                                 : process_.host_fd(guest_[i]));
        break;
      case Passing::Path:
        pass_path(i);
        break;
      case Passing::Text:
        host_[i] = host_word(process_.user.string(guest_[i]));
        break;
      case Passing::Buffer:
        pass_buffer(i);
        if (spec.kind == ArgKind::SocketAddress && spec.direction == Direction::In)
          pass_socket_path(i);
        break;
      case Passing::Vector:
        pass_vector(i);
        break;
      case Passing::Structure:
        host_[i] = checked(i, row_of(spec.kind).size);
        break;
      case Passing::Refused:
        CHECK(false, "{} cannot be passed on", process_.row->name);
    }
  }

  void pass_path(std::size_t i) {
    const bool from = i > 0 && specs_[i - 1].kind == ArgKind::DirectoryFd;
    host_[i] = host_word(process_.host_path(guest_[i], from ? guest_[i - 1] : Process::kHere,
                                            last_link(*process_.row, guest_, i)));
    if (error_ == 0) error_ = process_.path_error;
  }

  /// The host's descriptor of a file that is written to now, and notes that.
  int written_file(int guest_fd) {
    Descriptor* const descriptor = process_.descriptors.find(guest_fd);
    if (descriptor == nullptr) return -1;
    if (descriptor->dating == Descriptor::Dating::Nothing) note_written(process_, guest_fd);
    return descriptor->host_fd;
  }

  std::uint64_t checked(std::size_t i, std::uint64_t size) {
    if (specs_[i].direction == Direction::InOut)
      return host_word(process_.user.in_out(guest_[i], size));
    const bool in = specs_[i].direction == Direction::In;
    return host_word(in ? process_.user.in(guest_[i], size) : process_.user.out(guest_[i], size));
  }

  void pass_buffer(std::size_t i) {
    const std::uint64_t count = byte_count(specs_[i].count_from);
    const std::uint64_t wanted = std::min(count, kMostBytes);
    const bool in = specs_[i].direction == Direction::In;
    const std::uint64_t there = in ? process_.user.readable_prefix(guest_[i], wanted)
                                   : process_.user.writable_prefix(guest_[i], wanted);
    if (there == wanted && count <= kMostBytes) return;
    const bool whole = in && taking_ == Taking::Whole;
    if ((there == 0 || whole) && guest_[i] != 0)
      host_[i] = host_word(UserMemory::unusable(guest_[i], wanted));
    if (there != 0 && !whole && count < kAddressLimit) host_[specs_[i].count_from] = there;
  }

  /// unix(7): an address that names a file.
  void pass_socket_path(std::size_t i) {
    constexpr std::size_t kPath = offsetof(sockaddr_un, sun_path);
    const std::uint64_t size = byte_count(specs_[i].count_from);
    if (size <= kPath || size > sizeof(sockaddr_un)) return;
    auto socket = std::make_unique<SocketPath>();
    const auto bytes = std::as_writable_bytes(std::span(&socket->address, 1)).first(size);
    if (!process_.user.space().read({guest_[i]}, bytes)) return;
    char* const path = socket->address.sun_path;
    if (socket->address.sun_family != AF_UNIX || *path == '\0') return;
    const std::string name(path, strnlen(path, size - kPath));
    socket->found = find_path(process_, Process::kHere, name.c_str(), LastLink::Followed);
    if (socket->found.kind == FoundPath::Kind::Ordinary) return;
    const bool on_host = socket->found.kind == FoundPath::Kind::Host;
    if (!on_host || socket->found.text.size() >= sizeof socket->address.sun_path) {
      error_ = on_host ? -ENAMETOOLONG : socket->found.error != 0 ? socket->found.error : -ENOENT;
      return;
    }
    const std::size_t length = socket->found.text.copy(path, sizeof socket->address.sun_path - 1);
    path[length] = '\0';
    socket_path_ = std::move(socket);
    host_[i] = host_word(&socket_path_->address);
    host_[specs_[i].count_from] = kPath + length + 1;
  }

  /// The kernel takes a length of type int or unsigned int from the argument's lower half.
  std::uint64_t byte_count(std::size_t i) const {
    if (specs_[i].kind == ArgKind::Int || specs_[i].kind == ArgKind::Unsigned)
      return static_cast<std::uint32_t>(guest_[i]);
    return guest_[i];
  }

  void pass_vector(std::size_t i) {
    const bool in = specs_[i].direction == Direction::In;
    vector_ = host_vector(process_.user, guest_[i], guest_[specs_[i].count_from],
                          in ? Direction::In : Direction::Out);
    host_[i] = vector_.valid ? host_word(vector_.buffers.data()) : host_word(UserMemory::nowhere());
  }

  void count(std::size_t i, std::int64_t result) {
    if (result < 0 || guest_[i] == 0) return;
    if (specs_[i].kind == ArgKind::Stat) show_guest_times(process_, guest_[i]);
    if (specs_[i].kind == ArgKind::Statx) show_guest_times_of_statx(process_, guest_[i]);
    const Passing passing = passing_of(specs_[i]);
    std::uint64_t bytes = 0;
    if (passing == Passing::Buffer || passing == Passing::Vector) {
      // The result of a transfer is what it transferred; other calls use the whole buffer.
      const std::uint64_t whole = passing == Passing::Buffer ? host_[specs_[i].count_from] : 0;
      bytes = result > 0 || whole == 0 ? static_cast<std::uint64_t>(result) : whole;
      if (result == 0 && specs_[i].direction != Direction::In) bytes = 0;
    } else if (passing == Passing::Structure) {
      bytes = row_of(specs_[i].kind).size;
    } else {
      return;
    }
    if (specs_[i].direction != Direction::Out) process_.user.count_in(bytes);
    if (specs_[i].direction != Direction::In) process_.user.count_out(bytes);
  }

  /// Of a file that the host has under another name.
  struct SocketPath {
    sockaddr_un address{};
    FoundPath found;
  };

  static constexpr std::uint64_t kMostBytes = 0x7fff'f000;    // MAX_RW_COUNT
  static constexpr std::uint64_t kAddressLimit = 1ull << 47;  // beyond it the host says EFAULT

  Process& process_;
  const ArgList& specs_;
  const CallArguments& guest_;
  CallArguments host_;
  Taking taking_;
  HostVector vector_;
  std::unique_ptr<SocketPath> socket_path_;
  std::int64_t error_ = 0;  // -errno where a path leads nowhere
};

}  // namespace

std::int64_t pass_to_host(Process& process, const CallArguments& args) {
  return Passage(process, args, Taking::Whole).run();
}

std::int64_t pass_and_install(Process& process, const CallArguments& args) {
  const std::int64_t result = pass_to_host(process, args);
  if (result < 0) return result;
  const bool close_on_exec = fcntl(static_cast<int>(result), F_GETFD) == FD_CLOEXEC;
  return process.install(result, close_on_exec ? O_CLOEXEC : 0);
}

std::int64_t pass_write(Process& process, const CallArguments& args) {
  // The eventfd behind a timer or a ring is not the guest's to write.
  const Descriptor* const descriptor = process.descriptors.find(static_cast<int>(args[0]));
  if (descriptor != nullptr && descriptor->own_file != nullptr) return -EINVAL;
  const std::int64_t result = Passage(process, args, Taking::Parts).run();
  if (result == -EPIPE) process.send_to_thread(user_signal(process, SIGPIPE, SI_USER));
  return result;
}

}  // namespace ringfare
