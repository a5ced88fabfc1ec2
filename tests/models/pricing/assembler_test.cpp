// SPDX-License-Identifier: MIT
#include "models/assembler.hpp"

#include <gtest/gtest.h>

#include <span>

#include "cpu/decoder.hpp"

namespace ringfare {
namespace {

constexpr KernelAddress kBase{0xffffffff81000000};
constexpr unsigned kFirstLine = 100;

using Symbols = std::map<std::string, std::uint64_t, std::less<>>;

const Symbols kSymbols = {
    {"USER_DS", 0x2b},
    {"NR_syscalls", 451},
    {"pcpu_cpu_tss_rw_sp2", 0x6014},
    {"sys_call_table", 0xffffffff82000300},
    {"x64_service", 0xffffffff81400000},
    {"far_away", 0x100000000},
};

StageModel stage(std::string assembly, unsigned line = kFirstLine) {
  StageModel out;
  out.name = "stage at " + std::to_string(line);
  out.side = "entry";
  out.assembly = std::move(assembly);
  out.assembly_line = line;
  out.at = {"kernel.toml", line - 1};
  return out;
}

KernelText assemble_one(const std::string& assembly) {
  const StageModel only = stage(assembly);
  return assemble({&only}, kBase, kSymbols);
}

std::string refusal(const std::vector<StageModel>& stages) {
  std::vector<const StageModel*> pointers;
  for (const StageModel& each : stages) pointers.push_back(&each);
  try {
    assemble(pointers, kBase, kSymbols);
  } catch (const UserError& error) {
    return error.what();
  }
  return "nothing refused";
}

std::string refusal(const std::string& assembly) {
  return refusal({stage(assembly)});
}

std::string text_of(const KernelText& text, std::size_t n) {
  const AssembledInstruction& it = text.instructions.at(n);
  const std::span code(text.code.data() + (it.address - text.base), it.length);
  return disassemble(code, it.address.value, Syntax::Att);
}

TEST(Assembler, TheBytesAreThoseOfTheManual) {
  const KernelText text = assemble_one("swapgs\nmov %cr3, %rax\nsysretq\n");
  const std::vector<std::uint8_t> expected = {0x0f, 0x01, 0xf8, 0x0f, 0x20, 0xd8, 0x48, 0x0f, 0x07};
  EXPECT_EQ(text.code, expected);
  EXPECT_EQ(text.base, kBase);
  ASSERT_EQ(text.instructions.size(), 3u);
  EXPECT_EQ(text.instructions[1].address, kBase + 3);
  EXPECT_EQ(text.instructions[1].length, 3);
  EXPECT_EQ(text.instructions[1].at.file, "kernel.toml");
  EXPECT_EQ(text.instructions[1].at.line, kFirstLine + 1);
}

TEST(Assembler, EveryInstructionKnowsItsStageAndItsLine) {
  const StageModel one = stage("\n  swapgs   # first\n\n nop; nop\n", 10);
  const StageModel fixed = [] {
    StageModel out = stage("", 20);
    out.fixed = Price{};
    return out;
  }();
  const StageModel two = stage("push %rax\n.byte 1, 2, 3\npop %rax", 30);
  const KernelText text = assemble({&one, &fixed, &two}, kBase, {});
  ASSERT_EQ(text.stages.size(), 2u);
  EXPECT_EQ(text.stages[1], &two);
  ASSERT_EQ(text.instructions.size(), 5u);
  const unsigned lines[] = {11, 13, 13, 30, 32};
  const unsigned stages[] = {0, 0, 0, 1, 1};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(text.instructions[i].at.line, lines[i]) << i;
    EXPECT_EQ(text.instructions[i].stage, stages[i]) << i;
  }
  EXPECT_EQ(text.instructions[3].length, 1);
  EXPECT_EQ(text.instructions[4].address, text.instructions[3].address + 4);
}

TEST(Assembler, LabelsAreSeenAcrossStages) {
  const StageModel one = stage("start: jmp finish\n", 10);
  const StageModel two = stage("nop\nfinish: jmp start\n", 20);
  const KernelText text = assemble({&one, &two}, kBase, {});
  ASSERT_EQ(text.instructions.size(), 3u);
  EXPECT_NE(text_of(text, 0).find("81000003"), std::string::npos) << text_of(text, 0);
  EXPECT_NE(text_of(text, 2).find("81000000"), std::string::npos) << text_of(text, 2);
}

struct Operand {
  const char* assembly;
  std::vector<std::uint8_t> bytes;
};

class SymbolOperands : public testing::TestWithParam<Operand> {};

TEST_P(SymbolOperands, TakeTheirPlace) {
  EXPECT_EQ(assemble_one(GetParam().assembly).code, GetParam().bytes);
}

INSTANTIATE_TEST_SUITE_P(
    Assembler, SymbolOperands,
    testing::Values(
        Operand{"push $USER_DS", {0x6a, 0x2b}},
        Operand{"cmp $NR_syscalls, %eax", {0x3d, 0xc3, 0x01, 0x00, 0x00}},
        Operand{"mov %rsp, %gs:pcpu_cpu_tss_rw_sp2",
                {0x65, 0x48, 0x89, 0x24, 0x25, 0x14, 0x60, 0x00, 0x00}},
        Operand{"call *sys_call_table(,%rax,8)", {0xff, 0x14, 0xc5, 0x00, 0x03, 0x00, 0x82}},
        Operand{"call x64_service", {0xe8, 0xfb, 0xff, 0x3f, 0x00}},
        Operand{"lea x64_service(%rip), %rax", {0x48, 0x8d, 0x05, 0xf9, 0xff, 0x3f, 0x00}},
        Operand{"mov $x64_service, %rax", {0x48, 0xc7, 0xc0, 0x00, 0x00, 0x40, 0x81}},
        Operand{"here: mov $here, %rax", {0x48, 0xc7, 0xc0, 0x00, 0x00, 0x00, 0x81}},
        Operand{"nop\nhere: .quad here", {0x90, 0x01, 0x00, 0x00, 0x81, 0xff, 0xff, 0xff, 0xff}},
        Operand{"a: nop\nb: .long b - a", {0x90, 0x01, 0x00, 0x00, 0x00}},
        Operand{"a: nop\nmov b(%rip), %eax\nb: .byte 7",
                {0x90, 0x8b, 0x05, 0x00, 0x00, 0x00, 0x00, 0x07}},
        Operand{".set BIT, 1 << 4\nmov $BIT | 1, %al", {0xb0, 0x11}},
        Operand{".intel_syntax noprefix\nmov eax, [rbx+USER_DS]", {0x8b, 0x43, 0x2b}},
        Operand{"1: jmp 1f\n.nops 1\n1: jmp 1b", {0xeb, 0x01, 0x90, 0xeb, 0xfe}},
        Operand{".rept 2\ncall 1f\n1:\n.endr",
                {0xe8, 0x00, 0x00, 0x00, 0x00, 0xe8, 0x00, 0x00, 0x00, 0x00}},
        Operand{".p2align 2\nnop /* a\n comment */ ; nop // more\n.ascii \";#\"",
                {0x90, 0x90, 0x3b, 0x23}}));

TEST(Assembler, ARepeatedLineKeepsItsPlace) {
  const KernelText text = assemble_one("nop\n.rept 3\npause\nlfence\n.endr\nret\n");
  ASSERT_EQ(text.instructions.size(), 8u);
  const unsigned offsets[] = {0, 2, 3, 2, 3, 2, 3, 5};
  for (std::size_t i = 0; i < 8; ++i)
    EXPECT_EQ(text.instructions[i].at.line, kFirstLine + offsets[i]) << i;
}

TEST(Assembler, IntelSyntaxEndsWithItsStage) {
  const StageModel one = stage(".intel_syntax noprefix\nmov rax, rbx\n", 10);
  const StageModel two = stage("mov %rbx, %rax\n", 20);
  const KernelText text = assemble({&one, &two}, kBase, {});
  ASSERT_EQ(text.instructions.size(), 2u);
  EXPECT_EQ(text_of(text, 0), text_of(text, 1));
  EXPECT_EQ(text.instructions[1].at.line, 20u);
}

TEST(Assembler, NothingToAssembleIsNothing) {
  EXPECT_TRUE(assemble({}, kBase, {}).code.empty());
  EXPECT_TRUE(assemble_one("").instructions.empty());
  EXPECT_TRUE(assemble_one("# only a remark\n").instructions.empty());
}

struct Broken {
  const char* assembly;
  unsigned line;     // from the first line of the text
  const char* says;  // part of the message
};

class BrokenText : public testing::TestWithParam<Broken> {};

TEST_P(BrokenText, PointsToItsLine) {
  const std::string what = refusal(GetParam().assembly);
  const std::string where = "kernel.toml:" + std::to_string(kFirstLine + GetParam().line) + ": ";
  EXPECT_TRUE(what.starts_with(where)) << what;
  EXPECT_NE(what.find(GetParam().says), std::string::npos) << what;
}

INSTANTIATE_TEST_SUITE_P(
    Assembler, BrokenText,
    testing::Values(Broken{"nop\nmvo %rax, %rbx\n", 1, "'mvo'"},
                    Broken{"nop\n\n  mov %rax\n", 2, "without a size suffix"},
                    Broken{"mov %rzx, %rax\n", 0, "register"},
                    Broken{"movb $1000, %rax\n", 0, "in 'movb $1000, %rax'"},
                    Broken{"nop\nmov $USR_DS, %rax\nnop\n", 1,
                           "unknown symbol 'USR_DS'; did you mean 'USER_DS'?"},
                    Broken{"start: nop\njmp strat\n", 1, "did you mean 'start'?"},
                    Broken{"call nothing_like_it\n", 0, "unknown symbol 'nothing_like_it'"},
                    Broken{"jmp 1f\n", 0, "1"}, Broken{"a: nop\na: nop\n", 1, "already defined"},
                    Broken{"nop\ncall far_away\n", 1, "does not fit in 32 bits"},
                    Broken{"here: nop\nmov $here, %eax\n", 1, "does not fit in 32 bits"},
                    Broken{"here: nop\nmovw $here, %ax\n", 1, "does not fit in 16 bits"},
                    Broken{"nop\nsys_call_table: nop\n", 1, "choose another label"},
                    Broken{"nop\nUSER_DS: nop\n", 1, "USER_DS"},
                    Broken{"nop\nmov $sys_call_table, %eax\n", 1, "does not fit in 32 bits"},
                    Broken{"cmpq $far_away, %rbx\n", 0, "invalid operand"},
                    Broken{"call x64_service@GOTPCREL\n", 0, "there is no linker"},
                    Broken{"nop\n.include \"/etc/passwd\"\n", 1, "'.include' is not available"},
                    Broken{".incbin \"/etc/passwd\"\n", 0, "'.incbin' is not available"},
                    Broken{"nop; .INCBIN \"/etc/passwd\"\n", 0, "'.INCBIN' is not available"},
                    Broken{"x: y: .incbin \"/etc/passwd\"\n", 0, "'.incbin' is not available"},
                    Broken{"/* */ .incbin \"/etc/passwd\"\n", 0, "'.incbin' is not available"},
                    Broken{"/*\n*/ .incbin \"/etc/passwd\"\n", 1, "'.incbin' is not available"},
                    Broken{"\".incbin\" \"/etc/passwd\"\n", 0, "cannot begin with a string"},
                    Broken{".ascii \"\n.incbin \"/etc/passwd\"\n", 0, "string is not closed"},
                    Broken{".byte '\"'; .incbin \"/etc/passwd\"\n", 0, "write the number"},
                    Broken{"nop\n/* never closed\nnop\n", 1, "comment is not closed"},
                    Broken{".macro m\nnop\n.endm\n", 0, "'.macro' is not available"},
                    Broken{".section .data\n", 0, "'.section' is not available"},
                    Broken{".data\n", 0, "'.data' is not available"},
                    Broken{".org 0x100000000\n", 0, "'.org' is not available"},
                    Broken{". = . + 0x100000000\n", 0, "'.' is not available"},
                    Broken{".code32\n", 0, "'.code32' is not available"},
                    Broken{".irp x, 1, 2\n.endr\n", 0, "'.irp' is not available"},
                    Broken{".zero 0x100000000\n", 0, "plain number up to 4096"},
                    Broken{".zero 1 << 40\n", 0, "plain number up to 4096"},
                    Broken{".skip 5000\n", 0, "plain number up to 4096"},
                    Broken{".space USER_DS\n", 0, "plain number up to 4096"},
                    Broken{".fill 99999999, 8, 1\n", 0, "plain number up to 4096"},
                    Broken{".p2align 30\n", 0, "plain number up to 12"},
                    Broken{".balign 1048576\n", 0, "plain number up to 4096"},
                    Broken{".rept 1000000000\nnop\n.endr\n", 0, "plain number up to 1024"},
                    Broken{".rept 1000\n.rept 1000\nnop\n.endr\n.endr\n", 1, ".rept inside .rept"},
                    Broken{"nop\n.rept 1000\n.zero 4096\n.endr\n", 2, "reserve more than"},
                    Broken{"nop\n.rept 3\nnop\n", 1, ".rept is not closed"},
                    Broken{"nop\n.endr\n", 1, ".endr without .rept"},
                    Broken{".rept 2\nnop\nmvo\n.endr\n", 2, "'mvo'"}));

TEST(Assembler, MistakesInALaterStagePointThere) {
  const std::string what = refusal({stage("nop\n", 10), stage("nop\nbogus\n", 50)});
  EXPECT_TRUE(what.starts_with("kernel.toml:51: ")) << what;
}

TEST(Assembler, TheFirstOfSeveralMistakesIsNamedAndTheOthersCounted) {
  const std::string what = refusal("nop\nbogus1\nnop\nbogus2\nbogus3\n");
  EXPECT_TRUE(what.starts_with("kernel.toml:101: ")) << what;
  EXPECT_NE(what.find("'bogus1'"), std::string::npos) << what;
  EXPECT_NE(what.find("(and 2 more)"), std::string::npos) << what;
}

TEST(Assembler, NothingIsPrinted) {
  testing::internal::CaptureStderr();
  refusal("bogus\nmov $nowhere, %rax\n.zero 1\n");
  refusal("call far_away\n");
  assemble_one("nop");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace ringfare
