// SPDX-License-Identifier: MIT
// A bad pointer is an error to a system call, and a fault to the vDSO: "call" or "vdso".
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char** argv) {
  struct timespec* volatile nowhere = (struct timespec*)8;
  if (argc > 1 && strcmp(argv[1], "vdso") == 0) return clock_gettime(CLOCK_MONOTONIC, nowhere);
  const long got = syscall(SYS_clock_gettime, CLOCK_MONOTONIC, nowhere);
  printf("%ld %s\n", got, got == -1 && errno == EFAULT ? "EFAULT" : "?");
  return 0;
}
