// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <time.h>

#include <cstring>
#include <memory>

#include "cpu/baseline.hpp"
#include "cpu/translator/translator.hpp"
#include "cpu/unicorn/unicorn_engine.hpp"
#include "ground.hpp"
#include "layout.hpp"

#define SNIPPETS(each)                                                                             \
  each(loop) each(flow) each(long_block) each(emulated) each(string) each(divide) each(breakpoint) \
      each(undefined) each(halt) each(clear_interrupts) each(port) each(control_register)          \
          each(null) each(jump_away) each(jump_to_data) each(write_null) each(write_code)          \
              each(cross_store) each(cross_wide_store) each(cross_push) each(push_to_nowhere)      \
                  each(not_canonical) each(stack_not_canonical) each(misaligned)                   \
                      each(misaligned_exchange) each(flags)
#define DECLARE(name) extern "C" const std::uint8_t lockstep_##name[], lockstep_##name##_end[];
SNIPPETS(DECLARE)
DECLARE(modify_ahead)
DECLARE(modify_in_loop)

namespace ringfare::lockstep {
namespace {

using Bytes = std::span<const std::uint8_t>;

struct Snippet {
  const char* name;
  const std::uint8_t *begin, *end;
  Bytes code() const { return {begin, end}; }
  friend void PrintTo(const Snippet& snippet, std::ostream* out) { *out << snippet.name; }
};

#define ROW(name) Snippet{#name, lockstep_##name, lockstep_##name##_end},
constexpr Snippet kSnippets[] = {SNIPPETS(ROW)};

enum class Kind { Translator, Unicorn };

/// One engine with code, data and stack; the code is not writable.
class Machine {
 public:
  Machine(Kind kind, Bytes code, Permissions code_permissions = {.read = true, .execute = true}) {
    std::memcpy(AddressSpace::host(kCode), code.data(), code.size());
    EXPECT_EQ(ground.memory.protect({kCode, kCode + kCodeSize}, code_permissions), 0);
    if (kind == Kind::Translator)
      engine = std::make_unique<Translator>(ground.memory, prices, TranslatorOptions{.lanes = 4});
    else
      engine = std::make_unique<UnicornEngine>(ground.memory, prices);
    thread.registers.rip = kCode.value;
    thread.registers[Gpr::Rbx] = kData.begin.value;
    thread.registers[Gpr::Rsp] = kStack.begin.value + kStack.size() / 2;
    std::memset(AddressSpace::host(kData.begin), 0x11, kData.size());
    std::memset(AddressSpace::host(kStack.begin), 0x22, kStack.size());
  }

  Ground ground;
  CutPrices prices;
  std::unique_ptr<Engine> engine;
  Thread thread;
};

std::string text_of(const Stop& stop) {
  struct Visitor {
    std::string operator()(const AtGate& at) const {
      return fmt::format("gate {} vector {} length {}", static_cast<int>(at.gate), at.vector,
                         at.length);
    }
    std::string operator()(const AtInstruction& at) const {
      return fmt::format("instruction {} length {}", static_cast<int>(at.which), at.length);
    }
    std::string operator()(const AtFault& at) const {
      return fmt::format("fault {} error {} address {:#x} debug status {:#x}", at.vector,
                         at.error_code ? fmt::to_string(*at.error_code) : "none", at.address.value,
                         at.debug_status);
    }
    std::string operator()(const BudgetSpent&) const { return "budget"; }
    std::string operator()(const Interrupted& at) const {
      return fmt::format("interrupted {}", at.signal);
    }
  };
  return std::visit(Visitor{}, stop);
}

std::string memory_sum(GuestRange range) {
  std::uint64_t sum = 1469598103934665603u;
  for (GuestAddress at = range.begin; at < range.end; at += 1)
    sum = (sum ^ std::to_integer<std::uint64_t>(*AddressSpace::host(at))) * 1099511628211u;
  return fmt::format("{:016x}", sum);
}

/// What can be seen from outside at every stop, up to the first fault or the second gate.
std::string trace(Kind kind, Bytes code, Budget budget,
                  Permissions code_permissions = {.read = true, .execute = true}) {
  Machine machine(kind, code, code_permissions);
  std::string text;
  for (int gates = 0; gates < 2;) {
    const Stop stop = machine.engine->run(machine.thread, budget);
    Registers& registers = machine.thread.registers;
    text += fmt::format("{} rip {:#x} flags {:#x}\n gpr", text_of(stop), registers.rip,
                        registers.rflags & ~flag::kResume);
    for (const std::uint64_t value : registers.gpr) text += fmt::format(" {:x}", value);
    text += "\n totals";
    for (const std::uint64_t total : machine.thread.totals) text += fmt::format(" {}", total);
    const VectorState vector = normalised(registers.vector);
    text += "\n vector ";
    for (const std::byte byte : vector.bytes)
      text += fmt::format("{:02x}", std::to_integer<int>(byte));
    text += fmt::format("\n memory {} {}\n", memory_sum(kData), memory_sum(kStack));
    if (const auto* const gate = std::get_if<AtGate>(&stop)) {
      registers.rip += gate->length;
      ++gates;
    } else if (const auto* const ours = std::get_if<AtInstruction>(&stop)) {
      registers.rip += ours->length;
    } else if (std::holds_alternative<AtFault>(stop)) {
      break;
    }
  }
  return text;
}

class EnginesTest : public testing::TestWithParam<Snippet> {};

INSTANTIATE_TEST_SUITE_P(Snippets, EnginesTest, testing::ValuesIn(kSnippets),
                         [](const auto& instance) { return instance.param.name; });

TEST_P(EnginesTest, StopAlike) {
  const Bytes code = GetParam().code();
  EXPECT_EQ(trace(Kind::Translator, code, {}), trace(Kind::Unicorn, code, {}));
}

TEST_P(EnginesTest, StopAlikeInPortions) {
  const Bytes code = GetParam().code();
  for (const std::uint64_t portion : {1u, 3u, 7u, 100u})
    EXPECT_EQ(trace(Kind::Translator, code, {portion}), trace(Kind::Unicorn, code, {portion}))
        << portion;
}

/// Code that writes itself cuts blocks where it does.
TEST(ChangingCodeTest, RunsAlike) {
  const Permissions all{.read = true, .write = true, .execute = true};
  for (const Bytes code : {Bytes{lockstep_modify_ahead, lockstep_modify_ahead_end},
                           Bytes{lockstep_modify_in_loop, lockstep_modify_in_loop_end}})
    for (const Budget budget : {Budget{}, Budget{1}, Budget{3}})
      EXPECT_EQ(trace(Kind::Translator, code, budget, all),
                trace(Kind::Unicorn, code, budget, all));
}

/// Bytes Unicorn does not execute as a processor does, or not at all.
struct RefusedCase {
  const char* name;
  std::vector<std::uint8_t> code;
};

class RefusalTest : public testing::TestWithParam<RefusedCase> {};

INSTANTIATE_TEST_SUITE_P(
    Instructions, RefusalTest,
    testing::Values(RefusedCase{"vex128", {0xc5, 0xf1, 0xfe, 0xd2}},
                    RefusedCase{"vex256", {0xc5, 0xf4, 0x58, 0xd2}},
                    RefusedCase{"evex", {0x62, 0xf1, 0x7c, 0x48, 0x58, 0xc0}},
                    RefusedCase{"popcnt", {0xf3, 0x48, 0x0f, 0xb8, 0xc0}},
                    RefusedCase{"pext", {0xc4, 0xe2, 0x72, 0xf5, 0xfc}},
                    RefusedCase{"xsave", {0x48, 0x0f, 0xae, 0x23}},
                    RefusedCase{"wrfsbase", {0xf3, 0x48, 0x0f, 0xae, 0xd0}},
                    RefusedCase{"movbe", {0x0f, 0x38, 0xf0, 0x03}},
                    RefusedCase{"pclmulqdq", {0x66, 0x0f, 0x3a, 0x44, 0xc1, 0x00}},
                    RefusedCase{"fsin", {0xd9, 0xfe}}, RefusedCase{"fprem", {0xd9, 0xf8}},
                    RefusedCase{"phaddd_self", {0x66, 0x0f, 0x38, 0x02, 0xf6}},
                    RefusedCase{"fldcw_unmasked", {0xd9, 0x2c, 0x24}},
                    RefusedCase{"ldmxcsr_unmasked", {0x0f, 0xae, 0x15, 0, 0, 0, 0, 0, 0, 0, 0}}),
    [](const auto& instance) { return instance.param.name; });

TEST_P(RefusalTest, RaisesUndefinedBeforeAnythingChanges) {
  std::vector<std::uint8_t> code{0x48, 0xff, 0xc0};  // inc %rax
  code.insert(code.end(), GetParam().code.begin(), GetParam().code.end());
  Machine machine(Kind::Unicorn, code);
  const Stop stop = machine.engine->run(machine.thread, {});
  const auto* const fault = std::get_if<AtFault>(&stop);
  ASSERT_NE(fault, nullptr) << text_of(stop);
  EXPECT_EQ(fault->vector, vector::kInvalidOpcode);
  EXPECT_EQ(machine.thread.registers.rip, kCode.value + 3);
  EXPECT_EQ(machine.thread.registers[Gpr::Rax], 1u);
  EXPECT_EQ(machine.thread.totals[kInstructionLane], 1u);
}

TEST(BaselineTest, IsWhatUnicornExecutes) {
  for (const char* const feature : {"sse2", "pni", "cx16", "cmov", "fpu"})
    EXPECT_TRUE(in_baseline(feature)) << feature;
  for (const char* const feature : {"avx", "popcnt", "xsave", "bmi1", "bmi2", "ssse3", "movbe"})
    EXPECT_FALSE(in_baseline(feature)) << feature;
}

TEST(UnicornEngineTest, CodeThatWritesItselfTakesEffectAtOnce) {
  const Bytes code{lockstep_modify_ahead, lockstep_modify_ahead_end};
  Machine machine(Kind::Unicorn, code, {.read = true, .write = true, .execute = true});
  const Stop stop = machine.engine->run(machine.thread, {});
  ASSERT_TRUE(std::holds_alternative<AtGate>(stop)) << text_of(stop);
  EXPECT_EQ(machine.thread.registers[Gpr::Rax], 5u);
  EXPECT_EQ(machine.thread.totals[kInstructionLane], 4u);
}

TEST(UnicornEngineTest, CodeWrittenFromOutsideTakesEffectUntold) {
  const Bytes code{lockstep_loop, lockstep_loop_end};
  Machine machine(Kind::Unicorn, code, {.read = true, .write = true, .execute = true});
  machine.engine->run(machine.thread, {});
  AddressSpace::host(kCode)[1] = std::byte{10};  // mov $10 + 0x300, %ecx
  machine.thread.registers.rip = kCode.value;
  machine.thread.registers[Gpr::Rax] = 0;
  machine.engine->run(machine.thread, {});
  EXPECT_EQ(machine.thread.registers[Gpr::Rax], 3u * 778u);
  EXPECT_EQ(machine.thread.totals[kInstructionLane], 2 + 3 * 1000u + 2 + 3 * 778u);
}

TEST(UnicornEngineTest, FollowsTheAddressSpace) {
  const std::vector<std::uint8_t> store{0x48, 0x89, 0x03, 0x48, 0x8b, 0x0b, 0x0f, 0x05};
  Machine machine(Kind::Unicorn, store);
  AddressSpace& memory = machine.ground.memory;
  const auto run = [&machine] {
    machine.thread.registers.rip = kCode.value;
    return machine.engine->run(machine.thread, {});
  };
  EXPECT_TRUE(std::holds_alternative<AtGate>(run()));
  ASSERT_EQ(memory.protect(kData, {.read = true}), 0);
  Stop stop = run();
  ASSERT_TRUE(std::holds_alternative<AtFault>(stop));
  EXPECT_EQ(std::get<AtFault>(stop).error_code, 7u);
  EXPECT_EQ(std::get<AtFault>(stop).address, kData.begin);
  ASSERT_EQ(memory.unmap(kData), 0);
  stop = run();
  ASSERT_TRUE(std::holds_alternative<AtFault>(stop));
  EXPECT_EQ(std::get<AtFault>(stop).error_code, 6u);
  ASSERT_EQ(memory.map({.range = kData, .permissions = {.read = true, .write = true}}), 0);
  machine.thread.registers[Gpr::Rax] = 0x1234;
  EXPECT_TRUE(std::holds_alternative<AtGate>(run()));
  EXPECT_EQ(machine.thread.registers[Gpr::Rcx], 0x1234u);
  EXPECT_EQ(memory.load<std::uint64_t>(kData.begin), 0x1234u);
}

TEST(UnicornEngineTest, SignalFromOutsideStopsWithExactCounts) {
  const std::vector<std::uint8_t> forever{0x48, 0xff, 0xc0, 0xeb, 0xfb};  // inc %rax; jmp
  Machine machine(Kind::Unicorn, forever);
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGTERM;
  timer_t timer;
  ASSERT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
  const itimerspec soon{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_nsec = 20'000'000}};
  timer_settime(timer, 0, &soon, nullptr);
  const Stop stop = machine.engine->run(machine.thread, {});
  timer_delete(timer);
  ASSERT_TRUE(std::holds_alternative<Interrupted>(stop)) << text_of(stop);
  const std::uint64_t rounds = machine.thread.registers[Gpr::Rax];
  const bool between = machine.thread.registers.rip == kCode.value + 3;
  EXPECT_EQ(machine.thread.totals[kInstructionLane], between ? 2 * rounds - 1 : 2 * rounds);
}

}  // namespace
}  // namespace ringfare::lockstep
