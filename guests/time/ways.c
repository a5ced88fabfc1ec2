// SPDX-License-Identifier: MIT
// What clock_gettime costs in ticks of the time-stamp counter, by four ways: an ordinary function
// of this program that reads the counter and computes, the vDSO, the system call, the vsyscall page
// (its gettimeofday). The loop around them is subtracted.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { kCalls = 200 };

static uint64_t counter(void) {
  uint32_t low, high;
  __asm__ volatile("lfence\nrdtsc" : "=a"(low), "=d"(high)::"memory");
  return (uint64_t)high << 32 | low;
}

// What the vDSO's function does, without anybody to agree with.
static volatile uint64_t last = 1, mult = 298261617, base = 5, seconds = 7;
static volatile uint32_t shift = 30;

static void nothing(struct timespec* time) {
  __asm__ volatile("" : : "r"(time) : "memory");
}

static void by_function(struct timespec* time) {
  uint64_t nanoseconds = base + (((counter() - last) * mult) >> shift);
  uint64_t carry = seconds;
  while (nanoseconds >= 1000000000) nanoseconds -= 1000000000, ++carry;
  time->tv_sec = (long)carry;
  time->tv_nsec = (long)nanoseconds;
}

static int (*gettime)(clockid_t, struct timespec*);
static void by_vdso(struct timespec* time) {
  gettime(CLOCK_MONOTONIC, time);
}
static void by_system_call(struct timespec* time) {
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, time);
}
static void by_page(struct timespec* time) {
  ((long (*)(void*, void*))0xffffffffff600000)(time, NULL);
}

static uint64_t cost(void (*way)(struct timespec*)) {
  struct timespec time;
  void (*volatile call)(struct timespec*) = way;
  for (int i = 0; i < 8; ++i) call(&time);
  const uint64_t before = counter();
  for (int i = 0; i < kCalls; ++i) call(&time);
  return counter() - before;
}

int main(int argc, char** argv) {
  gettime = clock_gettime;
  const uint64_t empty = cost(nothing);
  const char* const names[] = {"function", "vdso", "syscall", "vsyscall"};
  void (*const ways[])(struct timespec*) = {by_function, by_vdso, by_system_call, by_page};
  const int count = argc > 1 && strcmp(argv[1], "without-page") == 0 ? 3 : 4;
  for (int i = 0; i < count; ++i) {
    const uint64_t whole = cost(ways[i]);
    printf("%s%s %.1f", i == 0 ? "" : "  ", names[i],
           (double)(whole > empty ? whole - empty : 0) / kCalls);
  }
  putchar('\n');
  return 0;
}
