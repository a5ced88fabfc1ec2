// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace ringfare {

class Process;

/// What a trace shows of descriptors: paths of files and numbers of pipes and sockets (strace -y);
/// and also the numbers of devices, addresses of sockets, processes of pidfds (strace -yy).
struct DescriptorDetails {
  bool path = false, device = false, socket = false, process = false;

  bool any() const { return path || device || socket || process; }
};

/// What the guest's descriptors stand for, as strace's -y and -yy show it.
class DescriptorNames {
 public:
  explicit DescriptorNames(Process& process) : process_(process) {}

  /// "/etc/passwd", "pipe:[1]", "socket:[2]", "anon_inode:[eventpoll]", "/dev/null<char 1:3>",
  /// "TCP:[127.0.0.1:80->127.0.0.1:40000]", "pid:1001", as `details` ask; empty where not open, or
  /// where nothing is asked about its kind. Pipes and sockets are numbered in the order in which
  /// they are first named, so that runs repeat.
  std::string name(int guest_fd, const DescriptorDetails& details) const;
  /// The path alone; empty where it has none.
  std::string path(int guest_fd) const;
  /// NETLINK_ROUTE of a socket that speaks it; nothing where it is no netlink(7) socket.
  std::optional<int> netlink_protocol(int guest_fd) const;
  /// The current directory, for AT_FDCWD.
  std::string directory() const;

 private:
  std::string numbered(std::string_view kind, std::uint64_t inode) const;
  std::string socket_name(int host_fd, std::uint64_t inode, bool details) const;

  Process& process_;
  mutable std::map<std::uint64_t, std::uint64_t> numbers_;  // by inode
};

}  // namespace ringfare
