// SPDX-License-Identifier: MIT
// clock_gettime(2), gettimeofday(2), time(2) and clock_getres(2) in user mode: from what the kernel
// wrote into [vvar], and the time-stamp counter.
#include <stddef.h>

#include "emu/vdso/image/processor.h"
#include "emu/vdso/image/system_call.h"

// <time.h> and <sys/time.h> of the ABI the image is for.
struct Timespec {
  long seconds, nanoseconds;
};
struct Timespec64 {
  int64_t seconds, nanoseconds;
};
struct Timeval {
  long seconds, microseconds;
};
struct Timezone {
  int minutes_west, dst_time;
};

enum { kRealtime = 0, kRealtimeCoarse = 5, kMonotonicCoarse = 6 };
// REALTIME, MONOTONIC, MONOTONIC_RAW, BOOTTIME, TAI; and the coarse ones.
enum { kFineClocks = 1 << 0 | 1 << 1 | 1 << 4 | 1 << 7 | 1 << 11 };
enum { kCoarseClocks = 1 << kRealtimeCoarse | 1 << kMonotonicCoarse };

static const uint32_t kBillion = 1000000000;

static inline __attribute__((always_inline)) int served(int clock, unsigned set) {
  return (unsigned)clock < kVvarClocks && (1u << clock & set) != 0;
}

// The sequence counter once it is even.
static inline __attribute__((always_inline)) uint32_t begin_read(
    const volatile uint32_t* sequence) {
  uint32_t seen;
  STEP("sequence counter: even, no update under way");
  while (((seen = *sequence) & 1) != 0) __builtin_ia32_pause();
  return seen;
}

static inline __attribute__((always_inline)) int read_again(uint32_t seen) {
  STEP("sequence counter again: unchanged, or all over");
  return *(const volatile uint32_t*)&vvar_page.sequence != seen;
}

// 0, or 1: the kernel has to do it.
static inline __attribute__((always_inline)) int read_fine(int clock, struct Timespec64* now) {
  const struct VvarTime* const base = &vvar_page.clock[clock];
  uint64_t seconds, nanoseconds;
  uint32_t seen;
  do {
    seen = begin_read(&vvar_page.sequence);
    STEP("clock mode: may user code read the counter?");
    if (vvar_page.clock_mode != kVvarTsc) return 1;
    STEP("time-stamp counter");
    const uint64_t counter = ordered_counter();
    STEP("cycles since the last tick, to nanoseconds");
    const uint64_t last = vvar_page.cycle_last;
    uint64_t cycles = counter - last;
    if ((int64_t)cycles < 0) cycles = 0;  // another processor's counter is a little ahead
    if (cycles > vvar_page.max_cycles) return 1;
    nanoseconds =
        base->nanoseconds + ((cycles * vvar_page.mult + vvar_page.fraction) >> vvar_page.shift);
    seconds = base->seconds;
  } while (read_again(seen));
  STEP("carry into the seconds");
  while (nanoseconds >= kBillion) {
    nanoseconds -= kBillion;
    ++seconds;
  }
  now->seconds = (int64_t)seconds;
  now->nanoseconds = (int64_t)nanoseconds;
  return 0;
}

// A coarse clock is read without the counter; the load of the cue says that somebody looks.
static inline __attribute__((always_inline)) uint32_t begin_coarse_read(void) {
  uint32_t seen;
  STEP("sequence counter: even, no update under way");
  for (;;) {
    __asm__ volatile("movl %1, %%eax" : "=a"(seen) : "m"(vvar_cue) : "memory");
    if ((seen & 1) == 0) return seen;
    __builtin_ia32_pause();
  }
}

static inline __attribute__((always_inline)) void read_coarse(int clock, struct Timespec64* now) {
  const struct VvarTime* const time = &vvar_page.clock[clock];
  uint32_t seen;
  do {
    seen = begin_coarse_read();
    STEP("the time of the last tick");
    now->seconds = (int64_t)time->seconds;
    now->nanoseconds = (int64_t)time->nanoseconds;
  } while (read_again(seen));
}

// 0, or 1: the kernel has to do it.
static inline __attribute__((always_inline)) int read_clock(int clock, struct Timespec64* now) {
  STEP("which clock?");
  if (served(clock, kFineClocks)) return read_fine(clock, now);
  if (!served(clock, kCoarseClocks)) return 1;
  read_coarse(clock, now);
  return 0;
}

static inline __attribute__((always_inline)) long resolution(int clock) {
  if (served(clock, kFineClocks)) return vvar_page.resolution;
  if (served(clock, kCoarseClocks)) return vvar_page.coarse_resolution;
  return -1;
}

int __vdso_clock_gettime(int clock, struct Timespec* result);
int __vdso_gettimeofday(struct Timeval* result, struct Timezone* zone);
long __vdso_time(long* result);
int __vdso_clock_getres(int clock, struct Timespec* result);

int __vdso_clock_gettime(int clock, struct Timespec* result) {
  struct Timespec64 now;
  if (read_clock(clock, &now)) {
    STEP("real system call");
    return (int)system_call3(kClockGettime, clock, (long)result, 0);
  }
  STEP("the answer, into the caller's memory");
  result->seconds = (long)now.seconds;
  result->nanoseconds = (long)now.nanoseconds;
  return 0;
}

int __vdso_gettimeofday(struct Timeval* result, struct Timezone* zone) {
  struct Timespec64 now;
  if (result != NULL) {
    if (read_fine(kRealtime, &now)) {
      STEP("real system call");
      return (int)system_call3(kGettimeofday, (long)result, (long)zone, 0);
    }
    STEP("the answer, into the caller's memory");
    result->seconds = (long)now.seconds;
    result->microseconds = (long)((uint32_t)now.nanoseconds / 1000);
  }
  if (zone != NULL) {
    zone->minutes_west = vvar_page.minutes_west;
    zone->dst_time = vvar_page.dst_time;
  }
  return 0;
}

long __vdso_time(long* result) {
  struct Timespec64 now;
  read_coarse(kRealtimeCoarse, &now);
  if (result != NULL) *result = (long)now.seconds;
  return (long)now.seconds;
}

int __vdso_clock_getres(int clock, struct Timespec* result) {
  const long nanoseconds = resolution(clock);
  if (nanoseconds < 0) return (int)system_call3(kClockGetres, clock, (long)result, 0);
  if (result != NULL) {
    result->seconds = 0;
    result->nanoseconds = nanoseconds;
  }
  return 0;
}

#define WEAK_NAME(name) __attribute__((weak, alias("__vdso_" #name)))

#ifdef __x86_64__
int clock_gettime(int clock, struct Timespec* result) WEAK_NAME(clock_gettime);
int gettimeofday(struct Timeval* result, struct Timezone* zone) WEAK_NAME(gettimeofday);
long time(long* result) WEAK_NAME(time);
int clock_getres(int clock, struct Timespec* result) WEAK_NAME(clock_getres);
#else
int __vdso_clock_gettime64(int clock, struct Timespec64* result);

int __vdso_clock_gettime64(int clock, struct Timespec64* result) {
  struct Timespec64 now;
  if (read_clock(clock, &now)) return (int)system_call3(kClockGettime64, clock, (long)result, 0);
  *result = now;
  return 0;
}
#endif
