// SPDX-License-Identifier: MIT
// Counters of interfaces (RTM_GETSTATS), traffic control, multicast groups of bridges.
#include <fmt/format.h>
#include <linux/gen_stats.h>
#include <linux/if_bonding.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/mpls.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "emu/strace/kernel_names/kernel_names.hpp"
#include "emu/strace/netlink/route_tables.hpp"

namespace ringfare::netlink {
namespace {

using field::any_names;
using field::block;
using field::names;
using field::number;
using field::structure;
using field::structure_and_rest;
using field::u16;
using field::u32;
using field::u64;
using field::u8;

constexpr auto u32_value = number<std::uint32_t>;
constexpr auto u64_value = number<std::uint64_t>;

/// [[BR_MCAST_DIR_RX]=0, [BR_MCAST_DIR_TX]=0]
std::optional<std::string> both_ways(const Place& place) {
  return field::indexed_list(place, 8, u64_value, ringfare::names::kMulticastDirections, 0, "");
}
constexpr Field pair(std::string_view name) {
  return block(name, 16, both_ways, 8);
}

constexpr Field kVlan[] = {u64("rx_bytes"),
                           u64("rx_packets"),
                           u64("tx_bytes"),
                           u64("tx_packets"),
                           u16("vid"),
                           u16("flags", any_names<ringfare::names::kBridgeVlanFlags>),
                           field::pad("pad2", 4, 4)};
constexpr Field kMulticasts[] = {
    pair("igmp_v1queries"), pair("igmp_v2queries"),   pair("igmp_v3queries"),
    pair("igmp_leaves"),    pair("igmp_v1reports"),   pair("igmp_v2reports"),
    pair("igmp_v3reports"), u64("igmp_parse_errors"), pair("mld_v1queries"),
    pair("mld_v2queries"),  pair("mld_leaves"),       pair("mld_v1reports"),
    pair("mld_v2reports"),  u64("mld_parse_errors"),  pair("mcast_bytes"),
    pair("mcast_packets")};
constexpr Field kSpanningTree[] = {u64("transition_blk"), u64("transition_fwd"), u64("rx_bpdu"),
                                   u64("tx_bpdu"),        u64("rx_tcn"),         u64("tx_tcn")};
constexpr Attribute kBridge[] = {{BRIDGE_XSTATS_VLAN, structure_and_rest<kVlan>},
                                 {BRIDGE_XSTATS_MCAST, structure_and_rest<kMulticasts>},
                                 {BRIDGE_XSTATS_STP, structure_and_rest<kSpanningTree>}};
constexpr AttributeTable kBridgeTable{&ringfare::names::kBridgeXstats, kBridge};
constexpr Attribute kAggregation[] = {
    {BOND_3AD_STAT_LACPDU_RX, u64_value},         {BOND_3AD_STAT_LACPDU_TX, u64_value},
    {BOND_3AD_STAT_LACPDU_UNKNOWN_RX, u64_value}, {BOND_3AD_STAT_LACPDU_ILLEGAL_RX, u64_value},
    {BOND_3AD_STAT_MARKER_RX, u64_value},         {BOND_3AD_STAT_MARKER_TX, u64_value},
    {BOND_3AD_STAT_MARKER_RESP_RX, u64_value},    {BOND_3AD_STAT_MARKER_RESP_TX, u64_value},
    {BOND_3AD_STAT_MARKER_UNKNOWN_RX, u64_value}};
constexpr AttributeTable kAggregationTable{&ringfare::names::kBondAdStats, kAggregation};
constexpr Attribute kBond[] = {{BOND_XSTATS_3AD, nested<kAggregationTable>}};
constexpr AttributeTable kBondTable{&ringfare::names::kBondXstats, kBond};
constexpr Attribute kKinds[] = {{LINK_XSTATS_TYPE_BRIDGE, nested<kBridgeTable>},
                                {LINK_XSTATS_TYPE_BOND, nested<kBondTable>}};
constexpr AttributeTable kKindTable{&ringfare::names::kXstatsTypes, kKinds};
constexpr Attribute kOffload[] = {{IFLA_OFFLOAD_XSTATS_CPU_HIT, link_counters}};
constexpr AttributeTable kOffloadTable{&ringfare::names::kOffloadXstats, kOffload};
constexpr Field kMpls[] = {u64("rx_packets"), u64("tx_packets"), u64("rx_bytes"),
                           u64("tx_bytes"),   u64("rx_errors"),  u64("tx_errors"),
                           u64("rx_dropped"), u64("tx_dropped"), u64("rx_noroute")};
constexpr Attribute kLabels[] = {{MPLS_STATS_LINK, structure_and_rest<kMpls>}};
constexpr AttributeTable kLabelTable{&ringfare::names::kMplsStats, kLabels};
constexpr Attribute kFamilies[] = {{AF_MPLS, nested<kLabelTable>}};
constexpr AttributeTable kFamilyTable{&ringfare::names::kAddressFamilies, kFamilies};
constexpr Attribute kStats[] = {{IFLA_STATS_LINK_64, link_counters},
                                {IFLA_STATS_LINK_XSTATS, nested<kKindTable>},
                                {IFLA_STATS_LINK_XSTATS_SLAVE, nested<kKindTable>},
                                {IFLA_STATS_LINK_OFFLOAD_XSTATS, nested<kOffloadTable>},
                                {IFLA_STATS_AF_SPEC, nested<kFamilyTable>}};

// Traffic control.
constexpr Field kTrafficStats[] = {u64("bytes"), u32("packets"), u32("drops"), u32("overlimits"),
                                   u32("bps"),   u32("pps"),     u32("qlen"),  u32("backlog")};
constexpr std::uint64_t kLeastTrafficStats = 36;
constexpr Field kEstimator[] = {u8("interval", field::any_signed), u8("ewma_log")};
constexpr Field kBasic[] = {u64("bytes"), u32("packets")};
constexpr std::uint64_t kLeastBasic = 12;
constexpr Field kRateEstimate[] = {u32("bps"), u32("pps")};
constexpr Field kRateEstimate64[] = {u64("bps"), u64("pps")};
constexpr Field kQueue[] = {u32("qlen"), u32("backlog"), u32("drops"), u32("requeues"),
                            u32("overlimits")};
constexpr Attribute kGeneral[] = {{TCA_STATS_BASIC, field::structure_from<kBasic, kLeastBasic>},
                                  {TCA_STATS_RATE_EST, structure<kRateEstimate>},
                                  {TCA_STATS_QUEUE, structure<kQueue>},
                                  {TCA_STATS_RATE_EST64, structure<kRateEstimate64>},
                                  {TCA_STATS_BASIC_HW, field::structure_from<kBasic, kLeastBasic>},
                                  {TCA_STATS_PKT64, u64_value}};
constexpr AttributeTable kGeneralTable{&ringfare::names::kTcStatsAttributes, kGeneral};
constexpr Field kSizes[] = {u8("cell_log"),
                            u8("size_log"),
                            u16("cell_align", field::any_signed),
                            u32("overhead", field::any_signed),
                            u32("linklayer"),
                            u32("mpu"),
                            u32("mtu"),
                            u32("tsize")};
constexpr Attribute kSizeTables[] = {
    {TCA_STAB_BASE, structure<kSizes>},
    {TCA_STAB_DATA, field::list<std::uint16_t, number<std::uint16_t>>}};
constexpr AttributeTable kSizeTable{&ringfare::names::kTcStabAttributes, kSizeTables};
constexpr Attribute kTraffic[] = {
    {TCA_KIND, field::text},
    {TCA_STATS, field::structure_from<kTrafficStats, kLeastTrafficStats>},
    {TCA_RATE, structure<kEstimator>},
    {TCA_STATS2, nested<kGeneralTable>},
    {TCA_STAB, nested<kSizeTable>},
    {TCA_CHAIN, u32_value},
    {TCA_HW_OFFLOAD, number<std::uint8_t>},
    {TCA_INGRESS_BLOCK, u32_value},
    {TCA_EGRESS_BLOCK, u32_value}};
constexpr Attribute kActions[] = {
    {TCA_ACT_KIND, field::text},
    {TCA_ACT_INDEX, u32_value},
    {TCA_ACT_STATS, nested<kGeneralTable>},
    {TCA_ACT_FLAGS, names<std::uint32_t, ringfare::names::kTcActionFlags>},
    {TCA_ACT_HW_STATS, names<std::uint32_t, ringfare::names::kTcActionHwStats>},
    {TCA_ACT_USED_HW_STATS, names<std::uint32_t, ringfare::names::kTcActionHwStats>},
    {TCA_ACT_IN_HW_COUNT, u32_value}};

// Multicast groups.
std::optional<std::string> protocol(const Place& place) {
  return field::network_names<ringfare::names::kAddressFamilies>(place);
}

/// struct br_mdb_entry: the address's bytes come before what they are.
std::optional<std::string> group_address(const Place& place) {
  const auto type = place.load<std::uint16_t>(16);
  if (!type) return address_text(place.at);
  const std::uint16_t host = __builtin_bswap16(*type);
  const bool internet = host == 0x800 || host == 0x86dd;
  Place address = place.part(0, host == 0x800 ? 4 : 16);
  address.name = "u";
  const std::string shown =
      internet ? field::internet_address(address, host == 0x800 ? AF_INET : AF_INET6)
                     .value_or(hex_bytes(address))
               : hex_bytes(address);
  const Place kind = place.part(16, 2);
  return fmt::format("{{{}{}, proto={}}}", internet ? "" : "u=", shown,
                     internet ? *field::network_names<ringfare::names::kEthernetProtocols>(kind)
                              : *protocol(kind));
}
constexpr Field kEntry[] = {u32("ifindex", field::interface),
                            u8("state", any_names<ringfare::names::kMdbStates>),
                            u8("flags", any_names<ringfare::names::kMdbFlags>), u16("vid"),
                            block("addr", 20, group_address, 4)};
constexpr Attribute kEntryExtras[] = {{MDBA_MDB_EATTR_TIMER, u32_value}};
constexpr AttributeTable kEntryExtraTable{&ringfare::names::kMdbEntryExtras, kEntryExtras};
std::optional<std::string> entry(const Place& place) {
  const auto text = structure_text(place, kEntry);
  const std::uint64_t size = size_of(kEntry, place.compat);
  return text && place.readable(size) ? *text + attributes_after(place, size, kEntryExtraTable)
                                      : text;
}
constexpr Attribute kEntries[] = {{MDBA_MDB_ENTRY_INFO, entry}};
constexpr AttributeTable kEntryTable{&ringfare::names::kMdbEntryAttributes, kEntries};
constexpr Attribute kGroups[] = {{MDBA_MDB_ENTRY, nested<kEntryTable>}};
constexpr AttributeTable kGroupTable{&ringfare::names::kMdbMdbAttributes, kGroups};
constexpr Attribute kRouterPorts[] = {
    {MDBA_ROUTER_PATTR_TIMER, field::ticks},
    {MDBA_ROUTER_PATTR_TYPE, names<std::uint8_t, ringfare::names::kMdbRouterTypes>},
    {MDBA_ROUTER_PATTR_INET_TIMER, field::ticks},
    {MDBA_ROUTER_PATTR_INET6_TIMER, field::ticks},
    {MDBA_ROUTER_PATTR_VID, number<std::uint16_t>}};
constexpr AttributeTable kRouterPortTable{&ringfare::names::kMdbRouterPortAttributes, kRouterPorts};
std::optional<std::string> router_port(const Place& place) {
  const auto text = field::interface(place);
  return text && place.readable(4) ? *text + attributes_after(place, 4, kRouterPortTable) : text;
}
constexpr Attribute kRouters[] = {{MDBA_ROUTER_PORT, router_port}};
constexpr AttributeTable kRouterTable{&ringfare::names::kMdbRouterAttributes, kRouters};
constexpr Attribute kMulticast[] = {{MDBA_MDB, nested<kGroupTable>},
                                    {MDBA_ROUTER, nested<kRouterTable>}};

}  // namespace

constexpr AttributeTable kStatsTable{&ringfare::names::kStatsAttributes, kStats};
constexpr AttributeTable kTrafficTable{&ringfare::names::kTcAttributes, kTraffic};
constexpr AttributeTable kActionTable{&ringfare::names::kTcActionAttributes, kActions};
constexpr AttributeTable kMulticastTable{&ringfare::names::kMdbAttributes, kMulticast};

}  // namespace ringfare::netlink
