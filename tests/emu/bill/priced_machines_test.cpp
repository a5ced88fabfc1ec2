// SPDX-License-Identifier: MIT
// The machines of a run: each charges what it would charge alone, and one decides.
#include "emu/bill/priced_machines.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "cpu/base/failure.hpp"
#include "cpu/kernel_space/kernel_memory.hpp"
#include "emu/bill/account_slots.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kGetpid = 39, kGetpid32 = 20, kNoCall = 5000;
constexpr std::size_t kSlot = kGetpid;
constexpr ServiceCharge kCharge{.call = "getpid"};
constexpr AtGate kSyscall{.gate = Gate::Syscall};
constexpr AtGate kInt80{.gate = Gate::Interrupt, .vector = 0x80};

Machine machine(const char* cpu) {
  const ModelLibrary library({RINGFARE_SOURCE_DIR "/models"});
  return make_machine(library.cpu(cpu), library.kernel("linux-6.1"), "auto");
}

Registers caller(std::uint64_t number) {
  Registers registers;
  registers.rip = 0x401000;
  registers[Gpr::Rsp] = 0x7ffc00001000;
  registers[Gpr::Rax] = number;
  return registers;
}

Registers caller32(std::uint64_t number) {
  Registers registers = caller(number);
  registers.cs = {.selector = selector::kUserCode32, .default_size = true};
  registers.ss.default_size = true;
  registers.ds = registers.es = registers.ss;
  registers[Gpr::Rsp] = 0xbffff000;
  return registers;
}

/// The word of the sixth argument, for fast 32-bit doors.
class Stack final : public UserWindow {
 public:
  std::optional<std::uint64_t> load(std::uint64_t, unsigned) const override { return 0; }
};

struct Call {
  Registers registers;
  AtGate gate = kSyscall;
  std::int64_t result = 1234;
};

/// One call from gate to account; the registers as the guest has them behind it.
Registers make(PricedMachines& machines, Call call) {
  EXPECT_FALSE(machines.enter(call.registers, call.gate).raised);
  machines.leave(call.registers, call.result, kCharge);
  machines.charge(kSlot, "getpid", false);
  return call.registers;
}

std::vector<std::string> stages_of(const Bill& bill) {
  std::vector<std::string> lines;
  for (const Bill::Stage& stage : bill.stages)
    lines.push_back(fmt::format("{} {}: {} times, {} instructions, {}", stage.side, stage.name,
                                stage.times, stage.instructions, stage.cycles.hundredths));
  return lines;
}

TEST(PricedMachines, ChargeWhatEachWouldChargeAlone) {
  PricedMachines all(machine("skylake"), {machine("zen3"), machine("k8")});
  PricedMachines skylake(machine("skylake"), {}), zen(machine("zen3"), {}), k8(machine("k8"), {});
  for (PricedMachines* machines : {&all, &skylake, &zen, &k8}) {
    machines->set_work("signal");
    make(*machines, {caller(kGetpid)});
    make(*machines, {caller(kGetpid)});
    make(*machines, {caller32(kGetpid32), kInt80});
    machines->happened(KernelEvent::PageFault);
  }
  const Bill bill = all.bill({});
  ASSERT_EQ(bill.also_priced.size(), 2u);
  EXPECT_EQ(stages_of(bill), stages_of(skylake.bill({})));
  EXPECT_EQ(stages_of(bill.also_priced[0]), stages_of(zen.bill({})));
  EXPECT_EQ(stages_of(bill.also_priced[1]), stages_of(k8.bill({})));
  EXPECT_EQ(bill.also_priced[1].cpu, "k8");
  EXPECT_NE(bill.kernel, bill.also_priced[1].kernel);
}

TEST(PricedMachines, TheFirstOneWorksOnTheGuestsRegisters) {
  PricedMachines alone(machine("skylake"), {});
  PricedMachines accompanied(machine("skylake"), {machine("zen3")});
  for (const std::uint64_t number : {kGetpid, kNoCall}) {
    const Registers with = make(accompanied, {caller(number)});
    const Registers without = make(alone, {caller(number)});
    EXPECT_EQ(with.gpr, without.gpr);
    EXPECT_EQ(with.rip, 0x401002u);
  }
}

TEST(PricedMachines, AShutDoorChargesNothingWhereItIsShut) {
  PricedMachines machines(machine("zen3"), {machine("skylake")});  // 32-bit SYSCALL is AMD's
  Registers registers = caller32(kGetpid32);
  registers[Gpr::Rbp] = registers[Gpr::Rcx];
  make(machines, {registers});
  Bill bill = machines.bill({});
  ASSERT_EQ(bill.calls.size(), 1u);
  EXPECT_TRUE(bill.also_priced[0].calls.empty());
  EXPECT_EQ(bill.also_priced[0].kernel, Cycles{});

  make(machines, {caller(kGetpid)});
  bill = machines.bill({});
  EXPECT_EQ(bill.calls[0].calls, 2u);
  EXPECT_EQ(bill.also_priced[0].calls[0].calls, 1u);
}

TEST(PricedMachines, WorkThatASkippedCallShouldMeetIsNotLeftOver) {
  PricedMachines machines(machine("zen3"), {machine("skylake")});
  make(machines, {caller(kGetpid)});
  const Cycles ordinary = machines.bill({}).also_priced[0].kernel;
  const Stack stack;
  machines.show_user(&stack);
  Registers registers = caller32(kGetpid32);
  EXPECT_FALSE(machines.enter(registers, kSyscall).raised);
  EXPECT_TRUE(machines.set_work("signal"));
  machines.leave(registers, 1, kCharge);
  make(machines, {caller(kGetpid)});
  EXPECT_EQ(machines.bill({}).also_priced[0].kernel, ordinary * 2);
}

TEST(PricedMachines, AnEndInsideTheCallHasHalfABill) {
  PricedMachines machines(machine("skylake"), {machine("zen3")});
  make(machines, {caller(kGetpid)});
  const Bill whole = machines.bill({});
  Registers registers = caller(kGetpid);
  machines.enter(registers, kSyscall);
  machines.end(kCharge);
  machines.charge(kSlot, "getpid", false);
  const Bill both = machines.bill({});
  EXPECT_LT(both.kernel, whole.kernel * 2);
  EXPECT_GT(both.kernel, whole.kernel);
  EXPECT_LT(both.also_priced[0].kernel, whole.also_priced[0].kernel * 2);
  EXPECT_GT(both.also_priced[0].kernel, whole.also_priced[0].kernel);
}

TEST(PricedMachines, EmulatedInstructionsGoToTheLaneOfEach) {
  PricedMachines machines(machine("skylake"), {machine("zen3")});
  Lanes totals{};
  machines.executed(SystemInstruction::Rdtsc, totals);
  const ModelLibrary library({RINGFARE_SOURCE_DIR "/models"});
  const auto price = [&](const char* cpu) {
    return static_cast<std::uint64_t>(library.cpu(cpu).prices.at("rdtsc").cycles.hundredths);
  };
  EXPECT_EQ(totals[kInstructionLane], 0u);
  EXPECT_EQ(totals[kFirstCycleLane], price("skylake"));
  EXPECT_EQ(totals[kFirstCycleLane + 1], price("zen3"));
  const Bill bill = machines.bill(totals);
  EXPECT_EQ(bill.user.hundredths, static_cast<std::int64_t>(price("skylake")));
  EXPECT_EQ(bill.also_priced[0].user.hundredths, static_cast<std::int64_t>(price("zen3")));
}

TEST(PricedMachines, ANewProcessHasBeenChargedNothing) {
  PricedMachines machines(machine("skylake"), {machine("zen3")});
  make(machines, {caller(kGetpid)});
  EXPECT_GT(machines.deciding().charged(), Cycles{});
  machines.start_over();
  EXPECT_EQ(machines.deciding().charged(), Cycles{});
  EXPECT_TRUE(machines.bill({}).also_priced[0].calls.empty());
}

TEST(PricedMachines, AreNoMoreThanThereAreLanes) {
  const std::vector<Machine> most(PricedMachines::kMostAlong, machine("skylake"));
  EXPECT_EQ(PricedMachines(machine("skylake"), most).size(), kLanes - kFirstCycleLane);
  std::vector<Machine> more = most;
  more.push_back(machine("skylake"));
  try {
    PricedMachines(machine("skylake"), more);
    FAIL() << "no error";
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "8 machines at once: give at most 6 besides the first");
  }
}

}  // namespace
}  // namespace ringfare
