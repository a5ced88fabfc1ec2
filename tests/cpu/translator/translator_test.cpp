// SPDX-License-Identifier: MIT
#include "cpu/translator/translator.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <span>
#include <sstream>
#include <string>

#include "cpu/base/failure.hpp"
#include "cpu/translator/arena.hpp"

#define SNIPPET(name)                                                     \
  extern "C" const std::uint8_t snippet_##name[], snippet_##name##_end[]; \
  const std::span<const std::uint8_t> k_##name() {                        \
    return {snippet_##name, snippet_##name##_end};                        \
  }

SNIPPET(loop)
SNIPPET(calls)
SNIPPET(table)
SNIPPET(same_place)
SNIPPET(flags)
SNIPPET(segments)
SNIPPET(string)
SNIPPET(fault)
SNIPPET(fault_indirect)
SNIPPET(divide)
SNIPPET(breakpoint)
SNIPPET(undefined)
SNIPPET(refused)
SNIPPET(emulated)
SNIPPET(data)
SNIPPET(xsave)
SNIPPET(forever)
SNIPPET(patch_next)
SNIPPET(patch_other)
SNIPPET(patch_string)
SNIPPET(push_flags)

namespace ringfare {
namespace {

/// Every instruction costs 3 hundredths, lane 2 counts 7 a block.
class FlatPrices final : public BlockObserver {
 public:
  BlockPrice translated(const Block& block) override {
    return {block.instructions.size(), 3 * block.instructions.size(), 7};
  }
  BlockPrice partial(const Block&, std::size_t n) override { return {n, 3 * n, 0}; }
};

constexpr GuestAddress kCode{0x400000}, kFarCode{0x2000'0000'0000}, kData{0x500000},
    kStackEnd{0x700000};

class Guest {
 public:
  Guest(std::span<const std::uint8_t> code, TranslatorOptions options, GuestAddress at = kCode)
      : engine(prepare(memory, code, at), prices, options) {
    thread.registers.rip = at.value;
    thread.registers[Gpr::Rsp] = kStackEnd.value - 4096;
  }

  AtGate run_to_gate() {
    const Stop stop = engine.run(thread, {});
    EXPECT_TRUE(std::holds_alternative<AtGate>(stop)) << "stop " << stop.index();
    return std::get<AtGate>(stop);
  }
  std::uint64_t operator[](Gpr reg) const { return thread.registers[reg]; }

  AddressSpace memory;
  FlatPrices prices;
  Translator engine;
  Thread thread;

 private:
  static AddressSpace& prepare(AddressSpace& memory, std::span<const std::uint8_t> code,
                               GuestAddress at) {
    const Permissions rw{.read = true, .write = true};
    EXPECT_EQ(
        memory.map({.range = {at, at + 0x4000}, .permissions = {true, true, true}, .name = ""}), 0);
    EXPECT_EQ(memory.map({.range = {kData, kData + 0x10000}, .permissions = rw, .name = ""}), 0);
    EXPECT_EQ(
        memory.map(
            {.range = {kStackEnd - 0x10000, kStackEnd}, .permissions = rw, .name = "[stack]"}),
        0);
    std::memcpy(AddressSpace::host(at), code.data(), code.size());
    return memory;
  }
};

/// Where the translator of this process counts: behind its context and signal stack, in the large
/// executable room below 2 GiB, which protection keys divide into several mappings.
std::uint64_t* first_counter() {
  std::ifstream maps("/proc/self/maps");
  std::uint64_t room = 0, room_end = 0;
  for (std::string line; std::getline(maps, line);) {
    std::uint64_t begin = 0, end = 0;
    char dash = 0;
    std::string rights;
    std::istringstream(line) >> std::hex >> begin >> dash >> end >> rights;
    if (rights != "rwxp" || end > INT32_MAX) continue;
    if (begin != room_end) room = begin;
    room_end = end;
    if (room_end - room > (100u << 20))
      return reinterpret_cast<std::uint64_t*>(room + sizeof(translator::Context) +
                                              translator::Arena::kSignalStackSize);
  }
  return nullptr;
}

struct Variant {
  const char* name;
  TranslatorOptions options;
};

class TranslatorTest : public testing::TestWithParam<Variant> {
 protected:
  const TranslatorOptions& options() const { return GetParam().options; }

  static void expect_counts(const Guest& guest, std::uint64_t instructions) {
    EXPECT_EQ(guest.thread.totals[0], instructions);
    EXPECT_EQ(guest.thread.totals[1], 3 * instructions);
    EXPECT_EQ(guest.engine.derived_totals()[0], instructions);
    EXPECT_EQ(guest.engine.derived_totals()[1], 3 * instructions);
  }
};

INSTANTIATE_TEST_SUITE_P(Counting, TranslatorTest,
                         testing::Values(Variant{"one_machine", {.lanes = 2}},
                                         Variant{"three_machines", {.lanes = 4}},
                                         Variant{"seven_machines", {.lanes = 8}},
                                         Variant{"memory", {.lanes = 2, .memory_totals = true}}),
                         [](const auto& instance) { return instance.param.name; });

TEST_P(TranslatorTest, LoopsCountExactly) {
  Guest guest(k_loop(), options());
  const AtGate gate = guest.run_to_gate();
  EXPECT_EQ(gate.gate, Gate::Syscall);
  EXPECT_EQ(gate.length, 2);
  EXPECT_EQ(guest[Gpr::Rax], 3000u);
  EXPECT_EQ(guest.thread.registers.rip, kCode.value + k_loop().size() - 2);
  expect_counts(guest, 1 + 3 * 1000 + 1);
  std::uint64_t blocks = 0;
  for (const std::uint64_t times : guest.engine.executions()) blocks += times;
  EXPECT_EQ(blocks, 1000u + 1u);
}

TEST_P(TranslatorTest, CallsAndReturns) {
  Guest guest(k_calls(), options());
  guest.run_to_gate();
  EXPECT_EQ(guest[Gpr::Rax], 15u);
  EXPECT_EQ(guest[Gpr::Rsp], kStackEnd.value - 4096);
  expect_counts(guest, 7 + 3 * 2);
}

/// What looks like the opcode of a short jump is part of a long one's displacement.
TEST_P(TranslatorTest, ConditionsOfFarJumps) {
  constexpr std::array<std::uint8_t, 10> kJump{0x31, 0xc0,                      // xor %eax, %eax
                                               0x0f, 0x84, 0, 0, 0x70, 0,       // je 0x700000 ahead
                                               0x0f, 0x0b};                     // ud2
  constexpr std::array<std::uint8_t, 7> kTarget{0xb8, 7, 0, 0, 0, 0x0f, 0x05};  // mov; syscall
  constexpr GuestAddress kThere = kCode + 8 + 0x700000;
  Guest guest(kJump, options());
  const GuestAddress page{kThere.value & ~(kPageSize - 1)};
  ASSERT_EQ(guest.memory.map(
                {.range = {page, page + kPageSize}, .permissions = {true, true, true}, .name = ""}),
            0);
  ASSERT_TRUE(guest.memory.store(kThere, kTarget));
  guest.run_to_gate();
  EXPECT_EQ(guest[Gpr::Rax], 7u);
  expect_counts(guest, 4);
}

TEST_P(TranslatorTest, JumpTables) {
  Guest guest(k_table(), options());
  guest.run_to_gate();
  EXPECT_EQ(guest[Gpr::Rax], 750u * 1111u);
  expect_counts(guest, 3 + 3000 * 5 + 750 * 2 * 3 + 750 + 3000 * 2 + 1);
}

/// What indirect branches are looked up by are the low 16 bits of their targets.
TEST_P(TranslatorTest, TargetsThatShareAPlaceInTheTable) {
  constexpr GuestAddress kFunctions{0x1000000};
  constexpr std::uint64_t kApart = 0x10000, kInstructions = 1 + 600 * (2 + 7 * 6 + 2) + 1;
  Guest guest(k_same_place(), options());
  for (std::uint8_t i = 0; i < 7; ++i) {
    const GuestAddress at = kFunctions + i * kApart;
    ASSERT_EQ(guest.memory.map(
                  {.range = {at, at + kPageSize}, .permissions = {true, true, true}, .name = ""}),
              0);
    const std::array<std::uint8_t, 4> add_and_return{0x83, 0xc0, std::uint8_t(i + 1), 0xc3};
    ASSERT_TRUE(guest.memory.store(at, add_and_return));
  }
  guest.thread.registers[Gpr::Rdi] = kFunctions.value;
  guest.run_to_gate();
  EXPECT_EQ(guest[Gpr::Rax], 600u * 28u);
  expect_counts(guest, kInstructions);
  ASSERT_TRUE(guest.memory.store(kFunctions + 2 * kApart + 2, std::uint8_t{100}));  // it was 3
  for (const GuestRange range : guest.memory.take_changed_code()) guest.engine.invalidate(range);
  guest.thread.registers.rip = kCode.value;
  guest.thread.registers[Gpr::Rax] = 0;
  guest.run_to_gate();
  EXPECT_EQ(guest[Gpr::Rax], 600u * 125u);
  expect_counts(guest, 2 * kInstructions);
}

TEST_P(TranslatorTest, SegmentBasesAreTheGuests) {
  Guest guest(k_segments(), options());
  guest.thread.registers[Gpr::Rdi] = kData.value;
  guest.run_to_gate();
  EXPECT_EQ(guest[Gpr::Rax], kData.value);
  EXPECT_EQ(guest[Gpr::Rbx], 0x1234u);
  EXPECT_EQ(guest[Gpr::Rdx], 0x77u);
  EXPECT_EQ(guest[Gpr::R8], kData.value + 64);
  EXPECT_EQ(guest[Gpr::R9], kData.value + 64);
  EXPECT_EQ(guest[Gpr::R10], 0x1234u);
  EXPECT_EQ(guest[Gpr::R11], 0x77u);
  EXPECT_EQ(guest[Gpr::Rbp], 0u);
  EXPECT_EQ(guest[Gpr::R14], 2u);
  EXPECT_EQ(guest[Gpr::R12], kData.value);
  EXPECT_EQ(guest[Gpr::R15], 0u);
  EXPECT_EQ(guest[Gpr::Rcx], 0x1235u);
  EXPECT_EQ(guest.thread.registers.fs.base, kData.value);
  EXPECT_EQ(guest.thread.registers.gs.base, 0u);
  expect_counts(guest, 26 + 2 * 2);
}

TEST_P(TranslatorTest, OverwrittenCountersAreNoticed) {
  Guest guest(k_loop(), options());
  guest.run_to_gate();
  std::uint64_t* const counters = first_counter();
  ASSERT_NE(counters, nullptr);
  ++counters[0];
  if (options().memory_totals || !__builtin_cpu_supports("avx512vl"))
    EXPECT_NO_THROW(guest.engine.executions());  // nothing to compare with
  else
    EXPECT_THROW(guest.engine.executions(), UserError);
}

TEST_P(TranslatorTest, FlagsAndRedZoneAreTheGuests) {
  Guest guest(k_flags(), options());
  guest.run_to_gate();
  EXPECT_EQ(guest[Gpr::Rax], ~0ull);
  EXPECT_EQ(guest[Gpr::Rbx] & 0xffff, 0x0001u);
  EXPECT_EQ(guest[Gpr::Rsi], 0x1122u);
  EXPECT_EQ(guest[Gpr::Rdi], 0x3344u);
}

TEST_P(TranslatorTest, StringInstructionIsOne) {
  Guest guest(k_string(), options());
  guest.thread.registers[Gpr::Rsi] = kData.value;
  guest.thread.registers[Gpr::Rdi] = kData.value + 0x1000;
  std::memset(AddressSpace::host(kData), 0x5a, 100);
  guest.run_to_gate();
  EXPECT_EQ(*reinterpret_cast<const char*>(AddressSpace::host(kData + 0x1063)), 0x5a);
  EXPECT_EQ(guest[Gpr::Rax], 6u);
  expect_counts(guest, 2 + 2 + 5 * 2 + 1 + 2 + 1 + 1);
}

TEST_P(TranslatorTest, FaultInTheMiddleOfABlock) {
  Guest guest(k_fault(), options());
  guest.thread.registers[Gpr::Rdi] = 0x20000;
  const Stop stop = guest.engine.run(guest.thread, {});
  ASSERT_TRUE(std::holds_alternative<AtFault>(stop));
  const auto& fault = std::get<AtFault>(stop);
  EXPECT_EQ(fault.vector, vector::kPageFault);
  EXPECT_EQ(fault.address.value, 0x20000u);
  EXPECT_EQ(fault.error_code, page_fault_error::kWrite | page_fault_error::kUser);
  EXPECT_EQ(guest[Gpr::Rax], 2u);
  EXPECT_EQ(guest[Gpr::Rbx], 7u);
  EXPECT_EQ(guest[Gpr::Rdx], 8u);
  EXPECT_EQ(guest.thread.registers.rip, kCode.value + k_fault().size() - 2 - 7 - 3);
  expect_counts(guest, 1 + 2 * 3 + 2);
}

TEST_P(TranslatorTest, FaultInAnIndirectCallLeavesEveryRegister) {
  Guest guest(k_fault_indirect(), options());
  guest.thread.registers[Gpr::Rdi] = 0x20000;
  const auto rsp = guest[Gpr::Rsp];
  const Stop stop = guest.engine.run(guest.thread, {});
  ASSERT_TRUE(std::holds_alternative<AtFault>(stop));
  EXPECT_EQ(guest[Gpr::Rcx], 0x77u);
  EXPECT_EQ(guest[Gpr::Rsp], rsp);
  EXPECT_EQ(guest.thread.registers.rip, kCode.value + 5);
  expect_counts(guest, 1);
}

TEST_P(TranslatorTest, PushFaultOfACallKeepsRcxAndRsp) {
  Guest guest(k_calls(), options());
  guest.thread.registers[Gpr::Rsp] = kData.value;  // the page below is not mapped
  guest.thread.registers[Gpr::Rcx] = 0x1234;
  const Stop stop = guest.engine.run(guest.thread, {});
  ASSERT_TRUE(std::holds_alternative<AtFault>(stop));
  EXPECT_EQ(std::get<AtFault>(stop).address.value, kData.value - 8);
  EXPECT_EQ(guest[Gpr::Rsp], kData.value);
  EXPECT_EQ(guest[Gpr::Rcx], 0x1234u);
  expect_counts(guest, 1);
}

struct ExceptionCase {
  const char* name;
  std::span<const std::uint8_t> (*code)();
  std::uint8_t vector;
  std::uint64_t rip;  // offset
  std::uint64_t instructions;
};

class ExceptionTest : public testing::TestWithParam<ExceptionCase> {};

std::span<const std::uint8_t> divide() {
  return k_divide();
}
std::span<const std::uint8_t> breakpoint() {
  return k_breakpoint();
}
std::span<const std::uint8_t> undefined() {
  return k_undefined();
}
std::span<const std::uint8_t> refused() {
  return k_refused();
}

INSTANTIATE_TEST_SUITE_P(
    Hardware, ExceptionTest,
    testing::Values(ExceptionCase{"divide", divide, vector::kDivideError, 9, 3},
                    ExceptionCase{"breakpoint", breakpoint, vector::kBreakpoint, 6, 2},
                    ExceptionCase{"undefined", undefined, vector::kInvalidOpcode, 5, 1},
                    ExceptionCase{"refused", refused, vector::kInvalidOpcode, 5, 1}),
    [](const auto& instance) { return instance.param.name; });

TEST_P(ExceptionTest, IsWhatHardwareRaises) {
  const ExceptionCase& expected = GetParam();
  Guest guest(expected.code(), {});
  const Stop stop = guest.engine.run(guest.thread, {});
  ASSERT_TRUE(std::holds_alternative<AtFault>(stop));
  EXPECT_EQ(std::get<AtFault>(stop).vector, expected.vector);
  EXPECT_EQ(guest.thread.registers.rip, kCode.value + expected.rip);
  EXPECT_EQ(guest.thread.totals[0], expected.instructions);
  EXPECT_EQ(guest.engine.derived_totals()[0], expected.instructions);
}

TEST_P(TranslatorTest, EmulatedInstructionsStop) {
  Guest guest(k_emulated(), options());
  constexpr std::array kExpected{SystemInstruction::Rdtsc, SystemInstruction::Cpuid,
                                 SystemInstruction::Rdtscp, SystemInstruction::Xgetbv};
  for (const SystemInstruction which : kExpected) {
    const Stop stop = guest.engine.run(guest.thread, {});
    ASSERT_TRUE(std::holds_alternative<AtInstruction>(stop));
    EXPECT_EQ(std::get<AtInstruction>(stop).which, which);
    guest.thread.registers.rip += std::get<AtInstruction>(stop).length;
  }
  guest.run_to_gate();
  expect_counts(guest, 7);
}

TEST_P(TranslatorTest, DataNearAndFar) {
  for (const GuestAddress at : {kCode, kFarCode}) {
    Guest guest(k_data(), options(), at);
    guest.run_to_gate();
    EXPECT_EQ(guest[Gpr::Rax], 81u);
    EXPECT_EQ(guest[Gpr::Rbx], 41u);
    EXPECT_EQ(guest[Gpr::Rsp], kStackEnd.value - 4096);
    EXPECT_TRUE(std::memcmp(guest.thread.registers.vector.bytes.data() + 160 + 3 * 16,
                            AddressSpace::host({guest[Gpr::Rdi]}), 16) == 0);
    EXPECT_TRUE(std::memcmp(guest.thread.registers.vector.bytes.data() + 160 + 9 * 16,
                            AddressSpace::host({guest[Gpr::Rdi]}), 16) == 0);
    expect_counts(guest, 11 + 3);
  }
}

TEST_P(TranslatorTest, XsaveStaysWithinWhatCpuidShows) {
  Guest guest(k_xsave(), options());
  constexpr std::size_t kImage = sizeof(VectorState::bytes);
  std::memset(AddressSpace::host(kData), 0xee, 0x4000);
  for (const std::uint64_t at : {0ull, 0x2000ull})
    std::memset(AddressSpace::host(kData + at), 0, kImage);
  guest.thread.registers[Gpr::Rdi] = kData.value;
  guest.thread.registers[Gpr::Rsi] = kData.value + 0x2000;
  guest.run_to_gate();
  EXPECT_EQ(guest[Gpr::Rax], 0xffffffffu);
  EXPECT_EQ(guest[Gpr::Rdx], 0xffffffffu);
  EXPECT_EQ(guest[Gpr::Rcx], kData.value);
  for (const std::uint64_t at : {0ull, 0x2000ull})
    for (std::size_t i = kImage; i < 0x2000; ++i)
      ASSERT_EQ(std::to_integer<int>(AddressSpace::host(kData + at)[i]), 0xee) << i;
  expect_counts(guest, 7);
}

TEST_P(TranslatorTest, ChangedCodeIsTranslatedAnew) {
  Guest guest(k_loop(), options());
  guest.run_to_gate();
  const auto before = guest.thread.totals[0];
  ASSERT_TRUE(guest.memory.store(kCode + 1, std::uint8_t{10}));  // mov $10 + 0x300, %ecx
  for (const GuestRange range : guest.memory.take_changed_code()) guest.engine.invalidate(range);
  guest.thread.registers.rip = kCode.value;
  guest.thread.registers[Gpr::Rax] = 0;
  guest.run_to_gate();
  EXPECT_EQ(guest[Gpr::Rax], 3u * 778u);
  expect_counts(guest, before + 1 + 3 * 778 + 1);
}

TEST_P(TranslatorTest, StoreIntoTheNextInstructionTakesEffect) {
  Guest guest(k_patch_next(), options());
  guest.run_to_gate();
  EXPECT_EQ(guest[Gpr::Rbx], 300u * 301 / 2);
  expect_counts(guest, 3 + 5 * 300 + 1);
}

TEST_P(TranslatorTest, CodeWrittenElsewhereTakesEffect) {
  Guest guest(k_patch_other(), options());
  guest.thread.registers[Gpr::Rsi] = guest.thread.registers[Gpr::Rdi] = kCode.value + 0x1000;
  guest.run_to_gate();
  EXPECT_EQ(guest[Gpr::Rbx], 200u * 201 / 2);
  expect_counts(guest, 2 + 9 * 200 + 1);
}

TEST_P(TranslatorTest, CodeWrittenUnderAnotherAddressTakesEffect) {
  Guest guest(k_patch_other(), options());
  constexpr GuestAddress kShown{0x800000}, kWritten{0x900000};
  const int file = memfd_create("code", 0);
  ASSERT_EQ(ftruncate(file, 4096), 0);
  const Backing backing{.host_fd = file, .shared = true};
  ASSERT_EQ(guest.memory.map({.range = {kShown, kShown + 4096},
                              .permissions = {.read = true, .execute = true},
                              .name = "code"},
                             backing),
            0);
  ASSERT_EQ(guest.memory.map({.range = {kWritten, kWritten + 4096},
                              .permissions = {.read = true, .write = true},
                              .name = "code"},
                             backing),
            0);
  guest.thread.registers[Gpr::Rsi] = kWritten.value;
  guest.thread.registers[Gpr::Rdi] = kShown.value;
  guest.run_to_gate();
  EXPECT_EQ(guest[Gpr::Rbx], 200u * 201 / 2);
  // As write(2) would.
  const std::uint8_t code[] = {0xb8, 77, 0, 0, 0, 0xc3};
  ASSERT_EQ(pwrite(file, code, sizeof code, 0), static_cast<ssize_t>(sizeof code));
  close(file);
  guest.thread.registers.rip = kShown.value;
  guest.thread.registers[Gpr::Rsp] -= 8;
  guest.memory.store({guest[Gpr::Rsp]}, kCode.value + k_patch_other().size() - 2);
  guest.run_to_gate();
  EXPECT_EQ(guest[Gpr::Rax], 77u);
}

TEST_P(TranslatorTest, StringStoresIntoCodeTakeEffect) {
  Guest guest(k_patch_string(), options());
  guest.thread.registers[Gpr::Rdi] = kCode.value + 0x1ff0;  // over the border of two pages
  guest.thread.registers[Gpr::Rax] = 0xf990;                // stc, nop
  guest.run_to_gate();
  EXPECT_EQ(guest.thread.registers.rflags & flag::kCarry, flag::kCarry);
  expect_counts(guest, 5 + 65 + 5 + 65 + 1);
}

TEST_P(TranslatorTest, MadeUnwritableAndWritableAgain) {
  Guest guest(k_loop(), options());
  guest.run_to_gate();
  const GuestRange page{kCode, kCode + 4096};
  ASSERT_EQ(guest.memory.protect(page, {.read = true, .execute = true}), 0);
  ASSERT_FALSE(guest.memory.store(kCode + 1, std::uint8_t{10}));
  ASSERT_EQ(guest.memory.protect(page, {.read = true, .write = true}), 0);
  ASSERT_TRUE(guest.memory.store(kCode + 1, std::uint8_t{10}));
  ASSERT_EQ(guest.memory.protect(page, {.read = true, .execute = true}), 0);
  for (const GuestRange range : guest.memory.take_changed_code()) guest.engine.invalidate(range);
  guest.thread.registers.rip = kCode.value;
  guest.thread.registers[Gpr::Rax] = 0;
  guest.run_to_gate();
  EXPECT_EQ(guest[Gpr::Rax], 3u * 778u);
}

TEST_P(TranslatorTest, SingleStepsDoNotShow) {
  for (std::uint64_t budget = 1; budget <= 8; ++budget) {
    Guest guest(k_push_flags(), options());
    guest.thread.registers[Gpr::Rsi] = kData.value;
    while (std::holds_alternative<BudgetSpent>(guest.engine.run(guest.thread, {budget}))) {
    }
    EXPECT_EQ(guest[Gpr::Rax] & flag::kTrap, 0u) << budget;
    EXPECT_EQ(guest[Gpr::Rdx], 1u) << budget;
    EXPECT_EQ(guest[Gpr::Rcx], 0u) << budget;
    expect_counts(guest, 8);
  }
}

TEST_P(TranslatorTest, BudgetStopsExactly) {
  for (const std::uint64_t budget : {1ull, 2ull, 3ull, 100ull, 2999ull, 3001ull}) {
    Guest guest(k_loop(), options());
    const Stop stop = guest.engine.run(guest.thread, {budget});
    ASSERT_TRUE(std::holds_alternative<BudgetSpent>(stop)) << budget;
    expect_counts(guest, budget);
    EXPECT_EQ(guest[Gpr::Rax], 3 * ((budget + 1) / 3));
    EXPECT_EQ(guest.thread.registers.rflags & flag::kTrap, 0u);
    guest.run_to_gate();
    expect_counts(guest, 1 + 3 * 1000 + 1);
    EXPECT_EQ(guest[Gpr::Rax], 3000u);
  }
}

/// Inside a path such a jump is no code at all.
TEST_P(TranslatorTest, BudgetOfALoopOfNothing) {
  constexpr std::array<std::uint8_t, 2> kLoop{0xeb, 0xfe};  // jmp to itself
  Guest guest(kLoop, options());
  for (const std::uint64_t total : {7ull, 1000ull, 300'001ull, 300'002ull, 5'000'000ull}) {
    const Stop stop = guest.engine.run(guest.thread, {total - guest.thread.totals[0]});
    ASSERT_TRUE(std::holds_alternative<BudgetSpent>(stop)) << total;
    expect_counts(guest, total);
  }
}

TEST_P(TranslatorTest, BudgetInPortionsIsTheWholeRun) {
  Guest guest(k_table(), options());
  std::uint64_t portions = 0;
  for (;;) {
    const Stop stop = guest.engine.run(guest.thread, {777});
    if (std::holds_alternative<AtGate>(stop)) break;
    ASSERT_TRUE(std::holds_alternative<BudgetSpent>(stop));
    ASSERT_EQ(guest.thread.totals[0], 777 * ++portions);
  }
  EXPECT_EQ(guest[Gpr::Rax], 750u * 1111u);
  expect_counts(guest, 3 + 3000 * 5 + 750 * 2 * 3 + 750 + 3000 * 2 + 1);
}

TEST_P(TranslatorTest, SignalFromOutsideStopsAtABoundaryWithExactCounts) {
  Guest guest(k_forever(), options());
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGTERM;
  timer_t timer;
  ASSERT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
  const itimerspec soon{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_nsec = 20'000'000}};
  timer_settime(timer, 0, &soon, nullptr);
  const Stop stop = guest.engine.run(guest.thread, {});
  timer_delete(timer);
  ASSERT_TRUE(std::holds_alternative<Interrupted>(stop));
  const std::uint64_t instructions = guest.thread.totals[0], rounds = guest[Gpr::Rax];
  EXPECT_GE(instructions + 3, 3 * rounds);
  EXPECT_LE(instructions, 3 * rounds);
  const std::uint64_t offset = guest.thread.registers.rip - kCode.value;
  EXPECT_EQ(instructions % 3, offset == 0 ? 0u : offset == 3 ? 1u : 2u);
  EXPECT_EQ(guest.engine.derived_totals()[0], instructions);
}

}  // namespace
}  // namespace ringfare
