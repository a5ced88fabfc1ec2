// SPDX-License-Identifier: MIT
#include "emu/linux/compat/multiplexed.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>

#include "emu/linux/syscalls/syscall_table.hpp"

namespace ringfare {
namespace {

constexpr Multiplexed kSocketCalls[] = {
    {},       {359, 3}, {361, 3}, {362, 3}, {363, 2}, {364, 3}, {367, 3},
    {368, 3}, {360, 4}, {369, 4}, {371, 4}, {369, 6}, {371, 6}, {373, 2},
    {366, 5}, {365, 5}, {370, 3}, {372, 3}, {364, 4}, {337, 5}, {345, 4},
};

constexpr std::uint64_t kSelect = 82, kMmap = 90, kSocketCall = 102, kIpc = 117, kNewSelect = 142,
                        kMmap2 = 192;

/// <linux/ipc.h>, SEMGET and so on: the i386 call of its own, and which argument of ipc(2) each of
/// its arguments is. SEMOP and SEMTIMEDOP have none.
struct OwnIpcCall {
  std::uint8_t wrapped;
  std::uint16_t number;
  std::array<std::uint8_t, 5> from;  // 0: none
};
constexpr std::uint8_t kFirst = 1, kSecond = 2, kThird = 3, kPointer = 4, kFifth = 5;
constexpr OwnIpcCall kIpcCalls[] = {
    {2, 393, {kFirst, kSecond, kThird}},
    {3, 394, {kFirst, kSecond, kThird, kPointer}},
    {11, 400, {kFirst, kPointer, kSecond, kThird}},
    {12, 401, {kFirst, kPointer, kSecond, kFifth, kThird}},
    {13, 399, {kFirst, kSecond}},
    {14, 402, {kFirst, kSecond, kPointer}},
    {21, 397, {kFirst, kPointer, kSecond}},
    {22, 398, {kPointer}},
    {23, 395, {kFirst, kSecond, kThird}},
    {24, 396, {kFirst, kSecond, kPointer}},
};
constexpr std::uint64_t kControlSemaphores = 3, kReceive = 12;

bool load(const AddressSpace& memory, std::uint64_t from, std::span<std::uint64_t> to) {
  for (std::uint64_t& word : to) {
    const auto value = memory.load<std::uint32_t>({from});
    if (!value) return false;
    word = *value;
    from += sizeof *value;
  }
  return true;
}

std::optional<CallRequest> demultiplexed_ipc(CallRequest request, const AddressSpace& memory) {
  const std::uint64_t wrapped = request.args[0] & 0xffff, version = request.args[0] >> 16;
  const auto call = std::ranges::find(kIpcCalls, wrapped, &OwnIpcCall::wrapped);
  if (call == std::end(kIpcCalls)) return std::nullopt;
  CallArguments args{};
  for (std::size_t i = 0; i < call->from.size(); ++i)
    if (call->from[i] != 0) args[i] = request.args[call->from[i]];
  const std::span all(args);
  // semctl(2) has its last argument in memory; the first msgrcv(2) had the text and the type there.
  if (wrapped == kControlSemaphores && !load(memory, args[3], all.subspan(3, 1)))
    return std::nullopt;
  if (wrapped == kReceive && version == 0) {
    const std::uint64_t at = args[1];
    if (!load(memory, at, all.subspan(1, 1)) || !load(memory, at + 4, all.subspan(3, 1)))
      return std::nullopt;
  }
  request.number = call->number;
  request.args = args;
  return request;
}

std::optional<CallRequest> request_from(const CallRequest& request, Multiplexed call,
                                        std::uint64_t from, const AddressSpace& memory) {
  CallRequest told = request;
  told.args = {};
  told.number = call.number;
  if (!load(memory, from, std::span(told.args).first(call.arguments))) return std::nullopt;
  return told;
}

std::optional<CallRequest> stands_for(const CallRequest& request, const AddressSpace& memory) {
  const CallArguments& args = request.args;
  switch (request.number) {
    case kSelect:
      return request_from(request, {kNewSelect, 5}, args[0], memory);
    case kMmap: {
      auto told = request_from(request, {kMmap2, 6}, args[0], memory);
      if (!told || told->args[5] % kPageSize != 0) return std::nullopt;
      told->args[5] /= kPageSize;
      return told;
    }
    case kSocketCall: {
      const Multiplexed call = socket_call(args[0]);
      if (call.number == 0) return std::nullopt;
      return request_from(request, call, args[1], memory);
    }
    case kIpc:
      return demultiplexed_ipc(request, memory);
    default:
      return std::nullopt;
  }
}

}  // namespace

Multiplexed socket_call(std::uint64_t number) {
  return number < std::size(kSocketCalls) ? kSocketCalls[number] : Multiplexed{};
}

CallRequest demultiplexed(const CallRequest& request, const AddressSpace& memory) {
  if (request.abi == Abi::Amd64) return request;
  CallRequest cut = request;
  for (std::uint64_t& arg : cut.args) arg = static_cast<std::uint32_t>(arg);
  return stands_for(cut, memory).value_or(request);
}

}  // namespace ringfare
