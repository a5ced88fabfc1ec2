// SPDX-License-Identifier: MIT
#include "emu/strace/message_structures.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "emu/strace/fields/socket_address.hpp"
#include "emu/strace/netlink/messages.hpp"
#include "emu/strace/words/names.hpp"
#include "emu/strace/words/value_text.hpp"

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
          .compat = p.compat,
          .netlink = p.netlink};
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
  return socket_address_text({.memory = p.memory,
                              .options = p.options,
                              .at = p.address.value,
                              .size = p.available,
                              .compat = p.compat});
}

Text buffers_text(const Pointee& p, std::uint64_t count, std::uint64_t filled) {
  if (p.address.value == 0) return std::nullopt;
  const bool unread = filled == kUnreadBuffers;
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
            !unread && base != 0 && p.memory.read({base}, std::as_writable_bytes(std::span(shown)));
        if (readable && p.netlink)
          return fmt::format("{{iov_base={}, iov_len={}}}",
                             netlink::messages_text({.memory = p.memory,
                                                     .options = p.options,
                                                     .at = base,
                                                     .size = bytes,
                                                     .compat = p.compat},
                                                    *p.netlink),
                             vector->iov_len);
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
