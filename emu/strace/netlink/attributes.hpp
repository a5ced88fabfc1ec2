// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "emu/strace/fields/structure.hpp"
#include "emu/strace/words/names.hpp"

namespace ringfare::netlink {

/// What an attribute of this type holds; types without a row are shown as bytes.
struct Attribute {
  std::uint16_t type;
  PlaceText text;
};

struct AttributeTable {
  const NameTable* names;
  std::span<const Attribute> rows = {};
  PlaceText others = nullptr;  // of types without a row
};

/// "[{nla_len=8, nla_type=IFLA_MTU}, 1500]": the attributes that fill the place.
std::string attributes_text(const Place& place, const AttributeTable& table);
/// "{nla_len=8, nla_type=IFLA_MTU}"
std::string attribute_header(const Place& place, std::uint16_t size, std::uint16_t type,
                             const AttributeTable& table);

template <const AttributeTable& kTable>
std::optional<std::string> nested(const Place& place) {
  return attributes_text(place, kTable);
}

/// ", [...]": attributes after `size` bytes of something, aligned; "" where there are none.
std::string attributes_after(const Place& place, std::uint64_t size, const AttributeTable& table);

}  // namespace ringfare::netlink
