// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>

#include "emu/crossing/kernel_event.hpp"
#include "emu/linux/abi/call.hpp"

namespace ringfare {

// The slots of an Account: one for each call number of x86-64, one for all larger numbers together,
// the same for i386, and then one for each KernelEvent.

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
