// SPDX-License-Identifier: MIT
#include "emu/processor/clock.hpp"

#include <gtest/gtest.h>

namespace ringfare {
namespace {

using namespace std::chrono_literals;

SimulatedClock clock_at(std::uint64_t core_khz, std::uint64_t tsc_khz, std::int64_t cycles) {
  SimulatedClock clock(core_khz, tsc_khz, SimulatedClock::kDefaultEpoch);
  clock.set_busy(Cycles{cycles * 100});
  return clock;
}

TEST(Clock, StartsAtItsEpoch) {
  const SimulatedClock clock = clock_at(3'000'000, 3'000'000, 0);
  EXPECT_EQ(clock.realtime(), 1'767'225'600s);  // date -u -d 2026-01-01 +%s
  EXPECT_EQ(clock.since_start(), 0ns);
  EXPECT_EQ(clock.tsc(), 0u);
}

TEST(Clock, FollowsCycles) {
  const SimulatedClock clock = clock_at(2'000'000, 2'000'000, 2'000'000'000);
  EXPECT_EQ(clock.since_start(), 1s);
  EXPECT_EQ(clock.cpu_time(), 1s);
  EXPECT_EQ(clock.realtime(), SimulatedClock::kDefaultEpoch + 1s);
  EXPECT_EQ(clock.tsc(), 2'000'000'000u);
}

TEST(Clock, TicksRunAtTheirOwnRate) {
  EXPECT_EQ(clock_at(4'000'000, 3'000'000, 4'000).tsc(), 3'000u);
  EXPECT_EQ(clock_at(3'000'000, 4'000'000, 3'000).tsc(), 4'000u);
}

TEST(Clock, ATickIsACycleWhereRatesAreEqual) {
  for (std::int64_t cycles = 0; cycles < 1000; cycles += 7)
    EXPECT_EQ(clock_at(3'333'333, 3'333'333, cycles).tsc(), static_cast<std::uint64_t>(cycles));
}

TEST(Clock, RoundsHundredthsDown) {
  SimulatedClock clock(1'000'000, 1'000'000, 0ns);
  clock.set_busy(Cycles{199});
  EXPECT_EQ(clock.tsc(), 1u);
  EXPECT_EQ(clock.since_start(), 1ns);
}

TEST(Clock, SleepPassesTimeWithoutCycles) {
  SimulatedClock clock = clock_at(2'000'000, 1'000'000, 2'000);
  clock.sleep(5ms);
  clock.sleep(1ns);
  EXPECT_EQ(clock.cpu_time(), 1us);
  EXPECT_EQ(clock.since_start(), 5ms + 1us + 1ns);
  EXPECT_EQ(clock.tsc(), 5'001'001u);
  EXPECT_EQ(clock.busy(), Cycles{200'000});
}

TEST(Clock, YearsDoNotOverflow) {
  constexpr std::int64_t kYear = 31'557'600;  // s
  SimulatedClock clock = clock_at(5'000'000, 5'000'000, 5'000'000'000 / 100 * kYear);
  EXPECT_EQ(clock.cpu_time(), std::chrono::seconds(kYear) / 100);
  clock.sleep(std::chrono::seconds(100 * kYear));
  EXPECT_EQ(clock.tsc(), 5'000'000'000u / 100 * kYear + 5'000'000'000u * 100 * kYear);
}

}  // namespace
}  // namespace ringfare
