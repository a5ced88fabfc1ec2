// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "emu/strace/netlink/attributes.hpp"

namespace ringfare::netlink {

// Attributes of rtnetlink's messages, by what the messages are about.
extern const AttributeTable kLinkTable, kStatsTable, kTrafficTable, kActionTable, kAddressTable,
    kAddressLabelTable, kRouteTable, kRuleTable, kNeighbourTable, kNeighbourSettingsTable,
    kNexthopTable, kMulticastTable;

/// What IFLA_LINKINFO says of its kind of link.
std::optional<std::string> link_information(const Place& place);
/// What IFLA_PROTINFO and IFLA_AF_SPEC hold, by the message's family.
std::optional<std::string> link_protocol(const Place& place);
std::optional<std::string> link_families(const Place& place);
/// IFLA_VFINFO_LIST
std::optional<std::string> virtual_functions(const Place& place);
/// struct rtnl_link_stats64, as much of it as there is.
std::optional<std::string> link_counters(const Place& place);
/// Of a bridge's port, for IFLA_PROTINFO and for IFLA_INFO_SLAVE_DATA.
std::optional<std::string> bridge_port(const Place& place);
/// A multicast packet without a route: its family says which attributes follow.
std::string cache_report_text(const Place& payload);

/// AF_INET
std::optional<std::string> domain(const Place& place);
/// "{prio=[128, 0], addr=52:54:00:12:34:56}"
std::optional<std::string> bridge_identity(const Place& place);

}  // namespace ringfare::netlink
