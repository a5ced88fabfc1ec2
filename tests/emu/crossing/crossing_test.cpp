// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "cpu/kernel_space/kernel_memory.hpp"
#include "machines.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kRead = 0, kWrite = 1, kGetpid = 39;
constexpr std::uint64_t kNoSys = static_cast<std::uint64_t>(-ENOSYS);

struct MachineCase {
  const char* cpu;
  const char* mitigations;
};

constexpr MachineCase kMachines[] = {
    {"skylake", "auto"},
    {"skylake", "off"},
    {"ice-lake", "auto"},
    {"zen3", "auto"},
    {"zen3", "off"},
    {"zen3", "auto,no-unret"},
    {"skylake", "pti,ibrs,unret,bhb,verw,retpoline,kstack_offset"},
};

class OnEveryMachine : public testing::TestWithParam<MachineCase> {
 protected:
  Bench bench{shipped(GetParam().cpu, GetParam().mitigations)};
};

std::string machine_name(const testing::TestParamInfo<MachineCase>& info) {
  std::string name = std::string(info.param.cpu) + "_" + info.param.mitigations;
  for (char& c : name)
    if (!isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Machines, OnEveryMachine, testing::ValuesIn(kMachines), machine_name);

void expect_same_registers(const Registers& a, const Registers& b) {
  EXPECT_EQ(a.gpr, b.gpr);
  EXPECT_EQ(a.rip, b.rip);
  EXPECT_EQ(a.rflags, b.rflags);
  EXPECT_EQ(a.cs, b.cs);
  EXPECT_EQ(a.ss, b.ss);
  EXPECT_EQ(a.ds, b.ds);
  EXPECT_EQ(a.es, b.es);
  EXPECT_EQ(a.fs, b.fs);
  EXPECT_EQ(a.gs, b.gs);
}

/// What the user sees of a call besides its result (x86-64 psABI, A.2.1).
Registers after_call(const Registers& before, std::uint64_t result) {
  Registers after = before;
  after[Gpr::Rax] = result;
  after[Gpr::Rcx] = after.rip = before.rip + 2;
  after[Gpr::R11] = before.rflags;
  return after;
}

void expect_user_sees(const Registers& after, const Registers& expected) {
  EXPECT_EQ(after.gpr, expected.gpr);
  EXPECT_EQ(after.rip, expected.rip);
  EXPECT_EQ(after.rflags, expected.rflags);
  EXPECT_EQ(after.cs.selector, selector::kUserCode);
  EXPECT_TRUE(after.cs.long_mode);
  EXPECT_EQ(after.ss.selector, selector::kUserData);
  EXPECT_EQ(after.fs, expected.fs);
  EXPECT_EQ(after.gs, expected.gs);
}

Cycles sum_of_stages(const CrossingBill& bill) {
  Cycles sum;
  for (const StageCost& s : bill.stages) sum += s.cycles;
  return sum;
}

void expect_same_bill(const CrossingBill& a, const CrossingBill& b) {
  EXPECT_EQ(a.total, b.total);
  ASSERT_EQ(a.stages.size(), b.stages.size());
  for (std::size_t i = 0; i < a.stages.size(); ++i) {
    EXPECT_EQ(a.stages[i].name, b.stages[i].name);
    EXPECT_EQ(a.stages[i].side, b.stages[i].side);
    EXPECT_EQ(a.stages[i].cycles, b.stages[i].cycles) << a.stages[i].name;
    EXPECT_EQ(a.stages[i].instructions, b.stages[i].instructions) << a.stages[i].name;
    EXPECT_EQ(a.stages[i].source, b.stages[i].source) << a.stages[i].name;
  }
}

struct Slot {
  const char* symbol;
  Gpr gpr;
};
constexpr Slot kSlots[] = {
    {"PT_R15", Gpr::R15}, {"PT_R14", Gpr::R14}, {"PT_R13", Gpr::R13}, {"PT_R12", Gpr::R12},
    {"PT_RBP", Gpr::Rbp}, {"PT_RBX", Gpr::Rbx}, {"PT_R10", Gpr::R10}, {"PT_R9", Gpr::R9},
    {"PT_R8", Gpr::R8},   {"PT_RDX", Gpr::Rdx}, {"PT_RSI", Gpr::Rsi}, {"PT_RDI", Gpr::Rdi},
    {"PT_RSP", Gpr::Rsp},
};

TEST_P(OnEveryMachine, TheServiceFindsEveryRegisterInItsSlot) {
  Registers& r = bench.registers;
  r[Gpr::Rax] = kWrite;
  const Registers user = r;
  ASSERT_TRUE(bench.crossings.enter(r, Gate::Syscall, 2));
  const KernelMemory& memory = bench.crossings.memory();
  const auto symbols = memory.symbols();
  const auto slot = [&](const char* name) { return memory.pt_regs(symbols.at(name)); };
  for (const Slot& s : kSlots) EXPECT_EQ(slot(s.symbol), user[s.gpr]) << s.symbol;
  EXPECT_EQ(slot("PT_ORIG_RAX"), kWrite);
  EXPECT_EQ(slot("PT_RAX"), kNoSys);
  EXPECT_EQ(slot("PT_RIP"), user.rip + 2);
  EXPECT_EQ(slot("PT_RCX"), user.rip + 2);
  EXPECT_EQ(slot("PT_R11"), user.rflags);
  EXPECT_EQ(slot("PT_EFLAGS"), user.rflags);
  EXPECT_EQ(slot("PT_CS"), selector::kUserCode);
  EXPECT_EQ(slot("PT_SS"), selector::kUserData);
  bench.crossings.leave(r, 77, {});
  EXPECT_EQ(slot("PT_RAX"), 77u);
}

TEST_P(OnEveryMachine, WhoServesTheCallSeesTheUsersRegisters) {
  Registers& r = bench.registers;
  r[Gpr::Rax] = kWrite;
  const Registers user = r;
  for (int round = 0; round < 2; ++round) {
    r = user;
    ASSERT_TRUE(bench.crossings.enter(r, Gate::Syscall, 2));
    expect_same_registers(r, user);
    bench.crossings.leave(r, 0, {});
  }
}

TEST_P(OnEveryMachine, EveryRegisterComesBack) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    bench.registers = Bench::user_registers(seed);
    const Registers expected = after_call(bench.registers, seed);
    bench.cross(seed, static_cast<std::int64_t>(seed));
    EXPECT_TRUE(bench.served);
    expect_user_sees(bench.registers, expected);
  }
}

TEST_P(OnEveryMachine, ANumberWithoutServiceIsAnsweredByTheKernel) {
  for (const std::uint64_t number : {451ull, 999ull, 0x7fffffffull, 0x80000000ull, ~0ull}) {
    bench.registers = Bench::user_registers(number);
    const Registers expected = after_call(bench.registers, kNoSys);
    for (int round = 0; round < 2; ++round) {
      bench.registers = Bench::user_registers(number);
      bench.registers[Gpr::Rax] = number;
      EXPECT_FALSE(bench.crossings.enter(bench.registers, Gate::Syscall, 2));
      EXPECT_EQ(bench.registers[Gpr::Rax], kNoSys);
      const CrossingBill& bill = bench.crossings.leave(bench.registers, 5, {});
      expect_user_sees(bench.registers, expected);
      EXPECT_FALSE(has_stage(bill, "service"));
      EXPECT_EQ(bill.total, sum_of_stages(bill));
    }
  }
}

// The kernel's C code takes the number as a signed 32-bit value.
TEST_P(OnEveryMachine, OnlyTheLowHalfOfTheNumberCounts) {
  const CrossingBill& bill = bench.cross(1ull << 32 | kGetpid, 1000, {.call = "getpid"});
  EXPECT_TRUE(bench.served);
  EXPECT_TRUE(has_stage(bill, "service"));
}

struct WayOut {
  const char* name;
  void (*arrange)(Registers&);
  bool iretq;
};
const WayOut kWaysOut[] = {
    {"Plain", [](Registers&) {}, false},
    {"Trap", [](Registers& r) { r.rflags |= flag::kTrap; }, true},
    {"Carry", [](Registers& r) { r.rflags ^= flag::kCarry; }, false},
    {"AlignmentCheck", [](Registers& r) { r.rflags |= flag::kAlignmentCheck; }, false},
    {"LastByteOfUserSpace", [](Registers& r) { r.rip = 0x7ffffffff000 - 3; }, false},
    {"BeyondUserSpace", [](Registers& r) { r.rip = 0x7ffffffff000 - 2; }, true},
};

TEST_P(OnEveryMachine, TheWayOutIsChosenByRealConditions) {
  for (const WayOut& way : kWaysOut) {
    for (int round = 0; round < 2; ++round) {
      bench.registers = Bench::user_registers(3);
      way.arrange(bench.registers);
      const Registers expected = after_call(bench.registers, 9);
      const CrossingBill& bill = bench.cross(kGetpid, 9);
      EXPECT_EQ(has_stage(bill, "iretq"), way.iretq) << way.name;
      EXPECT_EQ(has_stage(bill, "sysretq"), !way.iretq) << way.name;
      expect_user_sees(bench.registers, expected);
      EXPECT_EQ(bill.total, sum_of_stages(bill));
    }
  }
}

TEST_P(OnEveryMachine, ExecutedKnownAndWatchedAgree) {
  const ServiceCharge charge{
      .call = "write", .file_kind = "terminal", .bytes_in = 300, .bytes_out = 0};
  const Registers start = bench.registers;
  bench.cross(kGetpid);  // the first crossing may replace what the kernel set up at boot
  bench.registers = start;
  const CrossingBill executed = bench.cross(kWrite, 300, charge);
  const Registers after_executed = bench.registers;

  Registers other = start;  // what ring 0 would save if it ran
  other[Gpr::Rdi] = ~start[Gpr::Rdi];
  const std::uint64_t saved =
      bench.crossings.memory().pt_regs(bench.crossings.memory().symbols().at("PT_RDI"));
  bench.registers = other;
  const CrossingBill known = bench.cross(kWrite, 300, charge);
  EXPECT_EQ(bench.crossings.memory().pt_regs(bench.crossings.memory().symbols().at("PT_RDI")),
            saved)
      << "a known path was executed";
  bench.registers[Gpr::Rdi] = start[Gpr::Rdi];
  expect_same_registers(bench.registers, after_executed);
  expect_same_bill(known, executed);

  bench.crossings.watch(Watch::Instructions, false);
  bench.registers = start;
  const CrossingBill watched = bench.cross(kWrite, 300, charge);
  expect_same_registers(bench.registers, after_executed);
  expect_same_bill(watched, executed);
}

TEST_P(OnEveryMachine, StepsAddUpToStagesAndTotal) {
  bench.crossings.watch(Watch::Instructions, true);
  const ServiceCharge charges[] = {
      {.call = "read", .file_kind = "regular", .bytes_in = 0, .bytes_out = 4096},
      {.call = "getpid"},
      {.call = "ioctl", .file_kind = "", .bytes_in = 8, .bytes_out = 8}};
  for (const ServiceCharge& charge : charges) {
    const CrossingBill& bill = bench.cross(kRead, 1, charge);
    std::vector<Cycles> by_stage(bill.stages.size());
    std::vector<std::uint32_t> instructions(bill.stages.size());
    Cycles sum;
    for (const KernelStep& step : bill.steps) {
      ASSERT_LT(step.stage, bill.stages.size());
      by_stage[step.stage] += step.cycles;
      instructions[step.stage] += step.address != 0;
      sum += step.cycles;
      EXPECT_FALSE(step.text.empty());
      EXPECT_EQ(step.bytes.empty(), step.address == 0);
    }
    for (std::size_t i = 0; i < by_stage.size(); ++i) {
      EXPECT_EQ(by_stage[i], bill.stages[i].cycles) << bill.stages[i].name;
      EXPECT_EQ(instructions[i], bill.stages[i].instructions) << bill.stages[i].name;
    }
    EXPECT_EQ(sum, bill.total);
    EXPECT_EQ(sum_of_stages(bill), bill.total);
  }
}

TEST_P(OnEveryMachine, EveryStageHasASource) {
  const CrossingBill& bill =
      bench.cross(kWrite, 3, {.call = "write", .file_kind = "pipe", .bytes_in = 3});
  for (const StageCost& s : bill.stages) EXPECT_FALSE(s.source.empty()) << s.name;
}

TEST_P(OnEveryMachine, ServiceAndCopiesAreCharged) {
  const KernelModel& kernel = bench.machine.kernel;
  bench.cross(kRead, 0, {.call = "read"});
  for (const char* kind : {"", "terminal", "regular", "pipe", "null"})
    for (const std::uint64_t bytes : {0ull, 1ull, 5000ull}) {
      bench.registers = Bench::user_registers(1);
      const CrossingBill none = bench.cross(kRead, 0, {.call = "read"});
      bench.registers = Bench::user_registers(1);
      const CrossingBill& bill =
          bench.cross(kRead, 0, {.call = "read", .file_kind = kind, .bytes_out = bytes});
      const ServiceModel& row = kernel.services.at("read");
      const auto by_kind = row.by_file_kind.find(kind);
      const Price& price = by_kind == row.by_file_kind.end() ? row.fixed : by_kind->second;
      Cycles expected = none.total + (price.cycles - row.fixed.cycles);
      if (bytes != 0)
        expected += kernel.copy_to_user.fixed.cycles +
                    kernel.copy_to_user.per_byte.cycles * static_cast<std::int64_t>(bytes);
      EXPECT_EQ(bill.total, expected) << kind << " " << bytes;
      EXPECT_EQ(has_stage(bill, "copy to user"), bytes != 0);
      EXPECT_FALSE(has_stage(bill, "copy from user"));
      EXPECT_EQ(stage(bill, "service").source, price.source);
    }
}

TEST_P(OnEveryMachine, ACallWithoutARowCostsTheDefault) {
  const KernelModel& kernel = bench.machine.kernel;
  const CrossingBill known = bench.cross(kGetpid, 1, {.call = "getpid"});
  bench.registers = Bench::user_registers(1);
  const CrossingBill& bill = bench.cross(kGetpid, 1, {.call = ""});
  EXPECT_EQ(bill.total - known.total,
            kernel.services.at("default").fixed.cycles - kernel.services.at("getpid").fixed.cycles);
}

TEST_P(OnEveryMachine, ChangedBasesStay) {
  for (int round = 0; round < 2; ++round) {
    bench.registers = Bench::user_registers(1);
    bench.registers[Gpr::Rax] = 158;
    ASSERT_TRUE(bench.crossings.enter(bench.registers, Gate::Syscall, 2));
    bench.registers.fs.base = 0x1234000;
    bench.registers.gs.base = 0x5678000;
    bench.crossings.leave(bench.registers, 0, {.call = "arch_prctl"});
    EXPECT_EQ(bench.registers.fs.base, 0x1234000u);
    EXPECT_EQ(bench.registers.gs.base, 0x5678000u);
  }
}

TEST_P(OnEveryMachine, AnEndedProcessPaysTheWayInAndTheService) {
  const ServiceCharge charge{.call = "exit_group"};
  for (int round = 0; round < 2; ++round) {
    bench.registers = Bench::user_registers(1);
    const CrossingBill whole = bench.cross(231, 0, charge);
    bench.registers = Bench::user_registers(1);
    bench.registers[Gpr::Rax] = 231;
    ASSERT_TRUE(bench.crossings.enter(bench.registers, Gate::Syscall, 2));
    const CrossingBill& half = bench.crossings.end(charge);
    EXPECT_EQ(half.total, sum_of_stages(half));
    EXPECT_LT(half.total, whole.total);
    EXPECT_EQ(half.stages.back().name, "service");
    for (const StageCost& s : half.stages) {
      EXPECT_NE(s.side, "exit") << s.name;
    }
  }
}

/// Mitigations one by one: on and off differ by exactly their stages.
struct MitigationCase {
  const char* cpu;
  const char* name;
};
class Mitigation : public testing::TestWithParam<MitigationCase> {};

TEST_P(Mitigation, AddsExactlyItsStages) {
  const MitigationCase& c = GetParam();
  Bench off(shipped(c.cpu, "off"));
  Bench on(shipped(c.cpu, std::string("off,") + c.name));
  for (const bool trap : {false, true}) {
    off.registers = on.registers = Bench::user_registers(1);
    if (trap) off.registers.rflags = on.registers.rflags |= flag::kTrap;
    const CrossingBill& without = off.cross(kGetpid, 1, {.call = "getpid"});
    const CrossingBill& with = on.cross(kGetpid, 1, {.call = "getpid"});
    Cycles added, gone;
    std::size_t only_with = 0;
    for (const StageCost& s : with.stages) {
      if (!has_stage(without, s.name)) {
        added += s.cycles;
        ++only_with;
        EXPECT_NE(stage(on.machine, s.name).when.find(c.name), std::string::npos) << s.name;
      } else {
        EXPECT_EQ(s.cycles, stage(without, s.name).cycles) << s.name;
      }
    }
    for (const StageCost& s : without.stages) {
      if (has_stage(with, s.name)) continue;
      gone += s.cycles;
      EXPECT_NE(stage(on.machine, s.name).when.find(std::string("no-") + c.name),
                std::string::npos);
    }
    EXPECT_GT(only_with, 0u);
    EXPECT_EQ(with.total - without.total, added - gone);
    EXPECT_GT(with.total, without.total);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Mitigation,
    testing::Values(MitigationCase{"skylake", "pti"}, MitigationCase{"skylake", "ibrs"},
                    MitigationCase{"skylake", "verw"}, MitigationCase{"skylake", "kstack_offset"},
                    MitigationCase{"ice-lake", "bhb"}, MitigationCase{"zen3", "unret"},
                    MitigationCase{"zen3", "retpoline"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Crossing, IsTheSameTwice) {
  Bench a(shipped("skylake")), b(shipped("skylake"));
  a.crossings.watch(Watch::Instructions, false);
  b.crossings.watch(Watch::Instructions, false);
  const CrossingBill one = a.cross(kGetpid, 1, {.call = "getpid"});
  const CrossingBill two = b.cross(kGetpid, 1, {.call = "getpid"});
  expect_same_bill(one, two);
  ASSERT_EQ(one.steps.size(), two.steps.size());
  for (std::size_t i = 0; i < one.steps.size(); ++i) {
    EXPECT_EQ(one.steps[i].text, two.steps[i].text);
    EXPECT_EQ(one.steps[i].effect, two.steps[i].effect);
  }
}

TEST(Crossing, EffectsSayWhatHappened) {
  Bench bench(shipped("skylake"));
  bench.crossings.watch(Watch::Instructions, false);
  bench.registers[Gpr::Rdi] = 0x7777;
  const CrossingBill& bill = bench.cross(kGetpid, 42, {.call = "getpid"});
  const auto effect_of = [&](std::string_view text, unsigned nth) -> std::string {
    for (const KernelStep& s : bill.steps)
      if (s.text.starts_with(text) && nth-- == 0) return s.effect;
    return "no such step";
  };
  EXPECT_EQ(effect_of("swapgs", 0).substr(0, 30), "gs.base = 0xffff88801f600000, ");
  EXPECT_NE(effect_of("push %rdi", 0).find("] = 0x7777"), std::string::npos)
      << effect_of("push", 0);
  EXPECT_EQ(effect_of("jnb", 0), "not taken");
  EXPECT_EQ(effect_of("ret", 0).substr(0, 13), "to 0xffffffff");
  EXPECT_EQ(effect_of("pop %rdi", 0), "rdi = 0x7777");
  EXPECT_NE(effect_of("RCX = next RIP", 0).find("rcx = 0x401002"), std::string::npos);
}

}  // namespace
}  // namespace ringfare
