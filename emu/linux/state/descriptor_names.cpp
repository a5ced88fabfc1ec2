// SPDX-License-Identifier: MIT
#include "emu/linux/state/descriptor_names.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <limits.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

struct Protocol {
  int domain, type;
  std::string_view name;
};
constexpr Protocol kProtocols[] = {{AF_INET, SOCK_STREAM, "TCP"},
                                   {AF_INET, SOCK_DGRAM, "UDP"},
                                   {AF_INET, SOCK_RAW, "RAW"},
                                   {AF_INET6, SOCK_STREAM, "TCPv6"},
                                   {AF_INET6, SOCK_DGRAM, "UDPv6"},
                                   {AF_INET6, SOCK_RAW, "RAWv6"},
                                   {AF_UNIX, SOCK_STREAM, "UNIX-STREAM"},
                                   {AF_UNIX, SOCK_DGRAM, "UNIX-DGRAM"},
                                   {AF_UNIX, SOCK_SEQPACKET, "UNIX-SEQPACKET"},
                                   {AF_NETLINK, SOCK_RAW, "NETLINK"},
                                   {AF_NETLINK, SOCK_DGRAM, "NETLINK"}};

std::string link_target(const std::string& link) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
  return length < 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(length));
}

int socket_option(int host_fd, int option) {
  int value = 0;
  socklen_t size = sizeof(value);
  return getsockopt(host_fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

using AskAddress = int (*)(int, sockaddr*, socklen_t*);

/// "127.0.0.1:80", "[::1]:80"; nothing where there is none or it has no port yet.
std::optional<std::string> endpoint(int host_fd, AskAddress ask) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  if (ask(host_fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    const auto& address = reinterpret_cast<const sockaddr_in&>(storage);
    if (address.sin_port == 0) return std::nullopt;
    inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), ntohs(address.sin_port));
  }
  if (storage.ss_family == AF_INET6) {
    const auto& address = reinterpret_cast<const sockaddr_in6&>(storage);
    if (address.sin6_port == 0) return std::nullopt;
    inet_ntop(AF_INET6, &address.sin6_addr, text.data(), text.size());
    return fmt::format("[{}]:{}", text.data(), ntohs(address.sin6_port));
  }
  return std::nullopt;
}

}  // namespace

std::string DescriptorNames::numbered(std::string_view kind, std::uint64_t inode) const {
  const auto [entry, added] = numbers_.try_emplace(inode, numbers_.size() + 1);
  return fmt::format("{}:[{}]", kind, entry->second);
}

std::string DescriptorNames::socket_name(int host_fd, std::uint64_t inode, bool details) const {
  const std::string plain = numbered("socket", inode);
  if (!details) return plain;
  const int domain = socket_option(host_fd, SO_DOMAIN), type = socket_option(host_fd, SO_TYPE);
  const auto row = std::ranges::find_if(
      kProtocols, [&](const Protocol& one) { return one.domain == domain && one.type == type; });
  if (row == std::end(kProtocols)) return plain;
  const auto here = endpoint(host_fd, &getsockname), there = endpoint(host_fd, &getpeername);
  if (!here) return numbered(row->name, inode);
  return fmt::format("{}:[{}{}]", row->name, *here, there ? "->" + *there : "");
}

std::string DescriptorNames::name(int guest_fd, const DescriptorDetails& details) const {
  const Descriptor* const descriptor = process_.descriptors.find(guest_fd);
  if (descriptor == nullptr) return "";
  if (!descriptor->path.empty()) return details.path ? descriptor->path : "";
  const int host = descriptor->host_fd;
  struct stat status {};
  if (fstat(host, &status) != 0) return "";
  if (S_ISSOCK(status.st_mode))
    return details.socket || details.path ? socket_name(host, status.st_ino, details.socket) : "";
  const std::string target = link_target(fmt::format("/proc/self/fd/{}", host));
  const bool character = S_ISCHR(status.st_mode), block = S_ISBLK(status.st_mode);
  if (details.device && (character || block))
    return fmt::format("{}<{} {}:{}>", target, character ? "char" : "block", major(status.st_rdev),
                       minor(status.st_rdev));
  if (!details.path) return "";
  if (S_ISFIFO(status.st_mode) && !target.starts_with('/')) return numbered("pipe", status.st_ino);
  return target;
}

std::string DescriptorNames::path(int guest_fd) const {
  return name(guest_fd, {.path = true});
}

std::optional<int> DescriptorNames::netlink_protocol(int guest_fd) const {
  const Descriptor* const descriptor = process_.descriptors.find(guest_fd);
  if (descriptor == nullptr || socket_option(descriptor->host_fd, SO_DOMAIN) != AF_NETLINK)
    return std::nullopt;
  return socket_option(descriptor->host_fd, SO_PROTOCOL);
}

std::string DescriptorNames::directory() const {
  return link_target("/proc/self/cwd");
}

}  // namespace ringfare
