// SPDX-License-Identifier: MIT
#include "cpu/decoder.hpp"

#include <Zydis/Zydis.h>

#include <algorithm>
#include <array>

#include "cpu/exception.hpp"

namespace ringfare {
namespace {

/// Instructions that leave a block by their mnemonic rather than by being a branch, and those that
/// CPUID never shows a guest: executing them raises #UD, as on a processor without them.
struct FlowRow {
  ZydisMnemonic mnemonic;
  Flow flow;
  std::uint8_t detail = 0;
};

template <class E>
constexpr std::uint8_t detail(E value) {
  return static_cast<std::uint8_t>(value);
}

constexpr FlowRow kFlows[] = {
    {ZYDIS_MNEMONIC_SYSCALL, Flow::Gate, detail(Gate::Syscall)},
    {ZYDIS_MNEMONIC_SYSENTER, Flow::Gate, detail(Gate::Sysenter)},
    {ZYDIS_MNEMONIC_INT, Flow::Gate, detail(Gate::Interrupt)},
    {ZYDIS_MNEMONIC_POPF, Flow::Flags},
    {ZYDIS_MNEMONIC_POPFD, Flow::Flags},
    {ZYDIS_MNEMONIC_POPFQ, Flow::Flags},
    {ZYDIS_MNEMONIC_CPUID, Flow::Emulated, detail(SystemInstruction::Cpuid)},
    {ZYDIS_MNEMONIC_RDTSC, Flow::Emulated, detail(SystemInstruction::Rdtsc)},
    {ZYDIS_MNEMONIC_RDTSCP, Flow::Emulated, detail(SystemInstruction::Rdtscp)},
    {ZYDIS_MNEMONIC_RDPID, Flow::Emulated, detail(SystemInstruction::Rdpid)},
    {ZYDIS_MNEMONIC_XGETBV, Flow::Emulated, detail(SystemInstruction::Xgetbv)},
    {ZYDIS_MNEMONIC_RDRAND, Flow::Emulated, detail(SystemInstruction::Rdrand)},
    {ZYDIS_MNEMONIC_RDSEED, Flow::Emulated, detail(SystemInstruction::Rdseed)},
    // Not shown: transactions would make runs differ; protection keys belong to the emulator; user
    // interrupts, monitors and enclaves have no model.
    {ZYDIS_MNEMONIC_XBEGIN, Flow::Refused},
    {ZYDIS_MNEMONIC_XEND, Flow::Refused},
    {ZYDIS_MNEMONIC_XABORT, Flow::Refused},
    {ZYDIS_MNEMONIC_XTEST, Flow::Refused},
    {ZYDIS_MNEMONIC_RDPKRU, Flow::Refused},
    {ZYDIS_MNEMONIC_WRPKRU, Flow::Refused},
    {ZYDIS_MNEMONIC_UMONITOR, Flow::Refused},
    {ZYDIS_MNEMONIC_UMWAIT, Flow::Refused},
    {ZYDIS_MNEMONIC_TPAUSE, Flow::Refused},
    {ZYDIS_MNEMONIC_SENDUIPI, Flow::Refused},
    {ZYDIS_MNEMONIC_CLUI, Flow::Refused},
    {ZYDIS_MNEMONIC_STUI, Flow::Refused},
    {ZYDIS_MNEMONIC_TESTUI, Flow::Refused},
    {ZYDIS_MNEMONIC_UIRET, Flow::Refused},
    {ZYDIS_MNEMONIC_ENCLU, Flow::Refused},
    {ZYDIS_MNEMONIC_LDTILECFG, Flow::Refused},
    {ZYDIS_MNEMONIC_STTILECFG, Flow::Refused},
    {ZYDIS_MNEMONIC_TILELOADD, Flow::Refused},
    {ZYDIS_MNEMONIC_TILELOADDT1, Flow::Refused},
    {ZYDIS_MNEMONIC_TILERELEASE, Flow::Refused},
    {ZYDIS_MNEMONIC_TILESTORED, Flow::Refused},
    {ZYDIS_MNEMONIC_TILEZERO, Flow::Refused},
    {ZYDIS_MNEMONIC_IRETQ, Flow::Segment},
    {ZYDIS_MNEMONIC_IRETD, Flow::Segment},
    {ZYDIS_MNEMONIC_IRET, Flow::Segment},
    {ZYDIS_MNEMONIC_LDS, Flow::Segment},
    {ZYDIS_MNEMONIC_LES, Flow::Segment},
    {ZYDIS_MNEMONIC_LSS, Flow::Segment},
    {ZYDIS_MNEMONIC_LFS, Flow::Segment},
    {ZYDIS_MNEMONIC_LGS, Flow::Segment},
    // Not left to the host: its table differs, and the limit of one of its entries tells on which
    // processor the program runs.
    {ZYDIS_MNEMONIC_LAR, Flow::Segment},
    {ZYDIS_MNEMONIC_LSL, Flow::Segment},
    {ZYDIS_MNEMONIC_VERR, Flow::Segment},
    {ZYDIS_MNEMONIC_VERW, Flow::Segment},
    // A hypervisor below would answer; to a user program without one they are undefined.
    {ZYDIS_MNEMONIC_VMCALL, Flow::Refused},
    {ZYDIS_MNEMONIC_VMMCALL, Flow::Refused},
    {ZYDIS_MNEMONIC_VMFUNC, Flow::Refused},
};

constexpr bool each_mnemonic_once() {
  for (std::size_t i = 0; i < std::size(kFlows); ++i)
    for (std::size_t j = i + 1; j < std::size(kFlows); ++j)
      if (kFlows[i].mnemonic == kFlows[j].mnemonic) return false;
  return true;
}
static_assert(each_mnemonic_once(), "two rows claim one mnemonic");

/// Row number + 1 by mnemonic; 0: no row.
constexpr auto kFlowIndex = [] {
  std::array<std::uint8_t, ZYDIS_MNEMONIC_MAX_VALUE + 1> index{};
  for (std::size_t i = 0; i < std::size(kFlows); ++i)
    index[kFlows[i].mnemonic] = static_cast<std::uint8_t>(i + 1);
  return index;
}();

const ZydisDecoder& decoder(CodeMode mode) {
  static const std::array<ZydisDecoder, 2> instances = [] {
    std::array<ZydisDecoder, 2> made;
    ZydisDecoderInit(&made[0], ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    ZydisDecoderInit(&made[1], ZYDIS_MACHINE_MODE_LONG_COMPAT_32, ZYDIS_STACK_WIDTH_32);
    return made;
  }();
  return instances[static_cast<std::size_t>(mode)];
}

Flow branch_flow(const ZydisDecodedInstruction& insn) {
  const bool direct = insn.raw.imm[0].is_relative;
  switch (insn.meta.category) {
    case ZYDIS_CATEGORY_UNCOND_BR:
      return direct ? Flow::Jump : Flow::IndirectJump;
    case ZYDIS_CATEGORY_COND_BR:
      return Flow::ConditionalJump;
    case ZYDIS_CATEGORY_CALL:
      return direct ? Flow::Call : Flow::IndirectCall;
    case ZYDIS_CATEGORY_RET:
      return Flow::Return;
    default:
      return Flow::Next;
  }
}

/// Jcc, as opposed to JRCXZ and LOOP, which have no long form and no inverse.
bool is_jcc(const ZydisDecodedInstruction& insn) {
  return (insn.opcode & 0xf0) == (insn.opcode_map == ZYDIS_OPCODE_MAP_0F ? 0x80 : 0x70);
}

/// Far transfers, and MOV (8C, 8E), PUSH and POP of a segment register: not left to the host, whose
/// descriptor tables differ.
bool concerns_segments(const ZydisDecodedInstruction& insn) {
  if (insn.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR) return true;
  if (insn.mnemonic == ZYDIS_MNEMONIC_MOV)
    return insn.opcode_map == ZYDIS_OPCODE_MAP_DEFAULT &&
           (insn.opcode == 0x8c || insn.opcode == 0x8e);
  if (insn.mnemonic != ZYDIS_MNEMONIC_PUSH && insn.mnemonic != ZYDIS_MNEMONIC_POP) return false;
  if (insn.opcode_map == ZYDIS_OPCODE_MAP_0F) return true;  // fs, gs
  return insn.opcode_map == ZYDIS_OPCODE_MAP_DEFAULT && insn.opcode < 0x20;
}

/// In 32-bit code a near branch with an operand-size prefix goes to 16 bits of an address.
bool truncates_target(const ZydisDecodedInstruction& insn) {
  return insn.meta.branch_type != ZYDIS_BRANCH_TYPE_NONE && insn.operand_width == 16;
}

bool is_conditional(const ZydisDecodedInstruction& insn) {
  return insn.meta.category == ZYDIS_CATEGORY_COND_BR;
}

/// The engine keeps its counters in AVX-512 registers, which CPUID does not show the guest.
bool uses_avx512(const ZydisDecodedInstruction& insn) {
  return insn.encoding == ZYDIS_INSTRUCTION_ENCODING_EVEX ||
         insn.encoding == ZYDIS_INSTRUCTION_ENCODING_MVEX ||
         insn.meta.category == ZYDIS_CATEGORY_KMASK;
}

/// Opcodes behind 0F that name MMX registers where no prefix says XMM (SDM vol. 2, table A-3).
bool touches_mmx(const ZydisDecodedInstruction& insn) {
  std::uint8_t prefix = 0;
  for (std::size_t i = 0; i < insn.raw.prefix_count; ++i) {
    const std::uint8_t value = insn.raw.prefixes[i].value;
    if (value == 0x66 || value == 0xf2 || value == 0xf3) prefix = value;
  }
  const std::uint8_t opcode = insn.opcode;
  switch (insn.opcode_map) {
    case ZYDIS_OPCODE_MAP_0F:
      if (opcode == 0x2a || opcode == 0x2c || opcode == 0x2d) return prefix == 0 || prefix == 0x66;
      if (opcode == 0xd6) return prefix != 0x66;
      return prefix == 0 && ((opcode >= 0x60 && opcode <= 0x7f) || opcode == 0xc4 ||
                             opcode == 0xc5 || (opcode >= 0xd0 && opcode <= 0xfe));
    case ZYDIS_OPCODE_MAP_0F38:
      return prefix == 0 && (opcode <= 0x0b || (opcode >= 0x1c && opcode <= 0x1e));
    case ZYDIS_OPCODE_MAP_0F3A:
      return prefix == 0 && opcode == 0x0f;
    case ZYDIS_OPCODE_MAP_0F0F:
      return true;  // 3DNow!
    default:
      return false;
  }
}

/// The state components besides SSE that the instruction may bring into use: x87 (which includes
/// the MMX registers), the upper halves of YMM registers, or both. Bits as in XCR0.
std::uint8_t components_used(const ZydisDecodedInstruction& insn) {
  constexpr std::uint8_t kX87 = 1, kUpper = 4;
  switch (insn.mnemonic) {
    case ZYDIS_MNEMONIC_XRSTOR:
    case ZYDIS_MNEMONIC_XRSTOR64:
    case ZYDIS_MNEMONIC_FXRSTOR:
    case ZYDIS_MNEMONIC_FXRSTOR64:
      return kX87 | kUpper;
    default:
      break;
  }
  if (insn.encoding == ZYDIS_INSTRUCTION_ENCODING_VEX)
    return insn.avx.vector_length == 256 ? kUpper : 0;
  // Escape opcodes D8 to DF.
  const bool is_x87 = insn.opcode_map == ZYDIS_OPCODE_MAP_DEFAULT && (insn.opcode & 0xf8) == 0xd8;
  return is_x87 || touches_mmx(insn) ? kX87 : 0;
}

SegmentUse segment_use(const ZydisDecodedInstruction& insn) {
  switch (insn.mnemonic) {
    case ZYDIS_MNEMONIC_RDFSBASE:
    case ZYDIS_MNEMONIC_RDGSBASE:
    case ZYDIS_MNEMONIC_WRFSBASE:
    case ZYDIS_MNEMONIC_WRGSBASE:
      return SegmentUse::Base;
    default:
      break;
  }
  if ((insn.attributes & ZYDIS_ATTRIB_HAS_SEGMENT_FS) != 0) return SegmentUse::FsMemory;
  if ((insn.attributes & ZYDIS_ATTRIB_HAS_SEGMENT_GS) != 0) return SegmentUse::GsMemory;
  return SegmentUse::None;
}

}  // namespace

std::optional<Instruction> decode_instruction(std::span<const std::uint8_t> code,
                                              GuestAddress address, CodeMode mode) {
  ZydisDecodedInstruction insn;
  if (!ZYAN_SUCCESS(
          ZydisDecoderDecodeInstruction(&decoder(mode), nullptr, code.data(), code.size(), &insn)))
    return std::nullopt;
  const bool narrow = mode == CodeMode::Compat32;

  Instruction decoded;
  decoded.length = insn.length;
  decoded.mnemonic = static_cast<std::uint16_t>(insn.mnemonic);
  if (concerns_segments(insn)) {
    decoded.flow = Flow::Segment;
  } else if (const auto row = kFlowIndex[insn.mnemonic]; row != 0) {
    decoded.flow = kFlows[row - 1].flow;
    decoded.detail = kFlows[row - 1].detail;
    if (insn.mnemonic == ZYDIS_MNEMONIC_INT) {
      decoded.vector = static_cast<std::uint8_t>(insn.raw.imm[0].value.u);
      if (decoded.vector == vector::kBreakpoint) decoded.flow = Flow::Next;  // as INT3 in one byte
    }
  } else if (narrow && truncates_target(insn)) {
    decoded.flow = is_conditional(insn) ? Flow::Refused : Flow::Segment;
  } else if (uses_avx512(insn)) {
    decoded.flow = Flow::Refused;
  } else {
    decoded.flow = branch_flow(insn);
    if (decoded.flow == Flow::ConditionalJump && !is_jcc(insn)) decoded.detail = kShortOnly;
  }
  if (insn.raw.imm[0].is_relative) {
    decoded.target = address + insn.length + static_cast<std::uint64_t>(insn.raw.imm[0].value.s);
    if (narrow) decoded.target.value = static_cast<std::uint32_t>(decoded.target.value);
  }
  if (!narrow && insn.raw.modrm.offset != 0 && insn.raw.modrm.mod == 0 && insn.raw.modrm.rm == 5)
    decoded.rip_displacement = insn.raw.disp.offset;
  decoded.segment = segment_use(insn);
  if (decoded.flow == Flow::Next) decoded.detail = components_used(insn);
  return decoded;
}

bool is_too_long(std::span<const std::uint8_t> code, CodeMode mode) {
  ZydisDecodedInstruction insn;
  return ZydisDecoderDecodeInstruction(&decoder(mode), nullptr, code.data(), code.size(), &insn) ==
         ZYDIS_STATUS_INSTRUCTION_TOO_LONG;
}

std::size_t prefix_count(std::span<const std::uint8_t> code, CodeMode mode) {
  const auto is_prefix = [mode](std::uint8_t byte) {
    constexpr std::uint8_t kRexMask = 0xf0, kRex = 0x40;
    switch (byte) {
      case 0x26:
      case 0x2e:
      case 0x36:
      case 0x3e:
      case 0x64:
      case 0x65:
      case 0x66:
      case 0x67:
      case 0xf0:
      case 0xf2:
      case 0xf3:
        return true;
      default:
        return mode == CodeMode::Long64 && (byte & kRexMask) == kRex;
    }
  };
  return static_cast<std::size_t>(std::ranges::find_if_not(code, is_prefix) - code.begin());
}

std::uint8_t rex_prefix(std::span<const std::uint8_t> code, CodeMode mode) {
  const std::size_t prefixes = prefix_count(code, mode);
  if (mode != CodeMode::Long64 || prefixes == 0) return 0;
  const std::uint8_t last = code[prefixes - 1];
  return (last & 0xf0) == 0x40 ? last : std::uint8_t{0};
}

std::uint16_t registers_used(std::span<const std::uint8_t> code, CodeMode mode) {
  ZydisDecodedInstruction insn;
  std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
  if (!ZYAN_SUCCESS(
          ZydisDecoderDecodeFull(&decoder(mode), code.data(), code.size(), &insn, operands.data())))
    return 0xffff;
  std::uint16_t used = 0;
  const auto note = [&used](ZydisRegister reg) {
    const auto whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);
    if (whole >= ZYDIS_REGISTER_RAX && whole <= ZYDIS_REGISTER_R15)
      used = static_cast<std::uint16_t>(used | 1u << (whole - ZYDIS_REGISTER_RAX));
  };
  for (std::size_t i = 0; i < insn.operand_count; ++i) {
    note(operands[i].reg.value);
    if (operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY) {
      note(operands[i].mem.base);
      note(operands[i].mem.index);
    }
  }
  return used;
}

RegisterUse register_use(std::span<const std::uint8_t> code, unsigned reg, CodeMode mode) {
  ZydisDecodedInstruction insn;
  std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
  if (!ZYAN_SUCCESS(
          ZydisDecoderDecodeFull(&decoder(mode), code.data(), code.size(), &insn, operands.data())))
    return RegisterUse::Changes;
  const auto is_it = [reg](ZydisRegister named) {
    const auto whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, named);
    return whole == static_cast<ZydisRegister>(ZYDIS_REGISTER_RAX + reg);
  };
  // These name no registers, but use them all.
  constexpr std::array kAll{ZYDIS_MNEMONIC_PUSHA, ZYDIS_MNEMONIC_PUSHAD, ZYDIS_MNEMONIC_POPA,
                            ZYDIS_MNEMONIC_POPAD};
  if (std::ranges::find(kAll, insn.mnemonic) != kAll.end()) return RegisterUse::Changes;
  // BSF and BSR leave the register alone where the source is zero.
  const bool may_leave_it =
      insn.mnemonic == ZYDIS_MNEMONIC_BSF || insn.mnemonic == ZYDIS_MNEMONIC_BSR;
  bool reads = false, overwrites = false;
  for (std::size_t i = 0; i < insn.operand_count; ++i) {
    const ZydisDecodedOperand& operand = operands[i];
    if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY)
      reads |= is_it(operand.mem.base) || is_it(operand.mem.index);
    if (operand.type != ZYDIS_OPERAND_TYPE_REGISTER || !is_it(operand.reg.value)) continue;
    if (operand.actions == ZYDIS_OPERAND_ACTION_READ)
      reads = true;
    else if (operand.actions == ZYDIS_OPERAND_ACTION_WRITE && operand.size >= 32 && !may_leave_it)
      overwrites = true;
    else
      return RegisterUse::Changes;
  }
  if (reads && overwrites) return RegisterUse::Changes;
  return reads ? RegisterUse::Reads : overwrites ? RegisterUse::Overwrites : RegisterUse::None;
}

std::string disassemble(std::span<const std::uint8_t> code, std::uint64_t address, Syntax syntax,
                        CodeMode mode) {
  ZydisDecodedInstruction insn;
  std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
  if (!ZYAN_SUCCESS(
          ZydisDecoderDecodeFull(&decoder(mode), code.data(), code.size(), &insn, operands.data())))
    return "(bad)";
  ZydisFormatter formatter;
  ZydisFormatterInit(
      &formatter, syntax == Syntax::Att ? ZYDIS_FORMATTER_STYLE_ATT : ZYDIS_FORMATTER_STYLE_INTEL);
  std::array<char, 160> text{};
  if (!ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&formatter, &insn, operands.data(),
                                                    insn.operand_count_visible, text.data(),
                                                    text.size(), address, nullptr)))
    return "(bad)";
  return text.data();
}

}  // namespace ringfare
