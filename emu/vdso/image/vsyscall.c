// SPDX-License-Identifier: MIT
// The functions of the vsyscall page of kernels that let user mode execute it, with the protocol of
// its first design (A. Arcangeli, "vsyscalls", UKUUG 2001): the kernel counts up the first number,
// writes, counts up the second; a reader takes the second, reads, and begins again unless the first
// is the same. They lie in the image without a symbol; only a call to the page leads here.
#include <stddef.h>

#include "emu/vdso/image/processor.h"
#include "emu/vdso/image/system_call.h"

struct Timeval {
  long seconds, microseconds;
};
struct Timezone {
  int minutes_west, dst_time;
};

enum { kRealtime = 0 };
static const uint32_t kBillion = 1000000000;

static inline __attribute__((always_inline)) uint32_t load(const uint32_t* number) {
  return *(const volatile uint32_t*)number;
}

long vsyscall_gettimeofday(struct Timeval* result, struct Timezone* zone)
    __attribute__((visibility("hidden")));
long vsyscall_time(long* result) __attribute__((visibility("hidden")));
long vsyscall_getcpu(unsigned* processor, unsigned* node) __attribute__((visibility("hidden")));

// Where each begins, for who sends calls of the page here.
__asm__(
    ".pushsection .vdso.steps,\"\",@progbits\n"
    ".long vsyscall_gettimeofday\n.asciz \"vsyscall gettimeofday\"\n"
    ".long vsyscall_time\n.asciz \"vsyscall time\"\n"
    ".long vsyscall_getcpu\n.asciz \"vsyscall getcpu\"\n"
    ".popsection\n");

long vsyscall_gettimeofday(struct Timeval* result, struct Timezone* zone) {
  const struct VvarTime* const base = &vvar_page.clock[kRealtime];
  uint64_t seconds, nanoseconds;
  uint32_t second;
  if (result != NULL) {
    do {
      STEP("second number");
      second = load(&vvar_page.second_number);
      STEP("time-stamp counter");
      if (vvar_page.clock_mode != kVvarTsc)
        return system_call3(kGettimeofday, (long)result, (long)zone, 0);
      uint64_t cycles = ordered_counter() - vvar_page.cycle_last;
      if ((int64_t)cycles < 0) cycles = 0;
      nanoseconds =
          base->nanoseconds + ((cycles * vvar_page.mult + vvar_page.fraction) >> vvar_page.shift);
      seconds = base->seconds;
      STEP("first number: the same as the second was, or all over");
    } while (load(&vvar_page.first_number) != second);
    while (nanoseconds >= kBillion) {
      nanoseconds -= kBillion;
      ++seconds;
    }
    result->seconds = (long)seconds;
    result->microseconds = (long)((uint32_t)nanoseconds / 1000);
  }
  if (zone != NULL) {
    zone->minutes_west = vvar_page.minutes_west;
    zone->dst_time = vvar_page.dst_time;
  }
  return 0;
}

long vsyscall_time(long* result) {
  uint32_t cue;
  __asm__ volatile("movl %1, %%eax" : "=a"(cue) : "m"(vvar_cue) : "memory");
  const long seconds = (long)vvar_page.clock[5].seconds;  // CLOCK_REALTIME_COARSE
  if (result != NULL) *result = seconds;
  return seconds;
}

long vsyscall_getcpu(unsigned* processor, unsigned* node) {
  const uint32_t number = processor_and_node();
  if (number == UINT32_MAX) return system_call3(kGetcpu, (long)processor, (long)node, 0);
  if (processor != NULL) *processor = number & 0xfff;
  if (node != NULL) *node = number >> 12;
  return 0;
}
