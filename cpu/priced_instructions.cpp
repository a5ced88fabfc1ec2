// SPDX-License-Identifier: MIT
#include "cpu/priced_instructions.hpp"

#include <Zydis/Zydis.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "cpu/base/failure.hpp"

namespace ringfare {
namespace {

using enum Charge;
using Operands = PricedOperands;
using S = SystemInstruction;

constexpr PricedInstruction kRows[] = {
    {ZYDIS_MNEMONIC_SWAPGS, "swapgs"},
    {ZYDIS_MNEMONIC_MOV, "mov_to_cr3", ByName, Operands::ToCr3},
    {ZYDIS_MNEMONIC_MOV, "mov_from_cr3", ByName, Operands::FromCr3},
    {ZYDIS_MNEMONIC_MOV, "mov_to_cr", ByName, Operands::ToControl},
    {ZYDIS_MNEMONIC_MOV, "mov_from_cr", ByName, Operands::FromControl},
    {ZYDIS_MNEMONIC_WRMSR, "wrmsr"},
    {ZYDIS_MNEMONIC_RDMSR, "rdmsr"},
    {ZYDIS_MNEMONIC_VERW, "verw"},
    {ZYDIS_MNEMONIC_LFENCE, "lfence"},
    {ZYDIS_MNEMONIC_MFENCE, "mfence"},
    {ZYDIS_MNEMONIC_SFENCE, "sfence"},
    {ZYDIS_MNEMONIC_PAUSE, "pause"},
    {ZYDIS_MNEMONIC_ENDBR32, "endbr64"},
    {ZYDIS_MNEMONIC_ENDBR64, "endbr64"},
    {ZYDIS_MNEMONIC_CLI, "cli"},
    {ZYDIS_MNEMONIC_STI, "sti"},
    {ZYDIS_MNEMONIC_CLAC, "clac"},
    {ZYDIS_MNEMONIC_STAC, "stac"},
    {ZYDIS_MNEMONIC_CLD, "cld"},
    {ZYDIS_MNEMONIC_STD, "std"},
    {ZYDIS_MNEMONIC_PUSHF, "pushf"},
    {ZYDIS_MNEMONIC_PUSHFD, "pushf"},
    {ZYDIS_MNEMONIC_PUSHFQ, "pushf"},
    {ZYDIS_MNEMONIC_POPF, "popf"},
    {ZYDIS_MNEMONIC_POPFD, "popf"},
    {ZYDIS_MNEMONIC_POPFQ, "popf"},
    {ZYDIS_MNEMONIC_INVPCID, "invpcid"},
    {ZYDIS_MNEMONIC_HLT, "hlt"},
    {ZYDIS_MNEMONIC_INT3, "int3"},
    {kLkgs, "lkgs"},

    {ZYDIS_MNEMONIC_CPUID, "cpuid", ByExecutor, Operands::Any, S::Cpuid},
    {ZYDIS_MNEMONIC_RDTSC, "rdtsc", ByExecutor, Operands::Any, S::Rdtsc},
    {ZYDIS_MNEMONIC_RDTSCP, "rdtscp", ByExecutor, Operands::Any, S::Rdtscp},
    {ZYDIS_MNEMONIC_RDPID, "rdpid", ByExecutor, Operands::Any, S::Rdpid},
    {ZYDIS_MNEMONIC_XGETBV, "xgetbv", ByExecutor, Operands::Any, S::Xgetbv},
    {ZYDIS_MNEMONIC_RDRAND, "rdrand", ByExecutor, Operands::Any, S::Rdrand},
    {ZYDIS_MNEMONIC_RDSEED, "rdseed", ByExecutor, Operands::Any, S::Rdseed},
    {ZYDIS_MNEMONIC_SYSCALL, "", ByExecutor},
    {ZYDIS_MNEMONIC_SYSENTER, "", ByExecutor},
    {ZYDIS_MNEMONIC_INT, "", ByExecutor},
    {ZYDIS_MNEMONIC_SYSRET, "", ByExecutor},
    {ZYDIS_MNEMONIC_SYSEXIT, "", ByExecutor},
    {ZYDIS_MNEMONIC_IRET, "", ByExecutor},
    {ZYDIS_MNEMONIC_IRETD, "", ByExecutor},
    {ZYDIS_MNEMONIC_IRETQ, "", ByExecutor},

    {ZYDIS_MNEMONIC_MOV, "mov_to_ss", OnPaths, Operands::ToSs},
    {ZYDIS_MNEMONIC_MOV, "mov_to_fs", OnPaths, Operands::ToFsOrGs},
    {ZYDIS_MNEMONIC_MOV, "mov_to_ds", OnPaths, Operands::ToDsOrEs},
    {ZYDIS_MNEMONIC_MOV, "mov_from_sreg", OnPaths, Operands::FromSegment},
    {ZYDIS_MNEMONIC_POP, "mov_to_ss", OnPaths, Operands::ToSs},
    {ZYDIS_MNEMONIC_POP, "pop_fs", OnPaths, Operands::ToFsOrGs},
    {ZYDIS_MNEMONIC_POP, "pop_ds", OnPaths, Operands::ToDsOrEs},
    {ZYDIS_MNEMONIC_PUSH, "push_sreg", OnPaths, Operands::FromSegment},
    {ZYDIS_MNEMONIC_PUSHA, "pusha", OnPaths},
    {ZYDIS_MNEMONIC_PUSHAD, "pusha", OnPaths},
    {ZYDIS_MNEMONIC_POPA, "popa", OnPaths},
    {ZYDIS_MNEMONIC_POPAD, "popa", OnPaths},
};

constexpr bool each_instruction_once() {
  for (auto one = std::begin(kRows); one != std::end(kRows); ++one)
    for (auto other = std::begin(kRows); other != one; ++other)
      if (other->mnemonic == one->mnemonic && other->operands == one->operands) return false;
  return true;
}
static_assert(each_instruction_once(), "two rows price one instruction");

/// By mnemonic: whether a program can meet a row of it. Most instructions have none.
constexpr auto kPricedInPrograms = [] {
  std::array<bool, ZYDIS_MNEMONIC_MAX_VALUE + 1> priced{};
  for (const PricedInstruction& row : kRows)
    if (row.charge != OnPaths && row.mnemonic < priced.size()) priced[row.mnemonic] = true;
  return priced;
}();

constexpr PricedMsr kMsrs[] = {
    {0x48, "wrmsr_spec_ctrl"},  // IA32_SPEC_CTRL, SDM vol. 4, table 2-2
};

PricedOperands segment_operands(const ZydisDecodedOperand& segment) {
  if ((segment.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) == 0) return Operands::FromSegment;
  switch (segment.reg.value) {
    case ZYDIS_REGISTER_SS:
      return Operands::ToSs;
    case ZYDIS_REGISTER_FS:
    case ZYDIS_REGISTER_GS:
      return Operands::ToFsOrGs;
    default:
      return Operands::ToDsOrEs;
  }
}

PricedOperands control_operands(const ZydisDecodedOperand& control) {
  const bool is_cr3 = control.reg.value == ZYDIS_REGISTER_CR3;
  if ((control.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0)
    return is_cr3 ? Operands::ToCr3 : Operands::ToControl;
  return is_cr3 ? Operands::FromCr3 : Operands::FromControl;
}

PricedOperands operands_of(const ZydisDecodedInstruction& instruction,
                           const ZydisDecodedOperand* operands) {
  for (std::size_t i = 0; i < instruction.operand_count_visible; ++i) {
    if (operands[i].type != ZYDIS_OPERAND_TYPE_REGISTER) continue;
    switch (ZydisRegisterGetClass(operands[i].reg.value)) {
      case ZYDIS_REGCLASS_CONTROL:
        return control_operands(operands[i]);
      case ZYDIS_REGCLASS_SEGMENT:
        return segment_operands(operands[i]);
      default:
        break;
    }
  }
  return Operands::Any;
}

const PricedInstruction* row_of(std::uint16_t mnemonic, PricedOperands operands) {
  const auto row = std::ranges::find_if(kRows, [=](const PricedInstruction& it) {
    return it.mnemonic == mnemonic && it.operands == operands;
  });
  return row == std::end(kRows) ? nullptr : row;
}

const PricedInstruction* row_of(const ZydisDecodedInstruction& instruction,
                                const ZydisDecodedOperand* operands) {
  const auto mnemonic = static_cast<std::uint16_t>(instruction.mnemonic);
  return row_of(mnemonic, operands_of(instruction, operands));
}

const ZydisDecoder& decoder_of(CodeMode mode) {
  static const std::array<ZydisDecoder, 2> instances = [] {
    std::array<ZydisDecoder, 2> made;
    ZydisDecoderInit(&made[0], ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    ZydisDecoderInit(&made[1], ZYDIS_MACHINE_MODE_LONG_COMPAT_32, ZYDIS_STACK_WIDTH_32);
    return made;
  }();
  return instances[static_cast<std::size_t>(mode)];
}

}  // namespace

std::span<const PricedInstruction> priced_instructions() {
  return kRows;
}

std::span<const PricedMsr> priced_msrs() {
  return kMsrs;
}

std::string_view path_price_key(const ZydisDecodedInstruction& instruction,
                                const ZydisDecodedOperand* operands) {
  const PricedInstruction* const row = row_of(instruction, operands);
  return row != nullptr ? row->key : std::string_view();
}

std::string_view path_price_key(std::uint16_t mnemonic) {
  const PricedInstruction* const row = row_of(mnemonic, Operands::Any);
  return row != nullptr ? row->key : std::string_view();
}

std::optional<std::string_view> program_price_key(const ZydisDecodedInstruction& instruction,
                                                  const ZydisDecodedOperand* operands) {
  const PricedInstruction* const row = row_of(instruction, operands);
  if (row == nullptr || row->charge == OnPaths) return std::nullopt;
  return row->charge == ByExecutor ? std::string_view() : row->key;
}

std::optional<std::string_view> program_price_key(std::span<const std::uint8_t> code,
                                                  CodeMode mode) {
  const ZydisDecoder& decoder = decoder_of(mode);
  ZydisDecoderContext context;
  ZydisDecodedInstruction instruction;
  if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, &context, code.data(), code.size(),
                                                  &instruction)) ||
      !kPricedInPrograms[instruction.mnemonic])
    return std::nullopt;
  std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
  if (!ZYAN_SUCCESS(ZydisDecoderDecodeOperands(&decoder, &context, &instruction, operands.data(),
                                               instruction.operand_count)))
    return std::nullopt;
  return program_price_key(instruction, operands.data());
}

std::string_view price_key(SystemInstruction instruction) {
  const auto row = std::ranges::find(kRows, instruction, &PricedInstruction::emulated);
  CHECK(row != std::end(kRows), "system instruction {} has no price",
        static_cast<int>(instruction));
  return row->key;
}

std::string_view wrmsr_price_key(std::uint32_t msr) {
  const auto row = std::ranges::find(kMsrs, msr, &PricedMsr::number);
  return row != std::end(kMsrs) ? row->key : path_price_key(ZYDIS_MNEMONIC_WRMSR);
}

}  // namespace ringfare
