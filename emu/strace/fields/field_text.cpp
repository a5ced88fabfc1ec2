// SPDX-License-Identifier: MIT
#include "emu/strace/fields/field_text.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>
#include <array>

namespace ringfare::field {
namespace {

constexpr std::uint64_t kWidest = 8;

std::optional<std::string> of_number(const Place& place, std::string (*write)(std::uint64_t)) {
  if (place.size > kWidest) return std::nullopt;
  const auto value = place.number(place.size);
  return value ? write(*value) : address_text(place.at);
}

std::string raw(const Place& place) {
  const auto all = place.bytes();
  return all ? quoted_hex(*all, all->size()) : address_text(place.at);
}

}  // namespace

std::optional<std::string> padded_hex(const Place& place) {
  const auto value = place.number(place.size);
  return value ? fmt::format("{:#0{}x}", *value, place.size * 2 + 2) : address_text(place.at);
}

std::optional<std::string> any_number(const Place& place) {
  return of_number(place, [](std::uint64_t value) { return std::to_string(value); });
}

std::optional<std::string> any_signed(const Place& place) {
  if (place.size == 0 || place.size > kWidest) return std::nullopt;
  const auto value = place.number(place.size);
  if (!value) return address_text(place.at);
  const auto shift = static_cast<unsigned>(64 - place.size * 8);
  return std::to_string(static_cast<std::int64_t>(*value << shift) >> shift);
}

std::optional<std::string> any_hex(const Place& place) {
  return of_number(place, hex_text);
}

std::optional<std::string> any_octal(const Place& place) {
  return of_number(place, octal_text);
}

std::optional<std::string> address(const Place& place) {
  return of_number(place, address_text);
}

std::string network_order(const std::string& text, std::size_t bytes) {
  const std::string form = bytes == 2 ? "htons({})" : bytes == 4 ? "htonl({})" : "htobe64({})";
  return fmt::format(fmt::runtime(form), text);
}

std::optional<std::string> network_number16(const Place& place) {
  if (place.size < 2) return std::nullopt;
  const auto value = place.load<std::uint16_t>();
  if (!value) return address_text(place.at);
  return constant_text(fmt::format("htons({})", ntohs(*value)), raw(place.part(0, 2)),
                       place.style());
}

std::optional<std::string> network_number32(const Place& place) {
  if (place.size < 4) return std::nullopt;
  const auto value = place.load<std::uint32_t>();
  if (!value) return address_text(place.at);
  return constant_text(fmt::format("htonl({})", ntohl(*value)), raw(place.part(0, 4)),
                       place.style());
}

std::optional<std::string> network_number64(const Place& place) {
  if (place.size < 8) return std::nullopt;
  const auto value = place.load<std::uint64_t>();
  return value ? fmt::format("htobe64({})", __builtin_bswap64(*value)) : address_text(place.at);
}

std::optional<std::string> network_hex32(const Place& place) {
  if (place.size < 4) return std::nullopt;
  const auto value = place.load<std::uint32_t>();
  return value ? fmt::format("htonl({})", hex_text(ntohl(*value))) : address_text(place.at);
}

std::optional<std::string> interface(const Place& place) {
  if (place.size < 4) return std::nullopt;
  const auto index = place.load<std::uint32_t>();
  if (!index) return address_text(place.at);
  const std::string number = std::to_string(*index);
  std::array<char, IF_NAMESIZE> name{};
  if (if_indextoname(*index, name.data()) == nullptr) return number;
  return constant_text(fmt::format("if_nametoindex({})", quoted(name.data())), number,
                       place.style());
}

std::optional<std::string> text(const Place& place) {
  const std::size_t limit = place.options.string_limit;
  auto shown = place.part(0, std::min<std::uint64_t>(place.size, limit + 1)).bytes();
  if (!shown || place.at == 0) return address_text(place.at);
  const bool ends = place.size == shown->size() && !shown->empty() && shown->back() == '\0';
  if (ends) shown->pop_back();
  const std::string text = quoted(shown->substr(0, limit), place.options.strings);
  return ends && shown->size() <= limit ? text : text + "...";
}

std::optional<std::string> whole_text(const Place& place) {
  const auto all = place.bytes();
  if (!all) return address_text(place.at);
  const std::size_t end = all->find('\0');
  if (end != all->npos) return quoted(all->substr(0, end), place.options.strings);
  return quoted(all->substr(0, all->size() - 1), place.options.strings) + "...";
}

std::optional<std::string> plain_bytes(const Place& place) {
  const auto all = place.bytes();
  return all ? quoted(*all, place.options.strings) : address_text(place.at);
}

std::optional<std::string> bytes(const Place& place) {
  return raw(place);
}

std::optional<std::string> bytes_before_zeros(const Place& place) {
  const auto all = place.bytes();
  if (!all) return address_text(place.at);
  const std::size_t last = all->find_last_not_of('\0');
  const std::size_t count = last == all->npos ? 0 : last + 1;
  return quoted_hex(all->substr(0, count), count);
}

std::optional<std::string> hardware_address(const Place& place) {
  const auto all = place.bytes();
  if (!all) return address_text(place.at);
  std::string text;
  for (const char c : *all)
    text += fmt::format("{}{:02x}", text.empty() ? "" : ":", static_cast<unsigned char>(c));
  return constant_text(text, raw(place), place.style());
}

std::optional<std::string> internet_address(const Place& place, std::uint64_t family) {
  const std::uint64_t size = family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
  if (size == 0 || place.size < size) return std::nullopt;
  const auto all = place.part(0, size).bytes();
  if (!all) return address_text(place.at);
  std::array<char, INET6_ADDRSTRLEN> shown{};
  inet_ntop(static_cast<int>(family), all->data(), shown.data(), shown.size());
  return constant_text(family == AF_INET ? fmt::format("inet_addr(\"{}\")", shown.data())
                                         : fmt::format("inet_pton(AF_INET6, \"{}\")", shown.data()),
                       quoted_hex(*all, size), place.style());
}

std::optional<std::string> internet_address4(const Place& place) {
  return internet_address(place, AF_INET);
}

std::optional<std::string> internet_address6(const Place& place) {
  return internet_address(place, AF_INET6);
}

std::optional<std::string> scope_address(const Place& place) {
  return place.scope != nullptr ? internet_address(place, place.scope->family) : std::nullopt;
}

std::string named_address(const Place& place, std::uint64_t family) {
  const std::string name(place.name);
  const auto known = internet_address(place, family);
  if (!known || known->starts_with("0x")) return name + '=' + known.value_or(hex_bytes(place));
  if (family == AF_INET || place.style() == ConstantStyle::Numbers) return name + '=' + *known;
  if (place.style() == ConstantStyle::Both) return name + '=' + *known;
  return known->substr(0, known->size() - 1) + ", &" + name + ')';
}

std::optional<std::string> scope_address_field(const Place& place) {
  return named_address(place, place.scope != nullptr ? place.scope->family : 0);
}

std::optional<std::string> structure_address_field(const Place& place) {
  return named_address(place, place.memory.load<std::uint8_t>({place.structure}).value_or(0));
}

std::optional<std::string> ticks(const Place& place) {
  if (place.size == 0 || place.size > kWidest) return std::nullopt;
  const auto value = place.number(place.size);
  if (!value) return address_text(place.at);
  if (*value == 0 || place.style() == ConstantStyle::Numbers) return std::to_string(*value);
  return fmt::format("{} /* {}.{:02} s */", *value, *value / 100, *value % 100);
}

std::optional<std::string> descriptor(const Place& place) {
  if (place.size < 4) return std::nullopt;
  const auto fd = place.load<std::int32_t>();
  return fd ? descriptor_text(*fd, place.options) : address_text(place.at);
}

std::optional<std::string> device(const Place& place) {
  const auto value = place.number(place.size);
  return value ? device_text(*value, place.style()) : address_text(place.at);
}

std::string list(const Place& place, std::uint64_t element_size, PlaceText element) {
  std::string all;
  const std::uint64_t limit = place.options.verbose ? 4096 : place.options.string_limit;
  for (std::uint64_t i = 0; (i + 1) * element_size <= place.size; ++i) {
    const Place one = place.part(i * element_size, element_size);
    if (i != 0) all += ", ";
    if (i >= limit) return '[' + all + "...]";
    if (!one.readable(element_size) && i == 0) return address_text(place.at);
    if (!one.readable(element_size)) return fmt::format("[{}... /* {:#x} */]", all, one.at);
    all += text_or_bytes(element, one);
  }
  return '[' + all + ']';
}

std::string indexed_list(const Place& place, std::uint64_t element_size, PlaceText element,
                         const NameTable& names, std::uint64_t first, std::string_view suffix) {
  std::string all;
  const std::uint64_t limit = place.options.verbose ? 4096 : place.options.string_limit;
  for (std::uint64_t i = 0; (i + 1) * element_size <= place.size; ++i) {
    const Place one = place.part(i * element_size, element_size);
    if (i != 0) all += ", ";
    if (i >= limit) return '[' + all + "...]";
    if (!one.readable(element_size) && i == 0) return address_text(place.at);
    if (!one.readable(element_size)) return fmt::format("[{}... /* {:#x} */]", all, one.at);
    std::string index;
    if (place.style() == ConstantStyle::Numbers)
      index = std::to_string(i);
    else {
      const std::string name = named(names, i + first);
      const bool known = name.find("/*") == name.npos;
      index = known ? name + std::string(suffix) : fmt::format("{} /* {} */", i, names.unknown);
      if (known && place.style() == ConstantStyle::Both)
        index = fmt::format("{} /* {} */", i, index);
    }
    all += fmt::format("[{}]={}", index, text_or_bytes(element, one));
  }
  return '[' + all + ']';
}

}  // namespace ringfare::field
