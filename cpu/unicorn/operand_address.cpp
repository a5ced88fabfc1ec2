// SPDX-License-Identifier: MIT
#include "cpu/unicorn/operand_address.hpp"

#include <Zydis/Zydis.h>

#include <array>

#include "cpu/unicorn/decoding.hpp"
#include "cpu/unicorn/machine.hpp"

namespace ringfare::unicorn {
namespace {

std::uint8_t encoding_of(ZydisRegister reg) {
  if (reg == ZYDIS_REGISTER_NONE) return OperandAddress::kNone;
  const auto whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);
  return static_cast<std::uint8_t>(whole - ZYDIS_REGISTER_RAX);
}

}  // namespace

OperandAddress address_of(const Decoded& decoded, const ZydisDecodedOperand& operand,
                          GuestAddress at) {
  const auto& memory = operand.mem;
  OperandAddress made;
  made.displacement = static_cast<std::uint64_t>(memory.disp.value);
  made.narrow = decoded.instruction.address_width == 32;
  if (memory.base == ZYDIS_REGISTER_RIP || memory.base == ZYDIS_REGISTER_EIP)
    made.displacement += at.value + decoded.instruction.length;
  else
    made.base = encoding_of(memory.base);
  made.index = encoding_of(memory.index);
  made.scale = memory.scale;
  if (memory.segment == ZYDIS_REGISTER_FS) made.segment_base = UC_X86_REG_FS_BASE;
  if (memory.segment == ZYDIS_REGISTER_GS) made.segment_base = UC_X86_REG_GS_BASE;
  return made;
}

GuestAddress OperandAddress::in(const Machine& machine) const {
  std::uint64_t value = displacement;
  if (base != kNone) value += machine.read(static_cast<Gpr>(base));
  if (index != kNone) value += machine.read(static_cast<Gpr>(index)) * scale;
  if (narrow) value = static_cast<std::uint32_t>(value);
  if (segment_base != 0) value += machine.read(segment_base);
  return {value};
}

MemoryUse memory_use(const Machine& machine, std::span<const std::uint8_t> code, GuestAddress at) {
  const auto decoded = decode_fully(code);
  MemoryUse use;
  if (!decoded) return use;
  for (const ZydisDecodedOperand& operand : decoded->operands()) {
    if (operand.type != ZYDIS_OPERAND_TYPE_MEMORY) continue;
    const bool plain = operand.visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT &&
                       operand.mem.type == ZYDIS_MEMOP_TYPE_MEM;
    if (plain) {
      use.address = address_of(*decoded, operand, at).in(machine);
      use.size = operand.size / 8;
      use.writes = (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
    }
    use.stack_segment |= operand.mem.segment == ZYDIS_REGISTER_SS;
  }
  return use;
}

}  // namespace ringfare::unicorn
