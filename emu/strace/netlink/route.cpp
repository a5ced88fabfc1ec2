// SPDX-License-Identifier: MIT
// rtnetlink(7): the messages.
#include <linux/rtnetlink.h>

#include <algorithm>
#include <iterator>

#include "emu/strace/kernel_names/kernel_names.hpp"
#include "emu/strace/netlink/messages.hpp"
#include "emu/strace/netlink/route_tables.hpp"

namespace ringfare::netlink {
namespace {

using field::any_names;
using field::if_set;
using field::interface;
using field::never;
using field::pad;
using field::u16;
using field::u32;
using field::u8;

constexpr Field kLink[] = {u8("ifi_family", domain),
                           never(u8("ifi_pad")),
                           u16("ifi_type", any_names<names::kInterfaceTypes>),
                           u32("ifi_index", interface),
                           u32("ifi_flags", any_names<names::kInterfaceFlags>),
                           u32("ifi_change", field::any_hex)};
constexpr Field kAddress[] = {
    u8("ifa_family", domain), u8("ifa_prefixlen"), u8("ifa_flags", any_names<names::kAddressFlags>),
    u8("ifa_scope", any_names<names::kRouteScopes>), u32("ifa_index", interface)};
constexpr Field kRoute[] = {u8("rtm_family", domain),
                            u8("rtm_dst_len"),
                            u8("rtm_src_len"),
                            u8("rtm_tos", any_names<names::kInternetTos>),
                            u8("rtm_table", any_names<names::kRouteTables>),
                            u8("rtm_protocol", any_names<names::kRouteProtocols>),
                            u8("rtm_scope", any_names<names::kRouteScopes>),
                            u8("rtm_type", any_names<names::kRouteTypes>),
                            u32("rtm_flags", any_names<names::kRouteFlags>)};
constexpr Field kRule[] = {u8("family", domain),
                           u8("dst_len"),
                           u8("src_len"),
                           u8("tos", any_names<names::kInternetTos>),
                           u8("table", any_names<names::kRouteTables>),
                           never(u8("res1")),
                           never(u8("res2")),
                           u8("action", any_names<names::kRuleActions>),
                           u32("flags", any_names<names::kRuleFlags>)};
constexpr Field kNeighbour[] = {u8("ndm_family", domain),
                                never(u8("ndm_pad1")),
                                never(u16("ndm_pad2")),
                                u32("ndm_ifindex", interface),
                                u16("ndm_state", any_names<names::kNeighbourStates>),
                                u8("ndm_flags", any_names<names::kNeighbourFlags>),
                                u8("ndm_type", any_names<names::kRouteTypes>)};
constexpr Field kNeighbourTables[] = {u8("ndtm_family", domain), never(u8("ndtm_pad1")),
                                      never(u16("ndtm_pad2"))};
constexpr Field kTraffic[] = {u8("tcm_family", domain), never(u8("tcm__pad1")),
                              never(u16("tcm__pad2")),  u32("tcm_ifindex", interface),
                              u32("tcm_handle"),        u32("tcm_parent"),
                              u32("tcm_info")};
constexpr Field kAction[] = {u8("tca_family", domain), never(u8("tca__pad1")),
                             never(u16("tca__pad2"))};
constexpr Field kAddressLabel[] = {u8("ifal_family", domain),    never(u8("__ifal_reserved")),
                                   u8("ifal_prefixlen"),         u8("ifal_flags"),
                                   u32("ifal_index", interface), u32("ifal_seq")};
constexpr Field kDcb[] = {u8("dcb_family", domain), u8("cmd", any_names<names::kDcbCommands>),
                          never(u16("dcb_pad"))};
constexpr Field kNetconf[] = {u8("ncm_family", domain)};
constexpr Field kMulticast[] = {u8("family", domain), never(u8("pad1")), never(u16("pad2")),
                                u32("ifindex", interface)};
constexpr Field kFamilyAlone[] = {u8("rtgen_family", domain)};
constexpr Field kNexthop[] = {
    u8("nh_family", domain), u8("nh_scope", any_names<names::kRouteScopes>),
    u8("nh_protocol", any_names<names::kRouteProtocols>), if_set(u8("resvd", field::any_hex)),
    u32("nh_flags", any_names<names::kNexthopFlags>)};
constexpr Field kStats[] = {u8("family", domain), pad("pad1", 1, 1), pad("pad2", 2, 2),
                            u32("ifindex", interface),
                            u32("filter_mask", any_names<names::kStatsFilter>)};

constexpr AttributeTable kDcbTable{&names::kDcbAttributes};
constexpr AttributeTable kNetconfTable{&names::kNetconfAttributes};
constexpr AttributeTable kNsidTable{&names::kNsidAttributes};

constexpr FamilyMessage kMessages[] = {
    {RTM_NEWLINK, RTM_SETLINK, kLink, &kLinkTable},
    {RTM_NEWADDR, RTM_GETADDR, kAddress, &kAddressTable},
    {RTM_GETMULTICAST, RTM_GETMULTICAST, kAddress, &kAddressTable},
    {RTM_GETANYCAST, RTM_GETANYCAST, kAddress, &kAddressTable},
    {RTM_NEWROUTE, RTM_GETROUTE, kRoute, &kRouteTable},
    {RTM_NEWRULE, RTM_GETRULE, kRule, &kRuleTable},
    {RTM_NEWNEIGH, RTM_GETNEIGH, kNeighbour, &kNeighbourTable},
    {RTM_NEWNEIGHTBL, RTM_NEWNEIGHTBL, kNeighbourTables, &kNeighbourSettingsTable},
    {RTM_GETNEIGHTBL, RTM_SETNEIGHTBL, kNeighbourTables, &kNeighbourSettingsTable},
    {RTM_NEWQDISC, RTM_GETQDISC, kTraffic, &kTrafficTable},
    {RTM_NEWTCLASS, RTM_GETTCLASS, kTraffic, &kTrafficTable},
    {RTM_NEWTFILTER, RTM_GETTFILTER, kTraffic, &kTrafficTable},
    {RTM_NEWCHAIN, RTM_GETCHAIN, kTraffic, &kTrafficTable},
    {RTM_NEWACTION, RTM_GETACTION, kAction, &kActionTable},
    {RTM_NEWADDRLABEL, RTM_GETADDRLABEL, kAddressLabel, &kAddressLabelTable},
    {RTM_GETDCB, RTM_SETDCB, kDcb, &kDcbTable},
    {RTM_NEWNETCONF, RTM_GETNETCONF, kNetconf, &kNetconfTable},
    {RTM_NEWMDB, RTM_GETMDB, kMulticast, &kMulticastTable},
    {RTM_NEWNSID, RTM_GETNSID, kFamilyAlone, &kNsidTable},
    {RTM_NEWNEXTHOP, RTM_GETNEXTHOP, kNexthop, &kNexthopTable},
    {RTM_NEWSTATS, RTM_NEWSTATS, kStats, &kStatsTable},
    {RTM_GETSTATS, RTM_GETSTATS, kStats, &kStatsTable},
};

}  // namespace

std::optional<std::string> domain(const Place& place) {
  return field::any_names<names::kAddressFamilies>(place);
}

std::optional<std::string> route_payload(const Message& message) {
  if (message.type == RTM_NEWCACHEREPORT) return cache_report_text(message.payload);
  const auto row = std::ranges::find_if(kMessages, [&](const FamilyMessage& one) {
    return message.type >= one.first_type && message.type <= one.last_type;
  });
  if (row == std::end(kMessages)) return unknown_family_text(message.payload);
  return family_message_text(message.payload, row->fields, row->attributes);
}

}  // namespace ringfare::netlink
