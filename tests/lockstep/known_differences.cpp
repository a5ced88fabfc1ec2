// SPDX-License-Identifier: MIT
#include "known_differences.hpp"

#include <Zydis/Zydis.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <string_view>

#include "cpu/decoder.hpp"

namespace ringfare::lockstep {
namespace {

enum class Registers87 : std::uint8_t { None, X87, Mmx };

/// What an instruction takes the x87 registers for.
Registers87 registers87(const Code& code, CodeMode mode) {
  const ZydisDecoder decoder = decoder_of(mode);
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
  return std::ranges::any_of(
      block.instructions(), [&](const Code& code) { return registers87(code, block.mode) == how; });
}

bool has(const Draft& block, std::initializer_list<ZydisMnemonic> mnemonics) {
  return std::ranges::any_of(block.instructions(), [&](const Code& code) {
    const auto decoded = decode_instruction(code, {}, block.mode);
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

bool always(const Draft&, const Result&) {
  return true;
}

bool stack_fault(const Draft&, const Result& expected) {
  constexpr std::uint16_t kStackFault = 0x40;
  return (status_word(expected) & kStackFault) != 0;
}

/// Whether the block ended with a fault of an instruction that takes the x87 registers for `how`.
template <Registers87 how>
bool faulted_at(const Draft& block, const Result& expected) {
  const auto instructions = block.instructions();
  const std::size_t last = executed(instructions, expected);
  if (last == instructions.size()) return false;  // or a trap: it is behind its instruction
  return expected.outcome.faulted && registers87(instructions[last], block.mode) == how;
}

bool split_store(const Draft& block, const Result& expected) {
  return faulted_at<Registers87::X87>(block, expected) && has(block, {ZYDIS_MNEMONIC_FSTP});
}

bool mmx(const Draft& block, const Result&) {
  return uses(block, Registers87::Mmx);
}

bool x87_behind_mmx(const Draft& block, const Result&) {
  return uses(block, Registers87::Mmx) && uses(block, Registers87::X87);
}

bool undefined_conditions(const Draft& block, const Result&) {
  return has(block, {ZYDIS_MNEMONIC_FSQRT, ZYDIS_MNEMONIC_FDECSTP, ZYDIS_MNEMONIC_FINCSTP});
}

bool stores_to_empty(const Draft& block, const Result&) {
  return has(block, {ZYDIS_MNEMONIC_FST, ZYDIS_MNEMONIC_FSTP});
}

bool examines_it(const Draft& block, const Result& expected) {
  return stores_to_empty(block, expected) && has(block, {ZYDIS_MNEMONIC_FXAM});
}

/// SHLD and SHRD of 16 bits whose count may be above 16.
bool shifts_too_far(const Draft& block, const Result&) {
  return std::ranges::any_of(block.instructions(), [&](const Code& code) {
    const ZydisDecoder decoder = decoder_of(block.mode);
    ZydisDecodedInstruction insn;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    ZydisDecoderDecodeFull(&decoder, code.data(), code.size(), &insn, operands);
    return (insn.mnemonic == ZYDIS_MNEMONIC_SHLD || insn.mnemonic == ZYDIS_MNEMONIC_SHRD) &&
           insn.operand_width == 16;
  });
}

struct KnownDifference {
  std::string_view name, why;
  bool (*applies)(const Draft&, const Result&);
  Tolerance tolerance = {};
  bool beyond = false;  // nothing is left to compare
};

constexpr KnownDifference kKnownDifferences[] = {
    {.name = "SSE exception flags",
     .why = "Unicorn never sets the sticky flags of MXCSR",
     .applies = always,
     .tolerance = {.mxcsr = 0x3f}},
    {.name = "x87 exception flags",
     .why = "not every instruction sets them, and none sets C1 for rounding up",
     .applies = always,
     .tolerance = {.x87_status = 0x23f}},
    {.name = "NaN payloads",
     .why = "of two NaNs the one with the larger significand wins, as x87 has it, also in SSE; a "
            "signalling NaN loaded into x87 stays one; and whatever is computed from such a NaN",
     .applies = always,
     .tolerance = {.nan_payloads = true}},
    {.name = "undefined condition codes",
     .why = "the manual leaves C0 to C3 undefined; hardware keeps what Unicorn clears",
     .applies = undefined_conditions,
     .tolerance = {.x87_status = 0x4700}},
    {.name = "tag of an empty register stored to",
     .why = "Unicorn leaves it empty; only FXAM, FXSAVE and FNSTENV read tags",
     .applies = stores_to_empty,
     .tolerance = {.x87_tags = true}},
    {.name = "16-bit double shifts by more than 16",
     .why = "the manual leaves the result undefined, and processors of two vendors differ",
     .applies = shifts_too_far,
     .beyond = true},
    {.name = "FXAM of such a register",
     .why = "reads that tag",
     .applies = examines_it,
     .beyond = true},
    {.name = "exponent of MMX registers",
     .why = "hardware sets it to all ones, Unicorn leaves it; nothing but FXSAVE can tell",
     .applies = mmx,
     .tolerance = {.x87_exponents = true}},
    {.name = "x87 behind MMX without EMMS",
     .why = "computes with that exponent",
     .applies = x87_behind_mmx,
     .beyond = true},
    {.name = "x87 stack overflow and underflow",
     .why = "Unicorn does not detect them: neither SF nor the indefinite result",
     .applies = stack_fault,
     .beyond = true},
    {.name = "MMX instruction that faults",
     .why = "some processors have set TOP to 0 already",
     .applies = faulted_at<Registers87::Mmx>,
     .beyond = true},
    {.name = "ten-byte store across a page border",
     .why = "where the second page faults, hardware may have stored the first eight bytes",
     .applies = split_store,
     .beyond = true},
};

constexpr KnownRow kKnownRows[] = {
    {ZYDIS_MNEMONIC_BSF, "32-bit, of 0: undefined; hardware keeps the upper half as well"},
    {ZYDIS_MNEMONIC_BSR, "as BSF"},
    {ZYDIS_MNEMONIC_RCPPS, "an approximation: every processor has its own"},
    {ZYDIS_MNEMONIC_RCPSS, "as RCPPS"},
    {ZYDIS_MNEMONIC_RSQRTPS, "as RCPPS"},
    {ZYDIS_MNEMONIC_RSQRTSS, "as RCPPS"},
    {ZYDIS_MNEMONIC_EMMS, "hardware sets TOP to 0 as well"},
    {ZYDIS_MNEMONIC_STMXCSR, "stores the exception flags"},
    {ZYDIS_MNEMONIC_FNSTSW, "stores the exception flags"},
    {ZYDIS_MNEMONIC_FNCLEX, "hides that a stack fault has happened"},
    {ZYDIS_MNEMONIC_FLD, "of ten bytes: what FXAM calls unsupported, Unicorn takes for numbers"},
};

}  // namespace

std::span<const KnownRow> known_rows() {
  return kKnownRows;
}

bool beyond_unicorn(const Draft& block, const Result& expected) {
  return std::ranges::any_of(kKnownDifferences, [&](const KnownDifference& known) {
    return known.beyond && known.applies(block, expected);
  });
}

Tolerance tolerance_on_unicorn(const Draft& block, const Result& expected) {
  const auto instructions = block.instructions();
  Tolerance sum{.flags = undefined_flags(block)[executed(instructions, expected)]};
  for (const KnownDifference& known : kKnownDifferences) {
    if (!known.applies(block, expected)) continue;
    sum.mxcsr |= known.tolerance.mxcsr;
    sum.x87_status |= known.tolerance.x87_status;
    sum.x87_exponents |= known.tolerance.x87_exponents;
    sum.x87_tags |= known.tolerance.x87_tags;
    sum.nan_payloads |= known.tolerance.nan_payloads;
  }
  return sum;
}

}  // namespace ringfare::lockstep
