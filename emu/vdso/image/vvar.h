// SPDX-License-Identifier: MIT
// The [vvar] page: what the kernel tells the code of the vDSO about time. Shared by that code (C,
// both ABIs) and by the writer in emu/vdso/vvar.cpp, so every member has one size and one place.
#pragma once

#include <stdint.h>  // NOLINT(modernize-deprecated-headers): C

enum { kVvarClocks = 12 };  // ids of clock_gettime(2) below this one may have a row
enum { kVvarPageSize = 4096 };

// How user code may read the clocksource.
enum { kVvarNoClock = 0, kVvarTsc = 1 };

// A clock at `cycle_last`: the whole nanoseconds; what is left of one is `fraction`.
struct VvarTime {
  uint64_t seconds;
  uint64_t nanoseconds;  // below 10^9
};

struct Vvar {
  uint32_t sequence;    // odd: an update is under way
  uint32_t clock_mode;  // kVvarNoClock, kVvarTsc
  uint64_t cycle_last;  // the counter at the last timer tick
  uint64_t max_cycles;  // a longer way from cycle_last is the kernel's to compute
  uint64_t mult;        // cycles * mult >> shift are nanoseconds
  uint64_t fraction;    // of a nanosecond at cycle_last, shifted
  uint32_t shift;
  uint32_t resolution;         // nanoseconds, of the fine clocks
  uint32_t coarse_resolution;  // nanoseconds, of the coarse ones: a timer tick
  int32_t minutes_west, dst_time;
  uint32_t random_ready;
  // The two counters of the vsyscall page's protocol: equal but while an update is under way.
  uint32_t first_number, second_number;
  uint64_t random_generation;  // of the kernel's random number generator
  struct VvarTime clock[kVvarClocks];
};
