// SPDX-License-Identifier: MIT
#include "cpu/instruction_class.hpp"

#include <Zydis/Zydis.h>

#include <algorithm>
#include <iterator>

#include "cpu/priced_instructions.hpp"

namespace ringfare {
namespace {

using enum InstructionClass;
using File = RegisterName::File;

constexpr ClassRow kClasses[] = {
    {Move, "move", "", "mov between registers, or of an immediate"},
    {Integer, "integer", "", "add, sub, and, or, xor, cmp, test, inc, dec, neg, not"},
    {Carry, "carry", "", "adc, sbb"},
    {Shift, "shift", "", "shl, shr, sar and the rotations"},
    {DoubleShift, "double_shift", "", "shld, shrd"},
    {InstructionClass::Lea, "lea", "", "lea"},
    {Extend, "extend", "", "movsx, movzx, movsxd"},
    {Multiply, "multiply", "", "mul, imul"},
    {Divide, "divide", "", "div, idiv up to 32 bits"},
    {Divide64, "divide_64", "lm", "div, idiv of 64 bits"},
    {ByteSwap, "byte_swap", "", "bswap"},
    {BitScan, "bit_scan", "", "bsf, bsr, popcnt, lzcnt, tzcnt"},
    {BitTest, "bit_test", "", "bt, bts, btr, btc"},
    {SetCondition, "set_condition", "", "setcc"},
    {ConditionalMove, "conditional_move", "cmov", "cmovcc"},
    {Exchange, "exchange", "", "xchg, xadd, cmpxchg, cmpxchg8b, before any lock"},
    {SignExtension, "sign_extension", "", "cbw, cwde, cwd, cdq, cqo"},
    {Flags, "flags", "", "clc, stc, cmc, lahf, sahf"},
    {Decimal, "decimal", "", "aaa, aad, aam, aas, daa, das, xlat, salc"},
    {Push, "push", "", "push, with its store"},
    {Pop, "pop", "", "pop, with its load"},
    {PushAll, "push_all", "", "pusha"},
    {PopAll, "pop_all", "", "popa"},
    {Enter, "enter", "", "enter"},
    {Leave, "leave", "", "leave"},
    {Jump, "jump", "", "jmp"},
    {ConditionalJump, "conditional_jump", "", "jcc"},
    {IndirectJump, "indirect_jump", "", "jmp through a register"},
    {Call, "call", "", "call, with its store"},
    {IndirectCall, "indirect_call", "", "call through a register, with its store"},
    {Return, "return", "", "ret, with its load"},
    {Loop, "loop", "", "loop, loope, loopne, jcxz"},
    {String, "string", "", "movs, stos, lods, scas, cmps, once, with their memory"},
    {Nop, "nop", "", "nop, prefetches"},
    {X87Move, "x87_move", "fpu", "fld, fst, fxch, fcmov and constants"},
    {X87Add, "x87_add", "fpu", "fadd, fsub, fcom, fchs, fabs"},
    {X87Multiply, "x87_multiply", "fpu", "fmul"},
    {X87Divide, "x87_divide", "fpu", "fdiv, fsqrt"},
    {X87Other, "x87_other", "fpu", "fsin and its like, control words, state images"},
    {VectorMove, "vector_move", "mmx", "moves of MMX and XMM registers"},
    {VectorInteger, "vector_integer", "mmx", "integer and logical operations on them, shuffles"},
    {VectorMultiply, "vector_multiply", "mmx", "integer multiplications on them"},
    {FloatAdd, "float_add", "sse", "addps, subsd, maxps, cmpps, comiss, ..."},
    {FloatMultiply, "float_multiply", "sse", "mulps, mulsd, ..."},
    {FloatDivide, "float_divide", "sse", "divps, sqrtsd, ..."},
    {Convert, "convert", "sse", "cvt..."},
    {System, "system", "", "priced by name"},
    {Other, "other", "", "anything else"},
};

constexpr bool classes_in_order() {
  for (std::size_t i = 0; i < std::size(kClasses); ++i)
    if (static_cast<std::size_t>(kClasses[i].id) != i) return false;
  return true;
}
static_assert(classes_in_order() && std::size(kClasses) == static_cast<std::size_t>(Other) + 1);

struct MnemonicRow {
  ZydisMnemonic mnemonic;
  InstructionClass kind;
};

constexpr MnemonicRow kMnemonics[] = {
    {ZYDIS_MNEMONIC_ADC, Carry},
    {ZYDIS_MNEMONIC_SBB, Carry},
    {ZYDIS_MNEMONIC_SHLD, DoubleShift},
    {ZYDIS_MNEMONIC_SHRD, DoubleShift},
    {ZYDIS_MNEMONIC_LEA, InstructionClass::Lea},
    {ZYDIS_MNEMONIC_MOVSX, Extend},
    {ZYDIS_MNEMONIC_MOVZX, Extend},
    {ZYDIS_MNEMONIC_MOVSXD, Extend},
    {ZYDIS_MNEMONIC_MUL, Multiply},
    {ZYDIS_MNEMONIC_IMUL, Multiply},
    {ZYDIS_MNEMONIC_DIV, Divide},
    {ZYDIS_MNEMONIC_IDIV, Divide},
    {ZYDIS_MNEMONIC_BSWAP, ByteSwap},
    {ZYDIS_MNEMONIC_BSF, BitScan},
    {ZYDIS_MNEMONIC_BSR, BitScan},
    {ZYDIS_MNEMONIC_POPCNT, BitScan},
    {ZYDIS_MNEMONIC_LZCNT, BitScan},
    {ZYDIS_MNEMONIC_TZCNT, BitScan},
    {ZYDIS_MNEMONIC_BT, BitTest},
    {ZYDIS_MNEMONIC_BTS, BitTest},
    {ZYDIS_MNEMONIC_BTR, BitTest},
    {ZYDIS_MNEMONIC_BTC, BitTest},
    {ZYDIS_MNEMONIC_XCHG, Exchange},
    {ZYDIS_MNEMONIC_XADD, Exchange},
    {ZYDIS_MNEMONIC_CMPXCHG, Exchange},
    {ZYDIS_MNEMONIC_CMPXCHG8B, Exchange},
    {ZYDIS_MNEMONIC_CMPXCHG16B, Exchange},
    {ZYDIS_MNEMONIC_CBW, SignExtension},
    {ZYDIS_MNEMONIC_CWDE, SignExtension},
    {ZYDIS_MNEMONIC_CDQE, SignExtension},
    {ZYDIS_MNEMONIC_CWD, SignExtension},
    {ZYDIS_MNEMONIC_CDQ, SignExtension},
    {ZYDIS_MNEMONIC_CQO, SignExtension},
    {ZYDIS_MNEMONIC_CLC, Flags},
    {ZYDIS_MNEMONIC_STC, Flags},
    {ZYDIS_MNEMONIC_CMC, Flags},
    {ZYDIS_MNEMONIC_LAHF, Flags},
    {ZYDIS_MNEMONIC_SAHF, Flags},
    {ZYDIS_MNEMONIC_AAA, Decimal},
    {ZYDIS_MNEMONIC_AAD, Decimal},
    {ZYDIS_MNEMONIC_AAM, Decimal},
    {ZYDIS_MNEMONIC_AAS, Decimal},
    {ZYDIS_MNEMONIC_DAA, Decimal},
    {ZYDIS_MNEMONIC_DAS, Decimal},
    {ZYDIS_MNEMONIC_XLAT, Decimal},
    {ZYDIS_MNEMONIC_SALC, Decimal},
    {ZYDIS_MNEMONIC_PUSHA, PushAll},
    {ZYDIS_MNEMONIC_PUSHAD, PushAll},
    {ZYDIS_MNEMONIC_POPA, PopAll},
    {ZYDIS_MNEMONIC_POPAD, PopAll},
    {ZYDIS_MNEMONIC_ENTER, Enter},
    {ZYDIS_MNEMONIC_LEAVE, Leave},
    {ZYDIS_MNEMONIC_LOOP, Loop},
    {ZYDIS_MNEMONIC_LOOPE, Loop},
    {ZYDIS_MNEMONIC_LOOPNE, Loop},
    {ZYDIS_MNEMONIC_JCXZ, Loop},
    {ZYDIS_MNEMONIC_JECXZ, Loop},
    {ZYDIS_MNEMONIC_JRCXZ, Loop},
    {ZYDIS_MNEMONIC_FADD, X87Add},
    {ZYDIS_MNEMONIC_FADDP, X87Add},
    {ZYDIS_MNEMONIC_FIADD, X87Add},
    {ZYDIS_MNEMONIC_FSUB, X87Add},
    {ZYDIS_MNEMONIC_FSUBP, X87Add},
    {ZYDIS_MNEMONIC_FSUBR, X87Add},
    {ZYDIS_MNEMONIC_FSUBRP, X87Add},
    {ZYDIS_MNEMONIC_FISUB, X87Add},
    {ZYDIS_MNEMONIC_FISUBR, X87Add},
    {ZYDIS_MNEMONIC_FCOM, X87Add},
    {ZYDIS_MNEMONIC_FCOMP, X87Add},
    {ZYDIS_MNEMONIC_FCOMPP, X87Add},
    {ZYDIS_MNEMONIC_FCOMI, X87Add},
    {ZYDIS_MNEMONIC_FCOMIP, X87Add},
    {ZYDIS_MNEMONIC_FUCOM, X87Add},
    {ZYDIS_MNEMONIC_FUCOMP, X87Add},
    {ZYDIS_MNEMONIC_FUCOMPP, X87Add},
    {ZYDIS_MNEMONIC_FUCOMI, X87Add},
    {ZYDIS_MNEMONIC_FUCOMIP, X87Add},
    {ZYDIS_MNEMONIC_FICOM, X87Add},
    {ZYDIS_MNEMONIC_FICOMP, X87Add},
    {ZYDIS_MNEMONIC_FTST, X87Add},
    {ZYDIS_MNEMONIC_FCHS, X87Add},
    {ZYDIS_MNEMONIC_FABS, X87Add},
    {ZYDIS_MNEMONIC_FMUL, X87Multiply},
    {ZYDIS_MNEMONIC_FMULP, X87Multiply},
    {ZYDIS_MNEMONIC_FIMUL, X87Multiply},
    {ZYDIS_MNEMONIC_FDIV, X87Divide},
    {ZYDIS_MNEMONIC_FDIVP, X87Divide},
    {ZYDIS_MNEMONIC_FDIVR, X87Divide},
    {ZYDIS_MNEMONIC_FDIVRP, X87Divide},
    {ZYDIS_MNEMONIC_FIDIV, X87Divide},
    {ZYDIS_MNEMONIC_FIDIVR, X87Divide},
    {ZYDIS_MNEMONIC_FSQRT, X87Divide},
    {ZYDIS_MNEMONIC_FLD, X87Move},
    {ZYDIS_MNEMONIC_FILD, X87Move},
    {ZYDIS_MNEMONIC_FST, X87Move},
    {ZYDIS_MNEMONIC_FSTP, X87Move},
    {ZYDIS_MNEMONIC_FIST, X87Move},
    {ZYDIS_MNEMONIC_FISTP, X87Move},
    {ZYDIS_MNEMONIC_FISTTP, X87Move},
    {ZYDIS_MNEMONIC_FXCH, X87Move},
    {ZYDIS_MNEMONIC_FLDZ, X87Move},
    {ZYDIS_MNEMONIC_FLD1, X87Move},
    {ZYDIS_MNEMONIC_FLDPI, X87Move},
    {ZYDIS_MNEMONIC_FLDL2E, X87Move},
    {ZYDIS_MNEMONIC_FLDL2T, X87Move},
    {ZYDIS_MNEMONIC_FLDLG2, X87Move},
    {ZYDIS_MNEMONIC_FLDLN2, X87Move},
    {ZYDIS_MNEMONIC_FFREE, X87Move},
    {ZYDIS_MNEMONIC_FINCSTP, X87Move},
    {ZYDIS_MNEMONIC_FDECSTP, X87Move},
    {ZYDIS_MNEMONIC_FNOP, X87Move},
    {ZYDIS_MNEMONIC_FCMOVB, X87Move},
    {ZYDIS_MNEMONIC_FCMOVBE, X87Move},
    {ZYDIS_MNEMONIC_FCMOVE, X87Move},
    {ZYDIS_MNEMONIC_FCMOVNB, X87Move},
    {ZYDIS_MNEMONIC_FCMOVNBE, X87Move},
    {ZYDIS_MNEMONIC_FCMOVNE, X87Move},
    {ZYDIS_MNEMONIC_FCMOVNU, X87Move},
    {ZYDIS_MNEMONIC_FCMOVU, X87Move},
    {ZYDIS_MNEMONIC_PMULLW, VectorMultiply},
    {ZYDIS_MNEMONIC_PMULHW, VectorMultiply},
    {ZYDIS_MNEMONIC_PMULHUW, VectorMultiply},
    {ZYDIS_MNEMONIC_PMULUDQ, VectorMultiply},
    {ZYDIS_MNEMONIC_PMULDQ, VectorMultiply},
    {ZYDIS_MNEMONIC_PMULLD, VectorMultiply},
    {ZYDIS_MNEMONIC_PMADDWD, VectorMultiply},
    {ZYDIS_MNEMONIC_PMADDUBSW, VectorMultiply},
    {ZYDIS_MNEMONIC_PMULHRSW, VectorMultiply},
    {ZYDIS_MNEMONIC_PMULHRW, VectorMultiply},
    {ZYDIS_MNEMONIC_ADDPS, FloatAdd},
    {ZYDIS_MNEMONIC_ADDPD, FloatAdd},
    {ZYDIS_MNEMONIC_ADDSS, FloatAdd},
    {ZYDIS_MNEMONIC_ADDSD, FloatAdd},
    {ZYDIS_MNEMONIC_SUBPS, FloatAdd},
    {ZYDIS_MNEMONIC_SUBPD, FloatAdd},
    {ZYDIS_MNEMONIC_SUBSS, FloatAdd},
    {ZYDIS_MNEMONIC_SUBSD, FloatAdd},
    {ZYDIS_MNEMONIC_ADDSUBPS, FloatAdd},
    {ZYDIS_MNEMONIC_ADDSUBPD, FloatAdd},
    {ZYDIS_MNEMONIC_HADDPS, FloatAdd},
    {ZYDIS_MNEMONIC_HADDPD, FloatAdd},
    {ZYDIS_MNEMONIC_HSUBPS, FloatAdd},
    {ZYDIS_MNEMONIC_HSUBPD, FloatAdd},
    {ZYDIS_MNEMONIC_MAXPS, FloatAdd},
    {ZYDIS_MNEMONIC_MAXPD, FloatAdd},
    {ZYDIS_MNEMONIC_MAXSS, FloatAdd},
    {ZYDIS_MNEMONIC_MAXSD, FloatAdd},
    {ZYDIS_MNEMONIC_MINPS, FloatAdd},
    {ZYDIS_MNEMONIC_MINPD, FloatAdd},
    {ZYDIS_MNEMONIC_MINSS, FloatAdd},
    {ZYDIS_MNEMONIC_MINSD, FloatAdd},
    {ZYDIS_MNEMONIC_CMPPS, FloatAdd},
    {ZYDIS_MNEMONIC_CMPPD, FloatAdd},
    {ZYDIS_MNEMONIC_CMPSS, FloatAdd},
    {ZYDIS_MNEMONIC_CMPSD, FloatAdd},
    {ZYDIS_MNEMONIC_COMISS, FloatAdd},
    {ZYDIS_MNEMONIC_COMISD, FloatAdd},
    {ZYDIS_MNEMONIC_UCOMISS, FloatAdd},
    {ZYDIS_MNEMONIC_UCOMISD, FloatAdd},
    {ZYDIS_MNEMONIC_MULPS, FloatMultiply},
    {ZYDIS_MNEMONIC_MULPD, FloatMultiply},
    {ZYDIS_MNEMONIC_MULSS, FloatMultiply},
    {ZYDIS_MNEMONIC_MULSD, FloatMultiply},
    {ZYDIS_MNEMONIC_RCPPS, FloatMultiply},
    {ZYDIS_MNEMONIC_RCPSS, FloatMultiply},
    {ZYDIS_MNEMONIC_RSQRTPS, FloatMultiply},
    {ZYDIS_MNEMONIC_RSQRTSS, FloatMultiply},
    {ZYDIS_MNEMONIC_DIVPS, FloatDivide},
    {ZYDIS_MNEMONIC_DIVPD, FloatDivide},
    {ZYDIS_MNEMONIC_DIVSS, FloatDivide},
    {ZYDIS_MNEMONIC_DIVSD, FloatDivide},
    {ZYDIS_MNEMONIC_SQRTPS, FloatDivide},
    {ZYDIS_MNEMONIC_SQRTPD, FloatDivide},
    {ZYDIS_MNEMONIC_SQRTSS, FloatDivide},
    {ZYDIS_MNEMONIC_SQRTSD, FloatDivide},
    {ZYDIS_MNEMONIC_MOVD, VectorMove},
    {ZYDIS_MNEMONIC_MOVQ, VectorMove},
    {ZYDIS_MNEMONIC_MOVAPS, VectorMove},
    {ZYDIS_MNEMONIC_MOVAPD, VectorMove},
    {ZYDIS_MNEMONIC_MOVUPS, VectorMove},
    {ZYDIS_MNEMONIC_MOVUPD, VectorMove},
    {ZYDIS_MNEMONIC_MOVDQA, VectorMove},
    {ZYDIS_MNEMONIC_MOVDQU, VectorMove},
    {ZYDIS_MNEMONIC_MOVSS, VectorMove},
    {ZYDIS_MNEMONIC_MOVSD, VectorMove},
    {ZYDIS_MNEMONIC_MOVHPS, VectorMove},
    {ZYDIS_MNEMONIC_MOVHPD, VectorMove},
    {ZYDIS_MNEMONIC_MOVLPS, VectorMove},
    {ZYDIS_MNEMONIC_MOVLPD, VectorMove},
    {ZYDIS_MNEMONIC_MOVHLPS, VectorMove},
    {ZYDIS_MNEMONIC_MOVLHPS, VectorMove},
    {ZYDIS_MNEMONIC_MOVNTQ, VectorMove},
    {ZYDIS_MNEMONIC_MOVNTDQ, VectorMove},
    {ZYDIS_MNEMONIC_MOVNTPS, VectorMove},
    {ZYDIS_MNEMONIC_MOVNTPD, VectorMove},
    {ZYDIS_MNEMONIC_LDDQU, VectorMove},
    {ZYDIS_MNEMONIC_MOVQ2DQ, VectorMove},
    {ZYDIS_MNEMONIC_MOVDQ2Q, VectorMove},
    {ZYDIS_MNEMONIC_MOVMSKPS, VectorMove},
    {ZYDIS_MNEMONIC_MOVMSKPD, VectorMove},
    {ZYDIS_MNEMONIC_PMOVMSKB, VectorMove},
};

struct CategoryRow {
  ZydisInstructionCategory category;
  InstructionClass kind;
};

constexpr CategoryRow kCategories[] = {
    {ZYDIS_CATEGORY_BINARY, Integer},
    {ZYDIS_CATEGORY_LOGICAL, Integer},
    {ZYDIS_CATEGORY_SHIFT, Shift},
    {ZYDIS_CATEGORY_ROTATE, Shift},
    {ZYDIS_CATEGORY_BITBYTE, SetCondition},
    {ZYDIS_CATEGORY_SETCC, SetCondition},
    {ZYDIS_CATEGORY_CMOV, ConditionalMove},
    {ZYDIS_CATEGORY_DATAXFER, Move},
    {ZYDIS_CATEGORY_PUSH, Push},
    {ZYDIS_CATEGORY_POP, Pop},
    {ZYDIS_CATEGORY_COND_BR, ConditionalJump},
    {ZYDIS_CATEGORY_UNCOND_BR, Jump},
    {ZYDIS_CATEGORY_CALL, Call},
    {ZYDIS_CATEGORY_RET, Return},
    {ZYDIS_CATEGORY_STRINGOP, String},
    {ZYDIS_CATEGORY_NOP, Nop},
    {ZYDIS_CATEGORY_WIDENOP, Nop},
    {ZYDIS_CATEGORY_PREFETCH, Nop},
    {ZYDIS_CATEGORY_X87_ALU, X87Other},
    {ZYDIS_CATEGORY_FCMOV, X87Move},
    {ZYDIS_CATEGORY_CONVERT, Convert},
    {ZYDIS_CATEGORY_LOGICAL_FP, VectorInteger},
    {ZYDIS_CATEGORY_MMX, VectorInteger},
    {ZYDIS_CATEGORY_SSE, VectorInteger},
};

const ZydisDecoder& decoder_of(CodeMode mode) {
  static const std::array<ZydisDecoder, 2> instances = [] {
    std::array<ZydisDecoder, 2> made;
    ZydisDecoderInit(&made[0], ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    ZydisDecoderInit(&made[1], ZYDIS_MACHINE_MODE_LONG_COMPAT_32, ZYDIS_STACK_WIDTH_32);
    return made;
  }();
  return instances[static_cast<std::size_t>(mode)];
}

/// MOVSD and CMPSD are both strings and vector operations.
InstructionClass listed_class(const ZydisDecodedInstruction& insn) {
  if (insn.meta.category == ZYDIS_CATEGORY_STRINGOP) return String;
  const auto named = std::ranges::find(kMnemonics, insn.mnemonic, &MnemonicRow::mnemonic);
  if (named != std::end(kMnemonics)) return named->kind;
  const auto sort = std::ranges::find(kCategories, insn.meta.category, &CategoryRow::category);
  return sort != std::end(kCategories) ? sort->kind : Other;
}

InstructionClass class_of(const ZydisDecodedInstruction& insn) {
  const InstructionClass listed = listed_class(insn);
  const bool direct = insn.raw.imm[0].is_relative;
  switch (listed) {
    case Divide:
      return insn.operand_width == 64 ? Divide64 : Divide;
    case Jump:
      return direct ? Jump : IndirectJump;
    case Call:
      return direct ? Call : IndirectCall;
    default:
      return listed;
  }
}

std::optional<RegisterName> register_name(ZydisRegister reg) {
  const auto number = [&](ZydisRegister first) { return static_cast<std::uint8_t>(reg - first); };
  const ZydisRegister whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);
  switch (ZydisRegisterGetClass(reg)) {
    case ZYDIS_REGCLASS_GPR8:
    case ZYDIS_REGCLASS_GPR16:
      return RegisterName{File::General, static_cast<std::uint8_t>(whole - ZYDIS_REGISTER_RAX),
                          true};
    case ZYDIS_REGCLASS_GPR32:
    case ZYDIS_REGCLASS_GPR64:
      return RegisterName{File::General, static_cast<std::uint8_t>(whole - ZYDIS_REGISTER_RAX)};
    case ZYDIS_REGCLASS_X87:
      return RegisterName{File::X87, 0};  // the stack is renamed: one chain through its top
    case ZYDIS_REGCLASS_MMX:
      return RegisterName{File::Mmx, number(ZYDIS_REGISTER_MM0)};
    case ZYDIS_REGCLASS_XMM:
      return RegisterName{File::Vector, number(ZYDIS_REGISTER_XMM0)};
    case ZYDIS_REGCLASS_YMM:
      return RegisterName{File::Vector, number(ZYDIS_REGISTER_YMM0)};
    default:
      return std::nullopt;
  }
}

/// Collects what an instruction reads and writes.
class Reader {
 public:
  Reader(const ZydisDecodedInstruction& insn, ClassifiedInstruction& out)
      : insn_(insn), out_(out) {}

  void operand(const ZydisDecodedOperand& operand) {
    if (operand.type == ZYDIS_OPERAND_TYPE_REGISTER) {
      note(operand.reg.value, operand.actions);
      if (operand.visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT) named(operand.reg.value);
    } else if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY) {
      memory(operand);
    }
  }

  void flags() {
    constexpr ZydisAccessedFlagsMask kArithmetic = ZYDIS_CPUFLAG_CF | ZYDIS_CPUFLAG_PF |
                                                   ZYDIS_CPUFLAG_AF | ZYDIS_CPUFLAG_ZF |
                                                   ZYDIS_CPUFLAG_SF | ZYDIS_CPUFLAG_OF;
    if (!insn_.cpu_flags) return;
    const ZydisAccessedFlags& it = *insn_.cpu_flags;
    if (it.tested & kArithmetic) read({File::Flags});
    if ((it.modified | it.set_0 | it.set_1 | it.undefined) & kArithmetic) write({File::Flags});
  }

 private:
  static bool is_stack_pointer(ZydisRegister reg) {
    return ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg) == ZYDIS_REGISTER_RSP;
  }

  void named(ZydisRegister reg) { out_.names_stack_pointer |= is_stack_pointer(reg); }

  void read(RegisterName name) {
    if (out_.read_count < out_.kMost) out_.reads[out_.read_count++] = name;
  }
  void write(RegisterName name) {
    if (out_.write_count < out_.kMost) out_.writes[out_.write_count++] = name;
  }

  void note(ZydisRegister reg, ZydisOperandActions actions) {
    const auto name = register_name(reg);
    if (!name) return;
    if (actions & ZYDIS_OPERAND_ACTION_MASK_READ) read(*name);
    if (actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) write(*name);
  }

  void address(ZydisRegister reg) {
    auto name = register_name(reg);
    if (!name) return;
    name->address = true;
    read(*name);
  }

  void memory(const ZydisDecodedOperand& operand) {
    address(operand.mem.base);
    address(operand.mem.index);
    if (operand.visibility != ZYDIS_OPERAND_VISIBILITY_EXPLICIT) return;
    named(operand.mem.base);
    if (operand.mem.type != ZYDIS_MEMOP_TYPE_MEM) return;  // lea
    out_.has_memory = true;
    out_.loads |= (operand.actions & ZYDIS_OPERAND_ACTION_MASK_READ) != 0;
    out_.stores |= (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
    const auto number = [](ZydisRegister reg) {
      const auto name = register_name(reg);
      return static_cast<std::int8_t>(name ? name->number : -1);
    };
    out_.base = number(operand.mem.base);
    out_.index = number(operand.mem.index);
    out_.scale = operand.mem.scale == 0 ? std::uint8_t{1} : operand.mem.scale;
    out_.segment = static_cast<std::uint8_t>(operand.mem.segment - ZYDIS_REGISTER_ES);
    out_.rip_relative = operand.mem.base == ZYDIS_REGISTER_RIP;
  }

  const ZydisDecodedInstruction& insn_;
  ClassifiedInstruction& out_;
};

}  // namespace

std::span<const ClassRow> instruction_classes() {
  return kClasses;
}

std::optional<ClassifiedInstruction> classify(std::span<const std::uint8_t> code, CodeMode mode) {
  ZydisDecodedInstruction insn;
  std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
  if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder_of(mode), code.data(), code.size(), &insn,
                                           operands.data())))
    return std::nullopt;
  ClassifiedInstruction out;
  out.kind = class_of(insn);
  if (const auto key = program_price_key(insn, operands.data())) {
    out.kind = System;
    out.price_key = *key;
  }
  Reader reader(insn, out);
  for (std::size_t i = 0; i < insn.operand_count; ++i) reader.operand(operands[i]);
  reader.flags();
  return out;
}

}  // namespace ringfare
