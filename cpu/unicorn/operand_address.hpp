// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "cpu/base/quantity.hpp"
#include "cpu/state.hpp"

namespace ringfare::unicorn {

class Machine;

/// How the address of a memory operand is made: base + index * scale + displacement, in a segment.
struct OperandAddress {
  static constexpr std::uint8_t kNone = 0xff;

  std::uint64_t displacement = 0;            // RIP-relative: the address itself
  std::uint8_t base = kNone, index = kNone;  // encodings of Gpr
  std::uint8_t scale = 1;
  int segment_base = 0;     // Unicorn's register with it; 0: flat
  std::uint8_t width = 64;  // address size
  bool wraps = false;       // 32-bit code: linear addresses have 32 bits

  /// The address within its segment, and in memory.
  std::uint64_t offset_in(const Machine& machine) const;
  GuestAddress in(const Machine& machine) const;
};

/// What an instruction does with its memory operand.
struct MemoryUse {
  GuestAddress address;        // of the operand, where it is an ordinary one
  std::uint64_t size = 0;      // 0: a string or stack operand
  bool writes = false;         // also where it reads first
  bool stack_segment = false;  // #SS instead of #GP
};

/// Of the instruction at `at` that is about to be executed.
MemoryUse memory_use(const Machine& machine, std::span<const std::uint8_t> code, GuestAddress at,
                     CodeMode mode);

}  // namespace ringfare::unicorn
