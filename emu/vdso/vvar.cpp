// SPDX-License-Identifier: MIT
#include "emu/vdso/vvar.hpp"

#include <time.h>

#include <algorithm>
#include <iterator>

namespace ringfare {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kNanosecondsPerMs = 1'000'000;  // a rate in kHz is cycles per millisecond
constexpr std::uint64_t kTicksAhead = 4;  // readers may come that late after a tick and compute
constexpr unsigned kMostShift = 48;

/// Which clocks have a row, and whether they count from the epoch.
struct Row {
  int id;
  bool of_day;
};

// clock_gettime(2). Time and the leap seconds of TAI are set by nobody, as right after boot.
constexpr Row kRows[] = {
    {CLOCK_REALTIME, true},
    {CLOCK_MONOTONIC, false},
    {CLOCK_MONOTONIC_RAW, false},
    {CLOCK_REALTIME_COARSE, true},
    {CLOCK_MONOTONIC_COARSE, false},
    {CLOCK_BOOTTIME, false},
    {CLOCK_TAI, true},
};
static_assert(std::ranges::all_of(kRows, [](const Row& row) { return row.id < kVvarClocks; }));

constexpr bool is_coarse(int id) {
  return id == CLOCK_REALTIME_COARSE || id == CLOCK_MONOTONIC_COARSE;
}

std::uint64_t divide_up(Wide value, std::uint64_t divisor) {
  return static_cast<std::uint64_t>((value + divisor - 1) / divisor);
}

/// 10^6 / khz nanoseconds per cycle, shifted, rounded up.
std::uint64_t mult_of(std::uint64_t khz, unsigned shift) {
  return divide_up(Wide{kNanosecondsPerMs} << shift, khz);
}

/// The largest shift with which `cycles * mult + fraction` stays below 2^64.
unsigned shift_of(std::uint64_t khz, std::uint64_t cycles) {
  unsigned shift = kMostShift;
  while (Wide{cycles} * mult_of(khz, shift) + (Wide{1} << shift) >= Wide{1} << 64) --shift;
  return shift;
}

VvarTime split(std::chrono::nanoseconds time) {
  constexpr std::uint64_t kBillion = 1'000'000'000;
  const auto count = static_cast<std::uint64_t>(time.count());
  return {count / kBillion, count % kBillion};
}

}  // namespace

std::string_view name_of(Clocksource source) {
  constexpr std::string_view kNames[] = {"tsc", "hpet", "acpi_pm", "jiffies"};
  return kNames[static_cast<std::size_t>(source)];
}

Vvar vvar_of(const SimulatedClock& clock, Clocksource source) {
  const std::uint64_t khz = clock.tsc_khz();
  const std::chrono::nanoseconds tick = clock.last_tick();
  Vvar vvar{};
  vvar.clock_mode = source == Clocksource::Tsc ? kVvarTsc : kVvarNoClock;
  vvar.cycle_last = clock.tsc_at(tick);
  vvar.max_cycles = clock.tsc_at(clock.tick()) * kTicksAhead;
  vvar.shift = shift_of(khz, vvar.max_cycles);
  vvar.mult = mult_of(khz, vvar.shift);
  // The counter at the tick, in nanoseconds: whole ones, and what is left, rounded up.
  const Wide exact = Wide{vvar.cycle_last} * kNanosecondsPerMs;
  const std::chrono::nanoseconds whole(static_cast<std::int64_t>(exact / khz));
  vvar.fraction = divide_up((exact % khz) << vvar.shift, khz);
  vvar.resolution = 1;
  vvar.coarse_resolution = static_cast<std::uint32_t>(clock.tick().count());
  vvar.random_ready = 1;
  for (const Row& row : kRows)
    vvar.clock[row.id] = split((is_coarse(row.id) ? tick : whole) +
                               (row.of_day ? clock.epoch() : std::chrono::nanoseconds(0)));
  return vvar;
}

/// Rounding up twice, the reader is never too low, and too high by less than this part of 1 ns.
std::uint64_t exact_below(const Vvar& vvar) {
  return (std::uint64_t{1} << vvar.shift) / (vvar.max_cycles + 1);
}

}  // namespace ringfare
