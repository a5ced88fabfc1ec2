// SPDX-License-Identifier: MIT
// Every clock in turn, through the C library; with "raw" as the system call itself.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "clock_call.h"

int main(int argc, char** argv) {
  const int raw = argc > 1 && strcmp(argv[1], "raw") == 0;
  for (int id = 0; id < 12; ++id) {
    struct timespec now = {-1, -1}, step = {-1, -1};
    const long got = raw ? syscall(kGettimeCall, id, &now) : clock_gettime(id, &now);
    const long res = raw ? syscall(kGetresCall, id, &step) : clock_getres(id, &step);
    printf("%2d: %ld %ld.%09ld, %ld %ld.%09ld\n", id, got, (long)now.tv_sec, now.tv_nsec, res,
           (long)step.tv_sec, step.tv_nsec);
  }
  struct timeval day;
  printf("gettimeofday %d", gettimeofday(&day, NULL));
  printf(" %ld.%06ld\ntime %ld\n", (long)day.tv_sec, (long)day.tv_usec, (long)time(NULL));
  return 0;
}
