// SPDX-License-Identifier: MIT
// So many threads (argument 1, at most 8) that each call the kernel 200000 times, with nothing in
// between: turns end at calls, where they end in between as well.
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>

static void* call(void* argument) {
  for (int i = 0; i < 200000; i++) {
    long result = SYS_getppid;
    __asm__ volatile("syscall" : "+a"(result) : : "rcx", "r11", "memory");
  }
  return argument;
}

int main(int count, char** arguments) {
  pthread_t threads[8];
  int wanted = count > 1 ? atoi(arguments[1]) : 1;
  if (wanted > 8) wanted = 8;
  for (int i = 0; i < wanted; i++)
    if (pthread_create(&threads[i], NULL, call, NULL) != 0) return 1;
  for (int i = 0; i < wanted; i++) pthread_join(threads[i], NULL);
  return 0;
}
