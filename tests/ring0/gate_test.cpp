// SPDX-License-Identifier: MIT
#include "cpu/gate.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace ringfare {
namespace {

constexpr std::uint64_t kNonCanonical = 0x0000800000000000;

/// A processor with Linux's set-up, in user mode for SYSCALL and at CPL 0 for the ways out.
struct World {
  explicit World(Door door, Vendor vendor) : door_(door) {
    memory.boot(system);
    system.vendor = vendor;
    registers.rip = 0x401000;
    registers[Gpr::Rsp] = 0x7ffffffde000;
    if (door == Door::Syscall) return;
    system.cpl = 0;
    registers.cs = {.selector = selector::kKernelCode, .dpl = 0, .long_mode = true};
    registers.ss = {.selector = selector::kKernelData, .dpl = 0};
    registers[Gpr::Rcx] = 0x401002;
    registers[Gpr::R11] = flag::kFixed | flag::kInterrupt | flag::kCarry;
    registers.rflags = flag::kFixed;
    if (door == Door::Iretq) {
      registers[Gpr::Rsp] = KernelMemory::kTrampolineStack.end.value - 40;
      const std::uint64_t frame[] = {0x401002, selector::kUserCode, flag::kFixed | flag::kTrap,
                                     0x7ffffffde000, selector::kUserData};
      for (std::size_t i = 0; i < 5; ++i) slot(i, frame[i]);
    }
  }

  void slot(std::size_t i, std::uint64_t value) {
    EXPECT_TRUE(
        memory.store(KernelAddress{registers[Gpr::Rsp] + 8 * i}, 8, {value, 0}, PageTable::Kernel));
  }

  std::optional<Exception> pass() {
    GateState state{registers, system, memory, 2};
    return ringfare::pass(door_, state);
  }

  KernelMemory memory{16};
  SystemState system;
  Registers registers;
  Door door_;
};

TEST(Syscall, SavesAndLoads) {
  for (const Vendor vendor : {Vendor::Intel, Vendor::Amd}) {
    World w(Door::Syscall, vendor);
    w.registers.rflags = flag::kFixed | flag::kInterrupt | flag::kTrap | flag::kDirection |
                         flag::kCarry | flag::kResume | flag::kNestedTask | flag::kAlignmentCheck;
    const std::uint64_t flags = w.registers.rflags;
    const std::uint64_t stack = w.registers[Gpr::Rsp];
    EXPECT_FALSE(w.pass());
    EXPECT_EQ(w.registers[Gpr::Rcx], 0x401002u);
    EXPECT_EQ(w.registers[Gpr::R11], flags & ~flag::kResume);
    EXPECT_EQ(w.registers.rip, w.system.lstar);
    EXPECT_EQ(w.registers.rflags, flag::kFixed);
    EXPECT_EQ(w.registers.cs.selector, selector::kKernelCode);
    EXPECT_TRUE(w.registers.cs.long_mode);
    EXPECT_EQ(w.registers.ss.selector, selector::kKernelData);
    EXPECT_EQ(w.registers[Gpr::Rsp], stack);
    EXPECT_EQ(w.system.cpl, 0);
  }
}

TEST(Syscall, ClearsOnlyWhatTheMaskSays) {
  World w(Door::Syscall, Vendor::Intel);
  w.system.fmask = flag::kInterrupt;
  w.registers.rflags = flag::kFixed | flag::kInterrupt | flag::kDirection | flag::kTrap;
  EXPECT_FALSE(w.pass());
  EXPECT_EQ(w.registers.rflags, flag::kFixed | flag::kDirection | flag::kTrap);
}

TEST(Syscall, CompatibilityModeByVendor) {
  World amd(Door::Syscall, Vendor::Amd);
  amd.registers.cs = {.selector = selector::kUserCode32, .long_mode = false, .default_size = true};
  amd.system.cstar = 0xffffffff81e01000;
  EXPECT_FALSE(amd.pass());
  EXPECT_EQ(amd.registers.rip, 0xffffffff81e01000u);
}

TEST(Sysretq, LoadsUserMode) {
  for (const Vendor vendor : {Vendor::Intel, Vendor::Amd}) {
    World w(Door::Sysretq, vendor);
    w.registers[Gpr::R11] = ~0ULL;
    EXPECT_FALSE(w.pass());
    EXPECT_EQ(w.registers.rip, 0x401002u);
    EXPECT_EQ(w.registers.rflags, 0x3c7fd7u);  // neither RF nor VM
    EXPECT_EQ(w.registers.cs.selector, selector::kUserCode);
    EXPECT_EQ(w.registers.cs.dpl, 3);
    EXPECT_EQ(w.registers.ss.selector, selector::kUserData);
    EXPECT_EQ(w.system.cpl, 3);
  }
}

TEST(Sysretq, AmdKeepsTheHiddenPartOfSs) {
  World amd(Door::Sysretq, Vendor::Amd);
  amd.registers.ss = {.selector = 0, .limit = 0x1234, .dpl = 0};
  EXPECT_FALSE(amd.pass());
  EXPECT_EQ(amd.registers.ss.limit, 0x1234u);
  World intel(Door::Sysretq, Vendor::Intel);
  intel.registers.ss = {.selector = 0, .limit = 0x1234, .dpl = 0};
  EXPECT_FALSE(intel.pass());
  EXPECT_EQ(intel.registers.ss.limit, 0xffffffffu);
}

TEST(Sysretq, AmdGoesToANonCanonicalAddress) {
  World w(Door::Sysretq, Vendor::Amd);
  w.registers[Gpr::Rcx] = kNonCanonical;
  EXPECT_FALSE(w.pass());
  EXPECT_EQ(w.registers.rip, kNonCanonical);
  EXPECT_EQ(w.system.cpl, 3);
}

TEST(Iretq, PopsEverything) {
  World w(Door::Iretq, Vendor::Intel);
  w.slot(2, flag::kFixed | flag::kTrap | flag::kResume | flag::kVirtual8086);
  EXPECT_FALSE(w.pass());
  EXPECT_EQ(w.registers.rip, 0x401002u);
  EXPECT_EQ(w.registers.cs.selector, selector::kUserCode);
  EXPECT_TRUE(w.registers.cs.long_mode);
  EXPECT_EQ(w.registers.rflags, flag::kFixed | flag::kTrap | flag::kResume);
  EXPECT_EQ(w.registers[Gpr::Rsp], 0x7ffffffde000u);
  EXPECT_EQ(w.registers.ss.selector, selector::kUserData);
  EXPECT_EQ(w.system.cpl, 3);
}

TEST(Iretq, StaysInRingZeroWithANullStack) {
  World w(Door::Iretq, Vendor::Intel);
  w.slot(1, selector::kKernelCode);
  w.slot(4, 0);
  EXPECT_FALSE(w.pass());
  EXPECT_EQ(w.system.cpl, 0);
}

/// What makes a door fail, and how.
struct FaultCase {
  const char* name;
  Door door;
  Vendors vendors;
  void (*arrange)(World&);
  Exception raised;
};

constexpr std::uint64_t kSce = 1;

const FaultCase kFaults[] = {
    {"SyscallDisabled",
     Door::Syscall,
     Vendors::All,
     [](World& w) { w.system.efer &= ~kSce; },
     {6, {}}},
    {"SyscallFromCompatibilityMode",
     Door::Syscall,
     Vendors::Intel,
     [](World& w) { w.registers.cs.long_mode = false; },
     {6, {}}},
    {"SysretDisabled",
     Door::Sysretq,
     Vendors::All,
     [](World& w) { w.system.efer &= ~kSce; },
     {6, {}}},
    {"SysretInUserMode", Door::Sysretq, Vendors::All, [](World& w) { w.system.cpl = 3; }, {13, 0}},
    {"SysretNonCanonical",
     Door::Sysretq,
     Vendors::Intel,
     [](World& w) { w.registers[Gpr::Rcx] = kNonCanonical; },
     {13, 0}},
    {"IretNestedTask",
     Door::Iretq,
     Vendors::All,
     [](World& w) { w.registers.rflags |= flag::kNestedTask; },
     {13, 0}},
    {"IretStackUnreadable",
     Door::Iretq,
     Vendors::All,
     [](World& w) { w.registers[Gpr::Rsp] = KernelMemory::kTrampolineStack.end.value - 8; },
     {14, 0}},
    {"IretNullCode", Door::Iretq, Vendors::All, [](World& w) { w.slot(1, 3); }, {13, 0}},
    {"IretDataAsCode",
     Door::Iretq,
     Vendors::All,
     [](World& w) { w.slot(1, selector::kUserData); },
     {13, selector::kUserData & ~3u}},
    {"IretCodeBeyondTable",
     Door::Iretq,
     Vendors::All,
     [](World& w) { w.slot(1, 0x1003); },
     {13, 0x1000}},
    {"IretCodePrivilege",
     Door::Iretq,
     Vendors::All,
     [](World& w) { w.slot(1, selector::kKernelCode | 3); },
     {13, selector::kKernelCode}},
    {"IretNullStackToUser", Door::Iretq, Vendors::All, [](World& w) { w.slot(4, 0); }, {13, 0}},
    {"IretStackPrivilege",
     Door::Iretq,
     Vendors::All,
     [](World& w) { w.slot(4, selector::kKernelData); },
     {13, selector::kKernelData}},
    {"IretCodeAsStack",
     Door::Iretq,
     Vendors::All,
     [](World& w) { w.slot(4, selector::kUserCode); },
     {13, selector::kUserCode & ~3u}},
    {"IretNonCanonical",
     Door::Iretq,
     Vendors::All,
     [](World& w) { w.slot(0, kNonCanonical); },
     {13, 0}},
};

class GateFault : public testing::TestWithParam<FaultCase> {};

TEST_P(GateFault, IsRaisedBeforeAnythingIsLost) {
  const FaultCase& c = GetParam();
  for (const Vendor vendor : {Vendor::Intel, Vendor::Amd}) {
    if (c.vendors != Vendors::All && (c.vendors == Vendors::Intel) != (vendor == Vendor::Intel))
      continue;
    World w(c.door, vendor);
    c.arrange(w);
    const Registers before = w.registers;
    const std::uint8_t cpl = w.system.cpl;
    EXPECT_EQ(w.pass(), c.raised);
    EXPECT_EQ(w.registers.gpr, before.gpr);
    EXPECT_EQ(w.registers.rip, before.rip);
    EXPECT_EQ(w.registers.rflags, before.rflags);
    EXPECT_EQ(w.registers.cs, before.cs);
    EXPECT_EQ(w.registers.ss, before.ss);
    EXPECT_EQ(w.system.cpl, cpl);
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, GateFault, testing::ValuesIn(kFaults),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(MicroSteps, EveryKeyIsChargedOnce) {
  for (const Door door : {Door::Syscall, Door::Sysretq, Door::Iretq})
    for (const Vendor vendor : {Vendor::Intel, Vendor::Amd}) {
      std::set<std::string_view> keys, charged_keys;
      for (const MicroStep& step : micro_steps(door)) {
        EXPECT_EQ(step.door, door);
        if (applies(step, vendor)) keys.insert(step.key);
        if (charged(step, vendor)) {
          EXPECT_TRUE(charged_keys.insert(step.key).second) << step.key;
        }
      }
      EXPECT_EQ(keys, charged_keys);
      EXPECT_FALSE(keys.empty());
    }
}

}  // namespace
}  // namespace ringfare
