// SPDX-License-Identifier: MIT
#include "emu/strace/fields/structure.hpp"

#include <algorithm>

#include "emu/strace/words/value_text.hpp"

namespace ringfare {
namespace {

struct Extent {
  std::uint64_t offset, size;
};

std::uint64_t aligned(std::uint64_t offset, std::uint64_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

/// i386 aligns to 4 bytes at most.
std::uint64_t alignment_of(const Field& field, bool compat) {
  const std::uint64_t alignment = field.alignment == 0 ? 8 : field.alignment;
  return compat ? std::min<std::uint64_t>(alignment, 4) : alignment;
}

Extent extent_of(const Field& field, std::uint64_t end, bool compat) {
  const std::uint64_t pointer = compat ? 4 : 8;
  return {aligned(end, alignment_of(field, compat)), field.size == 0 ? pointer : field.size};
}

bool is_zero(const Place& place) {
  const auto bytes = place.bytes();
  return bytes && std::ranges::all_of(*bytes, [](char c) { return c == 0; });
}

}  // namespace

std::uint64_t size_of(std::span<const Field> fields, bool compat) {
  std::uint64_t end = 0, widest = 1;
  for (const Field& field : fields) {
    const Extent extent = extent_of(field, end, compat);
    end = extent.offset + extent.size;
    widest = std::max(widest, alignment_of(field, compat));
  }
  return aligned(end, widest);
}

std::string fields_text(const Place& place, std::span<const Field> fields, std::size_t first) {
  std::string text;
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    const Extent extent = extent_of(field, end, place.compat);
    end = extent.offset + extent.size;
    if (i < first) continue;
    if (end > place.size) break;
    if (field.show == Field::Show::Verbose && !place.options.verbose)
      return text + (text.empty() ? "..." : ", ...");
    Place part = place.part(extent.offset, extent.size);
    part.structure = place.at;
    part.name = field.name;
    if (field.show == Field::Show::Never || field.text == nullptr) continue;
    if (field.show == Field::Show::IfSet && is_zero(part)) continue;
    const std::string value = text_or_bytes(field.text, part);
    if (!text.empty()) text += ", ";
    if (field.show != Field::Show::Whole) text += std::string(field.name) + '=';
    text += value;
  }
  return text;
}

std::optional<std::string> structure_text(const Place& place, std::span<const Field> fields,
                                          std::uint64_t least) {
  const std::uint64_t whole = size_of(fields, place.compat);
  if (place.size < (least != 0 ? least : whole)) return std::nullopt;
  if (place.at == 0 || !place.readable(std::min(whole, place.size))) return address_text(place.at);
  return '{' + fields_text(place.part(0, std::min(whole, place.size)), fields) + '}';
}

}  // namespace ringfare
