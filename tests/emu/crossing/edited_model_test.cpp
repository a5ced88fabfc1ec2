// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "cpu/kernel_space/kernel_memory.hpp"
#include "machines.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kGetpid = 39;
const ServiceCharge kCharge{.call = "getpid"};

CrossingBill getpid_on(Machine machine) {
  Bench bench(std::move(machine));
  return bench.cross(kGetpid, 1, kCharge);
}

/// A stage of the test's own, placed before the one called `before`.
StageModel& insert(Machine& machine, std::string_view before, std::string assembly) {
  auto& stages = machine.kernel.doors.front().stages;
  const auto place = std::ranges::find(stages, before, &StageModel::name);
  StageModel added;
  added.name = "added";
  added.side = "entry";
  added.source = "this test";
  added.assembly = std::move(assembly);
  added.assembly_line = 100;
  added.at = {"edited.toml", 98};
  return *stages.insert(place, added);
}

TEST(EditedModel, AStageLessCostsExactlyThatLess) {
  for (const char* name : {"register clear", "buffer clearing", "IBRS on", "IBRS off"}) {
    const CrossingBill before = getpid_on(shipped("skylake"));
    Machine machine = shipped("skylake");
    remove_stage(machine, name);
    const CrossingBill after = getpid_on(machine);
    EXPECT_FALSE(has_stage(after, name));
    EXPECT_GT(stage(before, name).cycles, Cycles{});
    EXPECT_EQ(before.total - after.total, stage(before, name).cycles) << name;
  }
}

TEST(EditedModel, OneNopMoreCostsExactlyItsPrice) {
  Machine machine = shipped("skylake");
  Pricer pricer(machine.cpu);
  const std::array<std::uint8_t, 1> nop{0x90}, length{1};
  const Cycles price = pricer.price(nop, length).total;
  EXPECT_GT(price, Cycles{});
  const CrossingBill before = getpid_on(machine);
  insert(machine, "frame", "nop");
  const CrossingBill after = getpid_on(machine);
  EXPECT_EQ(after.total - before.total, price);
  EXPECT_EQ(stage(after, "added").instructions, 1u);
  EXPECT_EQ(stage(after, "added").cycles, price);
}

TEST(EditedModel, ANopInsideAStageChangesThatStageOnly) {
  const CrossingBill before = getpid_on(shipped("skylake"));
  Machine machine = shipped("skylake");
  stage(machine, "arguments").assembly += "\n  nop\n  nop\n  nop\n";
  const CrossingBill after = getpid_on(machine);
  for (const StageCost& s : before.stages) {
    const StageCost& now = stage(after, s.name);
    if (s.name == "arguments") {
      EXPECT_EQ(now.instructions, s.instructions + 3);
      EXPECT_GT(now.cycles, s.cycles);
      EXPECT_EQ(after.total - before.total, now.cycles - s.cycles);
    } else {
      EXPECT_EQ(now.cycles, s.cycles) << s.name;
    }
  }
}

TEST(EditedModel, APriceChangesTheBillAsOftenAsItIsUsed) {
  struct Edit {
    const char* key;
    int times;
  };
  constexpr Edit kEdits[] = {
      {"swapgs", 2},        {"mov_to_cr3", 2},   {"mov_from_cr3", 2}, {"wrmsr_spec_ctrl", 2},
      {"verw", 1},          {"cli", 1},          {"sti", 1},          {"endbr64", 1},
      {"syscall.check", 1}, {"syscall.save", 1}, {"sysret.flags", 1}, {"iret.pop", 0},
      {"wrmsr", 0}};
  const CrossingBill before = getpid_on(shipped("skylake"));
  for (const Edit& edit : kEdits) {
    Machine machine = shipped("skylake");
    machine.cpu.prices.at(edit.key).cycles += Cycles{1234};
    EXPECT_EQ(getpid_on(machine).total - before.total, Cycles{1234} * edit.times) << edit.key;
  }
}

TEST(EditedModel, AServicePriceChangesTheBill) {
  const CrossingBill before = getpid_on(shipped("zen3"));
  Machine machine = shipped("zen3");
  machine.kernel.services.at("getpid").fixed.cycles += Cycles{7};
  EXPECT_EQ(getpid_on(machine).total - before.total, Cycles{7});
}

TEST(EditedModel, AFixedPriceIsChargedWhereItStands) {
  const CrossingBill before = getpid_on(shipped("skylake"));
  Machine machine = shipped("skylake");
  StageModel& added = insert(machine, "frame", "");
  added.fixed =
      Price{.cycles = {555}, .evidence = Evidence::Assumed, .source = "this test", .at = {}};
  const CrossingBill after = getpid_on(machine);
  EXPECT_EQ(after.total - before.total, Cycles{555});
  const auto index = [&](std::string_view name) {
    return std::ranges::find(after.stages, name, &StageCost::name) - after.stages.begin();
  };
  EXPECT_EQ(index("added") + 1, index("frame"));
}

// A path that looks at the user's registers is executed every time.
TEST(EditedModel, ADecisionOnAUserRegisterIsMadeEveryTime) {
  Machine machine = shipped("skylake");
  insert(machine, "arguments", "cmpq $5, PT_RDI(%rsp)\njne 1f\nnop\nnop\nnop\nnop\n1:\n");
  Bench bench(machine);
  const auto cross_with = [&](std::uint64_t rdi) {
    bench.registers = Bench::user_registers(1);
    bench.registers[Gpr::Rdi] = rdi;
    return bench.cross(kGetpid, 1, kCharge);
  };
  const CrossingBill five = cross_with(5);
  const CrossingBill six = cross_with(6);
  EXPECT_EQ(stage(five, "added").instructions, 6u);
  EXPECT_EQ(stage(six, "added").instructions, 2u);
  EXPECT_GT(five.total, six.total);
  EXPECT_EQ(cross_with(5).total, five.total);
}

TEST(EditedModel, ADecisionOnTheResultIsMadeEveryTime) {
  Machine machine = shipped("skylake");
  insert(machine, "exit work", "testq %rax, %rax\njns 1f\nnop\nnop\nnop\nnop\n1:\n");
  Bench bench(machine);
  const auto cross_with = [&](std::int64_t result) {
    bench.registers = Bench::user_registers(1);
    return bench.cross(kGetpid, result, kCharge);
  };
  EXPECT_EQ(stage(cross_with(3), "added").instructions, 2u);
  EXPECT_EQ(stage(cross_with(-3), "added").instructions, 6u);
  EXPECT_EQ(stage(cross_with(3), "added").instructions, 2u);
}

// A kernel that counts its calls and does something at every second one.
TEST(EditedModel, ADecisionOnWhatACallLeftBehindIsMadeEveryTime) {
  Machine machine = shipped("skylake");
  insert(machine, "arguments",
         "incl %gs:cpu_number\ntestl $1, %gs:cpu_number\njnz 1f\nnop\nnop\n1:\n");
  Bench bench(machine);
  for (const unsigned expected : {3u, 5u, 3u, 5u}) {
    bench.registers = Bench::user_registers(1);
    EXPECT_EQ(stage(bench.cross(kGetpid, 1, kCharge), "added").instructions, expected);
  }
}

// A kernel that loses a register loses it each time, executed or not.
TEST(EditedModel, ALostRegisterStaysLost) {
  Machine machine = shipped("skylake");
  insert(machine, "trampoline stack", "xorl %r15d, %r15d");
  Bench bench(machine);
  for (int round = 0; round < 3; ++round) {
    bench.registers = Bench::user_registers(1);
    bench.cross(kGetpid, 1, kCharge);
    EXPECT_EQ(bench.registers[Gpr::R15], 0u);
  }
}

/// Kernels that cannot work, and what is said about them.
struct BrokenCase {
  const char* name;
  void (*edit)(Machine&);
  const char* message;
};

const BrokenCase kBroken[] = {
    {"UnknownInstruction", [](Machine& m) { insert(m, "frame", "nop\ncpuid"); },
     "edited.toml:101: added: ring 0 does not know the instruction cpuid"},
    {"Endless", [](Machine& m) { insert(m, "frame", "1: jmp 1b"); },
     "edited.toml:100: added: the path does not end: 1000000 instructions"},
    {"GuestMemory", [](Machine& m) { insert(m, "frame", "xorl %edi, %edi\nmovq 8(%rdi), %rax"); },
     "edited.toml:101: added: page fault: reading user memory at 0x8, and the stage has no "
     "'on_fault'"},
    {"KernelStackTooEarly",
     [](Machine& m) { insert(m, "page-table switch", "movq %gs:cpu_current_top_of_stack, %rsp"); },
     "edited.toml:100: added: page fault: reading 0xffff88801f61fb88 (per-CPU area) while CR3 "
     "selects the user page table"},
    {"Trap", [](Machine& m) { insert(m, "frame", "int3"); },
     "edited.toml:100: added: the path runs into int3"},
    {"JumpNowhere", [](Machine& m) { insert(m, "frame", "xorl %eax, %eax\njmp *%rax"); },
     "edited.toml:101: added: page fault: no code at 0x0 with CR3 = 0x2a10001"},
    {"UnknownMsr", [](Machine& m) { insert(m, "frame", "movl $0x1234, %ecx\nwrmsr"); },
     "edited.toml:101: added: MSR 0x1234 is not modelled"},
    {"UnknownRoot", [](Machine& m) { insert(m, "frame", "xorl %eax, %eax\nmovq %rax, %cr3\nnop"); },
     "edited.toml:101: added: CR3 = 0x0 selects no page table"},
};

class BrokenModel : public testing::TestWithParam<BrokenCase> {};

TEST_P(BrokenModel, IsToldWithItsLine) {
  Machine machine = shipped("skylake");
  GetParam().edit(machine);
  EXPECT_EQ(error_of([&] { getpid_on(machine); }), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(Rows, BrokenModel, testing::ValuesIn(kBroken),
                         [](const auto& row) { return std::string(row.param.name); });

std::string error_without(std::string_view stage_name) {
  Machine machine = shipped("skylake");
  remove_stage(machine, stage_name);
  return error_of([&] { getpid_on(machine); });
}

TEST(EditedModel, AKernelThatLeavesSomethingSwitchedIsRefused) {
  EXPECT_NE(error_without("swapgs back").find("user mode is reached with GS base = "),
            std::string::npos)
      << error_without("swapgs back");
  EXPECT_NE(error_without("page-table switch back").find("user mode is reached with CR3 = "),
            std::string::npos)
      << error_without("page-table switch back");
}

TEST(EditedModel, SysretWithABadAddressByVendor) {
  // Without its checks the kernel leaves by sysretq to an address no processor can fetch from.
  Machine machine = shipped("skylake", "off");
  stage(machine, "sysret checks").assembly =
      "movabsq $0x8000000000000000, %rcx\nmovq %rcx, PT_RCX(%rsp)";
  EXPECT_NE(error_of([&] {
              getpid_on(machine);
            }).find("sysret raises exception 13: it needs RCX is canonical"),
            std::string::npos);
  machine.cpu.vendor = Vendor::Amd;
  Bench bench(machine);
  bench.cross(kGetpid, 1, kCharge);
  EXPECT_EQ(bench.registers.rip, 0x8000000000000000u);
}

TEST(EditedModel, AMissingPriceIsTold) {
  Machine machine = shipped("skylake");
  machine.cpu.prices.erase("swapgs");
  EXPECT_NE(error_of([&] {
              getpid_on(machine);
            }).find("no price for 'swapgs', which kernel linux-6.1 executes"),
            std::string::npos);
}

TEST(EditedModel, AConstantMayNotHideASymbol) {
  Machine machine = shipped("skylake");
  machine.kernel.constants["sys_call_table"] = 0;
  EXPECT_NE(error_of([&] { getpid_on(machine); }).find("constant 'sys_call_table' hides a symbol"),
            std::string::npos);
}

TEST(EditedModel, TooManyCallsAreRefused) {
  Machine machine = shipped("skylake");
  machine.kernel.syscall_limit = 1u << 20;
  EXPECT_NE(error_of([&] { getpid_on(machine); }).find("syscall_limit = 1048576 is too large"),
            std::string::npos);
}

}  // namespace
}  // namespace ringfare
