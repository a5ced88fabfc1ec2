// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "cpu/block.hpp"
#include "cpu/gate/gate.hpp"

namespace ringfare {

/// The instruction a guest stands at when it wants into the kernel.
struct Arrival {
  Gate gate = Gate::Syscall;
  std::uint8_t length = 2;     // in bytes
  std::uint8_t vector = 0x80;  // Gate::Interrupt: n
};

/// What came of a guest's arrival at a door.
struct Entered {
  /// The kernel would serve the call: its number passed the check, and the path stands at the
  /// service. False when the kernel answers by itself; RAX then holds the answer.
  bool served = false;
  /// The door does not open: the exception the processor raises, or the kernel in its place.
  /// Registers and kernel are as before; there is nothing to leave.
  std::optional<Exception> raised;

  explicit operator bool() const { return served; }
};

}  // namespace ringfare
