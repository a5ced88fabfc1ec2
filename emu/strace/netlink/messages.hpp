// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "emu/strace/netlink/attributes.hpp"

namespace ringfare::netlink {

/// The head of a message, struct nlmsghdr, and what follows it.
struct Message {
  std::uint16_t type;
  std::uint16_t flags;
  Place payload;
};

/// What netlink(7) messages of one protocol are: names of their types, flags and what they hold.
struct Protocol {
  int number;
  std::string (*type)(std::uint16_t type, ConstantStyle style) = nullptr;
  const NameTable* (*flags)(std::uint16_t type) = nullptr;
  /// ", ..." after the head; nothing where nobody knows what it holds.
  std::optional<std::string> (*payload)(const Message& message) = nullptr;
};

/// "{nlmsg_len=16, nlmsg_type=NLMSG_NOOP, ...}": messages of a socket of `protocol`; nothing where
/// the bytes are too few for one.
std::string messages_text(const Place& place, int protocol);

/// Of NETLINK_KOBJECT_UEVENT, whose messages have no head.
std::string device_event_text(const Place& place);

// What the protocols' messages hold.
std::optional<std::string> route_payload(const Message& message);
std::optional<std::string> socket_diagnosis_payload(const Message& message);
std::optional<std::string> crypto_payload(const Message& message);
std::optional<std::string> selinux_payload(const Message& message);
std::optional<std::string> netfilter_payload(const Message& message);
std::string netfilter_type(std::uint16_t type, ConstantStyle style);

/// A message that begins with its family: read as far as it goes.
struct FamilyMessage {
  std::uint16_t first_type, last_type;  // of message types
  std::span<const Field> fields;        // the first is the family, a byte
  const AttributeTable* attributes = nullptr;
};
std::string family_message_text(const Place& payload, std::span<const Field> fields,
                                const AttributeTable* attributes);
/// "{family=AF_UNSPEC, data=\"\\x31\"}"
std::string unknown_family_text(const Place& payload);

}  // namespace ringfare::netlink
