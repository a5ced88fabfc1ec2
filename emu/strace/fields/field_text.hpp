// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "emu/strace/fields/place.hpp"
#include "emu/strace/words/names.hpp"
#include "emu/strace/words/value_text.hpp"

namespace ringfare::field {

// How the bytes of a place read: each is a `PlaceText`.

template <class T>
std::optional<std::string> number(const Place& place) {
  if (place.size < sizeof(T)) return std::nullopt;
  const auto value = place.load<T>();
  return value ? std::to_string(+*value) : address_text(place.at);
}

template <class T>
std::optional<std::string> hex(const Place& place) {
  if (place.size < sizeof(T)) return std::nullopt;
  const auto value = place.load<T>();
  return value ? hex_text(*value) : address_text(place.at);
}

/// 0x0000001f
std::optional<std::string> padded_hex(const Place& place);

/// The number of the bytes there are, up to 8.
std::optional<std::string> any_number(const Place& place);
std::optional<std::string> any_signed(const Place& place);
std::optional<std::string> any_hex(const Place& place);
std::optional<std::string> any_octal(const Place& place);
std::optional<std::string> address(const Place& place);

template <class T, const NameTable& kTable>
std::optional<std::string> names(const Place& place) {
  if (place.size < sizeof(T)) return std::nullopt;
  const auto value = place.load<T>();
  return value ? named(kTable, static_cast<std::make_unsigned_t<T>>(*value), place.style())
               : address_text(place.at);
}

/// By the bytes there are.
template <const NameTable& kTable>
std::optional<std::string> any_names(const Place& place) {
  const auto value = place.number(place.size);
  return value ? named(kTable, *value, place.style()) : address_text(place.at);
}

/// "0x1 /* RCV_SHUTDOWN */": the number with its names, whatever the style.
template <const NameTable& kTable>
std::optional<std::string> number_and_names(const Place& place) {
  const auto value = place.number(place.size);
  if (!value) return address_text(place.at);
  return named(kTable, *value,
               place.style() == ConstantStyle::Names ? ConstantStyle::Both : place.style());
}

/// "htons(ETH_P_IP)"
std::string network_order(const std::string& text, std::size_t bytes);
template <const NameTable& kTable>
std::optional<std::string> network_names(const Place& place) {
  if (place.size < 2) return std::nullopt;
  const auto value = place.load<std::uint16_t>();
  if (!value) return address_text(place.at);
  const std::uint16_t host = __builtin_bswap16(*value);
  return network_order(named(kTable, host, place.style()), 2);
}
std::optional<std::string> network_number16(const Place& place);  // htons(80)
std::optional<std::string> network_number32(const Place& place);  // htonl(1)
std::optional<std::string> network_number64(const Place& place);  // htobe64(1)
std::optional<std::string> network_hex32(const Place& place);     // htonl(0xfeedcafe)

/// if_nametoindex("lo"), or the number.
std::optional<std::string> interface(const Place& place);
/// "eth0": up to a NUL; with `...` where there is none.
std::optional<std::string> text(const Place& place);
/// As `text`, but shown whole where the bytes end without a NUL: of a field as long as it is.
std::optional<std::string> whole_text(const Place& place);
/// All bytes with C's escapes.
std::optional<std::string> plain_bytes(const Place& place);
/// "\x61\x62": all, however many.
std::optional<std::string> bytes(const Place& place);
/// As `bytes`, without the zeros at the end.
std::optional<std::string> bytes_before_zeros(const Place& place);
/// ab:cd:ef:01:02:03
std::optional<std::string> hardware_address(const Place& place);
/// inet_addr("1.2.3.4"), inet_pton(AF_INET6, "::1")
std::optional<std::string> internet_address4(const Place& place);
std::optional<std::string> internet_address6(const Place& place);
/// As `family` says; bytes of others.
std::optional<std::string> internet_address(const Place& place, std::uint64_t family);
/// As the message's family says.
std::optional<std::string> scope_address(const Place& place);
/// A `Whole` field: idiag_src=inet_addr("1.2.3.4"), inet_pton(AF_INET6, "::1", &idiag_src)
std::string named_address(const Place& place, std::uint64_t family);
std::optional<std::string> scope_address_field(const Place& place);
std::optional<std::string> structure_address_field(const Place& place);  // by its first field
/// 100 /* 1.00 s */: in hundredths, of 1 to 8 bytes.
std::optional<std::string> ticks(const Place& place);
std::optional<std::string> descriptor(const Place& place);
/// makedev(0x1, 0x3)
std::optional<std::string> device(const Place& place);
/// [1, 2]
std::string list(const Place& place, std::uint64_t element_size, PlaceText element);

template <class T, PlaceText kElement>
std::optional<std::string> list(const Place& place) {
  if (place.size < sizeof(T)) return std::nullopt;
  return list(place, sizeof(T), kElement);
}

/// [[NAME_0]=1, [NAME_1]=2]: names of places in a list, shifted by `kFirst`.
std::string indexed_list(const Place& place, std::uint64_t element_size, PlaceText element,
                         const NameTable& names, std::uint64_t first, std::string_view suffix);

}  // namespace ringfare::field
