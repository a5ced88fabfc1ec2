// SPDX-License-Identifier: MIT
// What protocols say of an interface: IFLA_AF_SPEC, IFLA_PROTINFO.
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <sys/socket.h>

#include "emu/strace/kernel_names/kernel_names.hpp"
#include "emu/strace/netlink/route_tables.hpp"

namespace ringfare::netlink {
namespace {

using field::names;
using field::number;
using field::u16;
using field::u32;

/// Settings of IPv4 count from 1.
std::optional<std::string> settings(const Place& place) {
  if (place.size < 4) return std::nullopt;
  return field::indexed_list(place, 4, number<std::int32_t>, ringfare::names::kInetSettings, 1,
                             "-1");
}
constexpr Attribute kInet[] = {{IFLA_INET_CONF, settings}};
constexpr AttributeTable kInetTable{&ringfare::names::kInetAttributes, kInet};

template <class T, const NameTable& kNames>
std::optional<std::string> indexed(const Place& place) {
  if (place.size < sizeof(T)) return std::nullopt;
  return field::indexed_list(place, sizeof(T), number<T>, kNames, 0, "");
}

// Of the kernel's own net/if_inet6.h.
constexpr Name kInet6Bits[] = {{0x10, "IF_RS_SENT"},
                               {0x20, "IF_RA_RCVD"},
                               {0x40, "IF_RA_MANAGED"},
                               {0x80, "IF_RA_OTHERCONF"},
                               {0x80000000, "IF_READY"}};
constexpr NameTable kInet6Flags{{}, 0, kInet6Bits, "IF_?\??"};
constexpr Field kInet6Cache[] = {u32("max_reasm_len"), u32("tstamp"), u32("reachable_time"),
                                 u32("retrans_time")};
constexpr Attribute kInet6[] = {
    {IFLA_INET6_FLAGS, names<std::uint32_t, kInet6Flags>},
    {IFLA_INET6_CONF, indexed<std::int32_t, ringfare::names::kInet6Settings>},
    {IFLA_INET6_STATS, indexed<std::uint64_t, ringfare::names::kInet6Counters>},
    {IFLA_INET6_CACHEINFO, field::structure<kInet6Cache>},
    {IFLA_INET6_ICMP6STATS, indexed<std::uint64_t, ringfare::names::kIcmp6Counters>},
    {IFLA_INET6_TOKEN, field::internet_address6},
    {IFLA_INET6_ADDR_GEN_MODE, names<std::uint8_t, ringfare::names::kAddressModes>},
    {IFLA_INET6_RA_MTU, number<std::uint32_t>}};
constexpr AttributeTable kInet6Table{&ringfare::names::kInet6Attributes, kInet6};

constexpr Attribute kMctp[] = {{IFLA_MCTP_NET, number<std::uint32_t>}};
constexpr AttributeTable kMctpTable{&ringfare::names::kMctpAttributes, kMctp};

constexpr Attribute kFamilies[] = {{AF_INET, nested<kInetTable>},
                                   {AF_INET6, nested<kInet6Table>},
                                   {45, nested<kMctpTable>}};  // AF_MCTP
constexpr AttributeTable kFamilyTable{&ringfare::names::kAddressFamilies, kFamilies};

constexpr Field kVlan[] = {u16("flags", field::any_names<ringfare::names::kBridgeVlanFlags>),
                           u16("vid")};
constexpr Attribute kTunnel[] = {
    {IFLA_BRIDGE_VLAN_TUNNEL_ID, number<std::uint32_t>},
    {IFLA_BRIDGE_VLAN_TUNNEL_VID, number<std::uint16_t>},
    {IFLA_BRIDGE_VLAN_TUNNEL_FLAGS, names<std::uint16_t, ringfare::names::kBridgeVlanFlags>}};
constexpr AttributeTable kTunnelTable{&ringfare::names::kBridgeTunnelAttributes, kTunnel};
constexpr Attribute kBridge[] = {
    {IFLA_BRIDGE_FLAGS, names<std::uint16_t, ringfare::names::kBridgeFlags>},
    {IFLA_BRIDGE_MODE, names<std::uint16_t, ringfare::names::kBridgeModes>},
    {IFLA_BRIDGE_VLAN_INFO, field::structure_and_rest<kVlan>},
    {IFLA_BRIDGE_VLAN_TUNNEL_INFO, nested<kTunnelTable>}};
constexpr AttributeTable kBridgeTable{&ringfare::names::kBridgeAfAttributes, kBridge};

std::uint64_t family_of(const Place& place) {
  return place.scope != nullptr ? place.scope->family : 0;
}

}  // namespace

std::optional<std::string> link_families(const Place& place) {
  return attributes_text(place, family_of(place) == AF_BRIDGE ? kBridgeTable : kFamilyTable);
}

std::optional<std::string> link_protocol(const Place& place) {
  if (family_of(place) == AF_BRIDGE) return bridge_port(place);
  if (family_of(place) == AF_INET6) return attributes_text(place, kInet6Table);
  return std::nullopt;
}

}  // namespace ringfare::netlink
