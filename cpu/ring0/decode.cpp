// SPDX-License-Identifier: MIT
#include <Zydis/Zydis.h>
#include <fmt/format.h>

#include "cpu/priced_instructions.hpp"
#include "cpu/ring0/execution.hpp"

namespace ringfare {
namespace {

const KernelInstructionRow* find_row(ZydisMnemonic mnemonic) {
  for (const auto family : {integer_instructions(), flow_instructions(), system_instructions()})
    for (const KernelInstructionRow& row : family)
      if (row.mnemonic == mnemonic) return &row;
  return nullptr;
}

/// Encoding of a general-purpose register of any width, RIP as Operand::kRip.
std::int8_t encoding(ZydisRegister r) {
  if (r == ZYDIS_REGISTER_NONE) return Operand::kNoRegister;
  if (r == ZYDIS_REGISTER_RIP) return Operand::kRip;
  const ZydisRegister whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, r);
  return static_cast<std::int8_t>(whole - ZYDIS_REGISTER_RAX);
}

Operand register_operand(ZydisRegister r, std::uint8_t size, KernelAddress at) {
  Operand operand{.size = size};
  switch (ZydisRegisterGetClass(r)) {
    case ZYDIS_REGCLASS_GPR8:
    case ZYDIS_REGCLASS_GPR16:
    case ZYDIS_REGCLASS_GPR32:
    case ZYDIS_REGCLASS_GPR64:
      operand.kind = r >= ZYDIS_REGISTER_AH && r <= ZYDIS_REGISTER_BH ? Operand::Kind::HighByte
                                                                      : Operand::Kind::Register;
      operand.reg = encoding(r);
      return operand;
    case ZYDIS_REGCLASS_SEGMENT:
      operand.kind = Operand::Kind::Segment;
      operand.reg = static_cast<std::int8_t>(r - ZYDIS_REGISTER_ES);
      return operand;
    case ZYDIS_REGCLASS_CONTROL:
      operand.kind = Operand::Kind::Control;
      operand.reg = static_cast<std::int8_t>(r - ZYDIS_REGISTER_CR0);
      return operand;
    default:
      throw PathError(at,
                      fmt::format("ring 0 cannot use register {} here", ZydisRegisterGetString(r)));
  }
}

Operand memory_operand(const ZydisDecodedOperandMem& mem, std::uint8_t size) {
  return {.kind = Operand::Kind::Memory,
          .size = size,
          .base = encoding(mem.base),
          .index = encoding(mem.index),
          .scale = static_cast<std::uint8_t>(mem.scale ? mem.scale : 1),
          .gs = mem.segment == ZYDIS_REGISTER_GS,
          .fs = mem.segment == ZYDIS_REGISTER_FS,
          .value = static_cast<std::uint64_t>(mem.disp.has_displacement ? mem.disp.value : 0)};
}

Operand convert(const ZydisDecodedInstruction& instruction, const ZydisDecodedOperand& operand,
                KernelAddress at, CodeBits bits) {
  const auto size = static_cast<std::uint8_t>(operand.size / 8);
  switch (operand.type) {
    case ZYDIS_OPERAND_TYPE_REGISTER:
      return register_operand(operand.reg.value, size, at);
    case ZYDIS_OPERAND_TYPE_MEMORY:
      return memory_operand(operand.mem, size);
    case ZYDIS_OPERAND_TYPE_IMMEDIATE:
      if (operand.imm.is_relative)
        return {.kind = Operand::Kind::Target,
                .size = 8,
                .value = (at.value + instruction.length + operand.imm.value.u) &
                         low_bits(bits == CodeBits::Code64 ? 8 : 4)};
      return {.kind = Operand::Kind::Immediate, .size = 8, .value = operand.imm.value.u};
    default:
      throw PathError(at, "a far pointer");
  }
}

struct Mode {
  ZydisMachineMode machine;
  ZydisStackWidth stack;
  std::uint8_t address_width;
};
constexpr Mode kModes[] = {
    {ZYDIS_MACHINE_MODE_LONG_COMPAT_16, ZYDIS_STACK_WIDTH_16, 16},
    {ZYDIS_MACHINE_MODE_LONG_COMPAT_32, ZYDIS_STACK_WIDTH_32, 32},
    {ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64, 64},
};

/// Forms with another address size than the code's own, and in 64-bit code pushes and pops of other
/// than 64 bits: no kernel path uses them.
bool narrow(const ZydisDecodedInstruction& instruction, CodeBits bits) {
  const bool stack =
      instruction.mnemonic == ZYDIS_MNEMONIC_PUSH || instruction.mnemonic == ZYDIS_MNEMONIC_POP;
  return instruction.address_width != kModes[static_cast<std::size_t>(bits)].address_width ||
         (bits == CodeBits::Code64 && stack && instruction.operand_width != 64);
}

/// Calls and returns in 64-bit code push and pop eight bytes whatever their operand size.
std::uint8_t width_of(const ZydisDecodedInstruction& instruction, CodeBits bits) {
  const bool near = instruction.mnemonic == ZYDIS_MNEMONIC_CALL ||
                    instruction.mnemonic == ZYDIS_MNEMONIC_RET ||
                    instruction.mnemonic == ZYDIS_MNEMONIC_JMP;
  if (near && bits == CodeBits::Code64) return 8;
  return static_cast<std::uint8_t>(instruction.operand_width / 8);
}

/// ERETU is F3 0F 01 CA, LKGS of a register F2 0F 00 /6 (FRED specification, 9).
std::optional<DecodedKernelInstruction> flexible_return(std::span<const std::uint8_t> code) {
  if (code.size() < 4 || code[1] != 0x0f) return {};
  if (code[0] == 0xf3 && code[2] == 0x01 && code[3] == 0xca)
    return DecodedKernelInstruction{.row = &eretu_row(), .length = 4};
  if (code[0] == 0xf2 && code[2] == 0x00 && (code[3] & 0xf8) == 0xf0) {
    DecodedKernelInstruction lkgs{
        .row = &lkgs_row(), .length = 4, .price_key = path_price_key(kLkgs)};
    lkgs.operands[0] = {
        .kind = Operand::Kind::Register, .size = 2, .reg = static_cast<std::int8_t>(code[3] & 7)};
    lkgs.operand_count = 1;
    return lkgs;
  }
  return {};
}

bool far_form(const ZydisDecodedInstruction& instruction) {
  return instruction.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR &&
         (instruction.mnemonic == ZYDIS_MNEMONIC_JMP ||
          instruction.mnemonic == ZYDIS_MNEMONIC_CALL ||
          instruction.mnemonic == ZYDIS_MNEMONIC_RET);
}

}  // namespace

DecodedKernelInstruction decode_kernel_instruction(std::span<const std::uint8_t> code,
                                                   KernelAddress address, CodeBits bits) {
  if (bits == CodeBits::Code64)
    if (const auto known = flexible_return(code)) return *known;
  const Mode& mode = kModes[static_cast<std::size_t>(bits)];
  ZydisDecoder decoder;
  ZydisDecoderInit(&decoder, mode.machine, mode.stack);
  ZydisDecodedInstruction instruction;
  ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
  if (!ZYAN_SUCCESS(
          ZydisDecoderDecodeFull(&decoder, code.data(), code.size(), &instruction, operands)))
    throw PathError(address, "no instruction");
  const char* name = ZydisMnemonicGetString(instruction.mnemonic);
  const KernelInstructionRow* row = find_row(instruction.mnemonic);
  if (!row) throw PathError(address, fmt::format("ring 0 does not know the instruction {}", name));
  if (narrow(instruction, bits) || far_form(instruction))
    throw PathError(address, fmt::format("ring 0 does not know this form of {}", name));

  DecodedKernelInstruction decoded{
      .row = row, .length = instruction.length, .width = width_of(instruction, bits)};
  const bool wanted = instruction.mnemonic != ZYDIS_MNEMONIC_NOP && row->execute != nullptr;
  for (unsigned i = 0; wanted && i < instruction.operand_count_visible; ++i) {
    if (i == decoded.operands.size())
      throw PathError(address, fmt::format("ring 0 does not know this form of {}", name));
    decoded.operands[i] = convert(instruction, operands[i], address, bits);
    decoded.operand_count = static_cast<std::uint8_t>(i + 1);
  }
  if (const KernelInstructionRow* control = control_move(decoded)) decoded.row = control;
  if (const KernelInstructionRow* segment = segment_move(decoded)) decoded.row = segment;
  decoded.price_key = path_price_key(instruction, operands);
  return decoded;
}

}  // namespace ringfare
