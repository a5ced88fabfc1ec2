// SPDX-License-Identifier: MIT
// Core cycles without privileges: what the time-stamp counter says of a chain of dependent
// additions, one a cycle.
#pragma once

#include <stdint.h>
#include <x86intrin.h>

enum { kChain = 2000 };

static inline uint64_t least(uint64_t known, uint64_t now) {
  return now < known ? now : known;
}

// Ticks of a chain that takes kChain core cycles.
static inline uint64_t chain_ticks(void) {
  uint64_t best = ~0ull;
  for (int i = 0; i < 2000; ++i) {
    uint64_t value = 1, start = __rdtsc();
    for (int link = 0; link < kChain / 100; ++link)
      __asm__ volatile(".rept 100\n add %0, %0\n .endr" : "+r"(value));
    best = least(best, __rdtsc() - start);
  }
  return best;
}

static inline double cycles_per_tick(void) {
  return (double)kChain / (double)chain_ticks();
}
