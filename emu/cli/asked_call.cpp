// SPDX-License-Identifier: MIT
#include "emu/cli/asked_call.hpp"

#include <algorithm>

#include "cpu/base/choice.hpp"
#include "emu/cli/options/display_options.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kMostBytes = 0x7fff'f000;  // read(2), NOTES

constexpr Choice<unsigned> kBits[] = {{"auto", 0}, {"32", 32}, {"64", 64}};

constexpr OptionRow kCallOptions[] = {
    {"bytes", "N",
     "bytes the call copies: to user memory for a call that writes there, else from it", "0"},
    {"file", "KIND", "kind of file where it decides the price: terminal, regular, pipe, null", ""},
    kColorOption,
};

/// Whether the kernel writes the buffer of the call: read and its like.
bool writes_to_user(const SyscallRow& row) {
  return std::ranges::any_of(
      row.args, [](const ArgSpec& argument) { return argument.direction == Direction::Out; });
}

}  // namespace

void add_call_options(OptionTable& table) {
  add_options(table, kCallOptions);
}

std::optional<unsigned> bits_of(const ParsedOptions& options) {
  const unsigned bits = choose("--bits", options.text("bits"), kBits);
  return bits == 0 ? std::nullopt : std::optional(bits);
}

AskedCall asked_call(const ParsedOptions& options, const SyscallRow& row) {
  const std::uint64_t bytes = options.number("bytes", {.most = kMostBytes});
  const bool out = writes_to_user(row);
  const auto number = [](auto it) { return it == kNoNumber ? -1 : static_cast<std::int64_t>(it); };
  return {.amd64 = number(row.amd64),
          .i386 = number(row.i386),
          .charge = {.call = row.name,
                     .file_kind = options.text("file"),
                     .bytes_in = out ? 0 : bytes,
                     .bytes_out = out ? bytes : 0}};
}

}  // namespace ringfare
