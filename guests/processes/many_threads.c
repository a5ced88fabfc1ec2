// SPDX-License-Identifier: MIT
// many_threads N [ROUNDS]: N threads alive at once in each round, which all end. Between rounds it
// says so and waits for a line.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kMost = 2000, kStack = 64 * 1024 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int alive, released;
static __thread long own = 3;

static void* live(void* argument) {
  pthread_mutex_lock(&lock);
  own += (long)argument;
  alive++;
  pthread_cond_broadcast(&changed);
  while (!released) pthread_cond_wait(&changed, &lock);
  alive--;
  pthread_mutex_unlock(&lock);
  return (void*)own;
}

static int threads_come_and_go(int threads, long* sum) {
  static pthread_t made[kMost];
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStack);
  released = 0;
  for (long i = 0; i < threads; i++) {
    const int error = pthread_create(&made[i], &attributes, live, (void*)i);
    if (error != 0) return fprintf(stderr, "thread %ld: %s\n", i, strerror(error)), 1;
  }
  pthread_mutex_lock(&lock);
  while (alive < threads) pthread_cond_wait(&changed, &lock);
  released = 1;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
  for (int i = 0; i < threads; i++) {
    void* result;
    pthread_join(made[i], &result);
    *sum += (long)result;
  }
  return alive;
}

int main(int count, char** arguments) {
  const int threads = count > 1 ? atoi(arguments[1]) : 100;
  const int rounds = count > 2 ? atoi(arguments[2]) : 1;
  long sum = 0;
  if (threads > kMost) return 1;
  for (int round = 1; round <= rounds; round++) {
    if (threads_come_and_go(threads, &sum)) return 1;
    printf("%d threads, sum %ld\n", threads * round, sum);
    fflush(stdout);
    if (round < rounds && getchar() == EOF) return 2;
  }
  return 0;
}
