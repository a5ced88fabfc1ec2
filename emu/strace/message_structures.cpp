// SPDX-License-Identifier: MIT
#include "emu/strace/message_structures.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "emu/strace/names.hpp"
#include "emu/strace/value_text.hpp"

namespace ringfare {
namespace {

struct ControlHead {  // struct cmsghdr, cmsg(3)
  std::uint64_t length;
  std::int32_t level, type;
};

// Those of i386.
struct ControlHead32 {
  std::uint32_t length;
  std::int32_t level, type;
};
struct Vector32 {
  std::uint32_t base, length;
};
struct Header32 {
  std::uint32_t name, name_length, vector, vector_length, control, control_length, flags;
};
struct CountedHeader32 {
  Header32 header;
  std::uint32_t length;
};

template <class T>
T* pointer_to(std::uint32_t address) {
  return reinterpret_cast<T*>(std::uintptr_t{address});
}

msghdr widened(const Header32& compat) {
  return {.msg_name = pointer_to<void>(compat.name),
          .msg_namelen = compat.name_length,
          .msg_iov = pointer_to<iovec>(compat.vector),
          .msg_iovlen = compat.vector_length,
          .msg_control = pointer_to<void>(compat.control),
          .msg_controllen = compat.control_length,
          .msg_flags = static_cast<int>(compat.flags)};
}

std::optional<msghdr> message_at(const Pointee& p) {
  if (!p.compat) return at<msghdr>(p);
  const auto header = at<Header32>(p);
  return header ? std::optional(widened(*header)) : std::nullopt;
}

std::optional<mmsghdr> counted_message_at(const Pointee& p, std::uint64_t index) {
  if (!p.compat) return at<mmsghdr>(p, index);
  const auto counted = at<CountedHeader32>(p, index);
  if (!counted) return std::nullopt;
  return mmsghdr{.msg_hdr = widened(counted->header), .msg_len = counted->length};
}

std::optional<iovec> vector_at(const Pointee& p, std::uint64_t index) {
  if (!p.compat) return at<iovec>(p, index);
  const auto vector = at<Vector32>(p, index);
  if (!vector) return std::nullopt;
  return iovec{.iov_base = pointer_to<void>(vector->base), .iov_len = vector->length};
}

std::optional<ControlHead> control_at(const Pointee& p, std::uint64_t address) {
  if (!p.compat) return p.memory.load<ControlHead>({address});
  const auto head = p.memory.load<ControlHead32>({address});
  if (!head) return std::nullopt;
  return ControlHead{.length = head->length, .level = head->level, .type = head->type};
}

std::string raw_bytes(const void* bytes, std::size_t size) {
  return quoted_hex({static_cast<const char*>(bytes), size}, size);
}

template <class Address>
std::string internet_text(int family, const Address& address, ConstantStyle style) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family, &address, text.data(), text.size());
  const std::string bytes = raw_bytes(&address, sizeof(address));
  if (family == AF_INET)
    return "sin_addr=" + constant_text(fmt::format("inet_addr(\"{}\")", text.data()), bytes, style);
  if (style == ConstantStyle::Names)
    return fmt::format("inet_pton(AF_INET6, \"{}\", &sin6_addr)", text.data());
  return "sin6_addr=" +
         constant_text(fmt::format("inet_pton(AF_INET6, \"{}\")", text.data()), bytes, style);
}

std::string port_text(std::uint16_t port, ConstantStyle style) {
  return constant_text(fmt::format("htons({})", ntohs(port)), raw_bytes(&port, sizeof(port)),
                       style);
}

/// unix(7): a path, an abstract name ("@name"), or nothing but the family.
std::string unix_text(const Pointee& p, const std::string& family) {
  const std::uint64_t size = std::min<std::uint64_t>(p.available, sizeof(sockaddr_un));
  if (size <= sizeof(sa_family_t)) return fmt::format("{{sa_family={}}}", family);
  std::string name(size - sizeof(sa_family_t), '\0');
  if (!p.memory.read(p.address + sizeof(sa_family_t), std::as_writable_bytes(std::span(name))))
    return fmt::format("{{sa_family={}}}", family);
  const bool abstract = name.front() == '\0';
  const std::string shown = abstract
                                ? "@" + quoted(std::string_view(name).substr(1), p.options.strings)
                                : quoted(name.substr(0, name.find('\0')), p.options.strings);
  return fmt::format("{{sa_family={}, sun_path={}}}", family, shown);
}

template <class T>
std::string numbers(const std::vector<std::byte>& bytes, const DescribeOptions& options,
                    bool descriptors) {
  std::string text = "[";
  for (std::size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
    T value{};
    std::memcpy(&value, bytes.data() + at, sizeof(T));
    text += text.size() > 1 ? ", " : "";
    text += descriptors ? descriptor_text(static_cast<int>(value), options) : std::to_string(value);
  }
  return text + "]";
}

std::string control_data(const ControlHead& header, const std::vector<std::byte>& data,
                         const DescribeOptions& options) {
  if (header.level == SOL_SOCKET && header.type == SCM_RIGHTS)
    return numbers<std::int32_t>(data, options, true);
  if (header.level == SOL_SOCKET && header.type == SCM_CREDENTIALS &&
      data.size() >= sizeof(ucred)) {
    ucred who{};
    std::memcpy(&who, data.data(), sizeof(who));
    return fmt::format("{{pid={}, uid={}, gid={}}}", who.pid, who.uid, who.gid);
  }
  return quoted_hex({reinterpret_cast<const char*>(data.data()), data.size()},
                    options.string_limit);
}

/// "[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[5]}]"
Text control_text(const Pointee& p, std::uint64_t address, std::uint64_t size) {
  if (address == 0 || size == 0) return "NULL";
  const std::uint64_t head_size = p.compat ? sizeof(ControlHead32) : sizeof(ControlHead);
  const std::uint64_t alignment = p.compat ? 4 : 8;
  std::string text = "[";
  for (std::uint64_t at = 0; at + head_size <= size;) {
    const auto header = control_at(p, address + at);
    if (!header) return address_text(address);
    const std::uint64_t length = std::min<std::uint64_t>(header->length, size - at);
    if (length < head_size) break;
    std::vector<std::byte> data(length - head_size);
    if (!p.memory.read({address + at + head_size}, data)) return address_text(address);
    text += fmt::format("{}{{cmsg_len={}, cmsg_level={}, cmsg_type={}", text.size() > 1 ? ", " : "",
                        header->length,
                        named(*names_of(ArgKind::SocketLevel),
                              static_cast<std::uint32_t>(header->level), p.options.constants),
                        header->level == SOL_SOCKET
                            ? named(names::kControlType, static_cast<std::uint32_t>(header->type),
                                    p.options.constants)
                            : hex_text(static_cast<std::uint32_t>(header->type)));
    if (!data.empty())
      text += fmt::format(", cmsg_data={}", control_data(*header, data, p.options));
    text += "}";
    at += (length + alignment - 1) & ~(alignment - 1);
  }
  return text + "]";
}

Pointee elsewhere(const Pointee& p, std::uint64_t address, std::uint64_t available) {
  return {.memory = p.memory,
          .options = p.options,
          .address = {address},
          .count = std::nullopt,
          .available = available,
          .compat = p.compat};
}

/// `filled`: how many bytes of the buffers mean something.
std::string header_text(const Pointee& p, const msghdr& message, std::uint64_t filled) {
  const auto address_of = [](const void* pointer) {
    return reinterpret_cast<std::uint64_t>(pointer);
  };
  const Text name =
      message.msg_name == nullptr
          ? Text("NULL")
          : socket_address(elsewhere(p, address_of(message.msg_name), message.msg_namelen));
  const Text buffers =
      buffers_text(elsewhere(p, address_of(message.msg_iov), 0), message.msg_iovlen, filled);
  std::string text =
      fmt::format("{{msg_name={}, msg_namelen={}, msg_iov={}, msg_iovlen={}",
                  name.value_or(address_text(address_of(message.msg_name))), message.msg_namelen,
                  buffers.value_or(address_text(address_of(message.msg_iov))), message.msg_iovlen);
  if (message.msg_control != nullptr && message.msg_controllen != 0)
    text += fmt::format(", msg_control={}",
                        *control_text(p, address_of(message.msg_control), message.msg_controllen));
  return text +
         fmt::format(", msg_controllen={}, msg_flags={}}}", message.msg_controllen,
                     named(*names_of(ArgKind::MessageFlags),
                           static_cast<std::uint32_t>(message.msg_flags), p.options.constants));
}

}  // namespace

Text socket_address(const Pointee& p) {
  const auto family = at<std::uint16_t>(p);
  if (!family || p.available < sizeof *family) return std::nullopt;
  const ConstantStyle style = p.options.constants;
  const std::string name = named(*names_of(ArgKind::SocketDomain), *family, style);
  if (*family == AF_UNIX) return unix_text(p, name);
  if (*family == AF_INET && p.available >= sizeof(sockaddr_in)) {
    const auto address = at<sockaddr_in>(p);
    if (!address) return std::nullopt;
    return fmt::format("{{sa_family={}, sin_port={}, {}}}", name,
                       port_text(address->sin_port, style),
                       internet_text(AF_INET, address->sin_addr, style));
  }
  if (*family == AF_INET6 && p.available >= sizeof(sockaddr_in6)) {
    const auto address = at<sockaddr_in6>(p);
    if (!address) return std::nullopt;
    return fmt::format(
        "{{sa_family={}, sin6_port={}, sin6_flowinfo=htonl({}), {}, sin6_scope_id={}}}", name,
        port_text(address->sin6_port, style), ntohl(address->sin6_flowinfo),
        internet_text(AF_INET6, address->sin6_addr, style), address->sin6_scope_id);
  }
  if (*family == AF_NETLINK && p.available >= sizeof(sockaddr_nl)) {
    const auto address = at<sockaddr_nl>(p);
    if (!address) return std::nullopt;
    return fmt::format("{{sa_family={}, nl_pid={}, nl_groups={:08x}}}", name, address->nl_pid,
                       address->nl_groups);
  }
  const std::uint64_t size =
      std::min<std::uint64_t>(p.available, sizeof(sockaddr_storage)) - sizeof *family;
  std::string data(size, '\0');
  if (!p.memory.read(p.address + sizeof *family, std::as_writable_bytes(std::span(data))))
    return std::nullopt;
  return fmt::format("{{sa_family={}, sa_data={}}}", name, quoted(data, p.options.strings));
}

Text buffers_text(const Pointee& p, std::uint64_t count, std::uint64_t filled) {
  if (p.address.value == 0) return std::nullopt;
  return array_text(
      p, count,
      [&](std::uint64_t i) -> Text {
        const auto vector = vector_at(p, i);
        if (!vector) return std::nullopt;
        const std::uint64_t bytes = std::min<std::uint64_t>(filled, vector->iov_len);
        filled -= bytes;
        const std::uint64_t base = reinterpret_cast<std::uint64_t>(vector->iov_base);
        // One byte more than is shown tells whether there are more.
        std::string shown(std::min<std::uint64_t>(bytes, p.options.string_limit + 1), '\0');
        const bool readable =
            base != 0 && p.memory.read({base}, std::as_writable_bytes(std::span(shown)));
        return fmt::format("{{iov_base={}, iov_len={}}}",
                           readable ? quoted(shown, p.options.string_limit, p.options.strings)
                                    : address_text(base),
                           vector->iov_len);
      },
      p.compat || !p.image.empty() ? 8 : 16);
}

Text message_header(const Pointee& p) {
  const auto message = message_at(p);
  if (!message) return std::nullopt;
  return header_text(p, *message, p.available);
}

Text message_headers(const Pointee& p) {
  // What is sent is all there; of what is received each header says how much.
  const bool over = p.available != ~std::uint64_t{0}, sent = p.available >= kAllWasSent;
  const std::uint64_t count = sent ? p.count.value_or(0) : p.available;
  return array_text(p, count, [&](std::uint64_t i) -> Text {
    const auto message = counted_message_at(p, i);
    if (!message) return std::nullopt;
    const std::string header =
        header_text(p, message->msg_hdr, sent ? ~std::uint64_t{0} : message->msg_len);
    return over ? fmt::format("{{msg_hdr={}, msg_len={}}}", header, message->msg_len)
                : fmt::format("{{msg_hdr={}}}", header);
  });
}

}  // namespace ringfare
