// SPDX-License-Identifier: MIT
// Values of socket options: getsockopt(2), setsockopt(2).
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>

#include "emu/strace/argument_text.hpp"
#include "emu/strace/call_families.hpp"

namespace ringfare {
namespace {

/// An argument as its kind says, which the level of the option decides.
std::string by_kind(const ToldCall& call, std::size_t index) {
  for (const auto& [at, spec] : call.call.shape())
    if (at == index) return argument_text(spec.kind, call[index], call.options);
  return told::hex(call, index);
}

/// A value with its size, as the guest gave it or as the kernel wrote it.
struct Value {
  const ToldCall& call;
  std::uint64_t at;
  std::uint64_t size;
  bool found;

  template <class T>
  std::optional<T> load(std::uint64_t offset = 0) const {
    return at == 0 || offset + sizeof(T) > size ? std::nullopt : call.memory.load<T>({at + offset});
  }
};

/// A number that may be cut short: "5", or the bytes there are.
std::string cut_number(const Value& value, std::uint64_t offset) {
  if (const auto number = value.load<std::int32_t>(offset)) return std::to_string(*number);
  std::string bytes(value.size - offset, '\0');
  if (!value.call.memory.read({value.at + offset}, std::as_writable_bytes(std::span(bytes))))
    return "?";
  return quoted_hex(bytes, bytes.size());
}

std::string fields(const Value& value, std::initializer_list<std::string_view> names) {
  std::string text = "{";
  std::uint64_t offset = 0;
  for (const std::string_view name : names) {
    if (offset >= value.size) break;
    text += fmt::format("{}{}={}", offset == 0 ? "" : ", ", name, cut_number(value, offset));
    offset += sizeof(std::int32_t);
  }
  return text + '}';
}

std::optional<std::string> linger(const Value& value) {
  const std::uint64_t whole = 2 * sizeof(std::int32_t);
  if (value.size == 0 || (!value.found && value.size < whole)) return std::nullopt;
  if (!value.load<std::uint8_t>(std::min(value.size, whole) - 1)) return std::nullopt;
  return fields({value.call, value.at, std::min(value.size, whole), value.found},
                {"l_onoff", "l_linger"});
}

std::optional<std::string> credentials(const Value& value) {
  if (value.size == 0 || !value.load<std::uint8_t>()) return std::nullopt;
  return fields({value.call, value.at, std::min<std::uint64_t>(value.size, 12), value.found},
                {"pid", "uid", "gid"});
}

std::optional<std::string> error(const Value& value) {
  const auto number = value.load<std::int32_t>();
  if (!number) return std::nullopt;
  const std::string name(error_name(*number));
  return fmt::format(
      "[{}]", name.empty() ? std::to_string(*number)
                           : constant_text(name, std::to_string(*number), value.call.style()));
}

std::optional<std::string> timeout(const Value& value) {
  // strace shows the bytes of the old structure.
  if (value.call.compat()) return told::bytes(value.call, value.at, value.size);
  const auto both = value.load<std::array<std::int64_t, 2>>();
  if (!both) return std::nullopt;
  return fmt::format("{{tv_sec={}, tv_usec={}}}", (*both)[0], (*both)[1]);
}

std::optional<std::string> filter(const Value& value) {
  if (value.found || value.size < (value.call.compat() ? 8u : 16u)) return std::nullopt;
  return filter_text(value.call, FilterUse::Sockets, value.at);
}

struct OptionValue {
  int level, option;
  std::optional<std::string> (*text)(const Value& value);
};

constexpr OptionValue kValues[] = {
    {SOL_SOCKET, SO_LINGER, linger},
    {SOL_SOCKET, SO_PEERCRED, credentials},
    {SOL_SOCKET, SO_ERROR, error},
    {SOL_SOCKET, SO_RCVTIMEO, timeout},
    {SOL_SOCKET, SO_SNDTIMEO, timeout},
    {SOL_SOCKET, SO_ATTACH_FILTER, filter},
    {SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, filter},
};

std::string value_text(const Value& value) {
  const ToldCall& call = value.call;
  const auto row = std::ranges::find_if(kValues, [&](const OptionValue& one) {
    return one.level == static_cast<int>(call.low(1)) &&
           one.option == static_cast<int>(call.low(2));
  });
  if (value.at == 0) return "NULL";
  if (row != std::end(kValues)) return row->text(value).value_or(address_text(value.at));
  if (value.size == sizeof(std::int32_t)) {
    const auto number = value.load<std::int32_t>();
    return number ? fmt::format("[{}]", *number) : address_text(value.at);
  }
  return told::bytes(call, value.at, value.size);
}

std::string value_given(const ToldCall& call, std::size_t index) {
  const auto size = static_cast<std::int32_t>(call.low(4));
  if (size < 0) return told::address(call, index);
  return value_text({call, call[index], static_cast<std::uint64_t>(size), false});
}

std::string value_found(const ToldCall& call, std::size_t index) {
  const auto size = call.load<std::int32_t>(call[4]);
  if (!call.filled() || !size || *size <= 0) return told::address(call, index);
  const auto before = call.entered ? static_cast<std::int32_t>(*call.entered) : *size;
  return value_text({call, call[index], static_cast<std::uint64_t>(std::min(*size, before)), true});
}

std::string length_found(const ToldCall& call, std::size_t index) {
  const auto size = call.load<std::int32_t>(call[index]);
  if (!size) return told::address(call, index);
  const auto before = call.entered ? static_cast<std::int32_t>(*call.entered) : *size;
  return call.filled() && before != *size ? fmt::format("[{} => {}]", before, *size)
                                          : fmt::format("[{}]", before);
}

constexpr CallText kCalls[] = {
    {"getsockopt", {told::descriptor, by_kind, by_kind, value_found, length_found}, nullptr, 4},
    {"setsockopt", {told::descriptor, by_kind, by_kind, value_given, told::signed_int}},
};

}  // namespace

std::span<const CallText> calls_on_sockets() {
  return kCalls;
}

}  // namespace ringfare
