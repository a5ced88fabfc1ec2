// SPDX-License-Identifier: MIT
#include "known_differences.hpp"

#include <Zydis/Zydis.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>

#include "cpu/decoder.hpp"

namespace ringfare::lockstep {
namespace {

enum class Registers87 : std::uint8_t { None, X87, Mmx };

/// What an instruction takes the x87 registers for.
Registers87 registers87(const Code& code) {
  ZydisDecoder decoder;
  ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
  ZydisDecodedInstruction insn;
  ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
  ZydisDecoderDecodeFull(&decoder, code.data(), code.size(), &insn, operands);
  if (insn.meta.isa_ext == ZYDIS_ISA_EXT_X87 || insn.mnemonic == ZYDIS_MNEMONIC_FISTTP)
    return Registers87::X87;
  const auto is_mmx = [](const ZydisDecodedOperand& operand) {
    return operand.type == ZYDIS_OPERAND_TYPE_REGISTER &&
           ZydisRegisterGetClass(operand.reg.value) == ZYDIS_REGCLASS_MMX;
  };
  if (std::any_of(operands, operands + insn.operand_count, is_mmx)) return Registers87::Mmx;
  return Registers87::None;
}

bool uses(const Draft& block, Registers87 how) {
  return std::ranges::any_of(block.instructions(),
                             [how](const Code& code) { return registers87(code) == how; });
}

bool has(const Draft& block, std::initializer_list<ZydisMnemonic> mnemonics) {
  return std::ranges::any_of(block.instructions(), [mnemonics](const Code& code) {
    const auto decoded = decode_instruction(code, {});
    return decoded && std::ranges::find(mnemonics, static_cast<ZydisMnemonic>(decoded->mnemonic)) !=
                          mnemonics.end();
  });
}

std::uint16_t status_word(const Result& result) {
  std::uint16_t status;
  std::memcpy(&status, normalised(result.after.registers.vector).bytes.data() + 2, sizeof status);
  return status;
}

/// How many instructions lie before where the block ended.
std::size_t executed(const std::vector<Code>& instructions, const Result& result) {
  std::size_t index = 0;
  for (std::uint64_t at = 0; index < instructions.size() && at < result.outcome.offset; ++index)
    at += instructions[index].size();
  return index;
}

}  // namespace

bool beyond_unicorn(const Draft& block, const Result& expected) {
  // x87 stack overflow and underflow: not detected, so neither SF nor the indefinite result.
  constexpr std::uint16_t kStackFault = 0x40;
  if ((status_word(expected) & kStackFault) != 0) return true;
  // An MMX instruction that faults may have set TOP to 0 already, on some processors.
  const auto instructions = block.instructions();
  const std::size_t last = executed(instructions, expected);
  if (expected.outcome.faulted && registers87(instructions[last]) == Registers87::Mmx) return true;
  // Of a ten-byte store across a page border hardware may have done the first eight bytes.
  if (expected.outcome.faulted && has(block, {ZYDIS_MNEMONIC_FSTP}) &&
      registers87(instructions[last]) == Registers87::X87)
    return true;
  // An MMX instruction leaves the exponent of the register it writes alone instead of all ones,
  // which an x87 instruction behind it can tell.
  return uses(block, Registers87::Mmx) && uses(block, Registers87::X87);
}

Tolerance tolerance_on_unicorn(const Draft& block, const Result& expected) {
  const auto instructions = block.instructions();
  const auto undefined = undefined_flags(instructions);
  Tolerance tolerance;
  tolerance.flags = undefined[executed(instructions, expected)];
  // Exception flags of SSE are never set, those of x87 not by every instruction; nor is C1.
  tolerance.mxcsr = 0x3f;
  tolerance.x87_status = 0x23f;
  // C0 to C3 where the manual leaves them undefined.
  if (has(block, {ZYDIS_MNEMONIC_FSQRT, ZYDIS_MNEMONIC_FDECSTP, ZYDIS_MNEMONIC_FINCSTP}))
    tolerance.x87_status |= 0x4700;
  // FST to an empty register leaves it tagged empty; nothing reads the tag but FXSAVE and FNSTENV.
  tolerance.x87_tags = has(block, {ZYDIS_MNEMONIC_FST, ZYDIS_MNEMONIC_FSTP});
  // Of two NaNs the one with the larger significand wins, as x87 has it; x87 loads of signalling
  // NaNs leave them so.
  tolerance.nan_payloads = true;
  tolerance.x87_exponents = uses(block, Registers87::Mmx);
  return tolerance;
}

}  // namespace ringfare::lockstep
