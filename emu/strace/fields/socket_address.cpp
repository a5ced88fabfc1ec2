// SPDX-License-Identifier: MIT
#include "emu/strace/fields/socket_address.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>

#include "emu/strace/fields/structure.hpp"
#include "emu/strace/kernel_names/kernel_names.hpp"

namespace ringfare {
namespace {

using field::block;
using field::u16;
using field::u32;

std::optional<std::string> address6(const Place& place) {
  return field::named_address(place, AF_INET6);
}
std::optional<std::string> groups(const Place& place) {
  const auto value = place.load<std::uint32_t>();
  return value ? fmt::format("{:08x}", *value) : address_text(place.at);
}

constexpr Field kFamily = u16("sa_family", field::any_names<names::kAddressFamilies>);
constexpr Field kInternet[] = {kFamily, u16("sin_port", field::network_number16),
                               u32("sin_addr", field::internet_address4),
                               field::never(block("sin_zero", 8, nullptr))};
constexpr Field kInternet6[] = {kFamily, u16("sin6_port", field::network_number16),
                                u32("sin6_flowinfo", field::network_number32),
                                field::whole(block("sin6_addr", 16, address6)),
                                u32("sin6_scope_id")};
constexpr Field kNetlink[] = {kFamily, field::never(u16("nl_pad")), u32("nl_pid"),
                              u32("nl_groups", groups)};

struct Family {
  std::uint16_t number;
  std::span<const Field> fields;
};
constexpr Family kFamilies[] = {
    {AF_INET, kInternet}, {AF_INET6, kInternet6}, {AF_NETLINK, kNetlink}};

/// unix(7): a path, an abstract name ("@name"), or nothing but the family.
std::string local_text(const Place& place, const std::string& family) {
  const std::uint64_t size = std::min<std::uint64_t>(place.size, sizeof(sockaddr_un));
  const auto name = size > sizeof(sa_family_t)
                        ? place.part(sizeof(sa_family_t), size - sizeof(sa_family_t)).bytes()
                        : std::nullopt;
  if (!name) return fmt::format("{{sa_family={}}}", family);
  const StringStyle style = place.options.strings;
  return fmt::format("{{sa_family={}, sun_path={}}}", family,
                     name->front() == '\0' ? "@" + quoted(std::string_view(*name).substr(1), style)
                                           : quoted(name->substr(0, name->find('\0')), style));
}

}  // namespace

std::optional<std::string> socket_address_text(const Place& place) {
  const auto family = place.load<std::uint16_t>();
  if (!family || place.size < sizeof *family) return std::nullopt;
  const std::string name = named(names::kAddressFamilies, *family, place.style());
  if (*family == AF_UNIX) return local_text(place, name);
  const auto row = std::ranges::find(kFamilies, *family, &Family::number);
  if (row != std::end(kFamilies))
    if (auto text = structure_text(place, row->fields))
      return text->starts_with('{') ? text : std::nullopt;
  const std::uint64_t size = std::min<std::uint64_t>(place.size, sizeof(sockaddr_storage));
  const auto data = place.part(sizeof *family, size - sizeof *family).bytes();
  if (!data) return std::nullopt;
  return fmt::format("{{sa_family={}, sa_data={}}}", name, quoted(*data, place.options.strings));
}

}  // namespace ringfare
