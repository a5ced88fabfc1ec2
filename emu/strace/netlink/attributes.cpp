// SPDX-License-Identifier: MIT
#include "emu/strace/netlink/attributes.hpp"

#include <fmt/format.h>
#include <linux/netlink.h>

#include <algorithm>

#include "emu/strace/words/value_text.hpp"

namespace ringfare::netlink {
namespace {

constexpr Name kTypeFlags[] = {{NLA_F_NESTED, "NLA_F_NESTED"},
                               {NLA_F_NET_BYTEORDER, "NLA_F_NET_BYTEORDER"}};

std::string type_text(const Place& place, std::uint16_t type, const AttributeTable& table) {
  std::string text;
  for (const Name& flag : kTypeFlags) {
    if ((type & flag.value) == 0) continue;
    text += (text.empty() ? "" : "|") +
            constant_text(std::string(flag.text), hex_text(flag.value), place.style());
  }
  const std::uint64_t number = type & NLA_TYPE_MASK;
  if (!text.empty()) text += '|';
  if (table.names == nullptr) return text + hex_text(number);
  return text + named(*table.names, number, place.style());
}

std::string value_text(const Place& place, std::uint16_t type, const AttributeTable& table) {
  const auto row = std::ranges::find(table.rows, type & NLA_TYPE_MASK, &Attribute::type);
  return text_or_bytes(row != table.rows.end() ? row->text : table.others, place);
}

}  // namespace

std::string attribute_header(const Place& place, std::uint16_t size, std::uint16_t type,
                             const AttributeTable& table) {
  return fmt::format("{{nla_len={}, nla_type={}}}", size, type_text(place, type, table));
}

std::string attributes_text(const Place& place, const AttributeTable& table) {
  std::string all;
  std::uint64_t shown = 0;
  bool several = false;
  for (std::uint64_t done = 0;; ++shown) {
    const Place rest = place.after(done);
    if (shown != 0) all += ", ";
    if (rest.size < sizeof(nlattr)) {
      all += hex_bytes(rest);
      break;
    }
    const auto header = rest.load<nlattr>();
    if (!header) {
      all += shown == 0 ? address_text(rest.at) : fmt::format("... /* {:#x} */", rest.at);
      break;
    }
    const std::uint64_t limit = place.options.verbose ? 4096 : place.options.string_limit;
    if (shown == limit) {
      all += "...";
      break;
    }
    const std::uint64_t length = std::min<std::uint64_t>(header->nla_len, rest.size);
    const std::uint64_t next = NLA_ALIGN(std::uint64_t{header->nla_len});
    const std::string head = attribute_header(rest, header->nla_len, header->nla_type, table);
    all += length > NLA_HDRLEN ? fmt::format("[{}, {}]", head,
                                             value_text(rest.part(NLA_HDRLEN, length - NLA_HDRLEN),
                                                        header->nla_type, table))
                               : head;
    if (header->nla_len < NLA_HDRLEN || next >= rest.size) break;
    several = true;
    done += next;
  }
  return several ? '[' + all + ']' : all;
}

std::string attributes_after(const Place& place, std::uint64_t size, const AttributeTable& table) {
  const std::uint64_t begin = NLMSG_ALIGN(size);
  return place.size > begin ? ", " + attributes_text(place.after(begin), table) : "";
}

}  // namespace ringfare::netlink
