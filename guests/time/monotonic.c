// SPDX-License-Identifier: MIT
// A million readings of the time, in turn through the vDSO, through the system call and with rdtsc:
// none is earlier than the one before. The argument is another number of readings.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "clock_call.h"

static int64_t nanoseconds(const struct timespec* time) {
  return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static int64_t read_clock(int clock, int raw) {
  struct timespec now;
  if (raw ? syscall(kGettimeCall, clock, &now) != 0 : clock_gettime(clock, &now) != 0) abort();
  return nanoseconds(&now);
}

static uint64_t counter(void) {
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return (uint64_t)high << 32 | low;
}

static const int kClocks[] = {CLOCK_REALTIME,        CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW,
                              CLOCK_REALTIME_COARSE, CLOCK_BOOTTIME,  CLOCK_TAI,
                              CLOCK_MONOTONIC_COARSE};
enum { kCount = sizeof kClocks / sizeof *kClocks };

int main(int argc, char** argv) {
  const long readings = argc > 1 ? atol(argv[1]) : 1000000;
  int64_t last[kCount] = {0}, last_day = 0;
  uint64_t last_counter = 0;
  long backwards = 0;
  for (long i = 0; i < readings; ++i) {
    const int which = (int)(i % kCount);
    const int64_t now = read_clock(kClocks[which], (int)(i / kCount % 3 == 2));
    backwards += now < last[which];
    last[which] = now;
    const uint64_t ticks = counter();
    backwards += ticks < last_counter;
    last_counter = ticks;
    if (i % 16 != 0) continue;
    struct timeval day;
    gettimeofday(&day, NULL);
    const int64_t microseconds = (int64_t)day.tv_sec * 1000000 + day.tv_usec;
    backwards += microseconds < last_day || microseconds * 1000 + 999 < last[0];
    last_day = microseconds;
  }
  printf("%ld readings, %ld backwards\n", readings, backwards);
  return backwards != 0;
}
