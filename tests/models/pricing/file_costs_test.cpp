// SPDX-License-Identifier: MIT
// Processors LLVM does not model: what their own tables make of 32-bit code.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "cpu/instruction_class.hpp"
#include "models/machine.hpp"
#include "models/pricing/pricer.hpp"

namespace ringfare {
namespace {

using Code = std::vector<std::uint8_t>;

struct Classified {
  const char* text;
  Code code;
  CodeMode mode;
  InstructionClass kind;
  bool loads, stores;
};

constexpr CodeMode k32 = CodeMode::Compat32, k64 = CodeMode::Long64;

class Classes : public testing::TestWithParam<Classified> {};

TEST_P(Classes, FollowFromMnemonicAndOperands) {
  const Classified& row = GetParam();
  const auto it = classify(row.code, row.mode);
  ASSERT_TRUE(it) << row.text;
  EXPECT_EQ(it->kind, row.kind) << row.text;
  EXPECT_EQ(it->loads, row.loads) << row.text;
  EXPECT_EQ(it->stores, row.stores) << row.text;
}

using enum InstructionClass;

INSTANTIATE_TEST_SUITE_P(
    Rows, Classes,
    testing::Values(
        Classified{"mov %ebx,%eax", {0x89, 0xd8}, k32, Move, false, false},
        Classified{"mov (%esi),%eax", {0x8b, 0x06}, k32, Move, true, false},
        Classified{"mov %eax,(%edi)", {0x89, 0x07}, k32, Move, false, true},
        Classified{"inc %eax", {0x40}, k32, Integer, false, false},
        Classified{"add %eax,(%edi)", {0x01, 0x07}, k32, Integer, true, true},
        Classified{"cmp %eax,(%edi)", {0x39, 0x07}, k32, Integer, true, false},
        Classified{"adc $0,%ecx", {0x83, 0xd1, 0}, k32, Carry, false, false},
        Classified{"lea 4(%eax),%ecx", {0x8d, 0x48, 4}, k32, InstructionClass::Lea, false, false},
        Classified{"shl $3,%edx", {0xc1, 0xe2, 3}, k32, Shift, false, false},
        Classified{"rol $3,%edx", {0xc1, 0xc2, 3}, k32, Shift, false, false},
        Classified{"shld $3,%eax,%edx", {0x0f, 0xa4, 0xc2, 3}, k32, DoubleShift, false, false},
        Classified{"movzbl (%eax),%eax", {0x0f, 0xb6, 0x00}, k32, Extend, true, false},
        Classified{"imul %ecx,%edx", {0x0f, 0xaf, 0xd1}, k32, Multiply, false, false},
        Classified{"div %ecx", {0xf7, 0xf1}, k32, Divide, false, false},
        Classified{"div %rcx", {0x48, 0xf7, 0xf1}, k64, Divide64, false, false},
        Classified{"bswap %edx", {0x0f, 0xca}, k32, ByteSwap, false, false},
        Classified{"bsf %edx,%eax", {0x0f, 0xbc, 0xc2}, k32, BitScan, false, false},
        Classified{"bt %eax,%edx", {0x0f, 0xa3, 0xc2}, k32, BitTest, false, false},
        Classified{"sete %al", {0x0f, 0x94, 0xc0}, k32, SetCondition, false, false},
        Classified{"cmove %eax,%edx", {0x0f, 0x44, 0xd0}, k32, ConditionalMove, false, false},
        Classified{"xchg %eax,%edx", {0x87, 0xc2}, k32, Exchange, false, false},
        Classified{"lock cmpxchg %edx,(%ecx)", {0xf0, 0x0f, 0xb1, 0x11}, k32, Exchange, true, true},
        Classified{"cltd", {0x99}, k32, SignExtension, false, false},
        Classified{"push %ebx", {0x53}, k32, Push, false, false},
        Classified{"push (%ebx)", {0xff, 0x33}, k32, Push, true, false},
        Classified{"pop %ebx", {0x5b}, k32, Pop, false, false},
        Classified{"pusha", {0x60}, k32, PushAll, false, false},
        Classified{"leave", {0xc9}, k32, Leave, false, false},
        Classified{"jmp .", {0xeb, 0xfe}, k32, Jump, false, false},
        Classified{"jmp *%eax", {0xff, 0xe0}, k32, IndirectJump, false, false},
        Classified{"jne .", {0x75, 0xfe}, k32, ConditionalJump, false, false},
        Classified{"call .", {0xe8, 0xfb, 0xff, 0xff, 0xff}, k32, Call, false, false},
        Classified{"call *(%eax)", {0xff, 0x10}, k32, IndirectCall, true, false},
        Classified{"ret", {0xc3}, k32, Return, false, false},
        Classified{"loop .", {0xe2, 0xfe}, k32, Loop, false, false},
        Classified{"rep movsl", {0xf3, 0xa5}, k32, String, false, false},
        Classified{"nop", {0x90}, k32, Nop, false, false},
        Classified{"faddl (%eax)", {0xdc, 0x00}, k32, X87Add, true, false},
        Classified{"fmul %st(1),%st", {0xd8, 0xc9}, k32, X87Multiply, false, false},
        Classified{"fdiv %st(1),%st", {0xd8, 0xf1}, k32, X87Divide, false, false},
        Classified{"fstpl (%eax)", {0xdd, 0x18}, k32, X87Move, false, true},
        Classified{"fsin", {0xd9, 0xfe}, k32, X87Other, false, false},
        Classified{"movq %mm1,%mm0", {0x0f, 0x6f, 0xc1}, k32, VectorMove, false, false},
        Classified{"paddd %mm1,%mm0", {0x0f, 0xfe, 0xc1}, k32, VectorInteger, false, false},
        Classified{"pmullw %mm1,%mm0", {0x0f, 0xd5, 0xc1}, k32, VectorMultiply, false, false},
        Classified{"addps %xmm1,%xmm0", {0x0f, 0x58, 0xc1}, k32, FloatAdd, false, false},
        Classified{"mulps %xmm1,%xmm0", {0x0f, 0x59, 0xc1}, k32, FloatMultiply, false, false},
        Classified{"divps %xmm1,%xmm0", {0x0f, 0x5e, 0xc1}, k32, FloatDivide, false, false},
        Classified{"cvttss2si %xmm0,%eax", {0xf3, 0x0f, 0x2c, 0xc0}, k32, Convert, false, false},
        Classified{"cmpsd", {0xf2, 0xa7}, k32, String, false, false},
        Classified{"cmpltsd %xmm1,%xmm0", {0xf2, 0x0f, 0xc2, 0xc1, 1}, k32, FloatAdd, false, false},
        Classified{"cld", {0xfc}, k32, System, false, false},
        Classified{"int $0x80", {0xcd, 0x80}, k32, System, false, false}));

TEST(Classes, BytesThatAreNoInstructionHaveNone) {
  EXPECT_FALSE(classify(Code{0x0f, 0xff}, k32).has_value());
  EXPECT_TRUE(classify(Code{0x60}, k32).has_value());
  EXPECT_FALSE(classify(Code{0x60}, k64).has_value()) << "pusha is gone in 64-bit mode";
}

struct Priced {
  const char* cpu;
  const char* text;
  Code code;
  Code lengths;
  std::int64_t hundredths;
};

class TabledPrices : public testing::TestWithParam<Priced> {};

TEST_P(TabledPrices, AreTheBoundsOfTheTable) {
  const Priced& row = GetParam();
  const ModelLibrary library({std::filesystem::path(RINGFARE_SOURCE_DIR) / "models"});
  Pricer pricer(library.cpu(row.cpu));
  const RunCost cost = pricer.price(row.code, row.lengths, k32);
  EXPECT_EQ(cost.total.hundredths, row.hundredths) << row.cpu << ": " << row.text;
}

const Code kFourAdds = {0x40, 0x41, 0x42, 0x43};  // inc of four registers
const Code kOnes = {1, 1, 1, 1};

INSTANTIATE_TEST_SUITE_P(
    Rows, TabledPrices,
    testing::Values(
        Priced{"pentium", "four adds in two pipelines", kFourAdds, kOnes, 200},
        Priced{"pentium", "a chain of four", {0x40, 0x40, 0x40, 0x40}, kOnes, 400},
        Priced{"pentium", "pushes pair", {0x50, 0x51, 0x52, 0x53}, kOnes, 200},
        Priced{"pentium", "shifts do not", {0xd1, 0xe0, 0xd1, 0xe1}, {2, 2}, 200},
        Priced{"pentium", "multiplications take both pipelines", {0x0f, 0xaf, 0xd1}, {3}, 900},
        Priced{"pentium", "add to memory: load, add, store", {0x01, 0x07, 0x01, 0x06}, {2, 2}, 300},
        Priced{"pentium", "rdtsc is charged by its executor", {0x0f, 0x31}, {2}, 0},
        Priced{"pentium", "cld", {0xfc}, {1}, 200},
        Priced{"pentium-pro", "three a cycle, two adders", {0x40, 0x41, 0x42}, {1, 1, 1}, 150},
        Priced{"pentium-pro", "one load a cycle", {0x8b, 0x06, 0x8b, 0x0f}, {2, 2}, 200},
        Priced{"pentium-pro", "pushes wait for ESP", {0x50, 0x51, 0x52, 0x53}, kOnes, 400},
        Priced{"pentium-ii", "as the Pentium Pro", {0x50, 0x51, 0x52, 0x53}, kOnes, 400},
        Priced{"pentium-iii", "addps", {0x0f, 0x58, 0xc1}, {3}, 400},
        Priced{"k7", "three a cycle", {0x40, 0x41, 0x42}, {1, 1, 1}, 100},
        Priced{"k7", "a load rides with its operation", {0x03, 0x06}, {2}, 100},
        Priced{"k7", "two loads a cycle", {0x8b, 0x06, 0x8b, 0x0f}, {2, 2}, 100},
        Priced{"pentium-4", "cld is dear", {0xfc}, {1}, 5200},
        Priced{"k8", "imul", {0x0f, 0xaf, 0xd1}, {3}, 300}));

}  // namespace
}  // namespace ringfare
