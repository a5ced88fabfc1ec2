// SPDX-License-Identifier: MIT
// Made by emu/strace/kernel_names/make_kernel_names.
#pragma once

#include "emu/strace/words/names.hpp"

namespace ringfare::names {

extern const NameTable kNetlinkProtocols, kNetlinkTypes, kNetlinkErrorAttributes,
    kNetlinkPolicyAttributes, kNetlinkPolicyTypes, kAuditMessages, kCryptoMessages,
    kCryptoAttributes, kSelinuxMessages, kXfrmMessages, kSockDiagMessages, kGenericFamilies,
    kNetfilterSubsystems, kNetfilterBatch, kNetfilterVersions, kNfCtMessages, kNfExpMessages,
    kNfQueueMessages, kNfLogMessages, kNfOsfMessages, kNfIpsetMessages, kNfAcctMessages,
    kNfTimeoutMessages, kNfHelperMessages, kNfTablesMessages, kNfCompatMessages, kRouteMessages,
    kRouteProtocols, kRouteScopes, kRouteTables, kRouteTypes, kRouteFlags, kRouteAttributes,
    kRouteMetrics, kNexthopFlags, kTunnelEncapsulations, kInternetTos, kAddressFlags,
    kAddressAttributes, kAddressProtocols, kAddressLabelAttributes, kRuleActions, kRuleFlags,
    kRuleAttributes, kNeighbourStates, kNeighbourFlags, kNeighbourExtFlags, kNeighbourAttributes,
    kNeighbourFdbAttributes, kFdbNotifyFlags, kNeighbourTableAttributes, kNeighbourTableParameters,
    kDcbCommands, kDcbAttributes, kNetconfAttributes, kNsidAttributes, kMdbAttributes,
    kMdbMdbAttributes, kMdbEntryAttributes, kMdbEntryExtras, kMdbStates, kMdbFlags,
    kMdbRouterAttributes, kMdbRouterPortAttributes, kMdbRouterTypes, kReportAttributes,
    kReportTypes, kReport6Attributes, kReport6Types, kTcAttributes, kTcActionAttributes,
    kTcActionFlags, kTcActionHwStats, kTcStatsAttributes, kTcStabAttributes, kNexthopAttributes,
    kNexthopGroupTypes, kNexthopResGroupAttributes, kNexthopResBucketAttributes, kInterfaceTypes,
    kInterfaceFlags, kEthernetProtocols, kLinkAttributes, kLinkEvents, kLinkExtMask,
    kLinkInfoAttributes, kPortAttributes, kPortSelfAttributes, kXdpAttributes, kXdpModes, kXdpFlags,
    kProtoDownAttributes, kBridgePortAttributes, kBridgeAttributes, kBridgeOptions,
    kBridgeQuerierAttributes, kTunAttributes, kTunTypes, kCanAttributes, kCanStates, kCanModes,
    kCanTdcAttributes, kCanControlModeAttributes, kBridgeAfAttributes, kBridgeFlags, kBridgeModes,
    kBridgeVlanFlags, kBridgeTunnelAttributes, kInetAttributes, kInetSettings, kInet6Attributes,
    kInet6Settings, kInet6Counters, kIcmp6Counters, kAddressModes, kMctpAttributes,
    kVfInfoAttributes, kVfAttributes, kVfLinkStates, kVfStatsAttributes, kVfVlanAttributes,
    kStatsAttributes, kStatsFilter, kXstatsTypes, kBridgeXstats, kMulticastDirections, kBondXstats,
    kBondAdStats, kOffloadXstats, kMplsStats, kDiagUnixAttributes, kDiagUnixShow,
    kDiagNetlinkAttributes, kDiagNetlinkShow, kDiagNetlinkFlags, kDiagPacketAttributes,
    kDiagPacketShow, kDiagPacketFlags, kPacketVersions, kDiagInetAttributes, kDiagInetExtensions,
    kDiagInetRequestAttributes, kDiagByteCode, kDiagMemory, kDiagUlpAttributes, kTlsAttributes,
    kTlsVersions, kTlsCiphers, kTlsConfigs, kMptcpAttributes, kMptcpFlags, kBpfStorageAttributes,
    kBpfStorageRequestAttributes, kBpfStorageValueAttributes, kTcpStates, kTcpStateBits,
    kSmcAttributes, kSmcExtensions, kSmcFallback, kAddressFamilies, kInternetProtocols;

}  // namespace ringfare::names
