// SPDX-License-Identifier: MIT
// Keys: add_key(2), request_key(2), keyctl(2).
#include <fmt/format.h>

#include <algorithm>

#include "emu/strace/call_families.hpp"

namespace ringfare {
namespace {

// Values of linux/keyctl.h; a serial is a signed number of 32 bits.
constexpr Name kSpecials[] = {
    {0xfffffff8, "KEY_SPEC_REQUESTOR_KEYRING"}, {0xfffffff9, "KEY_SPEC_REQKEY_AUTH_KEY"},
    {0xfffffffa, "KEY_SPEC_GROUP_KEYRING"},     {0xfffffffb, "KEY_SPEC_USER_SESSION_KEYRING"},
    {0xfffffffc, "KEY_SPEC_USER_KEYRING"},      {0xfffffffd, "KEY_SPEC_SESSION_KEYRING"},
    {0xfffffffe, "KEY_SPEC_PROCESS_KEYRING"},   {0xffffffff, "KEY_SPEC_THREAD_KEYRING"}};

std::string serial(const ToldCall& call, std::size_t index) {
  const auto row = std::ranges::find(kSpecials, call.low(index), &Name::value);
  const std::string number = std::to_string(static_cast<std::int32_t>(call.low(index)));
  if (row == std::end(kSpecials)) return number;
  return constant_text(std::string(row->text), number, call.style());
}

std::string payload(const ToldCall& call, std::size_t index) {
  return call[index] == 0 ? "NULL" : told::bytes(call, call[index], call[3]);
}

constexpr CallText kCalls[] = {
    {"add_key", {told::text, told::text, payload, told::unsigned_long, serial}},
    {"request_key", {told::text, told::text, told::text, serial}},
};

}  // namespace

std::span<const CallText> calls_on_keys() {
  return kCalls;
}

}  // namespace ringfare
