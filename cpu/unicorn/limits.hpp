// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "cpu/unicorn/operand_address.hpp"

namespace ringfare::unicorn {

/// What has to be looked at before Unicorn may execute an instruction.
enum class Duty : std::uint8_t {
  None,
  Refuse,     // Unicorn does not execute it as a processor does: #UD
  Aligned16,  // #GP where the operand is not aligned, which Unicorn does not check
  Mxcsr,      // loads MXCSR: Unicorn never raises #XM, so an unmasked exception is refused
};

struct Precaution {
  Duty duty = Duty::None;
  std::uint16_t mxcsr_offset = 0;  // Duty::Mxcsr: where in the operand it is
  bool aligned = false;            // Duty::Mxcsr: and 16-byte alignment as well
  OperandAddress operand;
};

/// `code` begins with an instruction at `address`.
Precaution precaution_for(std::span<const std::uint8_t> code, GuestAddress address);

}  // namespace ringfare::unicorn
