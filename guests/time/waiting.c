// SPDX-License-Identifier: MIT
// Sleeps for as many milliseconds as the argument says, and says how long it took.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char** argv) {
  const long wanted = argc > 1 ? atol(argv[1]) : 100;
  const struct timespec pause = {wanted / 1000, wanted % 1000 * 1000000};
  struct timespec before, after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  nanosleep(&pause, NULL);
  clock_gettime(CLOCK_MONOTONIC, &after);
  const long took =
      (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
  printf("%ld ms\n", took);
  return took < wanted;
}
