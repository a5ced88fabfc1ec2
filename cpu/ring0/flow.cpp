// SPDX-License-Identifier: MIT
#include <Zydis/Zydis.h>

#include "cpu/ring0/execution.hpp"

namespace ringfare {
namespace {

using Decoded = DecodedKernelInstruction;

/// Where a jump or call goes; an indirect one is a decision about its target.
std::uint64_t destination(Execution& x, const Decoded& d) {
  const Value target = x.read(d.operands[0]);
  x.decide(target.from);
  return target.bits;
}

void jump(Execution& x, const Decoded& d) {
  x.jump(destination(x, d), d.width);
}

void jump_if(Execution& x, const Decoded& d) {
  x.decide(x.origins.flags);
  if (x.holds(d.row->detail)) x.jump(d.operands[0].value);
}

void jump_if_rcx_zero(Execution& x, const Decoded& d) {
  const Value count = x.read(Gpr::Rcx);
  x.decide(count.from);
  if ((count.bits & low_bits(d.row->detail)) == 0) x.jump(d.operands[0].value);
}

void loop(Execution& x, const Decoded& d) {
  const Value count = x.read(Gpr::Rcx);
  x.decide(count.from);
  const std::uint64_t left = (count.bits - 1) & low_bits(x.code64() ? 8 : 4);
  x.write(Gpr::Rcx, {left, count.from});
  if (left != 0) x.jump(d.operands[0].value);
}

void call(Execution& x, const Decoded& d) {
  const std::uint64_t target = destination(x, d);
  x.push({x.registers.rip, 0}, d.width);
  x.jump(target, d.width);
}

void near_return(Execution& x, const Decoded& d) {
  const Value target = x.pop(d.width);
  x.decide(target.from);
  if (d.operand_count == 1) x.move_stack(static_cast<std::int64_t>(d.operands[0].value));
  x.jump(target.bits, d.width);
}

void stop(Execution& x, const Decoded& d) {
  constexpr const char* kWhy[] = {"the path runs into int3", "the path runs into ud2",
                                  "the path runs into hlt"};
  x.refuse(kWhy[d.row->detail]);
}

constexpr KernelInstructionRow kRows[] = {
    {ZYDIS_MNEMONIC_JMP, jump, 0, true},
    {ZYDIS_MNEMONIC_CALL, call, 0, true},
    {ZYDIS_MNEMONIC_RET, near_return, 0, true},
    {ZYDIS_MNEMONIC_JRCXZ, jump_if_rcx_zero, 8, true},
    {ZYDIS_MNEMONIC_JECXZ, jump_if_rcx_zero, 4, true},
    {ZYDIS_MNEMONIC_LOOP, loop, 0, true},
    {ZYDIS_MNEMONIC_JO, jump_if, 0, true},
    {ZYDIS_MNEMONIC_JNO, jump_if, 1, true},
    {ZYDIS_MNEMONIC_JB, jump_if, 2, true},
    {ZYDIS_MNEMONIC_JNB, jump_if, 3, true},
    {ZYDIS_MNEMONIC_JZ, jump_if, 4, true},
    {ZYDIS_MNEMONIC_JNZ, jump_if, 5, true},
    {ZYDIS_MNEMONIC_JBE, jump_if, 6, true},
    {ZYDIS_MNEMONIC_JNBE, jump_if, 7, true},
    {ZYDIS_MNEMONIC_JS, jump_if, 8, true},
    {ZYDIS_MNEMONIC_JNS, jump_if, 9, true},
    {ZYDIS_MNEMONIC_JP, jump_if, 10, true},
    {ZYDIS_MNEMONIC_JNP, jump_if, 11, true},
    {ZYDIS_MNEMONIC_JL, jump_if, 12, true},
    {ZYDIS_MNEMONIC_JNL, jump_if, 13, true},
    {ZYDIS_MNEMONIC_JLE, jump_if, 14, true},
    {ZYDIS_MNEMONIC_JNLE, jump_if, 15, true},
    {ZYDIS_MNEMONIC_INT3, stop, 0, true},
    {ZYDIS_MNEMONIC_UD2, stop, 1, true},
    {ZYDIS_MNEMONIC_HLT, stop, 2, true},
};

}  // namespace

std::span<const KernelInstructionRow> flow_instructions() {
  return kRows;
}

}  // namespace ringfare
