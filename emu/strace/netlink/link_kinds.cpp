// SPDX-License-Identifier: MIT
// What interfaces of one kind have: IFLA_LINKINFO.
#include <linux/if_bridge.h>
#include <linux/if_link.h>

#include <algorithm>
#include <cstring>

#include "emu/strace/kernel_names/kernel_names.hpp"
#include "emu/strace/netlink/route_tables.hpp"

namespace ringfare::netlink {
namespace {

using field::block;
using field::hex;
using field::interface;
using field::names;
using field::number;
using field::ticks;
using field::u32;

constexpr auto u8_value = number<std::uint8_t>;
constexpr auto u16_value = number<std::uint16_t>;
constexpr auto u32_value = number<std::uint32_t>;

std::optional<std::string> number_pair(const Place& place) {
  return field::list(place, 1, u8_value);
}
constexpr Field kIdentity[] = {block("prio", 2, number_pair),
                               block("addr", 6, field::hardware_address)};

constexpr Field kOptions[] = {u32("optval", field::any_names<ringfare::names::kBridgeOptions>),
                              u32("optmask", field::any_names<ringfare::names::kBridgeOptions>)};
constexpr Attribute kQueriers[] = {{BRIDGE_QUERIER_IP_ADDRESS, field::internet_address4},
                                   {BRIDGE_QUERIER_IP_PORT, interface},
                                   {BRIDGE_QUERIER_IP_OTHER_TIMER, ticks},
                                   {BRIDGE_QUERIER_IPV6_ADDRESS, field::internet_address6},
                                   {BRIDGE_QUERIER_IPV6_PORT, interface},
                                   {BRIDGE_QUERIER_IPV6_OTHER_TIMER, ticks}};
constexpr AttributeTable kQuerierTable{&ringfare::names::kBridgeQuerierAttributes, kQueriers};

constexpr Attribute kBridge[] = {
    {IFLA_BR_FORWARD_DELAY, ticks},
    {IFLA_BR_HELLO_TIME, ticks},
    {IFLA_BR_MAX_AGE, ticks},
    {IFLA_BR_AGEING_TIME, ticks},
    {IFLA_BR_STP_STATE, u32_value},
    {IFLA_BR_PRIORITY, u16_value},
    {IFLA_BR_VLAN_FILTERING, u8_value},
    {IFLA_BR_VLAN_PROTOCOL, field::network_names<ringfare::names::kEthernetProtocols>},
    {IFLA_BR_GROUP_FWD_MASK, hex<std::uint16_t>},
    {IFLA_BR_ROOT_ID, bridge_identity},
    {IFLA_BR_BRIDGE_ID, bridge_identity},
    {IFLA_BR_ROOT_PORT, u16_value},
    {IFLA_BR_ROOT_PATH_COST, u32_value},
    {IFLA_BR_TOPOLOGY_CHANGE, u8_value},
    {IFLA_BR_TOPOLOGY_CHANGE_DETECTED, u8_value},
    {IFLA_BR_HELLO_TIMER, ticks},
    {IFLA_BR_TCN_TIMER, ticks},
    {IFLA_BR_TOPOLOGY_CHANGE_TIMER, ticks},
    {IFLA_BR_GC_TIMER, ticks},
    {IFLA_BR_GROUP_ADDR, field::hardware_address},
    {IFLA_BR_MCAST_ROUTER, u8_value},
    {IFLA_BR_MCAST_SNOOPING, u8_value},
    {IFLA_BR_MCAST_QUERY_USE_IFADDR, u8_value},
    {IFLA_BR_MCAST_QUERIER, u8_value},
    {IFLA_BR_MCAST_HASH_ELASTICITY, u32_value},
    {IFLA_BR_MCAST_HASH_MAX, u32_value},
    {IFLA_BR_MCAST_LAST_MEMBER_CNT, u32_value},
    {IFLA_BR_MCAST_STARTUP_QUERY_CNT, u32_value},
    {IFLA_BR_MCAST_LAST_MEMBER_INTVL, ticks},
    {IFLA_BR_MCAST_MEMBERSHIP_INTVL, ticks},
    {IFLA_BR_MCAST_QUERIER_INTVL, ticks},
    {IFLA_BR_MCAST_QUERY_INTVL, ticks},
    {IFLA_BR_MCAST_QUERY_RESPONSE_INTVL, ticks},
    {IFLA_BR_MCAST_STARTUP_QUERY_INTVL, ticks},
    {IFLA_BR_NF_CALL_IPTABLES, u8_value},
    {IFLA_BR_NF_CALL_IP6TABLES, u8_value},
    {IFLA_BR_NF_CALL_ARPTABLES, u8_value},
    {IFLA_BR_VLAN_DEFAULT_PVID, u16_value},
    {IFLA_BR_VLAN_STATS_ENABLED, u8_value},
    {IFLA_BR_MCAST_STATS_ENABLED, u8_value},
    {IFLA_BR_MCAST_IGMP_VERSION, u8_value},
    {IFLA_BR_MCAST_MLD_VERSION, u8_value},
    {IFLA_BR_VLAN_STATS_PER_PORT, u8_value},
    {IFLA_BR_MULTI_BOOLOPT, field::structure<kOptions>},
    {IFLA_BR_MCAST_QUERIER_STATE, nested<kQuerierTable>}};
constexpr AttributeTable kBridgeTable{&ringfare::names::kBridgeAttributes, kBridge};

constexpr Attribute kPorts[] = {{IFLA_BRPORT_STATE, u8_value},
                                {IFLA_BRPORT_PRIORITY, u16_value},
                                {IFLA_BRPORT_COST, u32_value},
                                {IFLA_BRPORT_MODE, u8_value},
                                {IFLA_BRPORT_GUARD, u8_value},
                                {IFLA_BRPORT_PROTECT, u8_value},
                                {IFLA_BRPORT_FAST_LEAVE, u8_value},
                                {IFLA_BRPORT_LEARNING, u8_value},
                                {IFLA_BRPORT_UNICAST_FLOOD, u8_value},
                                {IFLA_BRPORT_PROXYARP, u8_value},
                                {IFLA_BRPORT_LEARNING_SYNC, u8_value},
                                {IFLA_BRPORT_PROXYARP_WIFI, u8_value},
                                {IFLA_BRPORT_ROOT_ID, bridge_identity},
                                {IFLA_BRPORT_BRIDGE_ID, bridge_identity},
                                {IFLA_BRPORT_DESIGNATED_PORT, u16_value},
                                {IFLA_BRPORT_DESIGNATED_COST, u16_value},
                                {IFLA_BRPORT_ID, u16_value},
                                {IFLA_BRPORT_NO, u16_value},
                                {IFLA_BRPORT_TOPOLOGY_CHANGE_ACK, u8_value},
                                {IFLA_BRPORT_CONFIG_PENDING, u8_value},
                                {IFLA_BRPORT_MESSAGE_AGE_TIMER, ticks},
                                {IFLA_BRPORT_FORWARD_DELAY_TIMER, ticks},
                                {IFLA_BRPORT_HOLD_TIMER, ticks},
                                {IFLA_BRPORT_MULTICAST_ROUTER, u8_value},
                                {IFLA_BRPORT_MCAST_FLOOD, u8_value},
                                {IFLA_BRPORT_MCAST_TO_UCAST, u8_value},
                                {IFLA_BRPORT_VLAN_TUNNEL, u8_value},
                                {IFLA_BRPORT_BCAST_FLOOD, u8_value},
                                {IFLA_BRPORT_GROUP_FWD_MASK, hex<std::uint16_t>},
                                {IFLA_BRPORT_NEIGH_SUPPRESS, u8_value},
                                {IFLA_BRPORT_ISOLATED, u8_value},
                                {IFLA_BRPORT_BACKUP_PORT, interface},
                                {IFLA_BRPORT_MRP_RING_OPEN, u8_value},
                                {IFLA_BRPORT_MRP_IN_OPEN, u8_value},
                                {IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT, u32_value},
                                {IFLA_BRPORT_MCAST_EHT_HOSTS_CNT, u32_value},
                                {IFLA_BRPORT_LOCKED, u8_value}};
constexpr AttributeTable kPortTable{&ringfare::names::kBridgePortAttributes, kPorts};

std::optional<std::string> owner(const Place& place) {
  if (place.size < 4) return std::nullopt;
  return field::any_signed(place.part(0, 4)) == "-1" ? "-1" : u32_value(place);
}
constexpr Attribute kTun[] = {{IFLA_TUN_OWNER, owner},
                              {IFLA_TUN_GROUP, owner},
                              {IFLA_TUN_TYPE, names<std::uint8_t, ringfare::names::kTunTypes>},
                              {IFLA_TUN_PI, u8_value},
                              {IFLA_TUN_VNET_HDR, u8_value},
                              {IFLA_TUN_PERSIST, u8_value},
                              {IFLA_TUN_MULTI_QUEUE, u8_value},
                              {IFLA_TUN_NUM_QUEUES, u32_value},
                              {IFLA_TUN_NUM_DISABLED_QUEUES, u32_value}};
constexpr AttributeTable kTunTable{&ringfare::names::kTunAttributes, kTun};

constexpr Field kCanCounters[] = {u32("bus_error"), u32("error_warning"),    u32("error_passive"),
                                  u32("bus_off"),   u32("arbitration_lost"), u32("restarts")};

struct Kind {
  std::string_view name;
  PlaceText data, counters, slave_data;
};
constexpr Kind kKinds[] = {
    {"bridge", nested<kBridgeTable>, nullptr, nested<kPortTable>},
    {"tun", nested<kTunTable>, nullptr, nullptr},
    {"can", nullptr, field::structure<kCanCounters>, nullptr},
};

const Kind* kind_of(std::string_view name) {
  const auto row = std::ranges::find(kKinds, name, &Kind::name);
  return row != std::end(kKinds) ? &*row : nullptr;
}

template <std::string Scope::*kName>
std::optional<std::string> kind_name(const Place& place) {
  const auto bytes = place.bytes();
  if (bytes && place.scope != nullptr) place.scope->*kName = bytes->substr(0, bytes->find('\0'));
  return field::text(place);
}

template <std::string Scope::*kName, PlaceText Kind::*kPart>
std::optional<std::string> of_kind(const Place& place) {
  const Kind* const kind = place.scope != nullptr ? kind_of(place.scope->*kName) : nullptr;
  return kind != nullptr && kind->*kPart != nullptr ? (kind->*kPart)(place) : std::nullopt;
}

constexpr Attribute kInformation[] = {
    {IFLA_INFO_KIND, kind_name<&Scope::kind>},
    {IFLA_INFO_DATA, of_kind<&Scope::kind, &Kind::data>},
    {IFLA_INFO_XSTATS, of_kind<&Scope::kind, &Kind::counters>},
    {IFLA_INFO_SLAVE_KIND, kind_name<&Scope::slave_kind>},
    {IFLA_INFO_SLAVE_DATA, of_kind<&Scope::slave_kind, &Kind::slave_data>}};
constexpr AttributeTable kInformationTable{&ringfare::names::kLinkInfoAttributes, kInformation};

// Virtual functions of a card.
constexpr Field kMac[] = {u32("vf"), block("mac", 32, field::hardware_address)};
constexpr Field kVlan[] = {u32("vf"), u32("vlan"), u32("qos")};
constexpr Field kRate[] = {u32("vf"), u32("rate")};
constexpr Field kSetting[] = {u32("vf"), u32("setting")};
constexpr Field kLinkState[] = {
    u32("vf"), u32("link_state", field::any_names<ringfare::names::kVfLinkStates>)};
constexpr Field kRates[] = {u32("vf"), u32("min_tx_rate"), u32("max_tx_rate")};
constexpr Field kGuid[] = {u32("vf"), field::never(u32("pad")), field::u64("guid", field::any_hex)};
constexpr Field kBroadcast[] = {block("broadcast", 32, field::hardware_address)};
constexpr Field kVlanInfo[] = {
    u32("vf"), u32("vlan"), u32("qos"),
    field::u16("vlan_proto", field::network_names<ringfare::names::kEthernetProtocols>)};
constexpr Attribute kVlans[] = {{IFLA_VF_VLAN_INFO, field::structure<kVlanInfo>}};
constexpr AttributeTable kVlanTable{&ringfare::names::kVfVlanAttributes, kVlans};
constexpr auto counter = number<std::uint64_t>;
constexpr Attribute kFunctionCounters[] = {
    {IFLA_VF_STATS_RX_PACKETS, counter}, {IFLA_VF_STATS_TX_PACKETS, counter},
    {IFLA_VF_STATS_RX_BYTES, counter},   {IFLA_VF_STATS_TX_BYTES, counter},
    {IFLA_VF_STATS_BROADCAST, counter},  {IFLA_VF_STATS_MULTICAST, counter},
    {IFLA_VF_STATS_RX_DROPPED, counter}, {IFLA_VF_STATS_TX_DROPPED, counter}};
constexpr AttributeTable kFunctionCounterTable{&ringfare::names::kVfStatsAttributes,
                                               kFunctionCounters};
constexpr Attribute kFunctions[] = {{IFLA_VF_MAC, field::structure<kMac>},
                                    {IFLA_VF_VLAN, field::structure<kVlan>},
                                    {IFLA_VF_TX_RATE, field::structure<kRate>},
                                    {IFLA_VF_SPOOFCHK, field::structure<kSetting>},
                                    {IFLA_VF_LINK_STATE, field::structure<kLinkState>},
                                    {IFLA_VF_RATE, field::structure<kRates>},
                                    {IFLA_VF_RSS_QUERY_EN, field::structure<kSetting>},
                                    {IFLA_VF_STATS, nested<kFunctionCounterTable>},
                                    {IFLA_VF_TRUST, field::structure<kSetting>},
                                    {IFLA_VF_IB_NODE_GUID, field::structure<kGuid>},
                                    {IFLA_VF_IB_PORT_GUID, field::structure<kGuid>},
                                    {IFLA_VF_VLAN_LIST, nested<kVlanTable>},
                                    {IFLA_VF_BROADCAST, field::structure<kBroadcast>}};
constexpr AttributeTable kFunctionTable{&ringfare::names::kVfAttributes, kFunctions};
constexpr Attribute kFunctionLists[] = {{IFLA_VF_INFO, nested<kFunctionTable>}};
constexpr AttributeTable kFunctionListTable{&ringfare::names::kVfInfoAttributes, kFunctionLists};

}  // namespace

std::optional<std::string> bridge_identity(const Place& place) {
  return structure_text(place, kIdentity);
}

std::optional<std::string> bridge_port(const Place& place) {
  return attributes_text(place, kPortTable);
}

std::optional<std::string> link_information(const Place& place) {
  if (place.scope != nullptr) {
    place.scope->kind.clear();
    place.scope->slave_kind.clear();
  }
  return attributes_text(place, kInformationTable);
}

std::optional<std::string> virtual_functions(const Place& place) {
  return attributes_text(place, kFunctionListTable);
}

}  // namespace ringfare::netlink
