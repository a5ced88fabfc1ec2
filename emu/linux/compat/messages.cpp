// SPDX-License-Identifier: MIT
#include "emu/linux/compat/messages.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>

namespace ringfare {
namespace {

// struct msghdr, mmsghdr and cmsghdr of i386 (<bits/socket.h>).
struct Header32 {
  std::uint32_t name, name_size, vector, count, control, control_size, flags;
};
static_assert(sizeof(Header32) == 28);
constexpr std::uint64_t kManySize = sizeof(Header32) + 4;

struct Control32 {
  std::uint32_t length, level, type;
};

constexpr std::uint64_t kMostMessages = 1024, kMostControl = 64u << 10;

std::size_t align(std::size_t size, std::size_t unit) {
  return (size + unit - 1) & ~(unit - 1);
}

template <class T>
T at(std::span<const std::byte> bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

void append(std::vector<std::byte>& to, const auto& value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  to.insert(to.end(), bytes.begin(), bytes.end());
}

/// The control messages as amd64 lays them out. A length that the kernel would refuse becomes one
/// that it refuses there, too.
std::vector<std::byte> widened_control(std::span<const std::byte> compat) {
  std::vector<std::byte> wide;
  std::size_t from = 0;
  while (from + sizeof(Control32) <= compat.size()) {
    const auto head = at<Control32>(compat, from);
    const bool sound = head.length >= sizeof head && head.length <= compat.size() - from;
    const std::size_t data = sound ? head.length - sizeof head : 0;
    append(wide, cmsghdr{.cmsg_len = sound ? CMSG_LEN(data) : 1,
                         .cmsg_level = static_cast<int>(head.level),
                         .cmsg_type = static_cast<int>(head.type)});
    if (!sound) break;
    const auto bytes = compat.subspan(from + sizeof head, data);
    wide.insert(wide.end(), bytes.begin(), bytes.end());
    wide.resize(align(wide.size(), alignof(cmsghdr)));
    from += align(head.length, 4);
  }
  return wide;
}

/// As much as fits in `room` bytes; `truncated` where that is not all (put_cmsg of Linux).
std::vector<std::byte> compat_control(std::span<const std::byte> wide, std::size_t room,
                                      bool& truncated) {
  std::vector<std::byte> compat;
  for (std::size_t from = 0; from + sizeof(cmsghdr) <= wide.size();) {
    const auto head = at<cmsghdr>(wide, from);
    if (head.cmsg_len < sizeof head || head.cmsg_len > wide.size() - from) break;
    const std::size_t left = room - compat.size();
    if (left < sizeof(Control32)) return truncated = true, compat;
    const auto bytes = wide.subspan(from + sizeof head, head.cmsg_len - sizeof head);
    const std::size_t length = std::min(sizeof(Control32) + bytes.size(), left);
    truncated |= length < sizeof(Control32) + bytes.size();
    append(compat, Control32{static_cast<std::uint32_t>(length),
                             static_cast<std::uint32_t>(head.cmsg_level),
                             static_cast<std::uint32_t>(head.cmsg_type)});
    const auto kept = bytes.first(length - sizeof(Control32));
    compat.insert(compat.end(), kept.begin(), kept.end());
    compat.resize(std::min(align(compat.size(), 4), room));
    from += align(head.cmsg_len, alignof(cmsghdr));
  }
  return compat;
}

/// The size of a buffer that has room for as many descriptors as the guest's.
std::uint64_t wide_room(std::uint32_t compat) {
  return compat < sizeof(Control32) ? 0 : compat - sizeof(Control32) + sizeof(cmsghdr);
}

}  // namespace

CompatMessages::CompatMessages(CompatStaging& staging, UserMemory& user, Shape shape,
                               Direction direction, std::uint64_t guest, std::uint64_t count)
    : staging_(staging), user_(user), shape_(shape), direction_(direction) {
  const bool many = shape == Shape::Many;
  count = many ? std::min(count, kMostMessages) : 1;
  constexpr std::uint64_t kEach = 512;  // beyond the usual room, for vectors and control
  if (many) staging.make_room(count * (sizeof(mmsghdr) + kEach));
  std::byte* const wide = staging.reserve(many ? count * sizeof(mmsghdr) : sizeof(msghdr));
  address_ = wide != nullptr ? CompatStaging::address(wide) : CompatStaging::nowhere();
  if (wide == nullptr) return;
  if (!user.space().readable({guest}, sizeof(Header32))) address_ = CompatStaging::nowhere();
  for (std::uint64_t i = 0; i < count; ++i)
    stage(guest + i * kManySize, wide + i * sizeof(mmsghdr));
}

void CompatMessages::stage(std::uint64_t guest, std::byte* wide) {
  const auto compat = user_.load<Header32>(guest);
  const auto pointer = [](std::uint64_t value) { return reinterpret_cast<void*>(value); };
  msghdr made{};
  if (!compat) {  // the call gets as far as this one
    made.msg_iov = static_cast<iovec*>(pointer(CompatStaging::nowhere()));
    made.msg_iovlen = 1;
    std::memcpy(wide, &made, sizeof made);
    return;
  }
  made.msg_name = pointer(compat->name);
  made.msg_namelen = compat->name_size;
  made.msg_iov = static_cast<iovec*>(pointer(staging_.words(compat->vector, 2ull * compat->count)));
  made.msg_iovlen = compat->count;
  std::uint64_t control_size = compat->control_size;
  made.msg_control = stage_control(compat->control, compat->control_size, control_size);
  made.msg_controllen = control_size;
  made.msg_flags = static_cast<int>(compat->flags);
  std::memcpy(wide, &made, sizeof made);
  messages_.push_back({guest, wide, compat->control, compat->control_size});
}

std::byte* CompatMessages::stage_control(std::uint32_t guest, std::uint32_t size,
                                         std::uint64_t& wide_size) {
  std::byte* const nowhere = reinterpret_cast<std::byte*>(CompatStaging::nowhere());
  if (guest == 0) return nullptr;
  if (direction_ == Direction::Out) {
    wide_size = wide_room(std::min<std::uint32_t>(size, kMostControl));
    return staging_.reserve(wide_size);
  }
  if (size == 0 || size > kMostControl) return nowhere;  // nothing, or too long to be looked at
  std::vector<std::byte> compat(size);
  if (!user_.space().read({guest}, compat)) return nowhere;
  const std::vector<std::byte> wide = widened_control(compat);
  wide_size = wide.size();
  std::byte* const to = staging_.reserve(wide_size);
  if (to != nullptr) std::ranges::copy(wide, to);
  return to;
}

void CompatMessages::write_back(std::int64_t result) {
  if (result < 0) return;
  const auto moved = static_cast<std::size_t>(result);
  const std::size_t count =
      shape_ == Shape::One ? messages_.size() : std::min(moved, messages_.size());
  for (const Message& message : std::span(messages_).first(count)) write_back(message);
}

void CompatMessages::write_back(const Message& message) {
  if (shape_ == Shape::Many) {
    std::uint32_t length;
    std::memcpy(&length, message.wide + offsetof(mmsghdr, msg_len), sizeof length);
    (void)user_.store(message.guest + sizeof(Header32), length);
  }
  if (direction_ != Direction::Out) return;
  msghdr wide;
  std::memcpy(&wide, message.wide, sizeof wide);
  const auto* const control = static_cast<const std::byte*>(wide.msg_control);
  const std::size_t size = control != nullptr ? wide.msg_controllen : 0;
  bool truncated = false;
  const std::vector<std::byte> compat =
      compat_control({control, size}, message.control_size, truncated);
  (void)user_.space().write({message.control}, compat);
  (void)user_.store(message.guest + offsetof(Header32, name_size), wide.msg_namelen);
  (void)user_.store(message.guest + offsetof(Header32, control_size),
                    static_cast<std::uint32_t>(compat.size()));
  const int flags = wide.msg_flags | (truncated ? MSG_CTRUNC : 0);
  (void)user_.store(message.guest + offsetof(Header32, flags), flags);
}

}  // namespace ringfare
