// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ringfare {

/// The system call on whose way out signals are delivered.
struct EndingCall {
  std::uint64_t number = 0;  // RAX at the gate
  std::uint8_t length = 0;   // bytes of the gate instruction, behind which RIP is
  std::int64_t result = 0;   // RAX already holds it
};

}  // namespace ringfare
