// SPDX-License-Identifier: MIT
#include "emu/strace/netlink/messages.hpp"

#include <fmt/format.h>
#include <linux/cryptouser.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/xfrm.h>
#include <sys/socket.h>

#include <algorithm>

#include "emu/strace/kernel_names/kernel_names.hpp"
#include "emu/strace/words/value_text.hpp"

namespace ringfare::netlink {
namespace {

// Flags: those of every message, and what the rest means for one kind.
constexpr Name kCommon[] = {{NLM_F_REQUEST, "NLM_F_REQUEST"},
                            {NLM_F_MULTI, "NLM_F_MULTI"},
                            {NLM_F_ACK, "NLM_F_ACK"},
                            {NLM_F_ECHO, "NLM_F_ECHO"},
                            {NLM_F_DUMP_INTR, "NLM_F_DUMP_INTR"},
                            {NLM_F_DUMP_FILTERED, "NLM_F_DUMP_FILTERED"}};
constexpr Name kGet[] = {{NLM_F_DUMP, "NLM_F_DUMP"},
                         {NLM_F_ROOT, "NLM_F_ROOT"},
                         {NLM_F_MATCH, "NLM_F_MATCH"},
                         {NLM_F_ATOMIC, "NLM_F_ATOMIC"}};
constexpr Name kNew[] = {{NLM_F_REPLACE, "NLM_F_REPLACE"},
                         {NLM_F_EXCL, "NLM_F_EXCL"},
                         {NLM_F_CREATE, "NLM_F_CREATE"},
                         {NLM_F_APPEND, "NLM_F_APPEND"}};
constexpr Name kDelete[] = {{NLM_F_NONREC, "NLM_F_NONREC"}, {NLM_F_BULK, "NLM_F_BULK"}};
constexpr Name kAck[] = {{NLM_F_CAPPED, "NLM_F_CAPPED"}, {NLM_F_ACK_TLVS, "NLM_F_ACK_TLVS"}};
constexpr NameTable kGetFlags{{}, 0, kGet, "NLM_F_?\??"};
constexpr NameTable kNewFlags{{}, 0, kNew, "NLM_F_?\??"};
constexpr NameTable kDeleteFlags{{}, 0, kDelete, "NLM_F_?\??"};
constexpr NameTable kAckFlags{{}, 0, kAck, "NLM_F_?\??"};

const NameTable* route_flags(std::uint16_t type) {
  if (type == RTM_DELACTION) return &kGetFlags;
  constexpr const NameTable* kByKind[] = {&kNewFlags, &kDeleteFlags, &kGetFlags, nullptr};
  return kByKind[type & 3];
}

const NameTable* diagnosis_flags(std::uint16_t) {
  return &kGetFlags;
}

const NameTable* crypto_flags(std::uint16_t type) {
  switch (type) {
    case CRYPTO_MSG_NEWALG:
      return &kNewFlags;
    case CRYPTO_MSG_DELALG:
      return &kDeleteFlags;
    case CRYPTO_MSG_GETALG:
      return &kGetFlags;
    default:
      return nullptr;
  }
}

const NameTable* xfrm_flags(std::uint16_t type) {
  switch (type) {
    case XFRM_MSG_NEWSA:
    case XFRM_MSG_NEWPOLICY:
    case XFRM_MSG_NEWAE:
    case XFRM_MSG_NEWSADINFO:
    case XFRM_MSG_NEWSPDINFO:
      return &kNewFlags;
    case XFRM_MSG_DELSA:
    case XFRM_MSG_DELPOLICY:
      return &kDeleteFlags;
    case XFRM_MSG_GETSA:
    case XFRM_MSG_GETPOLICY:
    case XFRM_MSG_GETAE:
    case XFRM_MSG_GETSADINFO:
    case XFRM_MSG_GETSPDINFO:
      return &kGetFlags;
    default:
      return nullptr;
  }
}

template <const NameTable& kTable>
std::string type_name(std::uint16_t type, ConstantStyle style) {
  return named(kTable, type, style);
}

/// Families of generic netlink are numbered as they come; one is always the same.
std::string generic_type(std::uint16_t type, ConstantStyle style) {
  static constexpr Name kFamilies[] = {{NLMSG_MIN_TYPE, "nlctrl"}};
  static constexpr NameTable kTable{kFamilies, ~std::uint64_t{0}, {}, "GENERIC_FAMILY_?\??"};
  return named(kTable, type, style);
}

constexpr Protocol kProtocols[] = {
    {NETLINK_ROUTE, type_name<names::kRouteMessages>, route_flags, route_payload},
    {NETLINK_SOCK_DIAG, type_name<names::kSockDiagMessages>, diagnosis_flags,
     socket_diagnosis_payload},
    {NETLINK_XFRM, type_name<names::kXfrmMessages>, xfrm_flags},
    {NETLINK_SELINUX, type_name<names::kSelinuxMessages>, nullptr, selinux_payload},
    {NETLINK_AUDIT, type_name<names::kAuditMessages>},
    {NETLINK_NETFILTER, netfilter_type, nullptr, netfilter_payload},
    {NETLINK_GENERIC, generic_type},
    {NETLINK_CRYPTO, type_name<names::kCryptoMessages>, crypto_flags, crypto_payload},
};

const Protocol* protocol_of(int number) {
  const auto row = std::ranges::find(kProtocols, number, &Protocol::number);
  return row != std::end(kProtocols) ? &*row : nullptr;
}

std::string type_text(const nlmsghdr& header, const Protocol* protocol, ConstantStyle style) {
  if (header.nlmsg_type >= NLMSG_MIN_TYPE && protocol != nullptr && protocol->type != nullptr)
    return protocol->type(header.nlmsg_type, style);
  return named(names::kNetlinkTypes, header.nlmsg_type, style);
}

std::string flags_text(const nlmsghdr& header, const Protocol* protocol, ConstantStyle style) {
  if (style == ConstantStyle::Numbers) return hex_text(header.nlmsg_flags);
  const NameTable* more = nullptr;
  if (header.nlmsg_type < NLMSG_MIN_TYPE)
    more = header.nlmsg_type == NLMSG_ERROR ? &kAckFlags : nullptr;
  else if (protocol != nullptr && protocol->flags != nullptr)
    more = protocol->flags(header.nlmsg_type);
  std::vector<Name> all(std::begin(kCommon), std::end(kCommon));
  if (more != nullptr) all.insert(all.end(), more->flags.begin(), more->flags.end());
  const NameTable table{{}, 0, all, "NLM_F_?\??"};
  return named(table, header.nlmsg_flags, style);
}

std::string header_text(const nlmsghdr& header, const Protocol* protocol, ConstantStyle style) {
  return fmt::format("{{nlmsg_len={}, nlmsg_type={}, nlmsg_flags={}, nlmsg_seq={}, nlmsg_pid={}}}",
                     header.nlmsg_len, type_text(header, protocol, style),
                     flags_text(header, protocol, style), header.nlmsg_seq,
                     static_cast<std::int32_t>(header.nlmsg_pid));
}

std::string message_text(const Place& place, const nlmsghdr& header, const Protocol* protocol);

using field::number;
std::optional<std::string> policy_type(const Place& place) {
  return field::names<std::uint32_t, names::kNetlinkPolicyTypes>(place);
}
constexpr Attribute kPolicy[] = {{NL_POLICY_TYPE_ATTR_TYPE, policy_type},
                                 {NL_POLICY_TYPE_ATTR_MIN_VALUE_S, number<std::int64_t>},
                                 {NL_POLICY_TYPE_ATTR_MAX_VALUE_S, number<std::int64_t>},
                                 {NL_POLICY_TYPE_ATTR_MIN_VALUE_U, number<std::uint64_t>},
                                 {NL_POLICY_TYPE_ATTR_MAX_VALUE_U, number<std::uint64_t>},
                                 {NL_POLICY_TYPE_ATTR_MIN_LENGTH, number<std::uint32_t>},
                                 {NL_POLICY_TYPE_ATTR_MAX_LENGTH, number<std::uint32_t>},
                                 {NL_POLICY_TYPE_ATTR_POLICY_IDX, number<std::uint32_t>},
                                 {NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE, number<std::uint32_t>},
                                 {NL_POLICY_TYPE_ATTR_BITFIELD32_MASK, field::hex<std::uint32_t>},
                                 {NL_POLICY_TYPE_ATTR_MASK, field::hex<std::uint64_t>}};
constexpr AttributeTable kPolicyTable{&names::kNetlinkPolicyAttributes, kPolicy};

std::optional<std::string> cookie(const Place& place) {
  return field::list(place, 1, number<std::uint8_t>);
}
constexpr Attribute kErrors[] = {{NLMSGERR_ATTR_MSG, field::text},
                                 {NLMSGERR_ATTR_OFFS, number<std::uint32_t>},
                                 {NLMSGERR_ATTR_COOKIE, cookie},
                                 {NLMSGERR_ATTR_POLICY, nested<kPolicyTable>}};
constexpr AttributeTable kErrorTable{&names::kNetlinkErrorAttributes, kErrors};

std::string error_number(std::int32_t error, ConstantStyle style) {
  const std::string name(error_name(-error));
  if (error >= 0 || name.empty()) return std::to_string(error);
  return constant_text('-' + name, std::to_string(error), style);
}

/// struct nlmsgerr: what is wrong with a message, and that message or its head.
std::string error_text(const Place& place, std::uint16_t flags, const Protocol* protocol) {
  if (place.size < sizeof(nlmsgerr)) return hex_bytes(place);
  const auto error = place.load<nlmsgerr>();
  if (!error) return address_text(place.at);
  const bool capped = (flags & NLM_F_CAPPED) != 0;
  const Place inner = place.after(offsetof(nlmsgerr, msg));
  std::uint64_t length = sizeof(nlmsghdr);
  if (!capped)
    length = std::clamp<std::uint64_t>(NLMSG_ALIGN(error->msg.nlmsg_len), length, inner.size);
  std::string text = fmt::format("{{error={}, msg={}}}", error_number(error->error, place.style()),
                                 capped ? header_text(error->msg, protocol, place.style())
                                        : message_text(inner, error->msg, protocol));
  const bool more = capped || (flags & NLM_F_ACK_TLVS) != 0;
  if (more && inner.size > length)
    return fmt::format("[{}, {}]", text, attributes_text(inner.after(length), kErrorTable));
  return text;
}

std::string done_text(const Place& place) {
  if (place.size < sizeof(std::int32_t)) return hex_bytes(place);
  const auto value = place.load<std::int32_t>();
  if (!value) return address_text(place.at);
  return error_number(*value, place.style()) +
         (place.size > sizeof *value
              ? ", " + attributes_text(place.after(sizeof *value), kErrorTable)
              : "");
}

std::string payload_text(const Place& place, const nlmsghdr& header, const Protocol* protocol) {
  if (header.nlmsg_type == NLMSG_ERROR) return error_text(place, header.nlmsg_flags, protocol);
  if (header.nlmsg_type == NLMSG_DONE) return done_text(place);
  if (header.nlmsg_type >= NLMSG_MIN_TYPE && protocol != nullptr && protocol->payload != nullptr)
    if (auto text = protocol->payload({header.nlmsg_type, header.nlmsg_flags, place})) return *text;
  return hex_bytes(place);
}

/// `place`: the message and what follows it.
std::string message_text(const Place& place, const nlmsghdr& header, const Protocol* protocol) {
  const std::uint64_t length = std::min<std::uint64_t>(header.nlmsg_len, place.size);
  const std::string head = header_text(header, protocol, place.style());
  if (length <= NLMSG_HDRLEN) return head;
  Scope scope;
  Place payload = place.part(NLMSG_HDRLEN, length - NLMSG_HDRLEN);
  payload.scope = &scope;
  return fmt::format("[{}, {}]", head, payload_text(payload, header, protocol));
}

}  // namespace

std::string family_message_text(const Place& payload, std::span<const Field> fields,
                                const AttributeTable* attributes) {
  const auto family = payload.load<std::uint8_t>();
  if (!family) return address_text(payload.at);
  const std::uint64_t whole = size_of(fields, payload.compat);
  if (payload.scope != nullptr) payload.scope->family = *family;
  std::string text = '{' + fields_text(payload.part(0, 1), fields);
  if (payload.size < whole) return text + ", ...}";
  if (!payload.readable(whole)) return text + fmt::format(", {:#x}}}", payload.at + 1);
  const std::string rest = fields_text(payload.part(0, whole), fields, 1);
  text += (rest.empty() ? "" : ", ") + rest + '}';
  return attributes != nullptr ? text + attributes_after(payload, whole, *attributes) : text;
}

std::string unknown_family_text(const Place& payload) {
  const auto family = payload.load<std::uint8_t>();
  if (!family) return address_text(payload.at);
  return fmt::format("{{family={}{}}}", named(names::kAddressFamilies, *family, payload.style()),
                     payload.size > 1 ? ", data=" + hex_bytes(payload.after(1)) : "");
}

std::string messages_text(const Place& place, int number) {
  if (number == NETLINK_KOBJECT_UEVENT) return device_event_text(place);
  const Protocol* const protocol = protocol_of(number);
  std::string all;
  bool several = false;
  std::uint64_t done = 0;
  for (std::uint64_t shown = 0;; ++shown) {
    const Place rest = place.after(done);
    if (shown != 0) all += ", ";
    if (rest.size < sizeof(nlmsghdr)) {
      all += hex_bytes(rest);
      break;
    }
    const auto header = rest.load<nlmsghdr>();
    if (!header) {
      all += shown == 0 ? address_text(rest.at) : fmt::format("... /* {:#x} */", rest.at);
      break;
    }
    const std::uint64_t limit = place.options.verbose ? 4096 : place.options.string_limit;
    if (shown == limit) {
      all += "...";
      break;
    }
    all += message_text(rest, *header, protocol);
    const std::uint64_t next = NLMSG_ALIGN(std::uint64_t{header->nlmsg_len});
    if (header->nlmsg_len < sizeof(nlmsghdr) || next >= rest.size) break;
    several = true;
    done += next;
  }
  return several ? '[' + all + ']' : all;
}

}  // namespace ringfare::netlink
