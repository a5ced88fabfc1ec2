// SPDX-License-Identifier: MIT
#include "cpu/unicorn/limits.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "cpu/descriptor.hpp"
#include "cpu/unicorn/decoding.hpp"

namespace ringfare {
namespace unicorn {
namespace {

/// Extensions that Unicorn 2.0.1 executes as a processor does. Whatever is not named here is
/// refused: it computes VEX-encoded vector instructions silently wrong and does not know the rest.
constexpr std::array kExtensions{
    ZYDIS_ISA_EXT_ADOX_ADCX,
    ZYDIS_ISA_EXT_AES,
    ZYDIS_ISA_EXT_AMD3DNOW_PREFETCH,
    ZYDIS_ISA_EXT_BASE,
    ZYDIS_ISA_EXT_BMI1 /* TZCNT */,
    ZYDIS_ISA_EXT_CET,
    ZYDIS_ISA_EXT_CLFSH,
    ZYDIS_ISA_EXT_CLDEMOTE,
    ZYDIS_ISA_EXT_LONGMODE,
    ZYDIS_ISA_EXT_LZCNT,
    ZYDIS_ISA_EXT_MMX,
    ZYDIS_ISA_EXT_PAUSE,
    ZYDIS_ISA_EXT_SSE,
    ZYDIS_ISA_EXT_SSE2,
    ZYDIS_ISA_EXT_SSE3,
    ZYDIS_ISA_EXT_SSE4,
    ZYDIS_ISA_EXT_SSSE3,
    ZYDIS_ISA_EXT_X87,
    ZYDIS_ISA_EXT_RDPID,
    ZYDIS_ISA_EXT_RDTSCP,
    ZYDIS_ISA_EXT_XSAVE,
};

/// Instructions of these extensions that are refused all the same, with the reason.
struct RefusedRow {
  ZydisMnemonic mnemonic;
  std::string_view why;
};

constexpr std::string_view kUnknown = "Unicorn does not know it", kInDouble = "computed in double",
                           kTables = "reads descriptor tables the guest does not have",
                           kInPrecision = "rounded where it should not be",
                           kInfinity = "wrong at the ends of the range",
                           kComponents = "Unicorn has no XSAVE", kShadow = "no shadow stack",
                           kInAnotherOrder = "summed in another order";

constexpr RefusedRow kRefused[] = {
    {ZYDIS_MNEMONIC_POPCNT, kUnknown},      {ZYDIS_MNEMONIC_XSAVE, kComponents},
    {ZYDIS_MNEMONIC_XSAVE64, kComponents},  {ZYDIS_MNEMONIC_XRSTOR, kComponents},
    {ZYDIS_MNEMONIC_XRSTOR64, kComponents}, {ZYDIS_MNEMONIC_XSETBV, kComponents},
    {ZYDIS_MNEMONIC_FSIN, kInDouble},       {ZYDIS_MNEMONIC_FCOS, kInDouble},
    {ZYDIS_MNEMONIC_FSINCOS, kInDouble},    {ZYDIS_MNEMONIC_FPTAN, kInDouble},
    {ZYDIS_MNEMONIC_FPATAN, kInDouble},     {ZYDIS_MNEMONIC_F2XM1, kInDouble},
    {ZYDIS_MNEMONIC_FYL2X, kInDouble},      {ZYDIS_MNEMONIC_FYL2XP1, kInDouble},
    {ZYDIS_MNEMONIC_FPREM, kInDouble},      {ZYDIS_MNEMONIC_FPREM1, kInDouble},
    {ZYDIS_MNEMONIC_FSCALE, kInPrecision},  {ZYDIS_MNEMONIC_FXTRACT, kInfinity},
    {ZYDIS_MNEMONIC_FBSTP, kInfinity},      {ZYDIS_MNEMONIC_DPPS, kInAnotherOrder},
    {ZYDIS_MNEMONIC_DPPD, kInAnotherOrder}, {ZYDIS_MNEMONIC_SGDT, kTables},
    {ZYDIS_MNEMONIC_SIDT, kTables},         {ZYDIS_MNEMONIC_SLDT, kTables},
    {ZYDIS_MNEMONIC_STR, kTables},          {ZYDIS_MNEMONIC_SMSW, kTables},
    {ZYDIS_MNEMONIC_INCSSPD, kShadow},      {ZYDIS_MNEMONIC_INCSSPQ, kShadow},
    {ZYDIS_MNEMONIC_SAVEPREVSSP, kShadow},  {ZYDIS_MNEMONIC_RSTORSSP, kShadow},
    {ZYDIS_MNEMONIC_WRSSD, kShadow},        {ZYDIS_MNEMONIC_WRSSQ, kShadow},
};

constexpr bool each_mnemonic_once() {
  for (std::size_t i = 0; i < std::size(kRefused); ++i)
    for (std::size_t j = i + 1; j < std::size(kRefused); ++j)
      if (kRefused[i].mnemonic == kRefused[j].mnemonic) return false;
  return true;
}
static_assert(each_mnemonic_once(), "two rows claim one mnemonic");

/// 128-bit memory operands of legacy SSE that may be unaligned (SDM vol. 1, 11.6.10).
constexpr std::array kUnaligned{ZYDIS_MNEMONIC_MOVUPS,    ZYDIS_MNEMONIC_MOVUPD,
                                ZYDIS_MNEMONIC_MOVDQU,    ZYDIS_MNEMONIC_LDDQU,
                                ZYDIS_MNEMONIC_PCMPESTRI, ZYDIS_MNEMONIC_PCMPESTRM,
                                ZYDIS_MNEMONIC_PCMPISTRI, ZYDIS_MNEMONIC_PCMPISTRM};

/// x87 constants that rounding makes a difference to.
constexpr std::array kConstants{ZYDIS_MNEMONIC_FLDPI, ZYDIS_MNEMONIC_FLDL2E, ZYDIS_MNEMONIC_FLDL2T,
                                ZYDIS_MNEMONIC_FLDLG2, ZYDIS_MNEMONIC_FLDLN2};

/// Instructions that load MXCSR or the x87 control word, and where those are in their operand (SDM
/// vol. 1, table 10-2 and figure 8-9).
struct ControlRow {
  ZydisMnemonic mnemonic;
  ControlPlace place;
};
constexpr ControlRow kControlLoads[] = {
    {ZYDIS_MNEMONIC_LDMXCSR, {.mxcsr = 0}},
    {ZYDIS_MNEMONIC_FXRSTOR, {.mxcsr = 24, .x87 = 0, .aligned = true}},
    {ZYDIS_MNEMONIC_FXRSTOR64, {.mxcsr = 24, .x87 = 0, .aligned = true}},
    {ZYDIS_MNEMONIC_FLDCW, {.x87 = 0}},
    {ZYDIS_MNEMONIC_FLDENV, {.x87 = 0}},
    {ZYDIS_MNEMONIC_FRSTOR, {.x87 = 0}},
};

bool is_horizontal_on_itself(const Decoded& decoded) {
  constexpr std::array kHorizontal{ZYDIS_MNEMONIC_PHADDW,  ZYDIS_MNEMONIC_PHADDD,
                                   ZYDIS_MNEMONIC_PHADDSW, ZYDIS_MNEMONIC_PHSUBW,
                                   ZYDIS_MNEMONIC_PHSUBD,  ZYDIS_MNEMONIC_PHSUBSW};
  return std::ranges::find(kHorizontal, decoded.instruction.mnemonic) != kHorizontal.end() &&
         decoded.all[0].reg.value == decoded.all[1].reg.value;
}

/// CMPXCHG of a 32-bit register, which keeps its upper half where the comparison fails.
bool is_narrow_exchange(const Decoded& decoded) {
  return decoded.instruction.mnemonic == ZYDIS_MNEMONIC_CMPXCHG &&
         decoded.all[0].type == ZYDIS_OPERAND_TYPE_REGISTER && decoded.all[0].size == 32;
}

/// From memory it does not touch the x87 state; Unicorn makes it that of MMX.
bool converts_from_memory(const Decoded& decoded) {
  const ZydisMnemonic mnemonic = decoded.instruction.mnemonic;
  return (mnemonic == ZYDIS_MNEMONIC_CVTPI2PS || mnemonic == ZYDIS_MNEMONIC_CVTPI2PD) &&
         decoded.all[1].type == ZYDIS_OPERAND_TYPE_MEMORY;
}

/// The substring search of the SSE4.2 string instructions (SDM vol. 2, 4.1.6): aggregation 11b.
bool searches_substring(const Decoded& decoded) {
  constexpr std::array kStrings{ZYDIS_MNEMONIC_PCMPESTRI, ZYDIS_MNEMONIC_PCMPESTRM,
                                ZYDIS_MNEMONIC_PCMPISTRI, ZYDIS_MNEMONIC_PCMPISTRM};
  return std::ranges::find(kStrings, decoded.instruction.mnemonic) != kStrings.end() &&
         (decoded.instruction.raw.imm[0].value.u >> 2 & 3) == 3;
}

/// Why it is refused; empty where it is not.
std::string_view refusal(const Decoded& decoded) {
  const ZydisDecodedInstruction& insn = decoded.instruction;
  if (std::ranges::find(kExtensions, insn.meta.isa_ext) == kExtensions.end())
    return "this engine does not execute the extension";
  if (insn.encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY)
    return "Unicorn computes VEX-encoded instructions wrong";
  if (insn.meta.isa_set == ZYDIS_ISA_SET_SSSE3MMX) return "Unicorn leaves the x87 state alone";
  if (is_horizontal_on_itself(decoded)) return "Unicorn overwrites its own operand";
  if (is_narrow_exchange(decoded)) return "Unicorn clears the upper half of the destination";
  if (insn.mnemonic == ZYDIS_MNEMONIC_NEG && (insn.attributes & ZYDIS_ATTRIB_HAS_LOCK) != 0)
    return "Unicorn takes the flags of the operand for those of the result";
  if (searches_substring(decoded)) return "Unicorn misses substrings at the end";
  if (converts_from_memory(decoded)) return "Unicorn touches the x87 state";
  const auto* const row = std::ranges::find(kRefused, insn.mnemonic, &RefusedRow::mnemonic);
  return row != std::end(kRefused) ? row->why : std::string_view{};
}

bool has_explicit_lengths(const ZydisDecodedInstruction& insn) {
  return insn.mnemonic == ZYDIS_MNEMONIC_PCMPESTRI || insn.mnemonic == ZYDIS_MNEMONIC_PCMPESTRM;
}

const ZydisDecodedOperand* memory_operand(const Decoded& decoded) {
  for (const ZydisDecodedOperand& operand : decoded.operands())
    if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY) return &operand;
  return nullptr;
}

bool must_be_aligned(const Decoded& decoded, const ZydisDecodedOperand& operand) {
  const ZydisMnemonic mnemonic = decoded.instruction.mnemonic;
  if (mnemonic == ZYDIS_MNEMONIC_FXSAVE || mnemonic == ZYDIS_MNEMONIC_FXSAVE64) return true;
  const bool on_stack =  // 16 bytes as well
      mnemonic == ZYDIS_MNEMONIC_PUSHA || mnemonic == ZYDIS_MNEMONIC_POPA;
  return operand.size == 128 && operand.mem.type == ZYDIS_MEMOP_TYPE_MEM && !on_stack &&
         std::ranges::find(kUnaligned, mnemonic) == kUnaligned.end();
}

bool touches_x87(const Decoded& decoded) {
  const auto is_mmx = [](const ZydisDecodedOperand& operand) {
    return operand.type == ZYDIS_OPERAND_TYPE_REGISTER &&
           ZydisRegisterGetClass(operand.reg.value) == ZYDIS_REGCLASS_MMX;
  };
  return decoded.instruction.meta.isa_ext == ZYDIS_ISA_EXT_X87 ||
         decoded.instruction.meta.isa_ext == ZYDIS_ISA_EXT_MMX ||
         std::ranges::any_of(decoded.operands(), is_mmx);
}

/// Unicorn works flags out, or overwrites what they follow from, before it stores.
bool stores_after_flags(const Decoded& decoded, const ZydisDecodedOperand& operand) {
  const bool rotates = decoded.instruction.mnemonic == ZYDIS_MNEMONIC_RCL ||
                       decoded.instruction.mnemonic == ZYDIS_MNEMONIC_RCR;
  const bool writes = (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
  return rotates || (writes && decoded.instruction.cpu_flags != nullptr);
}

bool compares_strings(const ZydisDecodedInstruction& insn) {
  constexpr ZydisInstructionAttributes kRepeats =
      ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE;
  return insn.meta.category == ZYDIS_CATEGORY_STRINGOP && (insn.attributes & kRepeats) != 0;
}

/// At CPL 3 with IOPL 0 (SDM vol. 1, 19.5.1; vol. 3, 5.9).
bool is_privileged(const ZydisDecodedInstruction& insn) {
  constexpr std::array kByIopl{ZYDIS_MNEMONIC_CLI,  ZYDIS_MNEMONIC_STI,   ZYDIS_MNEMONIC_IN,
                               ZYDIS_MNEMONIC_OUT,  ZYDIS_MNEMONIC_INSB,  ZYDIS_MNEMONIC_INSW,
                               ZYDIS_MNEMONIC_INSD, ZYDIS_MNEMONIC_OUTSB, ZYDIS_MNEMONIC_OUTSW,
                               ZYDIS_MNEMONIC_OUTSD};
  return (insn.attributes & ZYDIS_ATTRIB_IS_PRIVILEGED) != 0 ||
         std::ranges::find(kByIopl, insn.mnemonic) != kByIopl.end();
}

bool is_thread_segment(ZydisRegister segment) {
  return segment == ZYDIS_REGISTER_FS || segment == ZYDIS_REGISTER_GS;
}

/// Duties that follow from the kind of instruction.
Duty duty_of(const Decoded& decoded) {
  const ZydisDecodedInstruction& insn = decoded.instruction;
  if (has_explicit_lengths(insn)) return Duty::Lengths;
  if (insn.mnemonic == ZYDIS_MNEMONIC_FISTTP) return Duty::Truncated;
  if (std::ranges::find(kConstants, insn.mnemonic) != kConstants.end()) return Duty::Constant;
  if (compares_strings(insn)) return Duty::KeepFlags;
  if (insn.mnemonic == ZYDIS_MNEMONIC_IDIV && insn.operand_width == 32) return Duty::Dividend;
  const ZydisDecodedOperand* const operand = memory_operand(decoded);
  if (operand == nullptr) return Duty::None;
  if (must_be_aligned(decoded, *operand)) return Duty::Aligned16;
  if (operand->size == 128 && operand != &decoded.all[0]) return Duty::SplitLoad;
  if (insn.mnemonic == ZYDIS_MNEMONIC_CMPXCHG && insn.operand_width == 32) return Duty::Accumulator;
  if (touches_x87(decoded)) return Duty::KeepX87;
  return stores_after_flags(decoded, *operand) ? Duty::KeepFlags : Duty::None;
}

}  // namespace

std::string_view refusal_of_mxcsr(std::uint32_t mxcsr) {
  // SDM vol. 1, figure 10-3.
  constexpr std::uint32_t kMasks = 0x1f80, kDenormalsAreZeros = 0x40, kFlushToZero = 0x8000;
  if ((mxcsr & kMasks) != kMasks) return "Unicorn raises no SSE exceptions";
  if ((mxcsr & (kDenormalsAreZeros | kFlushToZero)) != 0)
    return "Unicorn does not flush denormals to zero";
  return {};
}

std::string_view refusal_of_x87_control(std::uint16_t control) {
  constexpr std::uint16_t kMasks = 0x3f;  // SDM vol. 1, figure 8-6
  return (control & kMasks) == kMasks ? std::string_view{}
                                      : "Unicorn raises no exact x87 exceptions";
}

/// 64-bit code has no limits, and its segments but FS and GS no bases.
std::string_view refusal_of_segments(const Registers& registers) {
  if (registers.mode() == CodeMode::Long64) return {};
  const auto is_flat = [](const Segment& segment) {
    return null_selector(segment.selector) || (segment.base == 0 && segment.limit == 0xffffffff);
  };
  return is_flat(registers.ds) && is_flat(registers.es) && is_flat(registers.ss)
             ? std::string_view{}
             : "Unicorn checks no limits of segments";
}

Precaution precaution_for(std::span<const std::uint8_t> code, GuestAddress address, CodeMode mode) {
  const auto decoded = decode_fully(code, mode);
  Precaution made;
  if (decoded && is_privileged(decoded->instruction)) {
    made.duty = Duty::Privileged;
    return made;
  }
  made.why = decoded ? refusal(*decoded) : kUnknown;
  if (!made.why.empty()) {
    made.duty = Duty::Refuse;
    return made;
  }
  const ZydisDecodedInstruction& insn = decoded->instruction;
  made.wide = insn.operand_width == 64;
  made.bits = static_cast<std::uint8_t>(decoded->all[0].size);
  made.duty = duty_of(*decoded);
  const auto* const load = std::ranges::find(kControlLoads, insn.mnemonic, &ControlRow::mnemonic);
  if (load != std::end(kControlLoads)) {
    made.duty = Duty::Control;
    made.control = load->place;
  }
  const ZydisDecodedOperand* const operand = memory_operand(*decoded);
  if (mode == CodeMode::Compat32 && operand != nullptr &&
      operand->mem.type == ZYDIS_MEMOP_TYPE_MEM && is_thread_segment(operand->mem.segment))
    made.segment_bytes = std::max<std::uint32_t>(operand->size / 8, 1);
  if (made.duty == Duty::Control || made.duty == Duty::Aligned16 || made.duty == Duty::SplitLoad ||
      made.segment_bytes != 0)
    made.operand = address_of(*decoded, *operand, address);
  return made;
}

}  // namespace unicorn

}  // namespace ringfare
