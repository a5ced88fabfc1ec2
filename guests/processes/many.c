// SPDX-License-Identifier: MIT
// many N [ROUNDS]: N children, one after the other and some at a time, in each round; none is left
// behind. Between rounds it says so and waits for a line.
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int ended;
static long sum;

static int take(int status) {
  sum += WEXITSTATUS(status);
  return ++ended;
}

static int children_come_and_go(int children) {
  int running = 0, status;
  for (int i = 0; i < children; i++) {
    const pid_t child = fork();
    if (child < 0) return perror("fork"), 1;
    if (child == 0) _exit(i % 100);
    running++;
    while (running > i % 8) {
      if (wait(&status) < 0) return 1;
      take(status);
      running--;
    }
  }
  while (wait(&status) > 0) take(status);
  return 0;
}

int main(int count, char** arguments) {
  const int children = count > 1 ? atoi(arguments[1]) : 100;
  const int rounds = count > 2 ? atoi(arguments[2]) : 1;
  for (int round = 1; round <= rounds; round++) {
    if (children_come_and_go(children)) return 1;
    printf("%d children, sum %ld\n", ended, sum);
    fflush(stdout);
    if (round < rounds && getchar() == EOF) return 2;
  }
  return 0;
}
