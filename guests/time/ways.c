// SPDX-License-Identifier: MIT
// What clock_gettime costs in ticks of the time-stamp counter, by four ways: an ordinary function
// of this program that does the same work, the vDSO, the system call, the vsyscall page (its
// gettimeofday); 32-bit programs have int $0x80 instead of the page. The loop around them is
// subtracted.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "vdso_symbols.h"

// So many that a tick more or less is no hundredth of one per call.
enum { kCalls = 400 };

static uint64_t counter(void) {
  uint32_t low, high;
  __asm__ volatile("lfence\nrdtsc" : "=a"(low), "=d"(high)::"memory");
  return (uint64_t)high << 32 | low;
}

// What the vDSO's function does, with data that nobody else writes.
static struct {
  uint32_t sequence, mode;
  uint64_t last, most, mult, fraction;
  uint32_t shift;
  struct {
    uint64_t seconds, nanoseconds;
  } clock[12];
} volatile data = {.sequence = 2,
                   .mode = 1,
                   .most = UINT64_MAX,
                   .mult = 1,
                   .shift = 32,
                   .clock = {[CLOCK_MONOTONIC] = {7, 5}}};
enum { kFineClocks = 1 << 0 | 1 << 1 | 1 << 4 | 1 << 7 | 1 << 11 };

static uint64_t ordered_counter(void) {
  uint32_t low, high;
  __asm__ volatile("rdtscp" : "=a"(low), "=d"(high)::"ecx", "memory");
  return (uint64_t)high << 32 | low;
}

static int own_gettime(clockid_t id, struct timespec* time) {
  uint64_t seconds, nanoseconds;
  uint32_t seen;
  if ((unsigned)id >= 12 || (1u << id & kFineClocks) == 0) return -1;
  do {
    while (((seen = data.sequence) & 1) != 0) {
    }
    if (data.mode != 1) return -1;
    uint64_t cycles = ordered_counter() - data.last;
    if ((int64_t)cycles < 0) cycles = 0;
    if (cycles > data.most) return -1;
    nanoseconds = data.clock[id].nanoseconds + ((cycles * data.mult + data.fraction) >> data.shift);
    seconds = data.clock[id].seconds;
  } while (data.sequence != seen);
  for (; nanoseconds >= 1000000000; ++seconds) nanoseconds -= 1000000000;
  time->tv_sec = (long)seconds;
  time->tv_nsec = (long)nanoseconds;
  return 0;
}

static void nothing(struct timespec* time) {
  __asm__ volatile("" : : "r"(time) : "memory");
}

static int (*volatile function)(clockid_t, struct timespec*) = own_gettime;
static void by_function(struct timespec* time) {
  function(CLOCK_MONOTONIC, time);
}

static int (*volatile vdso)(clockid_t, struct timespec*);
static void find_vdso(const struct VdsoSymbol* symbol) {
  if (strcmp(symbol->name, "__vdso_clock_gettime") == 0)
    vdso = (int (*)(clockid_t, struct timespec*))symbol->address;
}
static void by_vdso(struct timespec* time) {
  vdso(CLOCK_MONOTONIC, time);
}
static void by_system_call(struct timespec* time) {
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, time);
}
#ifdef __x86_64__
#define LAST_WAY "vsyscall"
static void by_last_way(struct timespec* time) {
  ((long (*)(void*, void*))0xffffffffff600000)(time, NULL);
}
#else
#define LAST_WAY "int80"
static void by_last_way(struct timespec* time) {
  long result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "0"(SYS_clock_gettime), "b"(CLOCK_MONOTONIC), "c"(time)
                   : "memory");
}
#endif

static uint64_t cost(void (*way)(struct timespec*)) {
  struct timespec time;
  void (*volatile call)(struct timespec*) = way;
  for (int i = 0; i < 8; ++i) call(&time);
  const uint64_t before = counter();
  for (int i = 0; i < kCalls; ++i) call(&time);
  return counter() - before;
}

int main(int argc, char** argv) {
  for_each_vdso_symbol(find_vdso);
  const uint64_t empty = cost(nothing);
  const char* const names[] = {"function", "vdso", "syscall", LAST_WAY};
  void (*const ways[])(struct timespec*) = {by_function, by_vdso, by_system_call, by_last_way};
  const int count = argc > 1 && strcmp(argv[1], "without-last") == 0 ? 3 : 4;
  for (int i = 0; i < count; ++i) {
    const uint64_t whole = cost(ways[i]);
    printf("%s%s %.2f", i == 0 ? "" : "  ", names[i],
           (double)(whole > empty ? whole - empty : 0) / kCalls);
  }
  putchar('\n');
  return 0;
}
