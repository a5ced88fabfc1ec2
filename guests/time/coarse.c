// SPDX-License-Identifier: MIT
// Looks at a coarse clock and nothing else until it has moved three times: it moves by ticks, with
// no help from anybody who enters the kernel.
#include <stdio.h>
#include <time.h>

int main(void) {
  struct timespec last, now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &last);
  for (int moves = 0; moves < 3; last = now) {
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    const long step = (now.tv_sec - last.tv_sec) * 1000000000 + now.tv_nsec - last.tv_nsec;
    if (step == 0) continue;
    if (step < 0) printf("a step of %ld ns\n", step);
    ++moves;
  }
  puts("three ticks");
  return 0;
}
