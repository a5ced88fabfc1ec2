// SPDX-License-Identifier: MIT
// Attributes of addresses, routes, rules, neighbours and next hops.
#include <fmt/format.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_addrlabel.h>
#include <linux/mroute.h>
#include <linux/mroute6.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "emu/strace/kernel_names/kernel_names.hpp"
#include "emu/strace/netlink/messages.hpp"
#include "emu/strace/netlink/route_tables.hpp"

namespace ringfare::netlink {
namespace {

using field::any_names;
using field::block;
using field::if_set;
using field::interface;
using field::names;
using field::number;
using field::scope_address;
using field::structure;
using field::u16;
using field::u32;
using field::u64;
using field::u8;

constexpr auto u8_value = number<std::uint8_t>;
constexpr auto u16_value = number<std::uint16_t>;
constexpr auto u32_value = number<std::uint32_t>;
constexpr auto s32_value = number<std::int32_t>;

constexpr Field kAddressCache[] = {u32("ifa_prefered"), u32("ifa_valid"), u32("cstamp"),
                                   u32("tstamp")};
constexpr Attribute kAddresses[] = {
    {IFA_ADDRESS, scope_address},
    {IFA_LOCAL, scope_address},
    {IFA_LABEL, field::text},
    {IFA_BROADCAST, scope_address},
    {IFA_ANYCAST, scope_address},
    {IFA_CACHEINFO, structure<kAddressCache>},
    {IFA_MULTICAST, scope_address},
    {IFA_FLAGS, names<std::uint32_t, ringfare::names::kAddressFlags>},
    {IFA_RT_PRIORITY, u32_value},
    {IFA_TARGET_NETNSID, s32_value},
    {IFA_PROTO, names<std::uint8_t, ringfare::names::kAddressProtocols>}};

constexpr Attribute kAddressLabels[] = {{IFAL_ADDRESS, scope_address}, {IFAL_LABEL, u32_value}};

constexpr Attribute kMetrics[] = {{RTAX_LOCK, u32_value},
                                  {RTAX_MTU, u32_value},
                                  {RTAX_WINDOW, u32_value},
                                  {RTAX_RTT, u32_value},
                                  {RTAX_RTTVAR, u32_value},
                                  {RTAX_SSTHRESH, u32_value},
                                  {RTAX_CWND, u32_value},
                                  {RTAX_ADVMSS, u32_value},
                                  {RTAX_REORDERING, u32_value},
                                  {RTAX_HOPLIMIT, u32_value},
                                  {RTAX_INITCWND, u32_value},
                                  {RTAX_FEATURES, u32_value},
                                  {RTAX_RTO_MIN, u32_value},
                                  {RTAX_INITRWND, u32_value},
                                  {RTAX_QUICKACK, u32_value},
                                  {RTAX_CC_ALGO, field::text},
                                  {RTAX_FASTOPEN_NO_COOKIE, u32_value}};
constexpr AttributeTable kMetricsTable{&ringfare::names::kRouteMetrics, kMetrics};

constexpr Field kHop[] = {u16("rtnh_len"),
                          u8("rtnh_flags", any_names<ringfare::names::kNexthopFlags>),
                          u8("rtnh_hops"), u32("rtnh_ifindex", interface)};

/// Next hops of one route, each with attributes.
std::optional<std::string> hops(const Place& place) {
  const std::uint64_t size = size_of(kHop, place.compat);
  if (place.size < size) return std::nullopt;
  std::string all;
  bool several = false;
  std::uint64_t done = 0;
  for (std::uint64_t shown = 0; done < place.size; ++shown) {
    const Place rest = place.after(done);
    if (shown != 0) all += ", ";
    if (rest.size < size) {
      all += hex_bytes(rest);
      break;
    }
    const auto length = rest.load<std::uint16_t>();
    if (!length || !rest.readable(size)) {
      all += shown == 0 ? address_text(rest.at) : fmt::format("... /* {:#x} */", rest.at);
      if (shown == 0) return all;
      break;
    }
    const std::uint64_t used = std::min<std::uint64_t>(*length, rest.size);
    const std::string head = *structure_text(rest, kHop);
    const std::string attributes =
        used > size ? attributes_after(rest.part(0, used), size, kRouteTable) : "";
    const std::uint64_t next = RTNH_ALIGN(std::uint64_t{*length});
    const bool more = *length >= size && next < rest.size;
    several = several || more;
    all += several && !attributes.empty() ? '[' + head + attributes + ']' : head + attributes;
    if (!more) break;
    done += next;
  }
  return '[' + all + ']';
}

constexpr Field kRouteCache[] = {u32("rta_clntref"), u32("rta_lastuse"),
                                 u32("rta_expires"), u32("rta_error"),
                                 u32("rta_used"),    u32("rta_id", field::any_hex),
                                 u32("rta_ts"),      u32("rta_tsage")};
constexpr Field kForwarding[] = {u64("mfcs_packets"), u64("mfcs_bytes"), u64("mfcs_wrong_if")};

/// struct rtvia: a family, and an address that fills the rest.
std::optional<std::string> via(const Place& place) {
  if (place.size < sizeof(std::uint16_t)) return std::nullopt;
  const auto family = place.load<std::uint16_t>();
  if (!family) return address_text(place.at);
  std::string text =
      "{rtvia_family=" + named(ringfare::names::kAddressFamilies, *family, place.style());
  if (place.size > sizeof *family) {
    Place address = place.after(sizeof *family);
    address.name = "rtvia_addr";
    text += ", " + field::named_address(address, *family);
  }
  return text + '}';
}

constexpr Attribute kRoutes[] = {
    {RTA_DST, scope_address},
    {RTA_SRC, scope_address},
    {RTA_IIF, interface},
    {RTA_OIF, interface},
    {RTA_GATEWAY, scope_address},
    {RTA_PRIORITY, u32_value},
    {RTA_PREFSRC, scope_address},
    {RTA_METRICS, nested<kMetricsTable>},
    {RTA_MULTIPATH, hops},
    {RTA_FLOW, u32_value},
    {RTA_CACHEINFO, structure<kRouteCache>},
    {RTA_TABLE, names<std::uint32_t, ringfare::names::kRouteTables>},
    {RTA_MARK, u32_value},
    {RTA_MFC_STATS, structure<kForwarding>},
    {RTA_VIA, via},
    {RTA_NEWDST, scope_address},
    {RTA_ENCAP_TYPE, names<std::uint16_t, ringfare::names::kTunnelEncapsulations>},
    {RTA_EXPIRES, u32_value},
    {RTA_UID, u32_value},
    {RTA_TTL_PROPAGATE, u8_value},
    {RTA_IP_PROTO, names<std::uint8_t, ringfare::names::kInternetProtocols>},
    {RTA_SPORT, u16_value},
    {RTA_DPORT, u16_value},
    {RTA_NH_ID, u32_value}};

constexpr Field kUserRange[] = {u32("start"), u32("end")};
constexpr Field kPortRange[] = {u16("start"), u16("end")};
constexpr Attribute kRules[] = {
    {FRA_DST, scope_address},
    {FRA_SRC, scope_address},
    {FRA_IIFNAME, field::text},
    {FRA_GOTO, u32_value},
    {FRA_PRIORITY, u32_value},
    {FRA_FWMARK, u32_value},
    {FRA_FLOW, u32_value},
    {FRA_TUN_ID, field::network_number64},
    {FRA_SUPPRESS_IFGROUP, u32_value},
    {FRA_SUPPRESS_PREFIXLEN, u32_value},
    {FRA_TABLE, names<std::uint32_t, ringfare::names::kRouteTables>},
    {FRA_FWMASK, u32_value},
    {FRA_OIFNAME, field::text},
    {FRA_L3MDEV, u8_value},
    {FRA_UID_RANGE, structure<kUserRange>},
    {FRA_PROTOCOL, names<std::uint8_t, ringfare::names::kRouteProtocols>},
    {FRA_IP_PROTO, names<std::uint8_t, ringfare::names::kInternetProtocols>},
    {FRA_SPORT_RANGE, structure<kPortRange>},
    {FRA_DPORT_RANGE, structure<kPortRange>}};

constexpr Field kNeighbourCache[] = {u32("ndm_confirmed"), u32("ndm_used"), u32("ndm_updated"),
                                     u32("ndm_refcnt")};
constexpr Attribute kFdb[] = {
    {NFEA_ACTIVITY_NOTIFY, names<std::uint8_t, ringfare::names::kFdbNotifyFlags>}};
constexpr AttributeTable kFdbTable{&ringfare::names::kNeighbourFdbAttributes, kFdb};
constexpr Attribute kNeighbours[] = {
    {NDA_DST, scope_address},
    {NDA_LLADDR, field::hardware_address},
    {NDA_CACHEINFO, structure<kNeighbourCache>},
    {NDA_PROBES, u32_value},
    {NDA_VLAN, u16_value},
    {NDA_PORT, field::network_number16},
    {NDA_VNI, u32_value},
    {NDA_IFINDEX, interface},
    {NDA_MASTER, interface},
    {NDA_LINK_NETNSID, u32_value},
    {NDA_SRC_VNI, u32_value},
    {NDA_PROTOCOL, names<std::uint8_t, ringfare::names::kRouteProtocols>},
    {NDA_NH_ID, u32_value},
    {NDA_FDB_EXT_ATTRS, nested<kFdbTable>},
    {NDA_FLAGS_EXT, names<std::uint32_t, ringfare::names::kNeighbourExtFlags>},
    {NDA_NDM_STATE_MASK, names<std::uint16_t, ringfare::names::kNeighbourStates>},
    {NDA_NDM_FLAGS_MASK, names<std::uint8_t, ringfare::names::kNeighbourFlags>}};

constexpr Field kTableConfig[] = {u16("ndtc_key_len"),
                                  u16("ndtc_entry_size"),
                                  u32("ndtc_entries"),
                                  u32("ndtc_last_flush"),
                                  u32("ndtc_last_rand"),
                                  u32("ndtc_hash_rnd"),
                                  u32("ndtc_hash_mask", field::padded_hex),
                                  u32("ndtc_hash_chain_gc"),
                                  u32("ndtc_proxy_qlen")};
constexpr Field kTableStats[] = {
    u64("ndts_allocs"),           u64("ndts_destroys"),         u64("ndts_hash_grows"),
    u64("ndts_res_failed"),       u64("ndts_lookups"),          u64("ndts_hits"),
    u64("ndts_rcv_probes_mcast"), u64("ndts_rcv_probes_ucast"), u64("ndts_periodic_gc_runs"),
    u64("ndts_forced_gc_runs"),   u64("ndts_table_fulls")};
constexpr Attribute kParameters[] = {{NDTPA_IFINDEX, interface},
                                     {NDTPA_REFCNT, u32_value},
                                     {NDTPA_REACHABLE_TIME, number<std::uint64_t>},
                                     {NDTPA_BASE_REACHABLE_TIME, number<std::uint64_t>},
                                     {NDTPA_RETRANS_TIME, number<std::uint64_t>},
                                     {NDTPA_GC_STALETIME, number<std::uint64_t>},
                                     {NDTPA_DELAY_PROBE_TIME, number<std::uint64_t>},
                                     {NDTPA_QUEUE_LEN, u32_value},
                                     {NDTPA_APP_PROBES, u32_value},
                                     {NDTPA_UCAST_PROBES, u32_value},
                                     {NDTPA_MCAST_PROBES, u32_value},
                                     {NDTPA_ANYCAST_DELAY, number<std::uint64_t>},
                                     {NDTPA_PROXY_DELAY, number<std::uint64_t>},
                                     {NDTPA_PROXY_QLEN, u32_value},
                                     {NDTPA_LOCKTIME, number<std::uint64_t>},
                                     {NDTPA_QUEUE_LENBYTES, u32_value},
                                     {NDTPA_MCAST_REPROBES, u32_value}};
constexpr AttributeTable kParametersTable{&ringfare::names::kNeighbourTableParameters, kParameters};
constexpr Attribute kNeighbourSettings[] = {{NDTA_NAME, field::text},
                                            {NDTA_THRESH1, u32_value},
                                            {NDTA_THRESH2, u32_value},
                                            {NDTA_THRESH3, u32_value},
                                            {NDTA_CONFIG, structure<kTableConfig>},
                                            {NDTA_PARMS, nested<kParametersTable>},
                                            {NDTA_STATS, structure<kTableStats>},
                                            {NDTA_GC_INTERVAL, number<std::uint64_t>}};

constexpr Field kGroup[] = {u32("id"), u8("weight"), if_set(u8("resvd1", field::any_hex)),
                            if_set(u16("resvd2", field::any_hex))};
constexpr Attribute kGroupBuckets[] = {{NHA_RES_GROUP_BUCKETS, u16_value},
                                       {NHA_RES_GROUP_IDLE_TIMER, field::ticks},
                                       {NHA_RES_GROUP_UNBALANCED_TIMER, field::ticks},
                                       {NHA_RES_GROUP_UNBALANCED_TIME, field::ticks}};
constexpr AttributeTable kGroupBucketsTable{&ringfare::names::kNexthopResGroupAttributes,
                                            kGroupBuckets};
constexpr Attribute kBucket[] = {{NHA_RES_BUCKET_INDEX, u16_value},
                                 {NHA_RES_BUCKET_IDLE_TIME, field::ticks},
                                 {NHA_RES_BUCKET_NH_ID, u32_value}};
constexpr AttributeTable kBucketTable{&ringfare::names::kNexthopResBucketAttributes, kBucket};
constexpr Attribute kNexthops[] = {
    {NHA_ID, u32_value},
    {NHA_GROUP, field::structures<kGroup>},
    {NHA_GROUP_TYPE, names<std::uint16_t, ringfare::names::kNexthopGroupTypes>},
    {NHA_BLACKHOLE, u32_value},
    {NHA_OIF, interface},
    {NHA_GATEWAY, scope_address},
    {NHA_ENCAP_TYPE, names<std::uint16_t, ringfare::names::kTunnelEncapsulations>},
    {NHA_GROUPS, u32_value},
    {NHA_MASTER, interface},
    {NHA_FDB, u32_value},
    {NHA_RES_GROUP, nested<kGroupBucketsTable>},
    {NHA_RES_BUCKET, nested<kBucketTable>}};

constexpr Attribute kReports[] = {
    {IPMRA_CREPORT_MSGTYPE, names<std::uint8_t, ringfare::names::kReportTypes>},
    {IPMRA_CREPORT_VIF_ID, u32_value},
    {IPMRA_CREPORT_SRC_ADDR, field::internet_address4},
    {IPMRA_CREPORT_DST_ADDR, field::internet_address4},
    {IPMRA_CREPORT_TABLE, u32_value}};
constexpr AttributeTable kReportTable{&ringfare::names::kReportAttributes, kReports};
constexpr Attribute kReports6[] = {
    {IP6MRA_CREPORT_MSGTYPE, names<std::uint8_t, ringfare::names::kReport6Types>},
    {IP6MRA_CREPORT_MIF_ID, u32_value},
    {IP6MRA_CREPORT_SRC_ADDR, field::internet_address6},
    {IP6MRA_CREPORT_DST_ADDR, field::internet_address6}};
constexpr AttributeTable kReport6Table{&ringfare::names::kReport6Attributes, kReports6};

/// Families of multicast routing, beside those of sockets.
constexpr Name kReportFamilies[] = {{RTNL_FAMILY_IPMR, "RTNL_FAMILY_IPMR"},
                                    {RTNL_FAMILY_IP6MR, "RTNL_FAMILY_IP6MR"}};
constexpr NameTable kReportFamilyNames{kReportFamilies, ~std::uint64_t{0}, {}, "RTNL_FAMILY_?\??"};

}  // namespace

constexpr AttributeTable kAddressTable{&ringfare::names::kAddressAttributes, kAddresses};
constexpr AttributeTable kAddressLabelTable{&ringfare::names::kAddressLabelAttributes,
                                            kAddressLabels};
constexpr AttributeTable kRouteTable{&ringfare::names::kRouteAttributes, kRoutes};
constexpr AttributeTable kRuleTable{&ringfare::names::kRuleAttributes, kRules};
constexpr AttributeTable kNeighbourTable{&ringfare::names::kNeighbourAttributes, kNeighbours};
constexpr AttributeTable kNeighbourSettingsTable{&ringfare::names::kNeighbourTableAttributes,
                                                 kNeighbourSettings};
constexpr AttributeTable kNexthopTable{&ringfare::names::kNexthopAttributes, kNexthops};

std::string cache_report_text(const Place& payload) {
  const auto family = payload.load<std::uint8_t>();
  if (!family) return address_text(payload.at);
  const bool routing = *family == RTNL_FAMILY_IPMR || *family == RTNL_FAMILY_IP6MR;
  const std::string name = routing
                               ? named(kReportFamilyNames, *family, payload.style())
                               : named(ringfare::names::kAddressFamilies, *family, payload.style());
  const bool socket_family = !routing && name.find("?\??") == name.npos;
  std::string text =
      "{rtgen_family=" +
      (routing || socket_family ? name : named(kReportFamilyNames, *family, payload.style())) + '}';
  if (payload.size <= NLMSG_ALIGN(1)) return text;
  if (!routing) return text + ", " + hex_bytes(payload.after(NLMSG_ALIGN(1)));
  return text +
         attributes_after(payload, 1, *family == RTNL_FAMILY_IPMR ? kReportTable : kReport6Table);
}

}  // namespace ringfare::netlink
