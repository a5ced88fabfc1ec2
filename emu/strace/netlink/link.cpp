// SPDX-License-Identifier: MIT
// Attributes of network interfaces.
#include <linux/if_bridge.h>
#include <linux/if_link.h>

#include "emu/strace/kernel_names/kernel_names.hpp"
#include "emu/strace/netlink/route_tables.hpp"

namespace ringfare::netlink {
namespace {

using field::block;
using field::hex;
using field::names;
using field::number;
using field::structure;
using field::u16;
using field::u32;
using field::u64;
using field::u8;

constexpr auto u8_value = number<std::uint8_t>;
constexpr auto u32_value = number<std::uint32_t>;
constexpr auto s32_value = number<std::int32_t>;

constexpr Field kCounters[] = {
    u32("rx_packets"),       u32("tx_packets"),          u32("rx_bytes"),
    u32("tx_bytes"),         u32("rx_errors"),           u32("tx_errors"),
    u32("rx_dropped"),       u32("tx_dropped"),          u32("multicast"),
    u32("collisions"),       u32("rx_length_errors"),    u32("rx_over_errors"),
    u32("rx_crc_errors"),    u32("rx_frame_errors"),     u32("rx_fifo_errors"),
    u32("rx_missed_errors"), u32("tx_aborted_errors"),   u32("tx_carrier_errors"),
    u32("tx_fifo_errors"),   u32("tx_heartbeat_errors"), u32("tx_window_errors"),
    u32("rx_compressed"),    u32("tx_compressed"),       u32("rx_nohandler")};
constexpr Field kCounters64[] = {u64("rx_packets"),
                                 u64("tx_packets"),
                                 u64("rx_bytes"),
                                 u64("tx_bytes"),
                                 u64("rx_errors"),
                                 u64("tx_errors"),
                                 u64("rx_dropped"),
                                 u64("tx_dropped"),
                                 u64("multicast"),
                                 u64("collisions"),
                                 u64("rx_length_errors"),
                                 u64("rx_over_errors"),
                                 u64("rx_crc_errors"),
                                 u64("rx_frame_errors"),
                                 u64("rx_fifo_errors"),
                                 u64("rx_missed_errors"),
                                 u64("tx_aborted_errors"),
                                 u64("tx_carrier_errors"),
                                 u64("tx_fifo_errors"),
                                 u64("tx_heartbeat_errors"),
                                 u64("tx_window_errors"),
                                 u64("rx_compressed"),
                                 u64("tx_compressed"),
                                 u64("rx_nohandler"),
                                 u64("rx_otherhost_dropped")};
constexpr std::uint64_t kLeastCounters = 23;  // up to tx_compressed
constexpr Field kMap[] = {u64("mem_start", field::any_hex),
                          u64("mem_end", field::any_hex),
                          u64("base_addr", field::any_hex),
                          u16("irq"),
                          u8("dma"),
                          u8("port")};
constexpr std::uint64_t kLeastMap = 28;

constexpr Field kStation[] = {u8("vsi_mgr_id"), block("vsi_type_id", 3, field::bytes),
                              u8("vsi_type_version"), field::pad("pad", 3, 1)};
constexpr Attribute kPorts[] = {{IFLA_PORT_VF, u32_value},
                                {IFLA_PORT_PROFILE, field::text},
                                {IFLA_PORT_VSI_TYPE, structure<kStation>},
                                {IFLA_PORT_REQUEST, u8_value},
                                {IFLA_PORT_RESPONSE, number<std::uint16_t>}};
constexpr AttributeTable kPortTable{&ringfare::names::kPortSelfAttributes, kPorts};
constexpr Attribute kVfPorts[] = {{IFLA_VF_PORT, nested<kPortTable>}};
constexpr AttributeTable kVfPortTable{&ringfare::names::kPortAttributes, kVfPorts};

constexpr Attribute kExpressPaths[] = {
    {IFLA_XDP_FD, field::descriptor},
    {IFLA_XDP_ATTACHED, names<std::uint8_t, ringfare::names::kXdpModes>},
    {IFLA_XDP_FLAGS, names<std::uint32_t, ringfare::names::kXdpFlags>},
    {IFLA_XDP_PROG_ID, u32_value},
    {IFLA_XDP_DRV_PROG_ID, u32_value},
    {IFLA_XDP_SKB_PROG_ID, u32_value},
    {IFLA_XDP_HW_PROG_ID, u32_value},
    {IFLA_XDP_EXPECTED_FD, field::descriptor}};
constexpr AttributeTable kExpressPathTable{&ringfare::names::kXdpAttributes, kExpressPaths};

constexpr Attribute kDownReasons[] = {{IFLA_PROTO_DOWN_REASON_MASK, hex<std::uint32_t>},
                                      {IFLA_PROTO_DOWN_REASON_VALUE, hex<std::uint32_t>}};
constexpr AttributeTable kDownReasonTable{&ringfare::names::kProtoDownAttributes, kDownReasons};

constexpr Attribute kProperties[] = {{IFLA_ALT_IFNAME, field::text}};
constexpr AttributeTable kPropertyTable{&ringfare::names::kLinkAttributes, kProperties};

constexpr Attribute kLinks[] = {
    {IFLA_ADDRESS, field::hardware_address},
    {IFLA_BROADCAST, field::hardware_address},
    {IFLA_IFNAME, field::text},
    {IFLA_MTU, u32_value},
    {IFLA_LINK, u32_value},
    {IFLA_QDISC, field::text},
    {IFLA_STATS, field::structure_from<kCounters, kLeastCounters * 4>},
    {IFLA_MASTER, u32_value},
    {IFLA_PROTINFO, link_protocol},
    {IFLA_TXQLEN, u32_value},
    {IFLA_MAP, field::structure_from<kMap, kLeastMap>},
    {IFLA_WEIGHT, u32_value},
    {IFLA_OPERSTATE, u8_value},
    {IFLA_LINKMODE, u8_value},
    {IFLA_LINKINFO, link_information},
    {IFLA_NET_NS_PID, u32_value},
    {IFLA_IFALIAS, field::text},
    {IFLA_NUM_VF, u32_value},
    {IFLA_VFINFO_LIST, virtual_functions},
    {IFLA_STATS64, link_counters},
    {IFLA_VF_PORTS, nested<kVfPortTable>},
    {IFLA_PORT_SELF, nested<kPortTable>},
    {IFLA_AF_SPEC, link_families},
    {IFLA_GROUP, u32_value},
    {IFLA_NET_NS_FD, field::descriptor},
    {IFLA_EXT_MASK, names<std::uint32_t, ringfare::names::kLinkExtMask>},
    {IFLA_PROMISCUITY, u32_value},
    {IFLA_NUM_TX_QUEUES, u32_value},
    {IFLA_NUM_RX_QUEUES, u32_value},
    {IFLA_CARRIER, u8_value},
    {IFLA_CARRIER_CHANGES, u32_value},
    {IFLA_LINK_NETNSID, s32_value},
    {IFLA_PHYS_PORT_NAME, field::text},
    {IFLA_PROTO_DOWN, u8_value},
    {IFLA_GSO_MAX_SEGS, u32_value},
    {IFLA_GSO_MAX_SIZE, u32_value},
    {IFLA_XDP, nested<kExpressPathTable>},
    {IFLA_EVENT, names<std::uint32_t, ringfare::names::kLinkEvents>},
    {IFLA_NEW_NETNSID, s32_value},
    {IFLA_TARGET_NETNSID, s32_value},
    {IFLA_CARRIER_UP_COUNT, u32_value},
    {IFLA_CARRIER_DOWN_COUNT, u32_value},
    {IFLA_NEW_IFINDEX, field::interface},
    {IFLA_MIN_MTU, u32_value},
    {IFLA_MAX_MTU, u32_value},
    {IFLA_PROP_LIST, nested<kPropertyTable>},
    {IFLA_ALT_IFNAME, field::text},
    {IFLA_PERM_ADDRESS, field::hardware_address},
    {IFLA_PROTO_DOWN_REASON, nested<kDownReasonTable>},
    {IFLA_PARENT_DEV_NAME, field::text},
    {IFLA_PARENT_DEV_BUS_NAME, field::text},
    {IFLA_GRO_MAX_SIZE, u32_value},
    {IFLA_TSO_MAX_SIZE, u32_value},
    {IFLA_TSO_MAX_SEGS, u32_value},
    {IFLA_ALLMULTI, u32_value}};

}  // namespace

constexpr AttributeTable kLinkTable{&ringfare::names::kLinkAttributes, kLinks};

std::optional<std::string> link_counters(const Place& place) {
  return structure_text(place, kCounters64, kLeastCounters * 8);
}

}  // namespace ringfare::netlink
