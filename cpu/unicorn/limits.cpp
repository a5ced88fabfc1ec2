// SPDX-License-Identifier: MIT
#include "cpu/unicorn/limits.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "cpu/unicorn/decoding.hpp"
#include "cpu/unicorn/unicorn_engine.hpp"

namespace ringfare {
namespace unicorn {
namespace {

/// Extensions that Unicorn 2.0.1 executes as a processor does. Whatever is not named here is
/// refused: it computes VEX-encoded vector instructions silently wrong and does not know the rest.
constexpr std::array kExtensions{
    ZYDIS_ISA_EXT_ADOX_ADCX, ZYDIS_ISA_EXT_AES,   ZYDIS_ISA_EXT_AMD3DNOW_PREFETCH,
    ZYDIS_ISA_EXT_BASE,      ZYDIS_ISA_EXT_BMI1,  ZYDIS_ISA_EXT_BMI2,
    ZYDIS_ISA_EXT_CET,       ZYDIS_ISA_EXT_CLFSH, ZYDIS_ISA_EXT_CLDEMOTE,
    ZYDIS_ISA_EXT_LONGMODE,  ZYDIS_ISA_EXT_LZCNT, ZYDIS_ISA_EXT_MMX,
    ZYDIS_ISA_EXT_PAUSE,     ZYDIS_ISA_EXT_SSE,   ZYDIS_ISA_EXT_SSE2,
    ZYDIS_ISA_EXT_SSE3,      ZYDIS_ISA_EXT_SSE4,  ZYDIS_ISA_EXT_SSSE3,
    ZYDIS_ISA_EXT_X87,       ZYDIS_ISA_EXT_RDPID, ZYDIS_ISA_EXT_RDTSCP,
    ZYDIS_ISA_EXT_XSAVE,
};

/// Instructions of these extensions that are refused all the same, with the reason.
struct RefusedRow {
  ZydisMnemonic mnemonic;
  std::string_view why;
};

constexpr std::string_view kUnknown = "Unicorn does not know it", kInDouble = "computed in double",
                           kTables = "reads descriptor tables the guest does not have",
                           kComponents = "Unicorn has no XSAVE", kShadow = "no shadow stack";

constexpr RefusedRow kRefused[] = {
    {ZYDIS_MNEMONIC_POPCNT, kUnknown},      {ZYDIS_MNEMONIC_XSAVE, kComponents},
    {ZYDIS_MNEMONIC_XSAVE64, kComponents},  {ZYDIS_MNEMONIC_XRSTOR, kComponents},
    {ZYDIS_MNEMONIC_XRSTOR64, kComponents}, {ZYDIS_MNEMONIC_XSETBV, kComponents},
    {ZYDIS_MNEMONIC_FSIN, kInDouble},       {ZYDIS_MNEMONIC_FCOS, kInDouble},
    {ZYDIS_MNEMONIC_FSINCOS, kInDouble},    {ZYDIS_MNEMONIC_FPTAN, kInDouble},
    {ZYDIS_MNEMONIC_FPATAN, kInDouble},     {ZYDIS_MNEMONIC_F2XM1, kInDouble},
    {ZYDIS_MNEMONIC_FYL2X, kInDouble},      {ZYDIS_MNEMONIC_FYL2XP1, kInDouble},
    {ZYDIS_MNEMONIC_FPREM, kInDouble},      {ZYDIS_MNEMONIC_FPREM1, kInDouble},
    {ZYDIS_MNEMONIC_LAR, kTables},          {ZYDIS_MNEMONIC_LSL, kTables},
    {ZYDIS_MNEMONIC_VERR, kTables},         {ZYDIS_MNEMONIC_VERW, kTables},
    {ZYDIS_MNEMONIC_SGDT, kTables},         {ZYDIS_MNEMONIC_SIDT, kTables},
    {ZYDIS_MNEMONIC_SLDT, kTables},         {ZYDIS_MNEMONIC_STR, kTables},
    {ZYDIS_MNEMONIC_SMSW, kTables},         {ZYDIS_MNEMONIC_LSS, kTables},
    {ZYDIS_MNEMONIC_LFS, kTables},          {ZYDIS_MNEMONIC_LGS, kTables},
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

/// Instructions that load MXCSR, and where it is in their operand (SDM vol. 1, table 10-2).
struct MxcsrRow {
  ZydisMnemonic mnemonic;
  std::uint16_t offset;
  bool aligned;
};
constexpr MxcsrRow kMxcsrLoads[] = {{ZYDIS_MNEMONIC_LDMXCSR, 0, false},
                                    {ZYDIS_MNEMONIC_FXRSTOR, 24, true},
                                    {ZYDIS_MNEMONIC_FXRSTOR64, 24, true}};

/// By their names in /proc/cpuinfo.
constexpr std::array<std::string_view, 40> kFeatures{
    "fpu",         "cx8",      "cmov",  "mmx",           "fxsr",     "sse",  "sse2",
    "pni",         "ssse3",    "cx16",  "sse4_1",        "sse4_2",   "aes",  "bmi1",
    "bmi2",        "adx",      "abm",   "lahf_lm",       "clflush",  "lm",   "nx",
    "syscall",     "sep",      "tsc",   "rdtscp",        "rdpid",    "erms", "fsrm",
    "pae",         "pge",      "msr",   "3dnowprefetch", "cldemote", "nopl", "constant_tsc",
    "nonstop_tsc", "rep_good", "cpuid", "pat",           "de"};

bool loads_segment(const Decoded& decoded) {
  const ZydisMnemonic mnemonic = decoded.instruction.mnemonic;
  if (mnemonic != ZYDIS_MNEMONIC_MOV && mnemonic != ZYDIS_MNEMONIC_POP) return false;
  const ZydisDecodedOperand& to = decoded.all[0];
  return to.type == ZYDIS_OPERAND_TYPE_REGISTER &&
         ZydisRegisterGetClass(to.reg.value) == ZYDIS_REGCLASS_SEGMENT;
}

bool is_refused(const Decoded& decoded) {
  const ZydisDecodedInstruction& insn = decoded.instruction;
  if (std::ranges::find(kExtensions, insn.meta.isa_ext) == kExtensions.end()) return true;
  const bool is_vex = insn.encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY;
  if (is_vex && insn.meta.isa_ext != ZYDIS_ISA_EXT_BMI1 && insn.meta.isa_ext != ZYDIS_ISA_EXT_BMI2)
    return true;
  return loads_segment(decoded) ||
         std::ranges::find(kRefused, insn.mnemonic, &RefusedRow::mnemonic) != std::end(kRefused);
}

const ZydisDecodedOperand* memory_operand(const Decoded& decoded) {
  for (const ZydisDecodedOperand& operand : decoded.operands())
    if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY) return &operand;
  return nullptr;
}

bool must_be_aligned(const Decoded& decoded, const ZydisDecodedOperand& operand) {
  const ZydisMnemonic mnemonic = decoded.instruction.mnemonic;
  if (mnemonic == ZYDIS_MNEMONIC_FXSAVE || mnemonic == ZYDIS_MNEMONIC_FXSAVE64) return true;
  return operand.size == 128 && operand.mem.type == ZYDIS_MEMOP_TYPE_MEM &&
         std::ranges::find(kUnaligned, mnemonic) == kUnaligned.end();
}

}  // namespace

Precaution precaution_for(std::span<const std::uint8_t> code, GuestAddress address) {
  const auto decoded = decode_fully(code);
  Precaution made;
  if (!decoded || is_refused(*decoded)) {
    made.duty = Duty::Refuse;
    return made;
  }
  const ZydisDecodedOperand* const operand = memory_operand(*decoded);
  if (operand == nullptr) return made;
  const auto* const load =
      std::ranges::find(kMxcsrLoads, decoded->instruction.mnemonic, &MxcsrRow::mnemonic);
  if (load != std::end(kMxcsrLoads)) {
    made.duty = Duty::Mxcsr;
    made.mxcsr_offset = load->offset;
    made.aligned = load->aligned;
  } else if (must_be_aligned(*decoded, *operand)) {
    made.duty = Duty::Aligned16;
  }
  if (made.duty != Duty::None) made.operand = address_of(*decoded, *operand, address);
  return made;
}

}  // namespace unicorn

bool UnicornEngine::executes(std::string_view feature) {
  return std::ranges::find(unicorn::kFeatures, feature) != unicorn::kFeatures.end();
}

}  // namespace ringfare
