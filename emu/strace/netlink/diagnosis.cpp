// SPDX-License-Identifier: MIT
// sock_diag(7): what is asked and told about sockets.
#include <fmt/format.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/smc_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>

#include <algorithm>

#include "emu/strace/kernel_names/kernel_names.hpp"
#include "emu/strace/netlink/diagnosis_tables.hpp"
#include "emu/strace/netlink/messages.hpp"
#include "emu/strace/netlink/route_tables.hpp"
#include "emu/strace/programs/filter_text.hpp"

namespace ringfare::netlink {
namespace {

using field::any_names;
using field::block;
using field::names;
using field::never;
using field::number;
using field::structure;
using field::u16;
using field::u32;
using field::u64;
using field::u8;

constexpr auto u8_value = number<std::uint8_t>;
constexpr auto u32_value = number<std::uint32_t>;
constexpr std::uint64_t kAll = ~std::uint64_t{0};
constexpr std::uint8_t kSharedMemory = 43;  // AF_SMC

std::optional<std::string> cookies(const Place& place) {
  return field::list(place, 4, u32_value);
}
constexpr Field cookie(std::string_view name) {
  return block(name, 8, cookies, 4);
}
std::optional<std::string> socket_type(const Place& place) {
  const auto value = place.number(place.size);
  return value ? named(*names_of(ArgKind::SocketType), *value, place.style())
               : address_text(place.at);
}

// unix(7)
constexpr Field kUnixRequest[] = {
    u8("sdiag_family", domain), u8("sdiag_protocol"),
    never(u16("pad")),          u32("udiag_states", any_names<ringfare::names::kTcpStateBits>),
    u32("udiag_ino"),           u32("udiag_show", any_names<ringfare::names::kDiagUnixShow>),
    cookie("udiag_cookie")};
constexpr Field kUnix[] = {u8("udiag_family", domain),
                           u8("udiag_type", socket_type),
                           u8("udiag_state", any_names<ringfare::names::kTcpStates>),
                           never(u8("pad")),
                           u32("udiag_ino"),
                           cookie("udiag_cookie")};
/// struct unix_diag_vfs, its second half first.
std::optional<std::string> file(const Place& place) {
  if (place.size < 8) return std::nullopt;
  if (!place.readable(8)) return address_text(place.at);
  return fmt::format("{{udiag_vfs_dev={}, udiag_vfs_ino={}}}", *field::device(place.part(4, 4)),
                     *u32_value(place));
}
constexpr Field kQueues[] = {u32("udiag_rqueue"), u32("udiag_wqueue")};
constexpr Attribute kUnixAttributes[] = {
    {UNIX_DIAG_NAME, field::text},         {UNIX_DIAG_VFS, file},
    {UNIX_DIAG_PEER, u32_value},           {UNIX_DIAG_ICONS, field::list<std::uint32_t, u32_value>},
    {UNIX_DIAG_RQLEN, structure<kQueues>}, {UNIX_DIAG_MEMINFO, memory_in_use},
    {UNIX_DIAG_SHUTDOWN, u8_value},        {UNIX_DIAG_UID, u32_value}};
constexpr AttributeTable kUnixTable{&ringfare::names::kDiagUnixAttributes, kUnixAttributes};

// netlink(7)
constexpr std::uint8_t kEveryProtocol = NDIAG_PROTO_ALL;
std::optional<std::string> asked_protocol(const Place& place) {
  static constexpr Name kEvery[] = {{kEveryProtocol, "NDIAG_PROTO_ALL"}};
  static constexpr NameTable kTable{kEvery, kAll, {}, ""};
  const auto value = place.number(1);
  return value && *value == kEveryProtocol ? named(kTable, *value, place.style())
                                           : any_names<ringfare::names::kNetlinkProtocols>(place);
}
constexpr Name kNetlinkStates[] = {{0, "NETLINK_UNCONNECTED"}, {1, "NETLINK_CONNECTED"}};
constexpr NameTable kNetlinkStateNames{kNetlinkStates, kAll, {}, "NETLINK_?\??"};
constexpr Field kNetlinkRequest[] = {
    u8("sdiag_family", domain),
    u8("sdiag_protocol", asked_protocol),
    never(u16("pad")),
    u32("ndiag_ino"),
    u32("ndiag_show", any_names<ringfare::names::kDiagNetlinkShow>),
    cookie("ndiag_cookie")};
constexpr Field kNetlink[] = {u8("ndiag_family", domain),
                              u8("ndiag_type", socket_type),
                              u8("ndiag_protocol", any_names<ringfare::names::kNetlinkProtocols>),
                              u8("ndiag_state", any_names<kNetlinkStateNames>),
                              u32("ndiag_portid"),
                              u32("ndiag_dst_portid"),
                              u32("ndiag_dst_group"),
                              u32("ndiag_ino"),
                              cookie("ndiag_cookie")};
constexpr Field kNetlinkRing[] = {u32("ndr_block_size"), u32("ndr_block_nr"), u32("ndr_frame_size"),
                                  u32("ndr_frame_nr")};
std::optional<std::string> groups(const Place& place) {
  const std::uint64_t word = place.compat ? 4 : 8;
  if (place.size < word) return std::nullopt;
  return field::list(place, word, field::any_hex);
}
constexpr Attribute kNetlinkAttributes[] = {
    {NETLINK_DIAG_MEMINFO, memory_in_use},
    {NETLINK_DIAG_GROUPS, groups},
    {NETLINK_DIAG_RX_RING, structure<kNetlinkRing>},
    {NETLINK_DIAG_TX_RING, structure<kNetlinkRing>},
    {NETLINK_DIAG_FLAGS, names<std::uint32_t, ringfare::names::kDiagNetlinkFlags>}};
constexpr AttributeTable kNetlinkTable{&ringfare::names::kDiagNetlinkAttributes,
                                       kNetlinkAttributes};

// packet(7)
constexpr Field kPacketRequest[] = {u8("sdiag_family", domain),
                                    u8("sdiag_protocol", field::any_hex),
                                    never(u16("pad")),
                                    u32("pdiag_ino"),
                                    u32("pdiag_show", any_names<ringfare::names::kDiagPacketShow>),
                                    cookie("pdiag_cookie")};
constexpr Field kPacket[] = {u8("pdiag_family", domain), u8("pdiag_type", socket_type),
                             u16("pdiag_num", any_names<ringfare::names::kEthernetProtocols>),
                             u32("pdiag_ino"), cookie("pdiag_cookie")};
constexpr Field kPacketInformation[] = {
    u32("pdi_index", field::interface),
    u32("pdi_version", any_names<ringfare::names::kPacketVersions>),
    u32("pdi_reserve"),
    u32("pdi_copy_thresh"),
    u32("pdi_tstamp"),
    u32("pdi_flags", any_names<ringfare::names::kDiagPacketFlags>)};
/// As long as the field before it says.
std::optional<std::string> link_address(const Place& place) {
  const auto length = place.memory.load<std::uint16_t>({place.at - 2});
  return field::bytes(place.part(0, std::min<std::uint64_t>(length.value_or(0), place.size)));
}
constexpr Field kMulticast[] = {u32("pdmc_index", field::interface), u32("pdmc_count"),
                                u16("pdmc_type"), u16("pdmc_alen"),
                                block("pdmc_addr", 32, link_address)};
constexpr Field kPacketRing[] = {
    u32("pdr_block_size"), u32("pdr_block_nr"),    u32("pdr_frame_size"), u32("pdr_frame_nr"),
    u32("pdr_retire_tmo"), u32("pdr_sizeof_priv"), u32("pdr_features")};
std::optional<std::string> filter(const Place& place) {
  constexpr std::uint64_t kInstruction = 8;
  if (place.size < kInstruction) return std::nullopt;
  return filter_instructions_text(place.memory, place.options, FilterUse::Sockets, place.at,
                                  place.size / kInstruction);
}
constexpr Attribute kPacketAttributes[] = {{PACKET_DIAG_INFO, structure<kPacketInformation>},
                                           {PACKET_DIAG_MCLIST, field::structures<kMulticast>},
                                           {PACKET_DIAG_RX_RING, structure<kPacketRing>},
                                           {PACKET_DIAG_TX_RING, structure<kPacketRing>},
                                           {PACKET_DIAG_FANOUT, u32_value},
                                           {PACKET_DIAG_UID, u32_value},
                                           {PACKET_DIAG_MEMINFO, memory_in_use},
                                           {PACKET_DIAG_FILTER, filter}};
constexpr AttributeTable kPacketTable{&ringfare::names::kDiagPacketAttributes, kPacketAttributes};

// Sockets of the internet, and those over shared memory, which have the same names.
std::optional<std::string> endpoint(const Place& place) {
  const std::uint64_t family = place.scope != nullptr ? place.scope->family : 0;
  return field::named_address(place, family == kSharedMemory ? std::uint64_t{AF_INET} : family);
}
constexpr Field kSocketName[] = {u16("idiag_sport", field::network_number16),
                                 u16("idiag_dport", field::network_number16),
                                 field::whole(block("idiag_src", 16, endpoint, 4)),
                                 field::whole(block("idiag_dst", 16, endpoint, 4)),
                                 u32("idiag_if", field::interface),
                                 cookie("idiag_cookie")};
constexpr Field socket_name(std::string_view name) {
  return block(name, 48, structure<kSocketName>, 4);
}
constexpr Field kInternetRequest[] = {
    u8("sdiag_family", domain),
    u8("sdiag_protocol", any_names<ringfare::names::kInternetProtocols>),
    u8("idiag_ext", any_names<ringfare::names::kDiagInetExtensions>),
    never(u8("pad")),
    u32("idiag_states", any_names<ringfare::names::kTcpStateBits>),
    socket_name("id")};
constexpr Field kOldInternetRequest[] = {
    u8("idiag_family", domain),
    u8("idiag_src_len"),
    u8("idiag_dst_len"),
    u8("idiag_ext", any_names<ringfare::names::kDiagInetExtensions>),
    socket_name("id"),
    u32("idiag_states", any_names<ringfare::names::kTcpStateBits>),
    u32("idiag_dbs")};
constexpr Field kInternet[] = {
    u8("idiag_family", domain), u8("idiag_state", any_names<ringfare::names::kTcpStates>),
    u8("idiag_timer"),          u8("idiag_retrans"),
    socket_name("id"),          u32("idiag_expires"),
    u32("idiag_rqueue"),        u32("idiag_wqueue"),
    u32("idiag_uid"),           u32("idiag_inode")};

constexpr Name kSharedStates[] = {{1, "SMC_ACTIVE"},           {2, "SMC_INIT"},
                                  {7, "SMC_CLOSED"},           {10, "SMC_LISTEN"},
                                  {20, "SMC_PEERCLOSEWAIT1"},  {21, "SMC_PEERCLOSEWAIT2"},
                                  {22, "SMC_APPCLOSEWAIT1"},   {23, "SMC_APPCLOSEWAIT2"},
                                  {24, "SMC_APPFINCLOSEWAIT"}, {25, "SMC_PEERFINCLOSEWAIT"},
                                  {26, "SMC_PEERABORTWAIT"},   {27, "SMC_PROCESSABORT"}};
constexpr NameTable kSharedStateNames{kSharedStates, kAll, {}, "SMC_?\??"};
constexpr Field kSharedRequest[] = {u8("diag_family", domain), never(block("pad", 2, nullptr)),
                                    u8("diag_ext", any_names<ringfare::names::kSmcExtensions>),
                                    socket_name("id")};
constexpr Field kShared[] = {u8("diag_family", domain),
                             u8("diag_state", any_names<kSharedStateNames>),
                             u8("diag_fallback", any_names<ringfare::names::kSmcFallback>),
                             u8("diag_shutdown"),
                             socket_name("id"),
                             u32("diag_uid"),
                             block("diag_inode", 8, field::any_number, 8)};

struct FamilyRow {
  std::uint8_t family;
  std::span<const Field> request, answer;
  const AttributeTable *request_attributes, *answer_attributes;
};
constexpr FamilyRow kFamilies[] = {
    {AF_UNIX, kUnixRequest, kUnix, nullptr, &kUnixTable},
    {AF_NETLINK, kNetlinkRequest, kNetlink, nullptr, &kNetlinkTable},
    {AF_PACKET, kPacketRequest, kPacket, nullptr, &kPacketTable},
    {AF_INET, kInternetRequest, kInternet, &kInternetRequestTable, &kInternetTable},
    {AF_INET6, kInternetRequest, kInternet, &kInternetRequestTable, &kInternetTable},
    {kSharedMemory, kSharedRequest, kShared, nullptr, &kSharedTable},
};

}  // namespace

std::optional<std::string> socket_diagnosis_payload(const Message& message) {
  const Place& place = message.payload;
  const auto family = place.load<std::uint8_t>();
  if (!family) return address_text(place.at);
  const auto row = std::ranges::find(kFamilies, *family, &FamilyRow::family);
  const bool old = message.type == TCPDIAG_GETSOCK || message.type == DCCPDIAG_GETSOCK;
  const bool known =
      row != std::end(kFamilies) && place.size > 1 &&
      (old ? *family == AF_INET || *family == AF_INET6 : message.type == SOCK_DIAG_BY_FAMILY);
  if (!known) return unknown_family_text(place);
  if ((message.flags & NLM_F_REQUEST) == 0)
    return family_message_text(place, row->answer, row->answer_attributes);
  return family_message_text(place,
                             old ? std::span<const Field>(kOldInternetRequest) : row->request,
                             row->request_attributes);
}

}  // namespace ringfare::netlink
