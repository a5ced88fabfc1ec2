// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "emu/linux/abi/argument_kinds.hpp"

namespace ringfare {

/// Which way the pointed-to bytes go: the kernel reads them, writes them, or both.
enum class Direction : std::uint8_t { None, In, Out, InOut };

inline constexpr std::uint8_t kNoCount = 0xff;

/// One argument. `count_from` is the index of the argument that says how many bytes or elements the
/// pointer stands for; for a socket address that the kernel writes, that argument points to the
/// length.
struct ArgSpec {
  ArgKind kind = ArgKind::None;
  Direction direction = Direction::None;
  std::uint8_t count_from = kNoCount;

  constexpr bool operator==(const ArgSpec&) const = default;
};

/// The arguments of one call, parsed from text while compiling: tokens of `kArgKinds` separated by
/// one space, each with `<` (the kernel reads what it points to), `>` (writes) or `=` (both) before
/// it and `:N` (the count is argument N) after it: "fd >bytes:2 size".
class ArgList {
 public:
  consteval ArgList(const char* text) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t space = rest.find(' ');
      specs_.at(count_) = parse(rest.substr(0, space));
      if (specs_[count_].direction == Direction::None) {
        const Width width = row_of(specs_[count_].kind).width;
        ints_ |= static_cast<std::uint8_t>((width == Width::Int) << count_);
        unsigneds_ |= static_cast<std::uint8_t>((width == Width::Unsigned) << count_);
      }
      ++count_;
      rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
    }
    for (std::size_t i = 0; i < count_; ++i)
      if (specs_[i].count_from != kNoCount && specs_[i].count_from >= count_)
        throw "a count refers to an argument that is not there";
  }

  constexpr std::size_t size() const { return count_; }
  constexpr const ArgSpec& operator[](std::size_t index) const { return specs_[index]; }
  constexpr const ArgSpec* begin() const { return specs_.data(); }
  constexpr const ArgSpec* end() const { return specs_.data() + count_; }

  /// Registers as the kernel understands them: of an int the lower half counts.
  constexpr void narrow(std::array<std::uint64_t, 6>& registers) const {
    for (unsigned left = ints_; left != 0; left &= left - 1) {
      std::uint64_t& each = registers[static_cast<std::size_t>(std::countr_zero(left))];
      each = static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(each)});
    }
    for (unsigned left = unsigneds_; left != 0; left &= left - 1) {
      std::uint64_t& each = registers[static_cast<std::size_t>(std::countr_zero(left))];
      each = static_cast<std::uint32_t>(each);
    }
  }

 private:
  // A throw that is reached does not compile.
  static consteval ArgSpec parse(std::string_view token) {
    ArgSpec spec;
    if (token.starts_with('<')) spec.direction = Direction::In;
    if (token.starts_with('>')) spec.direction = Direction::Out;
    if (token.starts_with('=')) spec.direction = Direction::InOut;
    if (spec.direction != Direction::None) token.remove_prefix(1);
    if (const std::size_t colon = token.find(':'); colon != std::string_view::npos) {
      if (token.size() != colon + 2) throw "a count is one digit";
      spec.count_from = static_cast<std::uint8_t>(token[colon + 1] - '0');
      token = token.substr(0, colon);
    }
    for (const ArgKindRow& row : kArgKinds)
      if (row.token == token) {
        spec.kind = row.kind;
        return spec;
      }
    throw "not a kind of argument";
  }

  std::array<ArgSpec, 6> specs_{};
  std::size_t count_ = 0;
  std::uint8_t ints_ = 0, unsigneds_ = 0;  // a bit for each argument of that width
};

/// How the host's kernel gets it; what points to something it knows nothing of is refused.
constexpr Passing passing_of(const ArgSpec& spec) {
  if (spec.kind == ArgKind::None) return Passing::Value;
  const Passing passing = row_of(spec.kind).passing;
  const bool points = spec.direction != Direction::None;
  return passing == Passing::Value && points ? Passing::Refused : passing;
}

/// Whether the host's kernel can serve a call with these arguments.
constexpr bool can_pass(const ArgList& args) {
  for (const ArgSpec& spec : args) {
    if (passing_of(spec) == Passing::Refused) return false;
    // A count behind a pointer is one the kernel changes.
    if (spec.count_from != kNoCount && args[spec.count_from].direction != Direction::None)
      return false;
  }
  return true;
}

}  // namespace ringfare
