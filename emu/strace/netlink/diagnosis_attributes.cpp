// SPDX-License-Identifier: MIT
// sock_diag(7): attributes of sockets of the internet, and of those over shared memory.
#include <fmt/format.h>
#include <linux/inet_diag.h>
#include <linux/mptcp.h>
#include <linux/smc_diag.h>
#include <linux/sock_diag.h>
#include <linux/tls.h>
#include <sys/socket.h>

#include <algorithm>

#include "emu/strace/fields/socket_address.hpp"
#include "emu/strace/kernel_names/kernel_names.hpp"
#include "emu/strace/netlink/diagnosis_tables.hpp"
#include "emu/strace/netlink/route_tables.hpp"

namespace ringfare::netlink {
namespace {

using field::any_names;
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
constexpr auto u16_value = number<std::uint16_t>;
constexpr auto u32_value = number<std::uint32_t>;
constexpr auto u64_value = number<std::uint64_t>;
constexpr std::uint64_t kAll = ~std::uint64_t{0};

constexpr Name kShutdownBits[] = {{1, "RCV_SHUTDOWN"}, {2, "SEND_SHUTDOWN"}};
constexpr NameTable kShutdowns{{}, 0, kShutdownBits, "?\??_SHUTDOWN"};

constexpr Field kMemory[] = {u32("idiag_rmem"), u32("idiag_wmem"), u32("idiag_fmem"),
                             u32("idiag_tmem")};
constexpr Field kVegas[] = {u32("tcpv_enabled"), u32("tcpv_rttcnt"), u32("tcpv_rtt"),
                            u32("tcpv_minrtt")};
constexpr Field kDataCenter[] = {u16("dctcp_enabled"), u16("dctcp_ce_state"), u32("dctcp_alpha"),
                                 u32("dctcp_ab_ecn"), u32("dctcp_ab_tot")};
constexpr Field kBottleneck[] = {u32("bbr_bw_lo", field::any_hex), u32("bbr_bw_hi", field::any_hex),
                                 u32("bbr_min_rtt"), u32("bbr_pacing_gain"), u32("bbr_cwnd_gain")};

std::optional<std::string> shutdowns(const Place& place) {
  if (place.size == 0) return std::nullopt;
  return field::number_and_names<kShutdowns>(place.part(0, 1));
}

std::optional<std::string> addresses(const Place& place) {
  constexpr std::uint64_t kSize = sizeof(sockaddr_storage);
  if (place.size < kSize) return std::nullopt;
  return field::list(place, kSize, socket_address_text);
}

/// A key is as long as a field before it says.
std::optional<std::string> key(const Place& place) {
  const auto length = place.memory.load<std::uint16_t>({place.structure + 2});
  return field::bytes(place.part(0, std::min<std::uint64_t>(length.value_or(0), place.size)));
}
constexpr Field kSignature[] = {
    u8("tcpm_family", domain), u8("tcpm_prefixlen"), u16("tcpm_keylen"),
    field::whole(block("tcpm_addr", 16, field::structure_address_field, 4)),
    block("tcpm_key", 80, key)};

constexpr Attribute kTls[] = {
    {TLS_INFO_VERSION, names<std::uint16_t, ringfare::names::kTlsVersions>},
    {TLS_INFO_CIPHER, names<std::uint16_t, ringfare::names::kTlsCiphers>},
    {TLS_INFO_TXCONF, names<std::uint16_t, ringfare::names::kTlsConfigs>},
    {TLS_INFO_RXCONF, names<std::uint16_t, ringfare::names::kTlsConfigs>}};
constexpr AttributeTable kTlsTable{&ringfare::names::kTlsAttributes, kTls};
constexpr Attribute kSubflow[] = {
    {MPTCP_SUBFLOW_ATTR_TOKEN_REM, hex<std::uint32_t>},
    {MPTCP_SUBFLOW_ATTR_TOKEN_LOC, hex<std::uint32_t>},
    {MPTCP_SUBFLOW_ATTR_RELWRITE_SEQ, u32_value},
    {MPTCP_SUBFLOW_ATTR_MAP_SEQ, u64_value},
    {MPTCP_SUBFLOW_ATTR_MAP_SFSEQ, u32_value},
    {MPTCP_SUBFLOW_ATTR_SSN_OFFSET, u32_value},
    {MPTCP_SUBFLOW_ATTR_MAP_DATALEN, u16_value},
    {MPTCP_SUBFLOW_ATTR_FLAGS, names<std::uint32_t, ringfare::names::kMptcpFlags>},
    {MPTCP_SUBFLOW_ATTR_ID_REM, u8_value},
    {MPTCP_SUBFLOW_ATTR_ID_LOC, u8_value}};
constexpr AttributeTable kSubflowTable{&ringfare::names::kMptcpAttributes, kSubflow};
constexpr Attribute kUpperLayer[] = {{INET_ULP_INFO_NAME, field::text},
                                     {INET_ULP_INFO_TLS, nested<kTlsTable>},
                                     {INET_ULP_INFO_MPTCP, nested<kSubflowTable>}};
constexpr AttributeTable kUpperLayerTable{&ringfare::names::kDiagUlpAttributes, kUpperLayer};

std::optional<std::string> storage_value(const Place& place) {
  const bool number = place.size == 1 || place.size == 2 || place.size == 4 || place.size == 8;
  return number ? field::any_hex(place) : std::nullopt;
}
constexpr Attribute kStorage[] = {{SK_DIAG_BPF_STORAGE_MAP_ID, u32_value},
                                  {SK_DIAG_BPF_STORAGE_MAP_VALUE, storage_value}};
constexpr AttributeTable kStorageTable{&ringfare::names::kBpfStorageValueAttributes, kStorage};
constexpr Attribute kStorages[] = {{SK_DIAG_BPF_STORAGE, nested<kStorageTable>}};
constexpr AttributeTable kStoragesTable{&ringfare::names::kBpfStorageAttributes, kStorages};

/// Options as bits: "{recverr=1, mc_loop=1}".
std::optional<std::string> option_bits(const Place& place) {
  constexpr std::string_view kBits[] = {"recverr",         "is_icsk",      "freebind",
                                        "hdrincl",         "mc_loop",      "transparent",
                                        "mc_all",          "nodefrag",     "bind_address_no_port",
                                        "recverr_rfc4884", "defer_connect"};
  if (place.size < 2) return std::nullopt;
  const auto bits = place.load<std::uint16_t>();
  if (!bits) return address_text(place.at);
  std::string text;
  const auto add = [&text](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
  for (std::size_t i = 0; i < std::size(kBits); ++i)
    if ((*bits >> i & 1) != 0) add(std::string(kBits[i]) + "=1");
  if (const unsigned rest = *bits >> std::size(kBits); rest != 0)
    add(fmt::format("unused={:#x} /* bits 3..8 */", rest));
  text = '{' + text + '}';
  const Place tail = place.after(2);
  const auto bytes = tail.bytes();
  if (bytes && std::ranges::any_of(*bytes, [](char c) { return c != 0; }))
    text += fmt::format(", /* bytes 2..{} */ {}", place.size - 1, hex_bytes(tail));
  return text;
}

constexpr Attribute kInternets[] = {
    {INET_DIAG_MEMINFO, structure<kMemory>},
    {INET_DIAG_VEGASINFO, structure<kVegas>},
    {INET_DIAG_CONG, field::text},
    {INET_DIAG_TOS, u8_value},
    {INET_DIAG_TCLASS, u8_value},
    {INET_DIAG_SKMEMINFO, memory_in_use},
    {INET_DIAG_SHUTDOWN, shutdowns},
    {INET_DIAG_DCTCPINFO, structure<kDataCenter>},
    {INET_DIAG_PROTOCOL, names<std::uint8_t, ringfare::names::kInternetProtocols>},
    {INET_DIAG_SKV6ONLY, u8_value},
    {INET_DIAG_LOCALS, addresses},
    {INET_DIAG_PEERS, addresses},
    {INET_DIAG_MARK, u32_value},
    {INET_DIAG_BBRINFO, structure<kBottleneck>},
    {INET_DIAG_CLASS_ID, u32_value},
    {INET_DIAG_MD5SIG, field::structures<kSignature>},
    {INET_DIAG_ULP_INFO, nested<kUpperLayerTable>},
    {INET_DIAG_SK_BPF_STORAGES, nested<kStoragesTable>},
    {INET_DIAG_CGROUP_ID, u64_value},
    {INET_DIAG_SOCKOPT, option_bits}};

// The program that chooses sockets: an instruction, and what it compares with.
constexpr Field kOperation[] = {u8("code", any_names<ringfare::names::kDiagByteCode>), u8("yes"),
                                u16("no")};
constexpr Field kHost[] = {u8("family", domain), u8("prefix_len"), u32("port")};
constexpr Field kMark[] = {u32("mark"), u32("mask")};

std::optional<std::string> host(const Place& place) {
  const std::uint64_t size = size_of(kHost, place.compat);
  if (place.size < size) return std::nullopt;
  if (!place.readable(size)) return address_text(place.at);
  std::string text = '{' + fields_text(place.part(0, size), kHost);
  Place address = place.after(size);
  address.name = "addr";
  if (address.size != 0)
    text += ", " + field::named_address(address, place.load<std::uint8_t>().value_or(0));
  return text + '}';
}

struct Operand {
  std::uint8_t code;
  PlaceText text;
};
constexpr Operand kOperands[] = {{INET_DIAG_BC_S_COND, host},
                                 {INET_DIAG_BC_D_COND, host},
                                 {INET_DIAG_BC_DEV_COND, field::interface},
                                 {INET_DIAG_BC_S_GE, structure<kOperation>},
                                 {INET_DIAG_BC_S_LE, structure<kOperation>},
                                 {INET_DIAG_BC_D_GE, structure<kOperation>},
                                 {INET_DIAG_BC_D_LE, structure<kOperation>},
                                 {INET_DIAG_BC_MARK_COND, structure<kMark>}};

std::optional<std::string> program(const Place& place) {
  auto text = structure_text(place, kOperation);
  const std::uint64_t size = size_of(kOperation, place.compat);
  const auto code = place.load<std::uint8_t>();
  if (!text || !code || place.size <= size || !place.readable(size)) return text;
  const auto row = std::ranges::find(kOperands, *code, &Operand::code);
  return *text + ", " +
         text_or_bytes(row != std::end(kOperands) ? row->text : nullptr, place.after(size));
}
constexpr Attribute kInternetRequests[] = {
    {INET_DIAG_REQ_BYTECODE, program},
    {INET_DIAG_REQ_PROTOCOL, names<std::uint32_t, ringfare::names::kInternetProtocols>}};

// Sockets over shared memory.
constexpr Field kCursor[] = {u16("reserved"), u16("wrap"), u32("count")};
constexpr Field cursor(std::string_view name) {
  return block(name, 8, structure<kCursor>, 4);
}
constexpr Field kConnection[] = {u32("token"),
                                 u32("sndbuf_size"),
                                 u32("rmbe_size"),
                                 u32("peer_rmbe_size"),
                                 cursor("rx_prod"),
                                 cursor("rx_cons"),
                                 cursor("tx_prod"),
                                 cursor("tx_cons"),
                                 u8("rx_prod_flags", field::any_hex),
                                 u8("rx_conn_state_flags", field::any_hex),
                                 u8("tx_prod_flags", field::any_hex),
                                 u8("tx_conn_state_flags", field::any_hex),
                                 cursor("tx_prep"),
                                 cursor("tx_sent"),
                                 cursor("tx_fin")};
constexpr Name kRoles[] = {{0, "SMC_CLNT"}, {1, "SMC_SERV"}};
constexpr NameTable kRoleNames{kRoles, kAll, {}, "SMC_?\??"};
constexpr Field kLink[] = {u8("link_id"), block("ibname", 64, field::whole_text), u8("ibport"),
                           block("gid", 40, field::whole_text),
                           block("peer_gid", 40, field::whole_text)};
constexpr std::uint32_t kLinkSize = 146;
std::optional<std::string> links(const Place& place) {
  return field::list(place, kLinkSize, structure<kLink>);
}
constexpr Field kGroup[] = {block("lnk", kLinkSize, links), u8("role", any_names<kRoleNames>)};
constexpr Field kDirectMemory[] = {u32("linkid"),
                                   field::never(u32("pad")),
                                   block("peer_gid", 8, field::any_hex, 8),
                                   block("my_gid", 8, field::any_hex, 8),
                                   block("token", 8, field::any_hex, 8),
                                   block("peer_token", 8, field::any_hex, 8)};
constexpr Name kDeclined[] = {
    {0x01010000, "SMC_CLC_DECL_MEM"},        {0x02010000, "SMC_CLC_DECL_TIMEOUT_CL"},
    {0x02020000, "SMC_CLC_DECL_TIMEOUT_AL"}, {0x03000000, "SMC_CLC_DECL_CNFERR"},
    {0x03010000, "SMC_CLC_DECL_PEERNOSMC"},  {0x03020000, "SMC_CLC_DECL_IPSEC"},
    {0x03030000, "SMC_CLC_DECL_NOSMCDEV"},   {0x03030001, "SMC_CLC_DECL_NOSMCDDEV"},
    {0x03030002, "SMC_CLC_DECL_NOSMCRDEV"},  {0x03030003, "SMC_CLC_DECL_NOISM2SUPP"},
    {0x03030004, "SMC_CLC_DECL_NOV2EXT"},    {0x03030005, "SMC_CLC_DECL_NOV2DEXT"},
    {0x03030006, "SMC_CLC_DECL_NOSEID"},     {0x03030007, "SMC_CLC_DECL_NOSMCD2DEV"},
    {0x03040000, "SMC_CLC_DECL_MODEUNSUPP"}, {0x03050000, "SMC_CLC_DECL_RMBE_EC"},
    {0x03060000, "SMC_CLC_DECL_OPTUNSUPP"},  {0x03070000, "SMC_CLC_DECL_DIFFPREFIX"},
    {0x03080000, "SMC_CLC_DECL_GETVLANERR"}, {0x03090000, "SMC_CLC_DECL_ISMVLANERR"},
    {0x030a0000, "SMC_CLC_DECL_NOACTLINK"},  {0x030b0000, "SMC_CLC_DECL_NOSRVLINK"},
    {0x030c0000, "SMC_CLC_DECL_VERSMISMAT"}, {0x04000000, "SMC_CLC_DECL_SYNCERR"},
    {0x05000000, "SMC_CLC_DECL_PEERDECL"},   {0x09990000, "SMC_CLC_DECL_INTERR"},
    {0x09990001, "SMC_CLC_DECL_ERR_RTOK"},   {0x09990002, "SMC_CLC_DECL_ERR_RDYLNK"},
    {0x09990003, "SMC_CLC_DECL_ERR_RDYLNK"}};
constexpr NameTable kDeclinedNames{kDeclined, kAll, {}, "SMC_CLC_DECL_?\??"};
constexpr Field kFallback[] = {u32("reason", field::number_and_names<kDeclinedNames>),
                               u32("peer_diagnosis", field::number_and_names<kDeclinedNames>)};
constexpr Attribute kShareds[] = {{SMC_DIAG_CONNINFO, structure<kConnection>},
                                  {SMC_DIAG_LGRINFO, structure<kGroup>},
                                  {SMC_DIAG_SHUTDOWN, names<std::uint8_t, kShutdowns>},
                                  {SMC_DIAG_DMBINFO, structure<kDirectMemory>},
                                  {SMC_DIAG_FALLBACK, structure<kFallback>}};

}  // namespace

constexpr AttributeTable kInternetTable{&ringfare::names::kDiagInetAttributes, kInternets};
constexpr AttributeTable kInternetRequestTable{&ringfare::names::kDiagInetRequestAttributes,
                                               kInternetRequests};
constexpr AttributeTable kSharedTable{&ringfare::names::kSmcAttributes, kShareds};

std::optional<std::string> memory_in_use(const Place& place) {
  if (place.size < 4) return std::nullopt;
  return field::indexed_list(place, 4, u32_value, ringfare::names::kDiagMemory, 0, "");
}

}  // namespace ringfare::netlink
