// SPDX-License-Identifier: MIT
// futexes [pi]: futex(2) itself, and robust lists of threads that die. Nothing printed depends on
// who runs first.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {  // <linux/futex.h>, which musl does not have
  FUTEX_WAIT = 0,
  FUTEX_WAKE = 1,
  FUTEX_REQUEUE = 3,
  FUTEX_CMP_REQUEUE = 4,
  FUTEX_WAKE_OP = 5,
  FUTEX_LOCK_PI = 6,
  FUTEX_UNLOCK_PI = 7,
  FUTEX_TRYLOCK_PI = 8,
  FUTEX_WAIT_BITSET = 9,
  FUTEX_WAKE_BITSET = 10,
  FUTEX_CMP_REQUEUE_PI = 12
};

static long futex(int* word, int operation, long value, const void* more, int* other, int last) {
  return syscall(SYS_futex, word, operation, value, more, other, last);
}

static const char* how(long result) {
  return result >= 0          ? "ok"
         : errno == ENOSYS    ? "ENOSYS"
         : errno == EAGAIN    ? "EAGAIN"
         : errno == EINVAL    ? "EINVAL"
         : errno == ETIMEDOUT ? "ETIMEDOUT"
         : errno == EFAULT    ? "EFAULT"
                              : strerror(errno);
}

static int first, second;
static volatile int awake, released;

static void* waiter(void* bits) {
  while (!released) futex(&first, FUTEX_WAIT_BITSET, 0, NULL, NULL, (int)(intptr_t)bits);
  __atomic_add_fetch(&awake, 1, __ATOMIC_SEQ_CST);
  return NULL;
}

/// Moves until `count` waiters were moved from the first word to the second.
static void requeue(int count) {
  for (int moved = 0; moved < count;) {
    const long now = futex(&first, FUTEX_REQUEUE, 0, (void*)(intptr_t)(count - moved), &second, 0);
    if (now < 0) {
      printf("requeue: %s\n", how(now));
      return;
    }
    moved += now;
    sched_yield();
  }
}

static void wake(int* word, int operation, int count, int bits) {
  for (int woken = 0; woken < count;) {
    const long now = futex(word, operation, count - woken, NULL, NULL, bits);
    if (now > 0) woken += now;
    sched_yield();
  }
}

static void requeues(void) {
  pthread_t threads[4];
  released = awake = 0;
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, waiter, (void*)~0ul);
  requeue(4);
  printf("moved, awake %d\n", awake);
  long result = futex(&first, FUTEX_WAKE, 100, NULL, NULL, 0);
  printf("nobody at the first word: %ld\n", result);
  result = futex(&second, FUTEX_CMP_REQUEUE, 1, (void*)1, &first, 77);
  printf("another value: %s\n", how(result));
  released = 1;
  result = futex(&second, FUTEX_CMP_REQUEUE, 1, (void*)2, &first, 0);
  printf("one woken, two moved back: %ld\n", result);
  result = futex(&first, FUTEX_WAKE, 100, NULL, NULL, 0);
  printf("woken there: %ld\n", result);
  // FUTEX_OP_ADD of 5 to the second word; if it was 0, wakes one there, too.
  const int operation = 1 << 28 | 0 << 24 | 5 << 12 | 0;
  result = futex(&first, FUTEX_WAKE_OP, 1, (void*)1, &second, operation);
  printf("wake_op: %ld, word %d\n", result, second);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  printf("awake %d\n", awake);
  second = 0;
}

static void bitsets(void) {
  pthread_t threads[3];
  released = awake = 0;
  for (intptr_t i = 0; i < 3; i++)
    pthread_create(&threads[i], NULL, waiter, (void*)(intptr_t)(1 << i));
  requeue(3);
  released = 1;
  wake(&second, FUTEX_WAKE_BITSET, 1, 2 | 8);
  pthread_join(threads[1], NULL);
  printf("awake %d\n", awake);
  printf("nobody listens: %ld\n", futex(&second, FUTEX_WAKE_BITSET, 9, NULL, NULL, 2 | 8));
  wake(&second, FUTEX_WAKE_BITSET, 2, 1 | 4);
  pthread_join(threads[0], NULL);
  pthread_join(threads[2], NULL);
  printf("awake %d\n", awake);
  printf("no bits: %s, ", how(futex(&first, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0)));
  printf("%s\n", how(futex(&first, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0)));
}

static void refusals(void) {
  struct timespec past = {0, 0}, bad = {0, 1000000000}, soon = {0, 1000000};
  printf("other value: %s\n", how(futex(&first, FUTEX_WAIT, 1, NULL, NULL, 0)));
  printf("in vain: %s\n", how(futex(&first, FUTEX_WAIT, 0, &soon, NULL, 0)));
  printf("in the past: %s\n", how(futex(&first, FUTEX_WAIT_BITSET, 0, &past, NULL, ~0)));
  printf("bad time: %s\n", how(futex(&first, FUTEX_WAIT, 0, &bad, NULL, 0)));
  printf("odd address: %s\n", how(futex((int*)((char*)&first + 1), FUTEX_WAIT, 0, &soon, NULL, 0)));
  printf("no address: %s\n", how(futex((int*)8, FUTEX_WAIT, 0, &soon, NULL, 0)));
  printf("unknown: %s\n", how(futex(&first, 99, 0, NULL, NULL, 0)));
}

static pthread_mutex_t robust[3];

static void* die_with_locks(void* argument) {
  for (int i = 0; i < 3; i++) pthread_mutex_lock(&robust[i]);
  pthread_mutex_unlock(&robust[1]);
  return argument;
}

static void* take_over(void* argument) {
  int* const results = argument;
  for (int i = 0; i < 3; i++) {
    results[i] = pthread_mutex_lock(&robust[i]);
    if (results[i] == EOWNERDEAD && i == 0) pthread_mutex_consistent(&robust[i]);
    pthread_mutex_unlock(&robust[i]);
  }
  return NULL;
}

static void owners_die(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  for (int i = 0; i < 3; i++) pthread_mutex_init(&robust[i], &attributes);
  pthread_t dying, next;
  int results[3];
  pthread_create(&dying, NULL, die_with_locks, NULL);
  pthread_join(dying, NULL);
  pthread_create(&next, NULL, take_over, results);
  pthread_join(next, NULL);
  for (int i = 0; i < 3; i++)
    printf("lock %d: %s\n", i, results[i] == EOWNERDEAD ? "EOWNERDEAD" : strerror(results[i]));
  int result = pthread_mutex_lock(&robust[0]);
  printf("made consistent: %s\n", strerror(result));
  result = pthread_mutex_lock(&robust[2]);
  printf("not made so: %s\n", result == ENOTRECOVERABLE ? "ENOTRECOVERABLE" : strerror(result));
}

static void priority_inheritance(void) {
  printf("lock: %s", how(futex(&first, FUTEX_LOCK_PI, 0, NULL, NULL, 0)));
  printf(", trylock: %s", how(futex(&first, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0)));
  printf(", unlock: %s", how(futex(&first, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0)));
  printf(", requeue: %s\n", how(futex(&first, FUTEX_CMP_REQUEUE_PI, 1, (void*)1, &second, 0)));
}

int main(int count, char** arguments) {
  if (count > 1 && strcmp(arguments[1], "pi") == 0) return priority_inheritance(), 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  requeues();
  bitsets();
  refusals();
  owners_die();
  return 0;
}
