// SPDX-License-Identifier: MIT
// Two threads, one after the other, that talk with the first over pipes: a trace with nothing in it
// that depends on who runs when, but for the waits of the library.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int there[2], back[2];

static void* answer(void* argument) {
  char word[16];
  ssize_t length = read(there[0], word, sizeof word);
  if (length <= 0) return NULL;
  write(back[1], word, (size_t)length);
  write(back[1], (const char*)argument, strlen(argument));
  return argument;
}

int main(void) {
  static char* const marks[] = {"!", "?"};
  if (pipe(there) != 0 || pipe(back) != 0) return 1;
  for (int i = 0; i < 2; i++) {
    pthread_t thread;
    void* result;
    char reply[16];
    if (pthread_create(&thread, NULL, answer, marks[i]) != 0) return 2;
    write(there[1], "hello", 5);
    if (pthread_join(thread, &result) != 0 || result != marks[i]) return 3;
    ssize_t length = read(back[0], reply, sizeof reply);
    printf("%.*s\n", (int)length, reply);
  }
  return 5;
}
