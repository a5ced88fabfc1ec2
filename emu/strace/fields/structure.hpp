// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "emu/strace/fields/field_text.hpp"

namespace ringfare {

/// A structure is its fields in order: {nd_family=AF_INET, ...}.
struct Field {
  enum class Show : std::uint8_t {
    Always,
    IfSet,    // where a byte of it is not zero
    Never,    //
    Whole,    // the text says its name itself
    Verbose,  // and all that follow; else "..."
  };

  std::string_view name;
  std::uint32_t size;  // 0: as wide as a pointer of the guest
  std::uint8_t alignment;
  PlaceText text;
  Show show = Show::Always;
};

namespace field {

constexpr Field u8(std::string_view name, PlaceText text = any_number) {
  return {name, 1, 1, text};
}
constexpr Field u16(std::string_view name, PlaceText text = any_number) {
  return {name, 2, 2, text};
}
constexpr Field u32(std::string_view name, PlaceText text = any_number) {
  return {name, 4, 4, text};
}
constexpr Field u64(std::string_view name, PlaceText text = any_number) {
  return {name, 8, 8, text};
}
constexpr Field word(std::string_view name, PlaceText text = any_number) {
  return {name, 0, 0, text};
}
constexpr Field block(std::string_view name, std::uint32_t size, PlaceText text,
                      std::uint8_t alignment = 1) {
  return {name, size, alignment, text};
}
constexpr Field if_set(Field field) {
  field.show = Field::Show::IfSet;
  return field;
}
constexpr Field never(Field field) {
  field.show = Field::Show::Never;
  return field;
}
constexpr Field whole(Field field) {
  field.show = Field::Show::Whole;
  return field;
}
constexpr Field verbose(Field field) {
  field.show = Field::Show::Verbose;
  return field;
}
/// What is there for alignment: shown where it is not zero.
constexpr Field pad(std::string_view name, std::uint32_t size, std::uint8_t alignment) {
  return {name, size, alignment, size == 3 || size > 8 ? bytes : any_hex, Field::Show::IfSet};
}

}  // namespace field

/// How long the structure is on the guest's ABI.
std::uint64_t size_of(std::span<const Field> fields, bool compat);

/// "{a=1, b=2}"; nothing where the place is shorter; the address where it cannot be read. With
/// `least`, so many bytes are enough, and fields that are not there are left out.
std::optional<std::string> structure_text(const Place& place, std::span<const Field> fields,
                                          std::uint64_t least = 0);
/// "a=1, b=2": all fields from the one with number `first`.
std::string fields_text(const Place& place, std::span<const Field> fields, std::size_t first = 0);

namespace field {

template <const auto& kFields>
std::optional<std::string> structure(const Place& place) {
  return structure_text(place, kFields);
}
template <const auto& kFields, std::uint64_t kLeast>
std::optional<std::string> structure_from(const Place& place) {
  return structure_text(place, kFields, kLeast);
}
/// Bytes behind it are shown, too.
template <const auto& kFields>
std::optional<std::string> structure_and_rest(const Place& place) {
  auto text = structure_text(place, kFields);
  const std::uint64_t size = size_of(kFields, place.compat);
  if (text && place.size > size && place.readable(size))
    *text += ", " + hex_bytes(place.after(size));
  return text;
}
template <const auto& kFields>
std::optional<std::string> structures(const Place& place) {
  const std::uint64_t size = size_of(kFields, place.compat);
  if (place.size < size) return std::nullopt;
  return list(place, size, structure<kFields>);
}

}  // namespace field
}  // namespace ringfare
