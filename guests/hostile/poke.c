// SPDX-License-Identifier: MIT
// A program that looks for memory it has not mapped and writes to what it finds: first everywhere
// in the low 2 GiB, then at every address that what it found there seems to name. Prints how many
// pages it could read and write, at each.
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { kPage = 4096, kStride = 16 * kPage, kMostPages = 65536 };

static sigjmp_buf back;

static void on_fault(int signal) {
  (void)signal;
  siglongjmp(back, 1);
}

static int can_read(volatile uint64_t* at) {
  if (sigsetjmp(back, 1)) return 0;
  (void)*at;
  return 1;
}

static int can_write(volatile uint64_t* at) {
  if (sigsetjmp(back, 1)) return 0;
  *at = *at ^ 0x5a5a5a5a;
  return 1;
}

static struct { uintptr_t begin, end; } ours[64];
static int our_count;

static void read_maps(void) {
  FILE* maps = fopen("/proc/self/maps", "r");
  char line[512];
  while (our_count < 64 && fgets(line, sizeof line, maps))
    if (sscanf(line, "%lx-%lx", &ours[our_count].begin, &ours[our_count].end) == 2) ++our_count;
  fclose(maps);
}

static int is_ours(uintptr_t at) {
  for (int i = 0; i < our_count; ++i)
    if (at >= ours[i].begin && at < ours[i].end) return 1;
  return 0;
}

static uintptr_t found[kMostPages];
static unsigned long found_count, read_low, written_low, read_beyond, written_beyond;

int main(void) {
  const struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_NODEFER};
  sigaction(SIGSEGV, &action, 0);
  sigaction(SIGBUS, &action, 0);
  read_maps();
  for (uintptr_t at = 0x10000; at < 0x80000000; at += kStride) {
    if (is_ours(at) || !can_read((uint64_t*)at)) continue;
    ++read_low;
    if (found_count < kMostPages) found[found_count++] = at;
  }
  // A page in between may be the only one with pointers in it.
  for (unsigned long i = 0; i < found_count && i < 64; ++i)
    for (uintptr_t at = found[i]; at < found[i] + kStride; at += 8) {
      if (!can_read((uint64_t*)at)) break;
      const uintptr_t named = *(volatile uint64_t*)at & ~7ull;
      if (named < 0x80000000 || named >> 47 || is_ours(named)) continue;
      if (can_read((uint64_t*)named)) ++read_beyond;
      if (can_write((uint64_t*)named)) ++written_beyond;
    }
  for (unsigned long i = 0; i < found_count; ++i)
    if (can_write((uint64_t*)found[i])) ++written_low;
  printf("low: %s, %s\n", read_low ? "read" : "not read", written_low ? "written" : "not written");
  printf("beyond: %lu read, %lu written\n", read_beyond, written_beyond);
  return 0;
}
