// SPDX-License-Identifier: MIT
// Messages of protocols that have few: device events, crypto, selinux, netfilter.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/cryptouser.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/selinux_netlink.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "emu/strace/kernel_names/kernel_names.hpp"
#include "emu/strace/netlink/messages.hpp"

namespace ringfare::netlink {
namespace {

using field::block;
using field::number;
using field::u16;
using field::u32;
using field::u8;

// Of udevd's messages, which begin with its name.
constexpr Field kDeviceEvent[] = {block("prefix", 8, field::whole_text),
                                  u32("magic", field::network_hex32),
                                  u32("header_size"),
                                  u32("properties_off"),
                                  u32("properties_len"),
                                  u32("filter_subsystem_hash", field::network_hex32),
                                  u32("filter_devtype_hash", field::network_hex32),
                                  u32("filter_tag_bloom_hi", field::network_hex32),
                                  u32("filter_tag_bloom_lo", field::network_hex32)};

constexpr Field kAlgorithm[] = {block("cru_name", 64, field::whole_text),
                                block("cru_driver_name", 64, field::whole_text),
                                block("cru_module_name", 64, field::whole_text),
                                u32("cru_type", field::any_hex),
                                u32("cru_mask", field::any_hex),
                                u32("cru_refcnt"),
                                u32("cru_flags", field::any_hex)};

constexpr Field kLarval[] = {block("type", 64, field::whole_text)};
constexpr Field kHash[] = {block("type", 64, field::whole_text), u32("blocksize"),
                           u32("digestsize")};
constexpr Field kBlockCipher[] = {block("type", 64, field::whole_text),
                                  block("geniv", 64, field::whole_text),
                                  u32("blocksize"),
                                  u32("min_keysize"),
                                  u32("max_keysize"),
                                  u32("ivsize")};
constexpr Field kAead[] = {block("type", 64, field::whole_text),
                           block("geniv", 64, field::whole_text), u32("blocksize"),
                           u32("maxauthsize"), u32("ivsize")};
constexpr Field kRandom[] = {block("type", 64, field::whole_text), u32("seedsize")};
constexpr Field kCipher[] = {block("type", 64, field::whole_text), u32("blocksize"),
                             u32("min_keysize"), u32("max_keysize")};
constexpr Attribute kCrypto[] = {{CRYPTOCFGA_PRIORITY_VAL, number<std::uint32_t>},
                                 {CRYPTOCFGA_REPORT_LARVAL, field::structure<kLarval>},
                                 {CRYPTOCFGA_REPORT_HASH, field::structure<kHash>},
                                 {CRYPTOCFGA_REPORT_BLKCIPHER, field::structure<kBlockCipher>},
                                 {CRYPTOCFGA_REPORT_AEAD, field::structure<kAead>},
                                 {CRYPTOCFGA_REPORT_COMPRESS, field::structure<kLarval>},
                                 {CRYPTOCFGA_REPORT_RNG, field::structure<kRandom>},
                                 {CRYPTOCFGA_REPORT_CIPHER, field::structure<kCipher>},
                                 {CRYPTOCFGA_REPORT_AKCIPHER, field::structure<kLarval>},
                                 {CRYPTOCFGA_REPORT_KPP, field::structure<kLarval>},
                                 {CRYPTOCFGA_REPORT_ACOMP, field::structure<kLarval>}};
constexpr AttributeTable kCryptoTable{&names::kCryptoAttributes, kCrypto};

constexpr Field kEnforce[] = {u32("val", field::any_signed)};
constexpr Field kPolicyLoad[] = {u32("seqno")};

struct Subsystem {
  std::uint8_t number;
  const NameTable* messages;
};
constexpr Subsystem kSubsystems[] = {{NFNL_SUBSYS_CTNETLINK, &names::kNfCtMessages},
                                     {NFNL_SUBSYS_CTNETLINK_EXP, &names::kNfExpMessages},
                                     {NFNL_SUBSYS_QUEUE, &names::kNfQueueMessages},
                                     {NFNL_SUBSYS_ULOG, &names::kNfLogMessages},
                                     {NFNL_SUBSYS_OSF, &names::kNfOsfMessages},
                                     {NFNL_SUBSYS_IPSET, &names::kNfIpsetMessages},
                                     {NFNL_SUBSYS_ACCT, &names::kNfAcctMessages},
                                     {NFNL_SUBSYS_CTNETLINK_TIMEOUT, &names::kNfTimeoutMessages},
                                     {NFNL_SUBSYS_CTHELPER, &names::kNfHelperMessages},
                                     {NFNL_SUBSYS_NFTABLES, &names::kNfTablesMessages},
                                     {NFNL_SUBSYS_NFT_COMPAT, &names::kNfCompatMessages}};

/// Messages of nftables say their subsystem again, some senders in the wrong byte order.
std::optional<std::string> resource(const Place& place) {
  const auto value = place.load<std::uint16_t>();
  if (!value) return address_text(place.at);
  const std::uint16_t host = ntohs(*value);
  const bool tables = place.scope != nullptr && place.scope->family == NFNL_SUBSYS_NFTABLES;
  const std::string name = named(names::kNetfilterSubsystems, NFNL_SUBSYS_NFTABLES, place.style());
  if (tables && *value == NFNL_SUBSYS_NFTABLES) return name;
  return field::network_order(tables && host == NFNL_SUBSYS_NFTABLES ? name : std::to_string(host),
                              2);
}

std::optional<std::string> domain(const Place& place) {
  const auto value = place.load<std::uint8_t>();
  if (!value) return address_text(place.at);
  return named(names::kAddressFamilies, *value, place.style());
}

constexpr Field kNetfilter[] = {
    u8("nfgen_family", domain),
    u8("version", field::any_names<names::kNetfilterVersions>),
    u16("res_id", resource),
};
constexpr AttributeTable kUnknownAttributes{nullptr};

bool is_batch(std::uint16_t type) {
  return type == NFNL_MSG_BATCH_BEGIN || type == NFNL_MSG_BATCH_END;
}

}  // namespace

std::string device_event_text(const Place& place) {
  constexpr std::string_view kPrefix{"libudev", 8};
  const std::uint64_t size = size_of(kDeviceEvent, place.compat);
  const auto prefix = place.size >= size && place.readable(size)
                          ? place.part(0, kPrefix.size()).bytes()
                          : std::nullopt;
  const auto magic = place.load<std::uint32_t>(kPrefix.size());
  if (!prefix || *prefix != kPrefix || !magic || ntohl(*magic) != 0xfeedcafe) {
    const std::uint64_t limit = place.options.string_limit;
    const auto bytes = place.part(0, std::min<std::uint64_t>(place.size, limit + 1)).bytes();
    return bytes && place.at != 0 ? quoted(*bytes, limit, place.options.strings)
                                  : address_text(place.at);
  }
  const std::string head = *structure_text(place, kDeviceEvent);
  if (place.size == size) return head;
  const Place rest = place.after(size);
  const std::uint64_t limit = place.options.string_limit;
  const auto bytes = rest.part(0, std::min<std::uint64_t>(rest.size, limit + 1)).bytes();
  return fmt::format("[{}, {}]", head,
                     bytes ? quoted(*bytes, limit, place.options.strings) : address_text(rest.at));
}

std::optional<std::string> crypto_payload(const Message& message) {
  if (message.type < CRYPTO_MSG_NEWALG || message.type > CRYPTO_MSG_GETALG) return std::nullopt;
  const Place& place = message.payload;
  const std::uint64_t size = size_of(kAlgorithm, place.compat);
  if (place.size < size) {
    const std::uint64_t limit = place.options.string_limit;
    const auto bytes = place.part(0, std::min<std::uint64_t>(place.size, limit + 1)).bytes();
    return bytes ? quoted(*bytes, limit, place.options.strings) : address_text(place.at);
  }
  if (!place.readable(size)) return address_text(place.at);
  return *structure_text(place, kAlgorithm) + attributes_after(place, size, kCryptoTable);
}

std::optional<std::string> selinux_payload(const Message& message) {
  if (message.type == SELNL_MSG_SETENFORCE) return structure_text(message.payload, kEnforce);
  if (message.type == SELNL_MSG_POLICYLOAD) return structure_text(message.payload, kPolicyLoad);
  return std::nullopt;
}

std::string netfilter_type(std::uint16_t type, ConstantStyle style) {
  if (is_batch(type)) return named(names::kNetfilterBatch, type, style);
  const std::uint8_t number = static_cast<std::uint8_t>(type >> 8);
  const std::uint8_t message = static_cast<std::uint8_t>(type);
  const std::string left = named(names::kNetfilterSubsystems, number, style);
  const auto row = std::ranges::find(kSubsystems, number, &Subsystem::number);
  const std::string right =
      row != std::end(kSubsystems) ? named(*row->messages, message, style) : hex_text(message);
  return left + "<<8|" + right;
}

std::optional<std::string> netfilter_payload(const Message& message) {
  Place place = message.payload;
  const std::uint64_t size = size_of(kNetfilter, place.compat);
  Scope scope{.family = is_batch(message.type) ? 0u : message.type >> 8u};
  place.scope = &scope;
  auto text = structure_text(place, kNetfilter);
  if (!text || place.size <= size || !place.readable(size)) return text;
  return *text + (is_batch(message.type) ? ", " + hex_bytes(place.after(size))
                                         : attributes_after(place, size, kUnknownAttributes));
}

}  // namespace ringfare::netlink
