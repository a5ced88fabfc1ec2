// SPDX-License-Identifier: MIT
// One clock for all processes: a child, the program it executes (the same again, or the one that is
// named), and the parent afterwards each read a time that is no earlier than the one before, by the
// vDSO and by the system call.
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock_call.h"

enum { kOrder = 3 };  // exit status of a process that has seen time go backwards

static int64_t nanoseconds(const struct timespec* time) {
  return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

// The time now, which is no earlier than `last`; -1 otherwise.
static int64_t read_after(int64_t last) {
  struct timespec by_vdso, by_call, coarse;
  clock_gettime(CLOCK_MONOTONIC, &by_vdso);
  syscall(kGettimeCall, CLOCK_MONOTONIC, &by_call);
  clock_gettime(CLOCK_MONOTONIC_COARSE, &coarse);
  if (nanoseconds(&by_vdso) < last || nanoseconds(&by_call) < nanoseconds(&by_vdso)) return -1;
  const int64_t behind = nanoseconds(&by_call) - nanoseconds(&coarse);
  if (behind < 0 || behind > 20000000) return -1;  // two ticks of the slowest kernel
  return nanoseconds(&by_call);
}

static int end_of(int64_t now) {
  return now < 0 ? kOrder : 0;
}

int main(int argc, char** argv) {
  if (argc > 2) {  // the program that was executed
    printf("executed\n");
    return end_of(read_after(strtoll(argv[2], NULL, 10)));
  }
  int64_t now = read_after(0);
  for (int i = 0; i < 3; ++i) {
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      const int64_t then = read_after(now);
      if (then < 0) _exit(kOrder);
      const struct timespec pause = {0, 7000000};
      if (i == 1) nanosleep(&pause, NULL);
      if (i == 2) {
        char text[32];
        snprintf(text, sizeof text, "%" PRId64, then);
        execl(argc > 1 ? argv[1] : argv[0], argv[0], "executed", text, NULL);
      }
      _exit(end_of(read_after(then)));
    }
    int status = 0;
    waitpid(child, &status, 0);
    now = read_after(now);
    printf("child %d: %d, parent %d\n", i, WIFEXITED(status) ? WEXITSTATUS(status) : -1,
           end_of(now));
  }
  return end_of(now);
}
