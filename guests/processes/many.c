// SPDX-License-Identifier: MIT
// many N: N children, one after the other and some at a time; none is left behind.
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char** arguments) {
  const int children = count > 1 ? atoi(arguments[1]) : 100;
  int ended = 0, running = 0;
  long sum = 0;
  for (int i = 0; i < children; i++) {
    if (fork() == 0) _exit(i % 100);
    running++;
    while (running > i % 8) {
      int status;
      if (wait(&status) < 0) return 1;
      sum += WEXITSTATUS(status);
      running--, ended++;
    }
  }
  int status;
  while (wait(&status) > 0) sum += WEXITSTATUS(status), ended++;
  printf("%d children, sum %ld\n", ended, sum);
  return 0;
}
