// SPDX-License-Identifier: MIT
#include "cpu/translator/host_operands.hpp"

#include <Zydis/Zydis.h>

#include <array>

namespace ringfare::translator {
namespace {

ZydisDecoder decoder_for(CodeMode mode) {
  ZydisDecoder decoder;
  if (mode == CodeMode::Long64)
    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
  else
    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_COMPAT_32, ZYDIS_STACK_WIDTH_32);
  return decoder;
}

/// An address without registers, or with one that only scales an index into a table.
bool is_fixed(const ZydisDecodedOperandMem& memory) {
  return memory.base == ZYDIS_REGISTER_RIP || memory.base == ZYDIS_REGISTER_NONE;
}

void read_operand(const ZydisDecodedInstruction& instruction, const ZydisDecodedOperand& operand,
                  std::uint64_t address, HostOperands& found) {
  if (operand.type == ZYDIS_OPERAND_TYPE_IMMEDIATE && operand.imm.is_relative) {
    std::uint64_t target = 0;
    ZydisCalcAbsoluteAddress(&instruction, &operand, address, &target);
    found.branch = target;
  } else if (operand.type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
    found.value = static_cast<std::uint32_t>(operand.imm.value.u);
  } else if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY && is_fixed(operand.mem)) {
    const auto displacement = static_cast<std::uint64_t>(operand.mem.disp.value);
    const bool relative = operand.mem.base == ZYDIS_REGISTER_RIP;
    found.memory = displacement + (relative ? address + instruction.length : 0);
  }
}

}  // namespace

HostOperands host_operands(std::span<const std::uint8_t> code, std::uint64_t address,
                           CodeMode mode) {
  const ZydisDecoder decoder = decoder_for(mode);
  ZydisDecodedInstruction instruction;
  std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
  if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, code.data(), code.size(), &instruction,
                                           operands.data())))
    return {};
  HostOperands found{.length = instruction.length};
  for (std::size_t i = 0; i < instruction.operand_count_visible; ++i)
    read_operand(instruction, operands[i], address, found);
  return found;
}

}  // namespace ringfare::translator
