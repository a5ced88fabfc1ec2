// SPDX-License-Identifier: MIT
// A child and its child, which are somebody else and have a session of their own, and never end.
#define _GNU_SOURCE
#include <stdio.h>
#include <unistd.h>

static void go_on_for_ever(void) {
  for (volatile unsigned long i = 0;; ++i) {
  }
}

int main(void) {
  if (fork() != 0) go_on_for_ever();
  if (setresgid(1000, 1000, 1000) != 0 || setresuid(1000, 1000, 1000) != 0) return 1;
  if (fork() != 0) go_on_for_ever();
  setsid();
  puts("up");
  fflush(stdout);
  go_on_for_ever();
}
