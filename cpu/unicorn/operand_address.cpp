// SPDX-License-Identifier: MIT
#include "cpu/unicorn/operand_address.hpp"

#include <Zydis/Zydis.h>

#include <array>

#include "cpu/decoder.hpp"
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
  made.displacement = static_cast<std::uint64_t>(decoded.instruction.raw.disp.value);
  made.width = decoded.instruction.address_width;
  made.wraps = decoded.instruction.machine_mode != ZYDIS_MACHINE_MODE_LONG_64;
  if (memory.base == ZYDIS_REGISTER_RIP || memory.base == ZYDIS_REGISTER_EIP)
    made.displacement += at.value + decoded.instruction.length;
  else if (const auto& raw = decoded.instruction.raw;
           !has_no_base(raw.modrm.mod, raw.modrm.rm, raw.sib.base))
    made.base = encoding_of(memory.base);
  made.index = encoding_of(memory.index);
  made.scale = memory.scale;
  if (memory.segment == ZYDIS_REGISTER_FS) made.segment_base = UC_X86_REG_FS_BASE;
  if (memory.segment == ZYDIS_REGISTER_GS) made.segment_base = UC_X86_REG_GS_BASE;
  return made;
}

std::uint64_t OperandAddress::offset_in(const Machine& machine) const {
  std::uint64_t value = displacement;
  if (base != kNone) value += machine.read(static_cast<Gpr>(base));
  if (index != kNone) value += machine.read(static_cast<Gpr>(index)) * scale;
  return width == 64 ? value : value & ((1ull << width) - 1);
}

GuestAddress OperandAddress::in(const Machine& machine) const {
  std::uint64_t value = offset_in(machine);
  if (segment_base != 0) value += machine.read(segment_base);
  if (wraps) value = static_cast<std::uint32_t>(value);
  return {value};
}

MemoryUse memory_use(const Machine& machine, std::span<const std::uint8_t> code, GuestAddress at,
                     CodeMode mode) {
  const auto decoded = decode_fully(code, mode);
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
