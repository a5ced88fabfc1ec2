// SPDX-License-Identifier: MIT
#include "emu/strace/fields/place.hpp"

#include <algorithm>
#include <cstring>

#include "emu/strace/words/value_text.hpp"

namespace ringfare {

bool Place::readable(std::uint64_t count) const {
  constexpr std::uint64_t kChunk = 4096;
  std::string chunk;
  for (std::uint64_t done = 0; done < count; done += kChunk) {
    chunk.resize(std::min(kChunk, count - done));
    if (!memory.read({at + done}, std::as_writable_bytes(std::span(chunk)))) return false;
  }
  return true;
}

std::optional<std::uint64_t> Place::number(std::uint64_t bytes) const {
  std::uint64_t value = 0;
  if (!memory.read({at}, std::as_writable_bytes(std::span(&value, 1)).first(bytes)))
    return std::nullopt;
  return value;
}

std::optional<std::string> Place::bytes() const {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 20;
  std::string all(std::min(size, kMost), '\0');
  if (!memory.read({at}, std::as_writable_bytes(std::span(all)))) return std::nullopt;
  return all;
}

std::string hex_bytes(const Place& place) {
  const std::uint64_t limit = place.options.string_limit;
  const auto bytes = place.part(0, std::min<std::uint64_t>(place.size, limit + 1)).bytes();
  return bytes && place.at != 0 ? quoted_hex(*bytes, limit) : address_text(place.at);
}

std::string text_or_bytes(PlaceText text, const Place& place) {
  const auto known = text != nullptr ? text(place) : std::nullopt;
  return known ? *known : hex_bytes(place);
}

}  // namespace ringfare
