// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "cpu/unicorn/operand_address.hpp"

namespace ringfare::unicorn {

/// What has to be looked at before Unicorn may execute an instruction.
enum class Duty : std::uint8_t {
  None,
  Refuse,       // Unicorn does not execute it as a processor does: #UD
  Aligned16,    // #GP where the operand is not aligned, which Unicorn does not check
  Privileged,   // #GP, which Unicorn does not always raise
  Control,      // loads MXCSR or the x87 control word: refused where Unicorn does not heed it
  Lengths,      // explicit string lengths: Unicorn reads beyond its tables for some
  Truncated,    // FISTTP: what is out of range becomes the wrong integer
  Constant,     // loads a constant: Unicorn knows it rounded to nearest only
  Accumulator,  // 32-bit CMPXCHG: Unicorn clears the upper half of RAX also where it succeeds
  Dividend,     // 32-bit IDIV of the least 64-bit number: Unicorn lets the host divide it
  SplitLoad,    // Unicorn loads halves: one is in the register when the other faults
  KeepX87,      // where it faults Unicorn has touched the x87 state already
  KeepFlags,    // likewise the flags
};

/// Where an instruction finds what it loads MXCSR and the x87 control word with, in its operand.
struct ControlPlace {
  static constexpr int kNowhere = -1;
  int mxcsr = kNowhere, x87 = kNowhere;
  bool aligned = false;  // to 16
};

struct Precaution {
  Duty duty = Duty::None;
  std::string_view why;             // Duty::Refuse
  bool wide = false;                // Duty::Lengths: 64-bit
  std::uint8_t bits = 0;            // Duty::Truncated: of the integer
  ControlPlace control;             // Duty::Control
  OperandAddress operand;           // Duty::Aligned16, Duty::Control, Duty::SplitLoad; also where:
  std::uint32_t segment_bytes = 0;  // 32-bit code accesses so many bytes in FS or GS
};

/// Why Unicorn must not run under this MXCSR; empty where it may.
std::string_view refusal_of_mxcsr(std::uint32_t mxcsr);
std::string_view refusal_of_x87_control(std::uint16_t control);

/// Why Unicorn must not run with these segments; empty where it may.
std::string_view refusal_of_segments(const Registers& registers);

/// `code` begins with an instruction at `address`.
Precaution precaution_for(std::span<const std::uint8_t> code, GuestAddress address, CodeMode mode);

}  // namespace ringfare::unicorn
