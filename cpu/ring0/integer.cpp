// SPDX-License-Identifier: MIT
#include <Zydis/Zydis.h>

#include <bit>

#include "cpu/ring0/execution.hpp"

namespace ringfare {
namespace {

using Decoded = DecodedKernelInstruction;

constexpr Provenance both(Provenance a, Provenance b) {
  return static_cast<Provenance>(a | b);
}

constexpr std::uint64_t bit_if(bool condition, std::uint64_t bit) {
  return condition ? bit : 0;
}

constexpr bool top_bit(std::uint64_t value, unsigned size) {
  return value >> (8 * size - 1) & 1;
}

/// ZF, SF and PF of a result.
std::uint64_t result_flags(std::uint64_t result, unsigned size) {
  return bit_if(result == 0, flag::kZero) | bit_if(top_bit(result, size), flag::kSign) |
         bit_if((std::popcount(result & 0xff) & 1) == 0, flag::kParity);
}

struct Computed {
  std::uint64_t result;
  std::uint64_t flags;
};

Computed sum(std::uint64_t a, std::uint64_t b, unsigned carry, unsigned size) {
  const std::uint64_t r = (a + b + carry) & low_bits(size);
  return {r, result_flags(r, size) | bit_if(top_bit((a & b) | ((a | b) & ~r), size), flag::kCarry) |
                 bit_if(top_bit((a ^ r) & (b ^ r), size), flag::kOverflow) |
                 ((a ^ b ^ r) & flag::kAdjust)};
}

Computed difference(std::uint64_t a, std::uint64_t b, unsigned borrow, unsigned size) {
  const std::uint64_t r = (a - b - borrow) & low_bits(size);
  return {r, result_flags(r, size) |
                 bit_if(top_bit((~a & b) | ((~a | b) & r), size), flag::kCarry) |
                 bit_if(top_bit((a ^ b) & (a ^ r), size), flag::kOverflow) |
                 ((a ^ b ^ r) & flag::kAdjust)};
}

unsigned carry_in(const Execution& x) {
  return x.registers.rflags & flag::kCarry ? 1 : 0;
}

bool same_register(const Decoded& d) {
  const Operand &a = d.operands[0], &b = d.operands[1];
  return a.kind == Operand::Kind::Register && b.kind == Operand::Kind::Register && a.reg == b.reg;
}

enum Arithmetic : std::uint8_t { kAdd, kAdc, kSub, kSbb, kCmp, kAnd, kOr, kXor, kTest };

void arithmetic(Execution& x, const Decoded& d) {
  const unsigned size = d.operands[0].size;
  const Value a = x.read(d.operands[0]);
  Value b = x.read(d.operands[1]);
  b.bits &= low_bits(size);  // immediates come sign-extended to 64 bits
  const std::uint8_t what = d.row->detail;
  const bool uses_carry = what == kAdc || what == kSbb;
  const bool idiom = same_register(d) && (what == kXor || what == kSub || what == kSbb);
  Provenance from = idiom ? Provenance{0} : both(a.from, b.from);
  if (uses_carry) from |= x.origins.flags;
  Computed c{};
  switch (what) {
    case kAdd:
      c = sum(a.bits, b.bits, 0, size);
      break;
    case kAdc:
      c = sum(a.bits, b.bits, carry_in(x), size);
      break;
    case kSub:
    case kCmp:
      c = difference(a.bits, b.bits, 0, size);
      break;
    case kSbb:
      c = difference(a.bits, b.bits, carry_in(x), size);
      break;
    case kAnd:
    case kTest:
      c.result = a.bits & b.bits;
      break;
    case kOr:
      c.result = a.bits | b.bits;
      break;
    default:
      c.result = a.bits ^ b.bits;
      break;
  }
  if (what >= kAnd) c.flags = result_flags(c.result, size);  // CF = OF = 0; AF undefined: 0
  if (what != kCmp && what != kTest) x.write(d.operands[0], {c.result, from});
  x.write_flags(flag::kArithmetic, c.flags, from);
}

/// INC and DEC leave CF alone.
void step_by_one(Execution& x, const Decoded& d) {
  const unsigned size = d.operands[0].size;
  const Value a = x.read(d.operands[0]);
  const Computed c =
      d.row->detail == kAdd ? sum(a.bits, 1, 0, size) : difference(a.bits, 1, 0, size);
  x.write(d.operands[0], {c.result, a.from});
  x.write_flags(flag::kArithmetic & ~flag::kCarry, c.flags, a.from);
}

void negate(Execution& x, const Decoded& d) {
  const Value a = x.read(d.operands[0]);
  const Computed c = difference(0, a.bits, 0, d.operands[0].size);
  x.write(d.operands[0], {c.result, a.from});
  x.write_flags(flag::kArithmetic, c.flags, a.from);
}

void complement(Execution& x, const Decoded& d) {
  const Value a = x.read(d.operands[0]);
  x.write(d.operands[0], {~a.bits & low_bits(d.operands[0].size), a.from});
}

void multiply(Execution& x, const Decoded& d) {
  const unsigned size = d.operands[0].size;
  if (d.operand_count < 2) x.refuse("one-operand IMUL");
  const Value a = x.read(d.operands[d.operand_count - 2]);
  const Value b = x.read(d.operands[d.operand_count - 1]);
  std::int64_t product = 0;
  bool overflow =
      __builtin_mul_overflow(static_cast<std::int64_t>(sign_extend(a.bits, size)),
                             static_cast<std::int64_t>(sign_extend(b.bits, size)), &product);
  const std::uint64_t r = static_cast<std::uint64_t>(product) & low_bits(size);
  overflow = overflow || sign_extend(r, size) != static_cast<std::uint64_t>(product);
  x.write(d.operands[0], {r, both(a.from, b.from)});
  // SF, ZF, AF, PF are undefined: they show the result.
  x.write_flags(flag::kArithmetic,
                result_flags(r, size) | bit_if(overflow, flag::kCarry | flag::kOverflow),
                both(a.from, b.from));
}

enum Shift : std::uint8_t { kShl, kShr, kSar, kRol, kRor };

Computed shifted(Shift what, std::uint64_t a, unsigned count, unsigned size) {
  const unsigned width = 8 * size;
  const std::uint64_t wide = what == kSar ? sign_extend(a, size) : a;
  const auto bit = [&](unsigned n) { return n < 64 && (wide >> n & 1) != 0; };
  const unsigned turn = count % width;
  std::uint64_t r = 0;
  bool carry = false;
  switch (what) {
    case kShl:
      r = a << count;
      carry = count <= width && bit(width - count);
      break;
    case kShr:
      r = a >> count;
      carry = bit(count - 1);
      break;
    case kSar:
      r = static_cast<std::uint64_t>(static_cast<std::int64_t>(wide) >> count);
      carry = bit(count - 1);
      break;
    case kRol:
      r = turn ? a << turn | a >> (width - turn) : a;
      break;
    case kRor:
      r = turn ? a >> turn | a << (width - turn) : a;
      break;
  }
  r &= low_bits(size);
  if (what == kRol) carry = r & 1;
  if (what == kRor) carry = top_bit(r, size);
  // OF is defined for a count of one; SDM vol. 2B, SAL/SAR/SHL/SHR and RCL/RCR/ROL/ROR.
  bool overflow = false;
  if (what == kShl || what == kRol) overflow = top_bit(r, size) != carry;
  if (what == kShr) overflow = top_bit(a, size);
  if (what == kRor) overflow = top_bit(r ^ r << 1, size);
  return {r,
          result_flags(r, size) | bit_if(carry, flag::kCarry) | bit_if(overflow, flag::kOverflow)};
}

void shift(Execution& x, const Decoded& d) {
  const Operand& target = d.operands[0];
  const Value a = x.read(target);
  const Value by = x.read(d.operands[1]);
  const unsigned count = static_cast<unsigned>(by.bits) & (target.size == 8 ? 63u : 31u);
  const Provenance from = both(a.from, by.from);
  const Shift what = static_cast<Shift>(d.row->detail);
  if (count == 0) {
    x.write(target, {a.bits, from});
    return;
  }
  const Computed c = shifted(what, a.bits, count, target.size);
  x.write(target, {c.result, from});
  const bool rotates = what == kRol || what == kRor;
  x.write_flags(rotates ? flag::kCarry | flag::kOverflow : flag::kArithmetic, c.flags, from);
}

enum BitOperation : std::uint8_t { kBt, kBts, kBtr, kBtc };

/// A register bit offset reaches beyond a memory operand (SDM vol. 2A, 3.1.1.9, bit strings).
void test_bit(Execution& x, const Decoded& d) {
  Operand target = d.operands[0];
  const Value offset = x.read(d.operands[1]);
  const unsigned width = 8u * target.size;
  if (target.kind == Operand::Kind::Memory && d.operands[1].kind == Operand::Kind::Register) {
    const auto signed_offset =
        static_cast<std::int64_t>(sign_extend(offset.bits, d.operands[1].size));
    const std::int64_t steps = signed_offset >> std::countr_zero(width);
    target.value += static_cast<std::uint64_t>(steps) * target.size;
  }
  const std::uint64_t bit = std::uint64_t{1} << (offset.bits % width);
  const Value a = x.read(target);
  const Provenance from = both(a.from, offset.from);
  switch (d.row->detail) {
    case kBts:
      x.write(target, {a.bits | bit, from});
      break;
    case kBtr:
      x.write(target, {a.bits & ~bit, from});
      break;
    case kBtc:
      x.write(target, {a.bits ^ bit, from});
      break;
    default:
      break;
  }
  x.write_flags(flag::kCarry, bit_if((a.bits & bit) != 0, flag::kCarry), from);
}

void move(Execution& x, const Decoded& d) {
  x.write(d.operands[0], x.read(d.operands[1]));
}

void move_sign_extended(Execution& x, const Decoded& d) {
  const Value a = x.read(d.operands[1]);
  x.write(d.operands[0],
          {sign_extend(a.bits, d.operands[1].size) & low_bits(d.operands[0].size), a.from});
}

void load_address(Execution& x, const Decoded& d) {
  Operand without_segment = d.operands[1];
  without_segment.gs = without_segment.fs = false;
  Provenance from = 0;
  for (const std::int8_t r : {without_segment.base, without_segment.index})
    if (r >= 0 && r < 16) from |= x.origins.gpr[static_cast<std::size_t>(r)];
  x.write(d.operands[0], {x.address(without_segment).value & low_bits(d.operands[0].size), from});
}

void exchange(Execution& x, const Decoded& d) {
  const Value a = x.read(d.operands[0]);
  const Value b = x.read(d.operands[1]);
  x.write(d.operands[0], b);
  x.write(d.operands[1], a);
}

void push(Execution& x, const Decoded& d) {
  const Value a = x.read(d.operands[0]);
  const unsigned size = d.operands[0].size;
  x.push(
      {d.operands[0].kind == Operand::Kind::Immediate ? sign_extend(a.bits, size) : a.bits, a.from},
      d.width);
}

/// POP RSP loads what was popped; POP with an RSP-based address uses the new RSP.
void pop(Execution& x, const Decoded& d) {
  const Value a = x.pop(d.width);
  x.write(d.operands[0], a);
}

/// PUSHA stores the stack pointer as it was; POPA skips it.
void push_all(Execution& x, const Decoded& d) {
  const Value stack = x.read(Gpr::Rsp);
  for (unsigned r = 0; r < 8; ++r) {
    const Gpr gpr = static_cast<Gpr>(r);
    x.push(gpr == Gpr::Rsp ? stack : x.read(gpr), d.width);
  }
}
void pop_all(Execution& x, const Decoded& d) {
  for (unsigned r = 8; r-- > 0;) {
    const Value a = x.pop(d.width);
    const Operand target{
        .kind = Operand::Kind::Register, .size = d.width, .reg = static_cast<std::int8_t>(r)};
    if (static_cast<Gpr>(r) != Gpr::Rsp) x.write(target, a);
  }
}

void leave(Execution& x, const Decoded& d) {
  x.write(Gpr::Rsp, x.read(Gpr::Rbp));
  x.write(Gpr::Rbp, x.pop(d.width));
}

/// The 32-bit form zero-extends even where nothing is moved.
void move_if(Execution& x, const Decoded& d) {
  const Value source = x.read(d.operands[1]);
  const Value old = x.read(d.operands[0]);
  const Provenance from = both(both(source.from, old.from), x.origins.flags);
  x.write(d.operands[0], {x.holds(d.row->detail) ? source.bits : old.bits, from});
}

void set_if(Execution& x, const Decoded& d) {
  x.write(d.operands[0], {x.holds(d.row->detail) ? 1u : 0u, x.origins.flags});
}

/// CWDE and CDQE by operand size; CDQ and CQO.
void widen_rax(Execution& x, const Decoded& d) {
  const Value a = x.read(Gpr::Rax);
  const unsigned from_size = d.row->detail;
  x.write(Gpr::Rax, {sign_extend(a.bits, from_size) & low_bits(2 * from_size), a.from});
}
void spread_rax(Execution& x, const Decoded& d) {
  const Value a = x.read(Gpr::Rax);
  const unsigned size = d.row->detail;
  x.write(Gpr::Rdx,
          {(top_bit(a.bits & low_bits(size), size) ? ~0ULL : 0) & low_bits(size), a.from});
}

void nothing(Execution&, const Decoded&) {}

constexpr KernelInstructionRow kRows[] = {
    {ZYDIS_MNEMONIC_ADD, arithmetic, kAdd},
    {ZYDIS_MNEMONIC_ADC, arithmetic, kAdc},
    {ZYDIS_MNEMONIC_SUB, arithmetic, kSub},
    {ZYDIS_MNEMONIC_SBB, arithmetic, kSbb},
    {ZYDIS_MNEMONIC_CMP, arithmetic, kCmp},
    {ZYDIS_MNEMONIC_AND, arithmetic, kAnd},
    {ZYDIS_MNEMONIC_OR, arithmetic, kOr},
    {ZYDIS_MNEMONIC_XOR, arithmetic, kXor},
    {ZYDIS_MNEMONIC_TEST, arithmetic, kTest},
    {ZYDIS_MNEMONIC_INC, step_by_one, kAdd},
    {ZYDIS_MNEMONIC_DEC, step_by_one, kSub},
    {ZYDIS_MNEMONIC_NEG, negate},
    {ZYDIS_MNEMONIC_NOT, complement},
    {ZYDIS_MNEMONIC_IMUL, multiply},
    {ZYDIS_MNEMONIC_SHL, shift, kShl},
    {ZYDIS_MNEMONIC_SHR, shift, kShr},
    {ZYDIS_MNEMONIC_SAR, shift, kSar},
    {ZYDIS_MNEMONIC_ROL, shift, kRol},
    {ZYDIS_MNEMONIC_ROR, shift, kRor},
    {ZYDIS_MNEMONIC_BT, test_bit, kBt},
    {ZYDIS_MNEMONIC_BTS, test_bit, kBts},
    {ZYDIS_MNEMONIC_BTR, test_bit, kBtr},
    {ZYDIS_MNEMONIC_BTC, test_bit, kBtc},
    {ZYDIS_MNEMONIC_MOV, move},
    {ZYDIS_MNEMONIC_MOVZX, move},
    {ZYDIS_MNEMONIC_MOVSX, move_sign_extended},
    {ZYDIS_MNEMONIC_MOVSXD, move_sign_extended},
    {ZYDIS_MNEMONIC_LEA, load_address},
    {ZYDIS_MNEMONIC_XCHG, exchange},
    {ZYDIS_MNEMONIC_PUSH, push},
    {ZYDIS_MNEMONIC_POP, pop},
    {ZYDIS_MNEMONIC_PUSHA, push_all},
    {ZYDIS_MNEMONIC_PUSHAD, push_all},
    {ZYDIS_MNEMONIC_POPA, pop_all},
    {ZYDIS_MNEMONIC_POPAD, pop_all},
    {ZYDIS_MNEMONIC_LEAVE, leave},
    {ZYDIS_MNEMONIC_CWDE, widen_rax, 2},
    {ZYDIS_MNEMONIC_CDQE, widen_rax, 4},
    {ZYDIS_MNEMONIC_CDQ, spread_rax, 4},
    {ZYDIS_MNEMONIC_CQO, spread_rax, 8},
    {ZYDIS_MNEMONIC_NOP, nothing},
    {ZYDIS_MNEMONIC_CMOVO, move_if, 0},
    {ZYDIS_MNEMONIC_CMOVNO, move_if, 1},
    {ZYDIS_MNEMONIC_CMOVB, move_if, 2},
    {ZYDIS_MNEMONIC_CMOVNB, move_if, 3},
    {ZYDIS_MNEMONIC_CMOVZ, move_if, 4},
    {ZYDIS_MNEMONIC_CMOVNZ, move_if, 5},
    {ZYDIS_MNEMONIC_CMOVBE, move_if, 6},
    {ZYDIS_MNEMONIC_CMOVNBE, move_if, 7},
    {ZYDIS_MNEMONIC_CMOVS, move_if, 8},
    {ZYDIS_MNEMONIC_CMOVNS, move_if, 9},
    {ZYDIS_MNEMONIC_CMOVP, move_if, 10},
    {ZYDIS_MNEMONIC_CMOVNP, move_if, 11},
    {ZYDIS_MNEMONIC_CMOVL, move_if, 12},
    {ZYDIS_MNEMONIC_CMOVNL, move_if, 13},
    {ZYDIS_MNEMONIC_CMOVLE, move_if, 14},
    {ZYDIS_MNEMONIC_CMOVNLE, move_if, 15},
    {ZYDIS_MNEMONIC_SETO, set_if, 0},
    {ZYDIS_MNEMONIC_SETNO, set_if, 1},
    {ZYDIS_MNEMONIC_SETB, set_if, 2},
    {ZYDIS_MNEMONIC_SETNB, set_if, 3},
    {ZYDIS_MNEMONIC_SETZ, set_if, 4},
    {ZYDIS_MNEMONIC_SETNZ, set_if, 5},
    {ZYDIS_MNEMONIC_SETBE, set_if, 6},
    {ZYDIS_MNEMONIC_SETNBE, set_if, 7},
    {ZYDIS_MNEMONIC_SETS, set_if, 8},
    {ZYDIS_MNEMONIC_SETNS, set_if, 9},
    {ZYDIS_MNEMONIC_SETP, set_if, 10},
    {ZYDIS_MNEMONIC_SETNP, set_if, 11},
    {ZYDIS_MNEMONIC_SETL, set_if, 12},
    {ZYDIS_MNEMONIC_SETNL, set_if, 13},
    {ZYDIS_MNEMONIC_SETLE, set_if, 14},
    {ZYDIS_MNEMONIC_SETNLE, set_if, 15},
};

}  // namespace

std::span<const KernelInstructionRow> integer_instructions() {
  return kRows;
}

}  // namespace ringfare
