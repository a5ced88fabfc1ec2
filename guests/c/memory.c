// SPDX-License-Identifier: MIT
// Memory in all its forms: a heap under load, big and tiny blocks, fresh pages, changed
// protections, a deep stack.
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { kBlocks = 700, kPage = 4096 };

static void heap(void) {
  static struct {
    unsigned char* start;
    size_t size;
  } blocks[kBlocks];
  uint32_t seed = 7;
  int wrong = 0;
  for (int round = 0; round < 12000; ++round) {
    seed = seed * 1664525u + 1013904223u;
    const unsigned slot = (seed >> 8) % kBlocks;
    const size_t size = (seed >> 5) % 97 == 0 ? 300000 : 1 + (seed >> 12) % 2000;
    for (size_t i = 0; i < blocks[slot].size; i += 61)
      wrong += blocks[slot].start[i] != (unsigned char)slot;
    if (seed & 0x100) {
      blocks[slot].start = realloc(blocks[slot].start, size);
    } else {
      free(blocks[slot].start);
      blocks[slot].start = calloc(size, 1);
    }
    blocks[slot].size = size;
    memset(blocks[slot].start, (int)slot, size);
  }
  printf("heap wrong %d\n", wrong);
}

static void pages(void) {
  char* area = mmap(NULL, 16 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int nonzero = 0;
  for (int i = 0; i < 16 * kPage; ++i) nonzero += area[i] != 0;
  strcpy(area + 3 * kPage, "kept");
  printf("fresh %d protect %d\n", nonzero, mprotect(area + kPage, kPage, PROT_READ));
  printf("unmap %d\n", munmap(area + 4 * kPage, 4 * kPage));
  mprotect(area + kPage, kPage, PROT_READ | PROT_WRITE);
  area = mremap(area, 4 * kPage, 64 * kPage, MREMAP_MAYMOVE);
  printf("moved %s\n", area == MAP_FAILED ? strerror(errno) : area + 3 * kPage);
  const int bad = munmap((void*)1, kPage);
  printf("bad %d %d\n", bad, errno == EINVAL);
  void* aligned = NULL;
  printf("aligned %d %d\n", posix_memalign(&aligned, 4096, 100), (int)((uintptr_t)aligned % 4096));
}

static unsigned long deep(int depth) {
  volatile char room[1024];
  room[0] = (char)depth;
  return depth == 0 ? 0 : deep(depth - 1) + (unsigned long)room[0];
}

int main(void) {
  heap();
  pages();
  printf("stack %lu\n", deep(3000));
  const long end = syscall(SYS_brk, 0);
  printf("brk %ld\n", syscall(SYS_brk, end + 8192) - end);
  return 0;
}
