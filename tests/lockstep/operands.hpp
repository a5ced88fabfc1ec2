// SPDX-License-Identifier: MIT
#pragma once

#include <Zydis/Zydis.h>

#include "cpu/state.hpp"
#include "random.hpp"

namespace ringfare::lockstep {

/// Draws the operands of one instruction in code of `mode`, by the letters of a `Row`.
///
/// BX and SP keep pointing to data and stack, R15 (BP in 32-bit code) is a small index, and R14
/// points to where nothing is, for which 32-bit code has absolute addresses; no row writes them.
class Operands {
 public:
  Operands(Random& random, CodeMode mode, unsigned width)
      : random_(random), mode_(mode), width_(width) {}

  ZydisEncoderOperand operand(char letter);

 private:
  ZydisEncoderOperand indexed(ZydisRegister first, std::size_t count);
  ZydisEncoderOperand reg(unsigned width);
  ZydisEncoderOperand reg_or_memory(unsigned width);
  ZydisEncoderOperand immediate();
  ZydisEncoderOperand vector_or_memory(char letter);
  ZydisEncoderOperand memory(unsigned bits, bool aligned);
  void point_nowhere(ZydisEncoderOperand& operand);
  void point_by_word(ZydisEncoderOperand& operand);
  void point_to_data(ZydisEncoderOperand& operand);

  bool wide() const { return mode_ == CodeMode::Long64; }

  Random& random_;
  CodeMode mode_;
  unsigned width_;
};

/// Where nothing of the guest's, nor of the host's, is within 256 bytes, but for the beginning of
/// the data.
std::uint64_t draw_nowhere(Random& random, CodeMode mode);

}  // namespace ringfare::lockstep
