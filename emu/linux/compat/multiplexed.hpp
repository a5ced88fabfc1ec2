// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/memory.hpp"
#include "emu/linux/abi/call.hpp"

namespace ringfare {

/// A call of i386 that stands for another one, with its arguments in memory: socketcall(2), ipc(2),
/// the first mmap(2) and select(2).
struct Multiplexed {
  std::uint16_t number = 0;  // i386
  std::uint8_t arguments = 0;
};

/// What socketcall(2) of `number` (<linux/net.h>, SYS_SOCKET and so on) stands for; number 0 where
/// it stands for nothing.
Multiplexed socket_call(std::uint64_t number);

/// The call `request` stands for, as traces name it; `request` where it stands for itself, or for
/// nothing, or its arguments cannot be read.
CallRequest demultiplexed(const CallRequest& request, const AddressSpace& memory);

}  // namespace ringfare
