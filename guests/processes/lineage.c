// SPDX-License-Identifier: MIT
// lineage N: each of N generations makes the next and ends; the last one says so and waits for a
// line.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int count, char** arguments) {
  const int generations = count > 1 ? atoi(arguments[1]) : 10;
  for (int i = 0; i < generations; i++) {
    const pid_t child = fork();
    if (child < 0) return perror("fork"), 1;
    if (child != 0) _exit(0);
  }
  printf("generation %d\n", generations);
  fflush(stdout);
  return getchar() == EOF;
}
