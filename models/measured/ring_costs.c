// SPDX-License-Identifier: MIT
// Prints what io_uring_enter costs on this machine in core cycles, as CSV: without entries, less
// the crossing of a number without a service, and each entry that does nothing. The least of many
// rounds; core cycles come from a chain of dependent additions.
//
//   cc -O2 -o ring_costs ring_costs.c && ./ring_costs
#define _GNU_SOURCE
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <x86intrin.h>

#include "core_cycles.h"

enum { kRounds = 20000, kEntries = 64, kUnknown = 999 };

int main(void) {
  struct io_uring_params params = {0};
  const int ring = (int)syscall(SYS_io_uring_setup, kEntries, &params);
  if (ring < 0) return perror("io_uring_setup"), 1;
  char* const queue = mmap(NULL, params.sq_off.array + 4 * kEntries + 16 * params.cq_entries,
                           PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
  struct io_uring_sqe* const entries = mmap(
      NULL, kEntries * sizeof *entries, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
  uint32_t *tail = (uint32_t*)(queue + params.sq_off.tail),
           *array = (uint32_t*)(queue + params.sq_off.array),
           *taken = (uint32_t*)(queue + params.cq_off.head),
           *done = (uint32_t*)(queue + params.cq_off.tail);
  uint64_t unknown = ~0ull, batch[kEntries + 1];
  for (int i = 0; i < kRounds; ++i) {
    const uint64_t start = __rdtsc();
    syscall(kUnknown);
    unknown = least(unknown, __rdtsc() - start);
  }
  for (int count = 0; count <= kEntries; count += kEntries / 2) {
    batch[count] = ~0ull;
    for (int i = 0; i < kRounds; ++i) {
      for (int n = 0; n < count; ++n) {
        const uint32_t slot = (*tail + n) & (kEntries - 1);
        entries[slot] = (struct io_uring_sqe){.opcode = IORING_OP_NOP};
        array[slot] = slot;
      }
      __atomic_store_n(tail, *tail + count, __ATOMIC_RELEASE);
      const uint64_t start = __rdtsc();
      syscall(SYS_io_uring_enter, ring, count, 0, 0, NULL, 0);
      batch[count] = least(batch[count], __rdtsc() - start);
      *taken = *done;
    }
  }
  const double cycles = cycles_per_tick();
  printf("what,core cycles\n");
  printf("io_uring_enter without entries,%.0f\n", cycles * (double)(batch[0] - unknown));
  printf("each entry that does nothing,%.1f\n",
         cycles * (double)(batch[kEntries] - batch[kEntries / 2]) / (kEntries / 2));
}
