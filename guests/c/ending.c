// SPDX-License-Identifier: MIT
// Ends in the way its argument says: a number is an exit status, a word is a way to die.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int* volatile nowhere = (int*)8;
static void segv(void) {
  *nowhere = 1;
}
static void ill(void) {
  __asm__ volatile("ud2");
}
static void trap(void) {
  __asm__ volatile("int3");
}
static void fpe(void) {
  volatile int zero = 0;
  __asm__ volatile("idivl %0" : : "m"(zero), "a"(1), "d"(0) : "cc");
}
static void killed(void) {
  kill(getpid(), SIGKILL);
}
static void terminated(void) {
  raise(SIGTERM);
}
static void silent(void) {
  _exit(7);
}

static const struct {
  const char* name;
  void (*act)(void);
} kEndings[] = {
    {"segv", segv},   {"ill", ill},     {"trap", trap},       {"fpe", fpe},
    {"abort", abort}, {"kill", killed}, {"term", terminated}, {"silent", silent},
};

int main(int argc, char** argv) {
  const char* ending = argc > 1 ? argv[1] : "0";
  printf("ending: %s\n", ending);
  fflush(stdout);
  for (size_t i = 0; i < sizeof kEndings / sizeof kEndings[0]; ++i)
    if (strcmp(ending, kEndings[i].name) == 0) kEndings[i].act();
  return atoi(ending);
}
