// SPDX-License-Identifier: MIT
#pragma once

#include <Zydis/Zydis.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "cpu/unicorn/operand_address.hpp"

namespace ringfare::unicorn {

/// An instruction with its operands.
struct Decoded {
  ZydisDecodedInstruction instruction;
  std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> all;

  std::span<const ZydisDecodedOperand> operands() const {
    return std::span(all).first(instruction.operand_count);
  }
};

inline std::optional<Decoded> decode_fully(std::span<const std::uint8_t> code, CodeMode mode) {
  const bool wide = mode == CodeMode::Long64;
  ZydisDecoder decoder;
  ZydisDecoderInit(&decoder, wide ? ZYDIS_MACHINE_MODE_LONG_64 : ZYDIS_MACHINE_MODE_LONG_COMPAT_32,
                   wide ? ZYDIS_STACK_WIDTH_64 : ZYDIS_STACK_WIDTH_32);
  std::optional<Decoded> made(std::in_place);
  if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, code.data(), code.size(), &made->instruction,
                                           made->all.data())))
    made.reset();
  return made;
}

OperandAddress address_of(const Decoded& decoded, const ZydisDecodedOperand& operand,
                          GuestAddress at);

}  // namespace ringfare::unicorn
