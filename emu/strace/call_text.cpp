// SPDX-License-Identifier: MIT
#include "emu/strace/call_text.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "emu/strace/argument_text.hpp"
#include "emu/strace/call_families.hpp"
#include "emu/strace/structures.hpp"

namespace ringfare {
namespace {

std::string of_kind(ArgKind kind, const ToldCall& call, std::size_t index) {
  return argument_text(kind, call[index], call.options);
}

}  // namespace

std::optional<std::uint64_t> ToldCall::word(std::uint64_t address, std::uint64_t index) const {
  if (address == 0) return std::nullopt;
  if (!compat()) return memory.load<std::uint64_t>({address + index * 8});
  const auto half = memory.load<std::uint32_t>({address + index * 4});
  return half ? std::optional<std::uint64_t>(*half) : std::nullopt;
}

const CallText* call_text_of(std::string_view name) {
  static const auto rows = [] {
    std::unordered_map<std::string_view, const CallText*> all;
    for (const std::span<const CallText> family : call_families())
      for (const CallText& row : family) all.emplace(row.name, &row);
    return all;
  }();
  const auto row = rows.find(name);
  return row != rows.end() ? row->second : nullptr;
}

std::string arguments_text(const CallText& row, const ToldCall& call) {
  std::string text;
  for (std::size_t i = 0; i < row.arguments.size() && row.arguments[i] != nullptr; ++i) {
    const std::string one = row.arguments[i](call, i);
    if (one.empty()) continue;
    text += (text.empty() ? "" : ", ") + one;
  }
  return text;
}

namespace told {

std::string signed_int(const ToldCall& call, std::size_t index) {
  return of_kind(ArgKind::Int, call, index);
}
std::string unsigned_int(const ToldCall& call, std::size_t index) {
  return of_kind(ArgKind::Unsigned, call, index);
}
std::string signed_long(const ToldCall& call, std::size_t index) {
  return call.compat() ? signed_int(call, index) : of_kind(ArgKind::Long, call, index);
}
std::string unsigned_long(const ToldCall& call, std::size_t index) {
  return of_kind(ArgKind::UnsignedLong, call, index);
}
std::string hex(const ToldCall& call, std::size_t index) {
  return hex_text(call[index]);
}
std::string hex_int(const ToldCall& call, std::size_t index) {
  return hex_text(call.low(index));
}
std::string address(const ToldCall& call, std::size_t index) {
  return address_text(call[index]);
}
std::string descriptor(const ToldCall& call, std::size_t index) {
  return of_kind(ArgKind::Fd, call, index);
}
std::string directory(const ToldCall& call, std::size_t index) {
  return of_kind(ArgKind::DirectoryFd, call, index);
}
std::string octal(const ToldCall& call, std::size_t index) {
  return of_kind(ArgKind::Mode, call, index);
}
std::string path(const ToldCall& call, std::size_t index) {
  return structure_text(ArgKind::Path, call.pointee(call[index]));
}
std::string text(const ToldCall& call, std::size_t index) {
  return structure_text(ArgKind::String, call.pointee(call[index]));
}
std::string bytes(const ToldCall& call, std::uint64_t at, std::uint64_t size) {
  Pointee pointee = call.pointee(at);
  pointee.available = size;
  return structure_text(ArgKind::Bytes, pointee);
}

std::string words(const ToldCall& call, std::uint64_t at, std::uint64_t count) {
  if (at == 0) return "NULL";
  if (count == 0) return "[]";
  std::string list;
  const std::uint64_t limit = call.options.verbose ? 4096 : call.options.string_limit;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i != 0) list += ", ";
    const auto word = call.word(at, i);
    const std::uint64_t size = call.compat() ? 4 : 8;
    if (!word && i == 0) return address_text(at);
    if (!word) return fmt::format("[{}... /* {:#x} */]", list, at + i * size);
    if (i == limit) return '[' + list + "...]";
    list += fmt::format("{:#0{}x}", *word, size * 2 + 2);
  }
  return '[' + list + ']';
}

}  // namespace told
}  // namespace ringfare
