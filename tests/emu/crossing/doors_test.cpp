// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <map>
#include <string>

#include "cpu/kernel_space/kernel_memory.hpp"
#include "cpu/memory.hpp"
#include "emu/linux/traps.hpp"
#include "machines.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kLandingPad = 0xb7fc5559, kUserStack32 = 0xbfffc000;
constexpr std::uint64_t kSixth = 0x66666666;

/// A kernel on a processor, and a caller at one of its doors.
struct DoorCase {
  const char* kernel;
  const char* cpu;
  const char* mitigations;
  Gate gate;
  CodeMode mode;
};

void PrintTo(const DoorCase& c, std::ostream* out) {
  *out << c.kernel << " on " << c.cpu;
}

constexpr CodeMode k64 = CodeMode::Long64, k32 = CodeMode::Compat32;

constexpr DoorCase kDoors[] = {
    {"linux-2.2", "pentium", "auto", Gate::Interrupt, k32},
    {"linux-2.2", "k7", "auto", Gate::Interrupt, k32},
    {"linux-2.4", "pentium-ii", "auto", Gate::Interrupt, k32},
    {"linux-2.4", "k7", "auto", Gate::Interrupt, k32},
    {"linux-2.6-i386", "pentium-4", "auto", Gate::Interrupt, k32},
    {"linux-2.6-i386", "pentium-4", "auto", Gate::Sysenter, k32},
    {"linux-2.6-i386", "k7", "auto", Gate::Sysenter, k32},
    {"linux-2.6-x86_64", "k8", "auto", Gate::Syscall, k64},
    {"linux-2.6-x86_64", "k8", "auto", Gate::Interrupt, k32},
    {"linux-2.6-x86_64", "k8", "auto", Gate::Interrupt, k64},
    {"linux-2.6-x86_64", "k8", "auto", Gate::Syscall, k32},
    {"linux-2.6-x86_64", "core2", "auto", Gate::Sysenter, k32},
    {"linux-4.4", "haswell", "auto", Gate::Syscall, k64},
    {"linux-4.4", "haswell", "auto", Gate::Interrupt, k32},
    {"linux-4.4", "haswell", "auto", Gate::Sysenter, k32},
    {"linux-4.4", "zen1", "auto", Gate::Syscall, k32},
    {"linux-4.15", "skylake", "auto", Gate::Syscall, k64},
    {"linux-4.15", "skylake", "pti,retpoline", Gate::Syscall, k64},
    {"linux-4.15", "skylake", "off", Gate::Syscall, k64},
    {"linux-4.15", "skylake", "pti,retpoline", Gate::Interrupt, k32},
    {"linux-4.15", "skylake", "pti", Gate::Sysenter, k32},
    {"linux-4.15", "zen1", "auto", Gate::Syscall, k32},
    {"linux-5.10", "skylake", "auto", Gate::Syscall, k64},
    {"linux-5.10", "skylake", "auto", Gate::Interrupt, k64},
    {"linux-5.10", "skylake", "auto", Gate::Sysenter, k32},
    {"linux-5.10", "zen2", "auto", Gate::Syscall, k32},
    {"linux-6.1", "skylake", "auto", Gate::Syscall, k64},
    {"linux-6.1", "skylake", "auto", Gate::Interrupt, k32},
    {"linux-6.1", "skylake", "auto", Gate::Interrupt, k64},
    {"linux-6.1", "skylake", "auto", Gate::Sysenter, k32},
    {"linux-6.1", "ice-lake", "auto", Gate::Sysenter, k32},
    {"linux-6.1", "zen3", "auto", Gate::Syscall, k32},
    {"linux-6.1", "zen3", "auto", Gate::Interrupt, k32},
    {"linux-6.12", "skylake", "auto", Gate::Syscall, k64},
    {"linux-6.12", "skylake", "auto", Gate::Interrupt, k32},
    {"linux-6.12", "skylake", "auto", Gate::Sysenter, k32},
    {"linux-6.12", "zen4", "auto", Gate::Syscall, k64},
    {"linux-6.12", "zen4", "auto", Gate::Syscall, k32},
    {"linux-fred", "sapphire-rapids-fred", "auto", Gate::Syscall, k64},
    {"linux-fred", "sapphire-rapids-fred", "auto", Gate::Interrupt, k32},
    {"linux-fred", "sapphire-rapids-fred", "auto", Gate::Interrupt, k64},
};

Machine machine_of(const DoorCase& c) {
  const ModelLibrary library({RINGFARE_SOURCE_DIR "/models"});
  return make_machine(library.cpu(c.cpu), library.kernel(c.kernel), c.mitigations);
}

/// A stack of the user with one word on it.
struct Stack final : UserWindow {
  std::optional<std::uint64_t> load(std::uint64_t address, unsigned) const override {
    if (!mapped || address < kUserStack32 - 0x1000 || address >= kUserStack32 + 0x1000) return {};
    return word;
  }
  bool mapped = true;
  std::uint64_t word = kSixth;
};

Registers caller(const DoorCase& c, std::uint64_t seed) {
  Registers r = Bench::user_registers(seed);
  if (c.mode == k64) return r;
  for (std::uint64_t& gpr : r.gpr) gpr &= 0xffffffff;
  for (std::size_t i = 8; i < 16; ++i) r.gpr[i] = 0;
  r.cs = {.selector = selector::kUserCode32, .default_size = true};
  r.ss = {.selector = selector::kUserData, .default_size = true};
  r.ds = r.es = r.ss;
  r.fs = {};
  r.gs = {};
  r[Gpr::Rsp] = kUserStack32 - 16 * (seed % 8);
  if (c.gate == Gate::Sysenter) r[Gpr::Rbp] = r[Gpr::Rsp];
  return r;
}

class Visitor {
 public:
  explicit Visitor(const DoorCase& c) : case_(c), machine_(machine_of(c)) {
    crossings.show_user(&stack);
    crossings.set_landing_pad(kLandingPad);
  }

  Entered enter(std::uint64_t number) {
    registers[Gpr::Rax] = number;
    return crossings.enter(registers, case_.gate, 2);
  }
  CrossingBill cross(std::uint64_t number, std::int64_t result = 0) {
    entered = enter(number);
    EXPECT_FALSE(entered.raised) << unsigned{entered.raised->vector};
    return crossings.leave(registers, result, {});
  }

 private:
  DoorCase case_;
  Machine machine_;
  Pricer pricer_{machine_.cpu};

 public:
  Stack stack;
  Crossings crossings{machine_, pricer_};
  Registers registers = caller(case_, 1);
  Entered entered;
};

class EveryDoor : public testing::TestWithParam<DoorCase> {};

std::string door_case_name(const testing::TestParamInfo<DoorCase>& info) {
  const DoorCase& c = info.param;
  constexpr const char* kGates[] = {"syscall", "sysenter", "int80"};
  std::string name = std::string(c.kernel) + "_" + c.cpu + "_" + c.mitigations + "_" +
                     kGates[static_cast<std::size_t>(c.gate)] + (c.mode == k64 ? "_64" : "_32");
  for (char& ch : name)
    if (!isalnum(static_cast<unsigned char>(ch))) ch = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Doors, EveryDoor, testing::ValuesIn(kDoors), door_case_name);

bool fast32(const DoorCase& c) {
  return c.gate == Gate::Sysenter || (c.gate == Gate::Syscall && c.mode == k32);
}

/// What each door leaves in the registers, by what the hardware does and the kernel keeps.
Registers after(const DoorCase& c, const Registers& before, std::uint64_t result) {
  const std::string_view kernel = c.kernel;
  Registers r = before;
  r[Gpr::Rax] = result;
  r.rip = fast32(c) && kernel != "linux-2.6-x86_64" ? kLandingPad : before.rip + 2;
  if (kernel == "linux-2.6-x86_64" && c.gate == Gate::Sysenter) r.rip = kLandingPad;
  if (c.gate == Gate::Syscall && c.mode == k64 && kernel != "linux-fred") {
    r[Gpr::Rcx] = r.rip;
    r[Gpr::R11] = before.rflags;
  }
  if (c.gate == Gate::Interrupt && c.mode == k64 && kernel == "linux-2.6-x86_64")
    for (const Gpr gone : {Gpr::R8, Gpr::R9, Gpr::R10, Gpr::R11}) r[gone] = 0;
  return r;
}

TEST_P(EveryDoor, KeepsWhatTheAbiKeeps) {
  const DoorCase& c = GetParam();
  Visitor door(c);
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    // The same path again and again: first executed, then only charged.
    door.registers = caller(c, seed);
    door.registers.rflags = flag::kFixed | flag::kInterrupt;
    const Registers before = door.registers;
    door.stack.word = kSixth + seed;
    const CrossingBill bill = door.cross(20, static_cast<std::int64_t>(seed));
    ASSERT_TRUE(door.entered);
    const Registers& r = door.registers;
    const Registers expected = after(c, before, seed);
    EXPECT_EQ(r.rip, expected.rip);
    EXPECT_EQ(r.cs.selector, before.cs.selector);
    EXPECT_EQ(r.cs.long_mode, before.cs.long_mode);
    EXPECT_EQ(r.ss.selector, before.ss.selector);
    EXPECT_EQ(r.ds, before.ds);
    EXPECT_EQ(r.gs, before.gs);
    EXPECT_EQ(r.rflags & flag::kInterrupt, flag::kInterrupt);
    for (const Gpr gpr : {Gpr::Rax, Gpr::Rbx, Gpr::Rsi, Gpr::Rdi, Gpr::Rsp})
      EXPECT_EQ(r[gpr], expected[gpr]) << static_cast<int>(gpr);
    if (fast32(c)) continue;
    EXPECT_EQ(r.gpr, expected.gpr);
    EXPECT_EQ(r.rflags, before.rflags);
  }
}

TEST_P(EveryDoor, IsTheSameExecutedAndCharged) {
  const DoorCase& c = GetParam();
  Visitor once(c), again(c);
  once.crossings.watch(Watch::Instructions, false);
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    once.registers = again.registers = caller(c, seed);
    once.registers.rflags = again.registers.rflags = flag::kFixed | flag::kInterrupt;
    once.stack.word = again.stack.word = kSixth + seed;
    const CrossingBill executed = once.cross(20, 5), charged = again.cross(20, 5);
    EXPECT_EQ(executed.total, charged.total);
    ASSERT_EQ(executed.stages.size(), charged.stages.size());
    for (std::size_t i = 0; i < executed.stages.size(); ++i) {
      EXPECT_EQ(executed.stages[i].name, charged.stages[i].name);
      EXPECT_EQ(executed.stages[i].cycles, charged.stages[i].cycles);
      EXPECT_EQ(executed.stages[i].instructions, charged.stages[i].instructions);
    }
    EXPECT_EQ(once.registers.gpr, again.registers.gpr) << seed;
    EXPECT_EQ(once.registers.rip, again.registers.rip);
    EXPECT_EQ(once.registers.rflags, again.registers.rflags);
    EXPECT_EQ(once.registers.cs, again.registers.cs);
    EXPECT_EQ(once.registers.ss, again.registers.ss);
  }
}

/// A path that has been executed is charged the next time: what ring 0 would save is not saved.
TEST_P(EveryDoor, AKnownPathIsNotExecuted) {
  const DoorCase& c = GetParam();
  if (std::string_view(c.kernel) == "linux-fred" && c.gate == Gate::Syscall)
    GTEST_SKIP() << "asks whether SYSRET would do, which depends on RCX and R11: FRED keeps them";
  Visitor door(c);
  const Registers before = door.registers;
  const auto saved = [&door] {
    const KernelMemory& memory = door.crossings.memory();
    return memory.pt_regs(memory.symbols().at(memory.word() == 4 ? "PT_EDI" : "PT_RDI"));
  };
  const CrossingBill first = door.cross(20, 1);  // may replace what the kernel set up at boot
  door.registers = before;
  EXPECT_EQ(door.cross(20, 1).total, first.total);
  const std::uint64_t left = saved();
  for (const std::uint64_t other : {0x12345u, 0x54321u}) {
    door.registers = before;
    door.registers[Gpr::Rdi] = other;
    door.stack.word = other;
    EXPECT_EQ(door.cross(20, 1).total, first.total);
    EXPECT_EQ(door.registers[Gpr::Rdi], other);
    EXPECT_EQ(saved(), left);
  }
}

TEST_P(EveryDoor, ANumberWithoutServiceIsAnswered) {
  for (const std::uint64_t number : {5000ull, 0x7fffffffull, 0x80000001ull}) {
    Visitor door(GetParam());
    for (int round = 0; round < 2; ++round) {
      door.registers = caller(GetParam(), 3);
      door.cross(number);
      EXPECT_FALSE(door.entered);
      const bool narrow = GetParam().mode == k32;
      const std::uint64_t answer = static_cast<std::uint64_t>(-ENOSYS);
      EXPECT_EQ(door.registers[Gpr::Rax] & 0xffffffff, answer & 0xffffffff) << narrow;
    }
  }
}

/// Work is found, done, paid for, and the next call is an ordinary one again.
TEST_P(EveryDoor, DoesTheWorkThatWaits) {
  for (const char* work : {"signal", "reschedule"}) {
    Visitor door(GetParam());
    const Registers before = door.registers;
    const Cycles ordinary = door.cross(20, 1).total;
    for (const bool inside : {false, true}) {
      door.registers = before;
      if (!inside) {
        EXPECT_TRUE(door.crossings.set_work(work, true)) << work;
      }
      ASSERT_TRUE(door.enter(20));
      if (inside) {
        EXPECT_TRUE(door.crossings.set_work(work, true));
      }
      EXPECT_GT(door.crossings.leave(door.registers, 1, {}).total, ordinary) << work;
      EXPECT_EQ(door.registers[Gpr::Rax], 1u);
      EXPECT_EQ(door.registers[Gpr::Rbx], before[Gpr::Rbx]);
      door.registers = before;
      EXPECT_EQ(door.cross(20, 1).total, ordinary) << work;
    }
  }
}

TEST_P(EveryDoor, ShowsEveryCallToATracer) {
  Visitor door(GetParam());
  const Registers before = door.registers;
  const Cycles ordinary = door.cross(20, 1).total;
  EXPECT_TRUE(door.crossings.set_work("traced", true));
  for (int round = 0; round < 2; ++round) {
    door.registers = before;
    EXPECT_GT(door.cross(20, 1).total, ordinary);
    EXPECT_TRUE(door.entered);
    EXPECT_EQ(door.registers[Gpr::Rax], 1u);
  }
  EXPECT_TRUE(door.crossings.set_work("traced", false));
  door.registers = before;
  EXPECT_EQ(door.cross(20, 1).total, ordinary);
}

/// The kernel's pt_regs in the layout of its time.
TEST_P(EveryDoor, TheServiceFindsTheCallersRegisters) {
  const DoorCase& c = GetParam();
  Visitor door(c);
  const Registers before = door.registers;
  ASSERT_TRUE(door.enter(20));
  const KernelMemory& memory = door.crossings.memory();
  const auto symbols = memory.symbols();
  const auto slot = [&](const char* name) { return memory.pt_regs(symbols.at(name)); };
  if (memory.word() == 4) {
    EXPECT_EQ(slot("PT_EBX"), before[Gpr::Rbx]);
    EXPECT_EQ(slot("PT_ESI"), before[Gpr::Rsi]);
    EXPECT_EQ(slot("PT_EDI"), before[Gpr::Rdi]);
    EXPECT_EQ(slot("PT_ORIG_EAX"), 20u);
    EXPECT_EQ(slot("PT_EIP"), c.gate == Gate::Sysenter ? kLandingPad : before.rip + 2);
    EXPECT_EQ(slot("PT_ESP"), before[Gpr::Rsp]);
    EXPECT_EQ(slot("PT_CS"), memory.plan().selectors.user_code32);
  } else {
    EXPECT_EQ(slot("PT_RSI"), before[Gpr::Rsi]);
    EXPECT_EQ(slot("PT_RDI"), before[Gpr::Rdi]);
    EXPECT_EQ(slot("PT_ORIG_RAX"), 20u);
    const bool partial =
        std::string_view(c.kernel) == "linux-2.6-x86_64" && c.gate == Gate::Syscall;
    if (!partial || c.mode == k32) {
      EXPECT_EQ(slot("PT_RSP"), before[Gpr::Rsp]);
    }
  }
  door.crossings.leave(door.registers, 0, {});
}

TEST_P(EveryDoor, ASixthArgumentThatIsNotThereIsAFault) {
  if (!fast32(GetParam())) GTEST_SKIP() << "this door takes its arguments in registers";
  Visitor door(GetParam());
  const Registers before = door.registers;
  for (const bool mapped : {true, false, true, false}) {
    door.registers = before;
    door.stack.mapped = mapped;
    door.cross(20, 1);
    EXPECT_EQ(static_cast<bool>(door.entered), mapped);
    EXPECT_EQ(static_cast<std::int32_t>(door.registers[Gpr::Rax]), mapped ? 1 : -EFAULT);
  }
}

TEST_P(EveryDoor, ExistsBySaysItself) {
  Visitor door(GetParam());
  EXPECT_TRUE(door.crossings.has_door(GetParam().gate, GetParam().mode));
}

/// Hardware clobbers, per kind of door.
TEST(Clobbers, SyscallLeavesTheReturnAddressAndTheFlags) {
  for (const char* kernel : {"linux-2.6-x86_64", "linux-4.4", "linux-5.10", "linux-6.1"}) {
    const DoorCase c{kernel, "core2", "off", Gate::Syscall, k64};
    Visitor door(c);
    door.registers.rflags = flag::kFixed | flag::kInterrupt | flag::kCarry | flag::kSign;
    const Registers before = door.registers;
    door.cross(39, 7);
    EXPECT_EQ(door.registers[Gpr::Rcx], before.rip + 2) << kernel;
    EXPECT_EQ(door.registers[Gpr::R11], before.rflags) << kernel;
    EXPECT_EQ(door.registers[Gpr::Rdx], before[Gpr::Rdx]) << kernel;
  }
}

TEST(Clobbers, FredLeavesEverything) {
  Visitor door({"linux-fred", "sapphire-rapids-fred", "auto", Gate::Syscall, k64});
  const Registers before = door.registers;
  door.cross(39, 7);
  EXPECT_EQ(door.registers[Gpr::Rcx], before[Gpr::Rcx]);
  EXPECT_EQ(door.registers[Gpr::R11], before[Gpr::R11]);
  EXPECT_EQ(door.registers.rflags, before.rflags);
}

TEST(Clobbers, SysexitLeavesTargetAndStack) {
  Visitor door({"linux-2.6-i386", "pentium-4", "auto", Gate::Sysenter, k32});
  for (int round = 0; round < 3; ++round) {
    door.registers = caller({"", "", "", Gate::Sysenter, k32}, static_cast<std::uint64_t>(round));
    const Registers before = door.registers;
    door.cross(20, 7);
    EXPECT_EQ(door.registers[Gpr::Rdx], kLandingPad);
    EXPECT_EQ(door.registers[Gpr::Rcx], before[Gpr::Rbp]);
    EXPECT_EQ(door.registers[Gpr::Rbp], 0u);
    EXPECT_EQ(door.registers[Gpr::Rsp], before[Gpr::Rbp]);
  }
}

TEST(Clobbers, SysretlLeavesTargetAndSixthArgument) {
  Visitor door({"linux-6.1", "zen3", "auto", Gate::Syscall, k32});
  for (std::uint64_t round = 1; round < 4; ++round) {
    door.registers = caller({"", "", "", Gate::Syscall, k32}, round);
    door.stack.word = round;
    const Registers before = door.registers;
    door.cross(20, 7);
    EXPECT_EQ(door.registers[Gpr::Rcx], kLandingPad);
    EXPECT_EQ(door.registers[Gpr::Rbp], round);
    EXPECT_EQ(door.registers[Gpr::Rdx], before[Gpr::Rdx]);
  }
}

TEST(Clobbers, Int80From64BitCode) {
  Visitor modern({"linux-6.1", "skylake", "auto", Gate::Interrupt, k64});
  const Registers before = modern.registers;
  modern.cross(20, 7);
  EXPECT_EQ(modern.registers[Gpr::R8], before[Gpr::R8]);
  EXPECT_EQ(modern.registers[Gpr::R11], before[Gpr::R11]);
  Visitor old({"linux-2.6-x86_64", "k8", "auto", Gate::Interrupt, k64});
  old.cross(20, 7);
  EXPECT_EQ(old.registers[Gpr::R8], 0u);
  EXPECT_EQ(old.registers[Gpr::R11], 0u);
}

/// SYSRET refused: the user single-steps, so the kernel leaves by IRETQ.
TEST(WaysOut, ASteppingUserIsLeftByIretq) {
  for (const char* kernel : {"linux-5.10", "linux-6.1", "linux-6.12"}) {
    Visitor door({kernel, "skylake", "auto", Gate::Syscall, k64});
    door.registers.rflags = flag::kFixed | flag::kInterrupt | flag::kTrap;
    const CrossingBill bill = door.cross(39, 7);
    EXPECT_TRUE(has_stage(bill, "iretq")) << kernel;
    EXPECT_FALSE(has_stage(bill, "sysretq")) << kernel;
    EXPECT_TRUE(door.registers.rflags & flag::kTrap);
  }
}

/// What a door that does not open raises, and the signal Linux makes of it.
struct ShutCase {
  DoorCase door;
  std::uint8_t vector;
  Exception raised;
  int signal;
};

TEST(ShutDoors, RaiseWhatTheProcessorRaises) {
  const ShutCase kShut[] = {
      {{"linux-6.1", "skylake", "auto", Gate::Interrupt, k64}, 0x81, {13, 0x40a}, SIGSEGV},
      {{"linux-6.1", "skylake", "auto", Gate::Interrupt, k32}, 0x0e, {13, 0x72}, SIGSEGV},
      {{"linux-2.4", "k7", "auto", Gate::Interrupt, k32}, 0x21, {13, 0x10a}, SIGSEGV},
      {{"linux-2.4", "k7", "auto", Gate::Sysenter, k32}, 0, {13, 0}, SIGSEGV},
      {{"linux-2.4", "pentium", "auto", Gate::Sysenter, k32}, 0, {6, {}}, SIGILL},
      {{"linux-2.6-i386", "pentium", "auto", Gate::Sysenter, k32}, 0, {6, {}}, SIGILL},
      {{"linux-6.1", "zen3", "auto", Gate::Sysenter, k32}, 0, {6, {}}, SIGILL},
      {{"linux-6.1", "skylake", "auto", Gate::Syscall, k32}, 0, {6, {}}, SIGILL},
      {{"linux-2.4", "k7", "auto", Gate::Syscall, k32}, 0, {6, {}}, SIGILL},
      {{"linux-fred", "sapphire-rapids-fred", "auto", Gate::Interrupt, k64},
       0x81,
       {13, 0x40a},
       SIGSEGV},
      {{"linux-fred", "sapphire-rapids-fred", "auto", Gate::Syscall, k32}, 0, {6, {}}, SIGILL},
  };
  for (const ShutCase& shut : kShut) {
    Visitor door(shut.door);
    const Registers before = door.registers;
    const Entered entered = door.crossings.enter(door.registers, shut.door.gate, 2, shut.vector);
    EXPECT_FALSE(entered);
    ASSERT_TRUE(entered.raised) << shut.door.kernel;
    EXPECT_EQ(*entered.raised, shut.raised) << shut.door.kernel;
    EXPECT_EQ(trap_signal(*entered.raised, door.registers, AddressSpace()).signal, shut.signal);
    EXPECT_EQ(door.registers.gpr, before.gpr);
    EXPECT_EQ(door.registers.rip, before.rip);
    EXPECT_EQ(door.registers.cs, before.cs);
  }
}

TEST(ShutDoors, AKernelTheProcessorCannotRunIsRefused) {
  const auto refusal = [](const char* kernel, const char* cpu) {
    return error_of([&] { machine_of({kernel, cpu, "auto", Gate::Syscall, k64}); });
  };
  EXPECT_NE(refusal("linux-fred", "pentium").find("needs a processor with"), std::string::npos);
  EXPECT_NE(refusal("linux-6.1", "pentium-4").find("'lm'"), std::string::npos);
  EXPECT_NE(refusal("linux-fred", "skylake").find("linux-fred.toml:"), std::string::npos);
  EXPECT_EQ(refusal("linux-2.4", "skylake"), "no error");
}

/// The work of the fast door of 2.2: what an interrupt has left behind.
TEST(WaysOut, BottomHalvesRunBeforeUserMode) {
  Visitor door({"linux-2.2", "pentium", "auto", Gate::Interrupt, k32});
  const Registers before = door.registers;
  const Cycles ordinary = door.cross(20, 1).total;
  door.registers = before;
  EXPECT_TRUE(door.crossings.set_work("bottom_half", true));
  const CrossingBill bill = door.cross(20, 1);
  EXPECT_TRUE(has_stage(bill, "do_bottom_half"));
  EXPECT_GT(bill.total, ordinary);
  door.registers = before;
  EXPECT_EQ(door.cross(20, 1).total, ordinary);
  EXPECT_FALSE(door.crossings.set_work("nothing", true));
}

}  // namespace
}  // namespace ringfare
