// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>

#include "emu/crossing/kernel_event.hpp"
#include "emu/linux/abi/call.hpp"

namespace ringfare {

// Where an Account keeps what: calls by number, larger numbers of an ABI together in one slot, then
// what happens without a call.

inline constexpr std::size_t kNumberedCalls = 1024;
inline constexpr std::size_t kCallSlots = 2 * (kNumberedCalls + 1);

constexpr std::size_t slot_of(const CallRequest& request) {
  const std::size_t slot = std::min<std::uint64_t>(request.number, kNumberedCalls);
  return request.abi == Abi::Amd64 ? slot : kNumberedCalls + 1 + slot;
}

constexpr std::size_t slot_of(KernelEvent event) {
  return kCallSlots + static_cast<std::size_t>(event);
}

}  // namespace ringfare
