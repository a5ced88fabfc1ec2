// SPDX-License-Identifier: MIT
// Random bytes from the vDSO's getrandom, as a C library that knows it asks for them: how much room
// a state needs and how to map it, bytes that differ, in a child too; what it cannot do itself is
// left to the system call. Says the same on every machine that has the function.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vdso_symbols.h"

typedef long (*Getrandom)(void*, size_t, unsigned, void*, size_t);

// What the function says about a state.
struct Parameters {
  uint32_t size, protection, flags, reserved[13];
};

static Getrandom getrandom_of_vdso;

static void find(const struct VdsoSymbol* symbol) {
  if (strcmp(symbol->name, "__vdso_getrandom") == 0) getrandom_of_vdso = (Getrandom)symbol->address;
}

static uint64_t next(void* state, size_t size) {
  uint64_t bytes = 0;
  return getrandom_of_vdso(&bytes, sizeof bytes, 0, state, size) == sizeof bytes ? bytes : 0;
}

// The next bytes of parent and child.
static int child_has_its_own(void* state, size_t size) {
  uint64_t its = 0;
  int ends[2];
  if (pipe(ends) != 0) return 0;
  const pid_t child = fork();
  if (child == 0) {
    its = next(state, size);
    _exit(write(ends[1], &its, sizeof its) != sizeof its);
  }
  const uint64_t ours = next(state, size);
  if (read(ends[0], &its, sizeof its) != sizeof its) return 0;
  waitpid(child, NULL, 0);
  return its != 0 && ours != 0 && its != ours;
}

int main(void) {
  for_each_vdso_symbol(find);
  if (getrandom_of_vdso == NULL) return puts("no such function"), 0;
  struct Parameters wants;
  const long told = getrandom_of_vdso(NULL, 0, 0, &wants, ~(size_t)0);
  printf("parameters: %ld, %s\n", told,
         wants.size > 0 && wants.size <= 4096 ? "fit" : "do not fit");
  void* const state = mmap(NULL, 4096, (int)wants.protection, (int)wants.flags, -1, 0);
  if (state == MAP_FAILED) return puts("cannot be mapped"), 1;
  uint64_t values[64];
  int same = 0;
  for (int i = 0; i < 64; ++i) {
    values[i] = next(state, wants.size);
    for (int j = 0; j < i; ++j) same += values[i] == values[j];
  }
  printf("64 values, %d the same\n", same);
  printf("child and parent: %s\n",
         child_has_its_own(state, wants.size) ? "each their own" : "the same");
  static unsigned char bytes[5000];
  printf("many: %ld\n", getrandom_of_vdso(bytes, sizeof bytes, 0, state, wants.size));
  printf("unknown flag: %ld\n", getrandom_of_vdso(bytes, 8, 0x80, state, wants.size));
  printf("another size: %ld\n", getrandom_of_vdso(bytes, 8, 0, state, wants.size - 1));
  printf("nothing: %ld\n", getrandom_of_vdso(bytes, 0, 0, state, wants.size));
  return 0;
}
