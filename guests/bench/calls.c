// SPDX-License-Identifier: MIT
// Nothing but crossings: `getppid N`, or `write N` single bytes to standard output.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char** argv) {
  const int writes = argc > 1 && strcmp(argv[1], "write") == 0;
  const long count = argc > 2 ? atol(argv[2]) : 10;
  for (long i = 0; i < count; ++i) {
    if (!writes)
      syscall(SYS_getppid);
    else if (write(1, i % 64 == 63 ? "\n" : "x", 1) != 1)
      return 1;
  }
  return 0;
}
