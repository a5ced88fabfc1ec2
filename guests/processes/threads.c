// SPDX-License-Identifier: MIT
// POSIX threads: mutexes, condition variables, barriers, semaphores, thread-specific data, time
// limits. What is printed does not depend on who runs when.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { kThreads = 8, kRounds = 2000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long counter;
static __thread int own = 7;

static void* count(void* argument) {
  for (int i = 0; i < kRounds; i++) {
    pthread_mutex_lock(&lock);
    long before = counter;
    if (i % 50 == 0) sched_yield();
    counter = before + 1;
    pthread_mutex_unlock(&lock);
    own++;
  }
  return (void*)((long)argument * 10 + (own == 7 + kRounds));
}

static void mutexes(void) {
  pthread_t threads[kThreads];
  for (long i = 0; i < kThreads; i++) pthread_create(&threads[i], NULL, count, (void*)i);
  long sum = 0;
  for (int i = 0; i < kThreads; i++) {
    void* result;
    pthread_join(threads[i], &result);
    sum += (long)result;
  }
  printf("counter %ld, results %ld, own %d\n", counter, sum, own);
}

static pthread_cond_t filled = PTHREAD_COND_INITIALIZER, emptied = PTHREAD_COND_INITIALIZER;
static int queue[4], head, tail;

static void* produce(void* argument) {
  for (int i = 0; i < 500; i++) {
    pthread_mutex_lock(&lock);
    while (tail - head == 4) pthread_cond_wait(&emptied, &lock);
    queue[tail++ % 4] = (int)(long)argument + i;
    pthread_cond_signal(&filled);
    pthread_mutex_unlock(&lock);
  }
  return NULL;
}

static void* consume(void* argument) {
  long sum = 0;
  (void)argument;
  for (int i = 0; i < 500; i++) {
    pthread_mutex_lock(&lock);
    while (tail == head) pthread_cond_wait(&filled, &lock);
    sum += queue[head++ % 4];
    pthread_cond_broadcast(&emptied);
    pthread_mutex_unlock(&lock);
  }
  return (void*)sum;
}

static void conditions(void) {
  pthread_t makers[3], takers[3];
  long sum = 0;
  for (long i = 0; i < 3; i++) pthread_create(&makers[i], NULL, produce, (void*)(i * 1000));
  for (int i = 0; i < 3; i++) pthread_create(&takers[i], NULL, consume, NULL);
  for (int i = 0; i < 3; i++) {
    void* result;
    pthread_join(makers[i], NULL);
    pthread_join(takers[i], &result);
    sum += (long)result;
  }
  printf("consumed %ld\n", sum);
}

static pthread_barrier_t barrier;
static atomic_int arrived, serial, early;

static void* meet(void* argument) {
  (void)argument;
  for (int round = 1; round <= 20; round++) {
    arrived++;
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) serial++;
    if (arrived < round * kThreads) early++;
    pthread_barrier_wait(&barrier);
  }
  return NULL;
}

static void barriers(void) {
  pthread_t threads[kThreads];
  pthread_barrier_init(&barrier, NULL, kThreads);
  for (int i = 0; i < kThreads; i++) pthread_create(&threads[i], NULL, meet, NULL);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  printf("barrier: %d arrived, %d serial, %d early\n", arrived, serial, early);
}

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_int made, destroyed;

static void destroy(void* value) {
  free(value);
  destroyed++;
}
static void make_key(void) {
  made++;
  pthread_key_create(&key, destroy);
}
static void* specific(void* argument) {
  pthread_once(&once, make_key);
  pthread_setspecific(key, strdup(argument));
  sched_yield();
  return (void*)(long)(strcmp(pthread_getspecific(key), argument) == 0);
}

static void specifics(void) {
  static char* const names[] = {"one", "two", "three", "four"};
  pthread_t threads[4];
  long right = 0;
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, specific, names[i]);
  for (int i = 0; i < 4; i++) {
    void* result;
    pthread_join(threads[i], &result);
    right += (long)result;
  }
  printf("specific: made %d, right %ld, destroyed %d\n", made, right, destroyed);
}

static sem_t semaphore;

static void* post(void* argument) {
  (void)argument;
  struct timespec pause = {0, 2000000};
  nanosleep(&pause, NULL);
  sem_post(&semaphore);
  return NULL;
}

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void limits(void) {
  struct timespec end;
  sem_init(&semaphore, 0, 0);
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_nsec += 30000000;
  if (end.tv_nsec >= 1000000000) end.tv_sec++, end.tv_nsec -= 1000000000;
  long begin = milliseconds();
  int result = sem_timedwait(&semaphore, &end);
  printf("timed wait: %s, %s\n", result == 0 ? "got it" : strerror(errno),
         milliseconds() - begin >= 29 ? "late enough" : "too early");
  pthread_t thread;
  pthread_create(&thread, NULL, post, NULL);
  sem_wait(&semaphore);
  pthread_join(thread, NULL);
  printf("posted\n");
}

static volatile int spinning = 1;

static void* spin(void* argument) {
  (void)argument;
  long turns = 0;
  while (spinning) turns++;
  return (void*)(long)(turns >= 0);
}

/// A thread that makes no call at all lets others run.
static void preemption(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, spin, NULL);
  for (volatile int i = 0; i < 1000000; i++) {
  }
  sched_yield();
  spinning = 0;
  pthread_join(thread, NULL);
  printf("the spinner ended\n");
}

static void* short_life(void* argument) {
  return argument;
}

static void many(void) {
  long sum = 0;
  static pthread_t threads[1000];
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 65536);
  for (long i = 0; i < 1000; i++)
    if (pthread_create(&threads[i], &small, short_life, (void*)i) != 0)
      printf("thread %ld failed\n", i);
  for (long i = 0; i < 1000; i++) {
    void* result;
    pthread_join(threads[i], &result);
    sum += (long)result;
  }
  printf("1000 threads: %ld\n", sum);
}

static pthread_mutex_t robust;

static void* die_with_lock(void* argument) {
  pthread_mutex_lock(&robust);
  return argument;
}

static void owner_died(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&robust, &attributes);
  pthread_t thread;
  pthread_create(&thread, NULL, die_with_lock, NULL);
  pthread_join(thread, NULL);
  int result = pthread_mutex_lock(&robust);
  printf("robust: %s\n", strerror(result));
  pthread_mutex_consistent(&robust);
  pthread_mutex_unlock(&robust);
}

static void* leave(void* argument) {
  (void)argument;
  pthread_mutex_lock(&lock);
  pthread_mutex_unlock(&lock);
  printf("the last thread ends the process\n");
  return NULL;
}

int main(void) {
  mutexes();
  conditions();
  barriers();
  specifics();
  limits();
  preemption();
  many();
  owner_died();
  pthread_t thread;
  pthread_mutex_lock(&lock);
  pthread_create(&thread, NULL, leave, NULL);
  pthread_detach(thread);
  printf("main is %s\n", syscall(SYS_gettid) == getpid() ? "the first thread" : "another thread");
  fflush(stdout);
  pthread_mutex_unlock(&lock);
  pthread_exit(NULL);
}
