// SPDX-License-Identifier: MIT
// What does it cost to enter the kernel and come back? getpid() does next to nothing there, so its
// time is the price of the way. As the texts of 2000 and 2001 did it: read the time-stamp counter,
// call, read it again, and believe the best of a few attempts; what the reading itself takes is
// measured first and taken off.
#include "door.h"
#include "program.h"

static inline unsigned long ticks(void) {
  unsigned low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return low;
}

enum { kAttempts = 8 };

/// The smallest number of ticks that `code` took.
#define BEST_OF(best, code)                                 \
  do {                                                      \
    best = ~0ul;                                            \
    for (int attempt = 0; attempt < kAttempts; ++attempt) { \
      unsigned long before = ticks();                       \
      code;                                                 \
      unsigned long took = ticks() - before;                \
      if (took < best) best = took;                         \
    }                                                       \
  } while (0)

static __attribute__((noinline)) int plain_function(void) {
  __asm__ volatile("");
  return 42;
}

static __attribute__((noinline)) long read_nothing(char* buffer) {
  return system_call(kRead, kStandardInput, (long)buffer, 0);
}

static unsigned long less(unsigned long ticks, unsigned long reading) {
  return ticks > reading ? ticks - reading : 0;
}

int run(void) {
  char buffer[1];
  unsigned long reading, function, getpid, read;
  BEST_OF(reading, );
  BEST_OF(function, plain_function());
  BEST_OF(getpid, system_call(kGetpid, 0, 0, 0));
  BEST_OF(read, read_nothing(buffer));
  print("rdtsc", reading);
  print("a function", less(function, reading));
  print("getpid() through " DOOR_NAME, less(getpid, reading));
  print("read() of nothing", less(read, reading));
  return 0;
}
