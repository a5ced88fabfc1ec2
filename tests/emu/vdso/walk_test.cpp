// SPDX-License-Identifier: MIT
// The functions of the vDSO, executed one instruction at a time.
#include <gtest/gtest.h>
#include <sys/time.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <random>

#include "emu/vdso/ways.hpp"
#include "models/machine.hpp"

namespace ringfare {
namespace {

Machine machine(std::string_view cpu) {
  const ModelLibrary library({RINGFARE_SOURCE_DIR "/models"});
  return make_machine(library.cpu(cpu), library.kernel("linux-6.1"), "off");
}

VdsoOptions options_of(const Machine& machine, Clocksource source = Clocksource::Tsc,
                       Abi abi = Abi::Amd64) {
  return {.abi = abi,
          .clocksource = source,
          .release = "6.1.0",
          .features = {machine.cpu.features.begin(), machine.cpu.features.end()}};
}

class Walk {
 public:
  explicit Walk(std::string_view cpu = "skylake", Clocksource source = Clocksource::Tsc,
                Abi abi = Abi::Amd64)
      : machine_(machine(cpu)),
        gettime_(abi == Abi::Amd64 ? "__vdso_clock_gettime" : "__vdso_clock_gettime64"),
        walk(machine_, options_of(machine_, source, abi)) {}

  std::uint64_t offset_of(std::string_view name) {
    const auto functions = walk.vdso().image().functions();
    const auto found = std::ranges::find(functions, name, &VdsoImage::Function::name);
    return found->offset;
  }

  VdsoWalk::Call gettime(clockid_t clock, const VdsoWalk::Before& before = {}) {
    return walk.call(offset_of(gettime_),
                     {static_cast<std::uint64_t>(clock), VdsoWalk::kBuffer.value, 0}, before);
  }

  /// gettimeofday of the vsyscall page of kernels that let user code execute it.
  VdsoWalk::Call page_gettime(const VdsoWalk::Before& before = {}) {
    const auto entry = walk.vdso().vsyscall_entry("gettimeofday");
    return walk.call(*entry - walk.vdso().base(), {VdsoWalk::kBuffer.value, 0, 0}, before);
  }

  std::chrono::microseconds day() {
    const auto time = walk.memory().load<timeval>(VdsoWalk::kBuffer);
    return std::chrono::seconds(time->tv_sec) + std::chrono::microseconds(time->tv_usec);
  }

  template <class T>
  bool set(std::size_t member, T value) {
    return walk.memory().write_as_kernel(walk.vdso().data() + member,
                                         std::as_bytes(std::span(&value, 1)));
  }

  std::chrono::nanoseconds answer() {
    const auto time = walk.memory().load<timespec>(VdsoWalk::kBuffer);
    return std::chrono::seconds(time->tv_sec) + std::chrono::nanoseconds(time->tv_nsec);
  }

  /// How often the step of this name was begun.
  long times(const VdsoWalk::Call& call, std::string_view step) {
    long count = 0;
    for (const VdsoImage::Step& mark : walk.vdso().image().steps())
      if (mark.what == step)
        count += std::ranges::count(call.instructions, mark.offset, &VdsoWalk::Instruction::offset);
    return count;
  }

  void set_time(std::int64_t cycles) { walk.clock().set_busy(Cycles{cycles * 100}); }
  std::int64_t cycles_per_tick() {
    return static_cast<std::int64_t>(walk.clock().tick().count() * 36 / 10);  // at 3.6 GHz
  }

 private:
  Machine machine_;
  std::string_view gettime_;

 public:
  VdsoWalk walk;
};

constexpr const char* kEven = "sequence counter: even, no update under way";

class EachImage : public ::testing::TestWithParam<Abi> {};
INSTANTIATE_TEST_SUITE_P(Vdso, EachImage, ::testing::Values(Abi::Amd64, Abi::I386),
                         [](const auto& row) {
                           return row.param == Abi::Amd64 ? "amd64" : "i386";
                         });

TEST_P(EachImage, AgreesWithTheKernelToTheNanosecond) {
  for (const char* cpu : {"skylake", "ice-lake", "zen3"}) {
    Walk walk(cpu, Clocksource::Tsc, GetParam());
    std::mt19937_64 random(1);
    std::vector<std::int64_t> times;
    for (unsigned i = 0; i < 200; ++i)
      times.push_back(static_cast<std::int64_t>(random() >> (22 + i % 30)));
    std::ranges::sort(times);
    for (const std::int64_t time : times) {
      walk.set_time(time);
      const SimulatedClock& clock = walk.walk.clock();
      EXPECT_EQ(walk.gettime(CLOCK_MONOTONIC).result, 0u);
      ASSERT_EQ(walk.answer(), clock.since_start()) << cpu << " at cycle " << clock.tsc();
      walk.gettime(CLOCK_REALTIME);
      ASSERT_EQ(walk.answer(), clock.realtime()) << cpu;
      walk.gettime(CLOCK_MONOTONIC_COARSE);
      ASSERT_EQ(walk.answer(), clock.last_tick()) << cpu;
    }
  }
}

TEST_P(EachImage, BeginsAgainWhereATickInterruptsIt) {
  Walk walk("skylake", Clocksource::Tsc, GetParam());
  walk.set_time(1000);
  bool done = false;
  const auto counter = [&](std::uint64_t offset) {
    for (const VdsoImage::Step& step : walk.walk.vdso().image().steps())
      if (step.offset == offset && step.what == "time-stamp counter" && !done) {
        walk.set_time(walk.cycles_per_tick() + 5000);
        done = true;
      }
  };
  const VdsoWalk::Call call = walk.gettime(CLOCK_MONOTONIC, counter);
  EXPECT_TRUE(done);
  EXPECT_EQ(walk.times(call, "time-stamp counter"), 2);
  EXPECT_EQ(walk.answer(), walk.walk.clock().since_start());
  EXPECT_EQ(walk.times(walk.gettime(CLOCK_MONOTONIC), "time-stamp counter"), 1);
}

/// A tick that comes before any one instruction: the answer is the time before it or behind it,
/// never a mixture.
TEST_P(EachImage, IsNeverIncoherent) {
  for (const clockid_t clock : {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_REALTIME_COARSE}) {
    Walk walk("skylake", Clocksource::Tsc, GetParam());
    std::int64_t base = 0;
    const std::size_t length = walk.gettime(clock).instructions.size();
    long again = 0;
    for (std::size_t at = 0; at < length; ++at) {
      base += 10 * walk.cycles_per_tick();
      walk.set_time(base + 777);
      walk.gettime(clock);
      const auto early = walk.answer();
      std::size_t n = 0;
      const VdsoWalk::Call call = walk.gettime(clock, [&](std::uint64_t) {
        if (n++ != at) return;
        walk.set_time(base + walk.cycles_per_tick() + 4321);
        walk.walk.vdso().publish(walk.walk.clock());
      });
      again += call.instructions.size() > length;
      const auto seen = walk.answer();
      walk.gettime(clock);
      EXPECT_TRUE(seen == early || seen == walk.answer())
          << seen.count() << " at " << at << ": neither " << early.count() << " nor "
          << walk.answer().count();
    }
    EXPECT_GT(again, 0) << clock;
  }
}

TEST_P(EachImage, WaitsWhileTheCounterIsOdd) {
  Walk walk("skylake", Clocksource::Tsc, GetParam());
  walk.set_time(5000);
  walk.gettime(CLOCK_MONOTONIC);
  const std::uint32_t even = walk.walk.vdso().sequence();
  ASSERT_TRUE(walk.set(offsetof(Vvar, sequence), even + 1));
  int steps = 0;
  const VdsoWalk::Call call = walk.gettime(CLOCK_MONOTONIC, [&](std::uint64_t) {
    if (++steps != 500) return;
    EXPECT_TRUE(walk.set(offsetof(Vvar, sequence), even + 2));
  });
  EXPECT_GT(call.instructions.size(), 500u);
  EXPECT_EQ(walk.times(call, kEven), 1);
  EXPECT_EQ(walk.answer(), walk.walk.clock().since_start());
}

TEST_P(EachImage, AsksTheKernelWhereUserCodeMayNotReadTheCounter) {
  Walk walk("skylake", Clocksource::Hpet, GetParam());
  const auto enters = [](const VdsoWalk::Call& call) {
    return std::ranges::any_of(call.instructions, &VdsoWalk::Instruction::gate);
  };
  EXPECT_TRUE(enters(walk.gettime(CLOCK_MONOTONIC)));
  EXPECT_FALSE(enters(walk.gettime(CLOCK_MONOTONIC_COARSE)));
  EXPECT_TRUE(enters(walk.gettime(CLOCK_PROCESS_CPUTIME_ID)));
}

/// The design of 2001: two numbers, of which the kernel counts up one before it writes and the
/// other behind. A tick before any one instruction is seen or not, never half.
TEST(VsyscallClock, IsNeverIncoherent) {
  Walk walk;
  const std::size_t length = walk.page_gettime().instructions.size();
  std::int64_t base = 0;
  long again = 0;
  for (std::size_t at = 0; at < length; ++at) {
    base += 10 * walk.cycles_per_tick();
    walk.set_time(base + 777);
    walk.page_gettime();
    const auto early = walk.day();
    std::size_t n = 0;
    const VdsoWalk::Call call = walk.page_gettime([&](std::uint64_t) {
      if (n++ != at) return;
      walk.set_time(base + walk.cycles_per_tick() + 4321);
      walk.walk.vdso().publish(walk.walk.clock());
    });
    again += call.instructions.size() > length;
    const auto seen = walk.day();
    walk.page_gettime();
    EXPECT_TRUE(seen == early || seen == walk.day()) << seen.count() << " at " << at;
  }
  EXPECT_GT(again, 0);
}

TEST(VsyscallClock, WaitsWhileTheNumbersDiffer) {
  Walk walk;
  walk.set_time(5000);
  walk.page_gettime();
  const std::uint32_t number = walk.walk.vdso().sequence();
  ASSERT_TRUE(walk.set(offsetof(Vvar, first_number), number + 2));
  int steps = 0;
  const VdsoWalk::Call call = walk.page_gettime([&](std::uint64_t) {
    if (++steps != 500) return;
    EXPECT_TRUE(walk.set(offsetof(Vvar, second_number), number + 2));
  });
  EXPECT_GT(call.instructions.size(), 500u);
  EXPECT_GT(walk.times(call, "second number"), 5);
  EXPECT_EQ(walk.day(),
            std::chrono::floor<std::chrono::microseconds>(walk.walk.clock().realtime()));
}

/// Each kernel and processor have their best door, and __kernel_vsyscall takes it.
TEST(KernelVsyscall, TakesTheDoorThatIsOpen) {
  struct Row {
    const char *cpu, *kernel;
    std::uint8_t opcode[2];  // SDM vol. 2, APM vol. 3
  };
  constexpr Row kRows[] = {
      {"skylake", "linux-6.1", {0x0f, 0x34}},
      {"zen3", "linux-6.1", {0x0f, 0x05}},
      {"k8", "linux-2.6-x86_64", {0x0f, 0x05}},
      {"k7", "linux-2.6-i386", {0x0f, 0x34}},
      {"pentium-4", "linux-2.6-i386", {0x0f, 0x34}},
      {"pentium", "linux-2.6-i386", {0xcd, 0x80}},
      {"pentium-pro", "linux-2.6-i386", {0xcd, 0x80}},
      {"sapphire-rapids-fred", "linux-fred", {0xcd, 0x80}},
  };
  const ModelLibrary library({RINGFARE_SOURCE_DIR "/models"});
  for (const Row& row : kRows) {
    const Machine machine = make_machine(library.cpu(row.cpu), library.kernel(row.kernel), "off");
    Pricer pricer(machine.cpu);
    const Crossings crossings(machine, pricer);
    VdsoWalk walk(machine, {.abi = Abi::I386,
                            .release = machine.kernel.release,
                            .features = vdso_features(machine, crossings, Abi::I386)});
    const VdsoWalk::Call call = walk.call(walk.vdso().image().entry(), {});
    const auto gate = std::ranges::find(call.instructions, true, &VdsoWalk::Instruction::gate);
    ASSERT_NE(gate, call.instructions.end()) << row.cpu;
    const auto code = walk.vdso().code_at(walk.vdso().base() + gate->offset);
    EXPECT_TRUE(std::ranges::equal(code.first(2), row.opcode)) << row.cpu << ' ' << row.kernel;
    EXPECT_EQ(static_cast<std::int32_t>(call.result), -ENOSYS);
  }
}

TEST(VdsoBill, IsTheSumOfItsSteps) {
  const Machine skylake = machine("skylake");
  VdsoWalk walk(skylake, options_of(skylake));
  const auto functions = walk.vdso().image().functions();
  const VdsoWalk::Call call =
      walk.call(functions.front().offset, {CLOCK_MONOTONIC, VdsoWalk::kBuffer.value, 0});
  Pricer pricer(skylake.cpu);
  const CrossingBill bill = walk.bill(call, pricer, false);
  Cycles stages, steps;
  for (const StageCost& stage : bill.stages) stages += stage.cycles;
  for (const KernelStep& step : bill.steps) steps += step.cycles;
  EXPECT_EQ(stages, bill.total);
  EXPECT_EQ(steps, bill.total);
  EXPECT_EQ(bill.steps.size(), call.instructions.size());
}

}  // namespace
}  // namespace ringfare
