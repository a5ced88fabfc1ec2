// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "models/assembler.hpp"
#include "models/pricing/pricer.hpp"

namespace ringfare {
namespace {

CpuModel cpu(const std::string& llvm_cpu) {
  CpuModel out;
  out.llvm_cpu = llvm_cpu;
  for (const char* key :
       {"swapgs", "mov_to_cr3", "mov_from_cr3", "mov_to_cr", "wrmsr", "wrmsr_spec_ctrl", "rdmsr",
        "verw", "lfence", "pause", "endbr64", "clac", "cli", "sti", "pushf", "popf", "invpcid"})
    out.prices[key] = {.cycles = {1000 + 10 * static_cast<std::int64_t>(out.prices.size())},
                       .source = "made up for this test"};
  return out;
}

struct Code {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> lengths;
};

Code assembled(const std::string& text) {
  StageModel stage;
  stage.assembly = text;
  stage.assembly_line = 1;
  const KernelText kernel = assemble({&stage}, {0xffffffff81000000}, {});
  Code run{kernel.code, {}};
  for (const AssembledInstruction& it : kernel.instructions) run.lengths.push_back(it.length);
  return run;
}

std::string times(int count, const std::string& text) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text + "\n";
  return out;
}

class Pricing : public testing::TestWithParam<const char*> {
 protected:
  RunCost price(const std::string& text) {
    const Code run = assembled(text);
    return pricer_.price(run.bytes, run.lengths);
  }
  std::int64_t total(const std::string& text) { return price(text).total.hundredths; }

  CpuModel cpu_ = cpu(GetParam());
  Pricer pricer_{cpu_};
};

constexpr const char* kCores[] = {"skylake",     "icelake-server", "znver3", "haswell",
                                  "sandybridge", "alderlake",      "znver4"};

INSTANTIATE_TEST_SUITE_P(Cores, Pricing, testing::ValuesIn(kCores), [](const auto& row) {
  std::string name = row.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

/// Instructions that end no dependency chain: what they write they also read, or nobody carries it.
constexpr const char* kOrdinary[] = {
    "add %rbx, %rax",
    "imul %rcx, %rdx",
    "add (%rsi), %rax",
    "mov %rax, 8(%rdi)",
    "add %rax, (%rdi)",
    "push %rbx",
    "lea 4(%rax,%rbx,2), %rax",
    "addsd %xmm1, %xmm0",
    "mulsd (%rsi), %xmm2",
    "paddd %xmm3, %xmm4",
    "nop",
    "divsd %xmm5, %xmm6",
    "shl $3, %rbx",
    "adc $0, %r8",
    "xchg %rax, (%rdi)",
    "lock addl $1, (%rdi)",
    "div %rcx",
    "cmp %rax, %rbx",
    "test %rax, %rax",
    "fadd %st(1), %st",
    "bswap %rdx",
    "swapgs",
    "lfence",
    "pause",
    "mov %rax, %cr3",
    "wrmsr",
};

std::vector<std::string> random_run(std::mt19937& random) {
  std::vector<std::string> out(1 + random() % 12);
  for (std::string& line : out) line = kOrdinary[random() % std::size(kOrdinary)];
  return out;
}

std::string joined(const std::vector<std::string>& lines, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += lines[i] + "\n";
  return out;
}

TEST_P(Pricing, TheTotalIsTheSumOfItsInstructions) {
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) {
    const auto lines = random_run(random);
    const RunCost cost = price(joined(lines, lines.size()));
    ASSERT_EQ(cost.each.size(), lines.size());
    Cycles sum;
    for (const Cycles each : cost.each) {
      EXPECT_GE(each.hundredths, 0) << joined(lines, lines.size());
      sum += each;
    }
    EXPECT_EQ(sum, cost.total) << joined(lines, lines.size());
  }
}

TEST_P(Pricing, AnotherInstructionNeverMakesARunCheaper) {
  std::mt19937 random(2);
  for (int i = 0; i < 100; ++i) {
    const auto lines = random_run(random);
    std::int64_t before = 0;
    for (std::size_t n = 1; n <= lines.size(); ++n) {
      const std::int64_t now = total(joined(lines, n));
      EXPECT_GE(now, before) << joined(lines, n);
      before = now;
    }
  }
}

TEST_P(Pricing, TheSameRunCostsTheSame) {
  std::mt19937 random(3);
  Pricer other(cpu_);
  std::vector<std::pair<Code, RunCost>> seen;
  for (int i = 0; i < 50; ++i) {
    const auto lines = random_run(random);
    const Code run = assembled(joined(lines, lines.size()));
    seen.emplace_back(run, pricer_.price(run.bytes, run.lengths));
  }
  std::ranges::reverse(seen);
  for (const auto& [run, cost] : seen) {
    EXPECT_EQ(other.price(run.bytes, run.lengths).each, cost.each);
    EXPECT_EQ(pricer_.price(run.bytes, run.lengths).each, cost.each);
  }
}

TEST_P(Pricing, NothingCostsNothing) {
  const RunCost cost = pricer_.price({}, {});
  EXPECT_EQ(cost.total.hundredths, 0);
  EXPECT_TRUE(cost.each.empty());
}

TEST_P(Pricing, DependentAdditionsTakeACycleEach) {
  EXPECT_EQ(total(times(8, "add %rbx, %rax")), 800);
  EXPECT_EQ(total(times(8, "imul %rbx, %rax")), 2400);
}

TEST_P(Pricing, ValuesThatGoRoundThroughSeveralRegistersAreFollowed) {
  // rbx goes to rcx in six cycles (through rax), and rcx to rbx in three: nine in two rounds.
  EXPECT_EQ(total("imul %rbx, %rax\nimul %rcx, %rbx\nimul %rax, %rcx"), 450);
  // Three registers handed on in a ring: a product per round.
  EXPECT_GE(total("vmulsd %xmm9, %xmm0, %xmm3\nvmulsd %xmm9, %xmm1, %xmm0\n"
                  "vmulsd %xmm9, %xmm2, %xmm1\nvmovaps %xmm3, %xmm2"),
            total("vmulsd %xmm9, %xmm0, %xmm0"));
}

TEST_P(Pricing, AFreshValueEndsAChain) {
  const std::int64_t chain = total(times(8, "add %rbx, %rax"));
  EXPECT_LT(total(times(8, "add %rbx, %rax") + "xor %eax, %eax"), chain);
  EXPECT_LT(total(times(8, "add %rbx, %rax") + "mov $1, %eax"), chain);
}

TEST_P(Pricing, ALoadedValueFeedsBackAtTheLatencyOfALoad) {
  const std::int64_t chase = total("mov (%rax), %rax");
  EXPECT_GE(chase, 400);
  EXPECT_LE(chase, 600);
  EXPECT_LT(total("mov (%rax), %rbx"), 200);
  EXPECT_EQ(total("add (%rsi), %rax"), 100) << "only the register waits round after round";
}

TEST_P(Pricing, AStoreHandsItsValueToTheLoadBehindIt) {
  EXPECT_GE(total("mov 8(%rdi), %rax\nadd $1, %rax\nmov %rax, 8(%rdi)"), 400);
  EXPECT_LE(total("mov 8(%rdi), %rax\nadd $1, %rax\nmov %rax, 16(%rdi)"), 200);
  EXPECT_GE(total("incl (%rdi)"), 400);
}

TEST_P(Pricing, TheStackPointerIsNoChain) {
  EXPECT_LE(total(times(8, "push %rbx")), 800);
  EXPECT_LE(total(times(8, "pop %rbx")), 600);
}

TEST_P(Pricing, TheDividerTakesOneAtATime) {
  const std::int64_t one = total("divsd %xmm1, %xmm0");
  EXPECT_GT(total("divsd %xmm1, %xmm8\ndivsd %xmm2, %xmm9\ndivsd %xmm3, %xmm10"), 800);
  EXPECT_GE(one, 300);
  EXPECT_GT(total("div %ecx"), 500);
}

TEST_P(Pricing, LockedOperationsStandAlone) {
  EXPECT_GE(total("lock addl $1, (%rdi)"), 2 * total("addl $1, (%rdi)") - 600);
  EXPECT_GE(total(times(4, "lock addl $1, (%rdi)")), 4 * 700);
  EXPECT_GE(total("xchg %eax, (%rdi)"), 700);
}

TEST_P(Pricing, ARepeatedStringOperationHasItsStartUp) {
  EXPECT_GE(total("rep movsb"), 1500);
  EXPECT_GE(total("rep stosq"), 1500);
  EXPECT_GE(total("repne scasb"), 1500);
  EXPECT_LT(total("movsb"), total("rep movsb"));
  EXPECT_LT(total("movss %xmm1, %xmm0\ncvtsi2sd %rax, %xmm1"), 1000);
}

TEST_P(Pricing, SystemInstructionsCostWhatTheModelSays) {
  const std::pair<const char*, const char*> rows[] = {
      {"swapgs", "swapgs"},
      {"mov %rax, %cr3", "mov_to_cr3"},
      {"mov %cr3, %rax", "mov_from_cr3"},
      {"mov %rax, %cr4", "mov_to_cr"},
      {"wrmsr", "wrmsr"},
      {"rdmsr", "rdmsr"},
      {"verw (%rsp)", "verw"},
      {"lfence", "lfence"},
      {"pause", "pause"},
      {"endbr64", "endbr64"},
      {"clac", "clac"},
      {"cli", "cli"},
      {"pushfq", "pushf"},
      {"popfq", "popf"},
      {"invpcid (%rax), %rbx", "invpcid"},
  };
  for (const auto& [text, key] : rows)
    EXPECT_EQ(total(text), cpu_.prices.find(key)->second.cycles.hundredths) << text;
}

TEST_P(Pricing, AnEditedPriceChangesARunByExactlyThat) {
  const Code run = assembled("add %rax, %rbx\nswapgs\nmov %rbx, (%rdi)\nswapgs\nadd %rax, %rbx");
  const RunCost before = pricer_.price(run.bytes, run.lengths);
  CpuModel edited = cpu_;
  edited.prices["swapgs"].cycles.hundredths += 777;
  const RunCost after = Pricer(edited).price(run.bytes, run.lengths);
  EXPECT_EQ(after.total.hundredths - before.total.hundredths, 2 * 777);
  for (std::size_t i = 0; i < before.each.size(); ++i)
    EXPECT_EQ((after.each[i] - before.each[i]).hundredths, i == 1 || i == 3 ? 777 : 0) << i;
}

TEST_P(Pricing, WhoeverExecutesThemChargesForGatesAndIdentification) {
  for (const char* text :
       {"syscall", "sysenter", "int $0x80", "cpuid", "rdtsc", "rdtscp", "rdpid %rax", "xgetbv",
        "rdrand %rax", "rdseed %eax", "sysretq", "iretq"})
    EXPECT_EQ(total(text), 0) << text;
  EXPECT_EQ(total("add %rbx, %rax\nsyscall"), total("add %rbx, %rax"));
}

TEST_P(Pricing, ASystemInstructionWithoutAPriceIsOneMicroOperation) {
  CpuModel bare = cpu_;
  bare.prices.clear();
  Pricer pricer(bare);
  const Code run = assembled("swapgs");
  EXPECT_GT(pricer.price(run.bytes, run.lengths).total.hundredths, 0);
  EXPECT_LE(pricer.price(run.bytes, run.lengths).total.hundredths, 100);
}

TEST_P(Pricing, BytesThatAreNoInstructionHaveAPriceAndNoVoice) {
  testing::internal::CaptureStderr();
  for (const std::vector<std::uint8_t>& bytes : {std::vector<std::uint8_t>{0x06},
                                                 {0x0f, 0xff, 0xff},
                                                 {0xc5, 0xff, 0xff, 0xff},
                                                 {0xf0, 0xf0},
                                                 {0x62, 0, 0, 0, 0, 0},
                                                 std::vector<std::uint8_t>(15, 0x66)}) {
    const std::uint8_t length = static_cast<std::uint8_t>(bytes.size());
    EXPECT_GT(pricer_.price(bytes, {&length, 1}).total.hundredths, 0);
  }
  total("rep movsb\nlock cmpxchg16b (%rdi)\nfsin\nfxsave (%rdi)\nrdrand %eax\ncall *%rax");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_P(Pricing, AnyBytesCanBePriced) {
  std::mt19937 random(4);
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::uint8_t> bytes(1 + random() % 15);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    const std::uint8_t length = static_cast<std::uint8_t>(bytes.size());
    const RunCost cost = pricer_.price(bytes, {&length, 1});
    ASSERT_GE(cost.total.hundredths, 0);
    ASSERT_EQ(cost.total, cost.each[0]);
  }
}

TEST(PricingOnSkylake, WidthAndFusion) {
  Pricer pricer(cpu("skylake"));
  const auto total = [&](const std::string& text) {
    const Code run = assembled(text);
    return pricer.price(run.bytes, run.lengths).total.hundredths;
  };
  EXPECT_EQ(total(times(8, "nop")), 200);
  EXPECT_EQ(total(times(4, "nopl 8(%rax)")), 100);
  // A comparison and its jump are one micro-operation, and so is a load with its addition.
  EXPECT_EQ(total("nop\nnop\nnop\ncmp %rax, %rbx\n0: jne 0b"), 100);
  EXPECT_EQ(total("nop\nnop\nnop\nadd (%rsi), %rax"), 100);
  EXPECT_EQ(total("nop\nnop\nnop\nmov %rax, (%rsi)"), 100);
  // sub fuses with jb, not with js.
  EXPECT_EQ(total("nop\nnop\nnop\nsub %rax, %rbx\n0: jb 0b"), 100);
  EXPECT_EQ(total("nop\nnop\nnop\nsub %rax, %rbx\n0: js 0b"), 125);
  // Three-component lea, false dependency of popcnt, eliminated moves, one store per cycle.
  EXPECT_EQ(total("lea 8(%rax,%rbx), %rax"), 300);
  EXPECT_EQ(total("lea (%rax,%rbx), %rax"), 100);
  EXPECT_EQ(total("popcnt %rbx, %rax"), 300);
  EXPECT_EQ(total("mov %rax, %rbx\nadd $1, %rbx\nmov %rbx, %rax"), 100);
  EXPECT_EQ(total(times(6, "mov %rax, (%rsi)")), 600);
  EXPECT_EQ(total(times(6, "push %rax")), 600);
}

TEST(PricingOfCores, AProcessorLlvmDoesNotKnowIsTheUsersMistake) {
  const auto refusal = [](const char* name) -> std::string {
    CpuModel wrong = cpu(name);
    wrong.at = {"cpus/wrong.toml", 7};
    testing::internal::CaptureStderr();
    std::string what = "nothing refused";
    try {
      Pricer pricer(wrong);
    } catch (const UserError& error) {
      what = error.what();
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    return what;
  };
  EXPECT_EQ(
      refusal("skylke"),
      "cpus/wrong.toml:7: LLVM does not know the processor 'skylke'; did you mean 'skylake'?");
  EXPECT_TRUE(refusal("pentium3").starts_with("cpus/wrong.toml:7: LLVM has no scheduling model"));
}

TEST(PricingOfCores, EveryScheduleCanBeRead) {
  const Code run = assembled("add (%rsi), %rax\nmov %rax, 8(%rdi)\nmulsd %xmm1, %xmm0\ndiv %ecx");
  for (const char* name : {"x86-64", "atom", "slm", "btver2", "bdver2", "broadwell", "ivybridge",
                           "skylake-avx512", "cascadelake", "icelake-client", "tigerlake",
                           "rocketlake", "sapphirerapids", "znver1", "znver2"}) {
    Pricer pricer(cpu(name));
    EXPECT_GT(pricer.price(run.bytes, run.lengths).total.hundredths, 100) << name;
  }
}

struct ThirtyTwoBits {
  const char* what;
  std::vector<std::uint8_t> code, lengths;
  std::int64_t hundredths;
};

TEST(PricingOnSkylake, ThirtyTwoBitCodeIsReadAsSuch) {
  Pricer pricer(cpu("skylake"));
  const ThirtyTwoBits rows[] = {
      {"inc %eax, four times", {0x40, 0x40, 0x40, 0x40}, {1, 1, 1, 1}, 400},
      {"push and pop, twice", {0x50, 0x58, 0x51, 0x59}, {1, 1, 1, 1}, 200},
      {"pushf", {0x9c}, {1}, 1000 + 10 * 14},
      {"int $0x80", {0xcd, 0x80}, {2}, 0},
      {"mov -8(%bp), %eax", {0x67, 0x8b, 0x46, 0xf8}, {4}, 50},
  };
  for (const ThirtyTwoBits& row : rows)
    EXPECT_EQ(pricer.price(row.code, row.lengths, CodeMode::Compat32).total.hundredths,
              row.hundredths)
        << row.what;
}

TEST(PricingOnSkylake, DisplacementsAndImmediatesShareAForm) {
  Pricer pricer(cpu("skylake"));
  const auto total = [&](const std::string& text) {
    const Code run = assembled(text);
    return pricer.price(run.bytes, run.lengths).total.hundredths;
  };
  EXPECT_EQ(total("mov 8(%rdi), %rax\nadd $1, %rax\nmov %rax, 8(%rdi)"),
            total("mov 0x80(%rdi), %rax\nadd $2, %rax\nmov %rax, 0x80(%rdi)"));
  EXPECT_GT(total("a: mov b(%rip), %rax\nadd $1, %rax\nmov %rax, b(%rip)\nb: .quad 0"),
            total("a: mov b(%rip), %rax\nadd $1, %rax\nmov %rax, 8+b(%rip)\nb: .quad 0"));
}

}  // namespace
}  // namespace ringfare
