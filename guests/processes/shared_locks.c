// Locks in memory that processes share: semaphore, mutex, condition, barrier, a robust mutex whose
// owner dies, locks with priority inheritance, and futexes of every kind across processes.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifdef SYS_futex
#define FUTEX SYS_futex
#else
#define FUTEX SYS_futex_time64
#endif

struct shared {
  sem_t semaphore;
  pthread_mutex_t mutex, robust, inheriting;
  pthread_cond_t condition;
  pthread_barrier_t barrier;
  int counters[3], ready, words[4];  // a counter for each lock
};

static struct shared* s;

static long futex(int* word, int operation, int value, void* timeout, int* other, int last) {
  const long result = syscall(FUTEX, word, operation, value, timeout, other, last);
  return result < 0 ? -errno : result;
}

static void prepare(void) {
  pthread_mutexattr_t mutex;
  pthread_condattr_t condition;
  pthread_barrierattr_t barrier;
  sem_init(&s->semaphore, 1, 1);
  pthread_mutexattr_init(&mutex);
  pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&s->mutex, &mutex);
  pthread_mutexattr_setrobust(&mutex, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&s->robust, &mutex);
  pthread_mutexattr_init(&mutex);
  pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setprotocol(&mutex, PTHREAD_PRIO_INHERIT);
  pthread_mutex_init(&s->inheriting, &mutex);
  pthread_condattr_init(&condition);
  pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
  pthread_cond_init(&s->condition, &condition);
  pthread_barrierattr_init(&barrier);
  pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
  pthread_barrier_init(&s->barrier, &barrier, 4);
}

static void count(void) {
  for (int i = 0; i < 400; ++i) {
    sem_wait(&s->semaphore);
    for (volatile int z = 0; z < 300; ++z) continue;
    s->counters[0]++;
    sem_post(&s->semaphore);
    pthread_mutex_lock(&s->mutex);
    s->counters[1]++;
    pthread_mutex_unlock(&s->mutex);
    pthread_mutex_lock(&s->inheriting);
    for (volatile int z = 0; z < 300; ++z) continue;
    s->counters[2]++;
    pthread_mutex_unlock(&s->inheriting);
  }
  pthread_barrier_wait(&s->barrier);
  pthread_mutex_lock(&s->mutex);
  s->ready++;
  pthread_cond_signal(&s->condition);
  pthread_mutex_unlock(&s->mutex);
}

static void counted(void) {
  for (int i = 0; i < 4; ++i)
    if (fork() == 0) {
      count();
      _exit(0);
    }
  pthread_mutex_lock(&s->mutex);
  while (s->ready < 4) pthread_cond_wait(&s->condition, &s->mutex);
  pthread_mutex_unlock(&s->mutex);
  while (wait(0) > 0) continue;
  printf("counted %d %d %d, ready %d\n", s->counters[0], s->counters[1], s->counters[2], s->ready);
}

static void owner_dies(void) {
  if (fork() == 0) {
    pthread_mutex_lock(&s->robust);
    s->words[0] = 1;
    usleep(20000);
    _exit(0);
  }
  while (s->words[0] == 0) usleep(1000);
  const int locked = pthread_mutex_lock(&s->robust);
  const int consistent = pthread_mutex_consistent(&s->robust);
  printf("the owner died: %d, consistent: %d, unlocked: %d\n", locked == EOWNERDEAD, consistent,
         pthread_mutex_unlock(&s->robust));
  wait(0);
}

/// A child waits for the word as `operation` says; the parent wakes it.
static void woken(int* word, int wait_operation, int wake_operation, int bits) {
  *word = 0;
  if (fork() == 0) {
    const long result = futex(word, wait_operation, 0, 0, 0, bits);
    printf("waited: %ld\n", result);
    fflush(stdout);
    _exit(0);
  }
  long n = 0;
  for (int i = 0; i < 200 && n == 0; ++i) {
    usleep(5000);
    n = futex(word, wake_operation, 1, 0, 0, bits);
  }
  wait(0);  // it speaks first
  printf("woken: %ld\n", n);
}

static void keys(void) {
  int* const alias = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  // In memory that is not shared a child's futex is another one.
  if (fork() == 0) _exit(futex(alias, FUTEX_WAKE, 1, 0, 0, 0) == 0 ? 0 : 1);
  int status = -1;
  wait(&status);
  printf("of its own: %d\n", status);
  struct timespec soon = {0, 1000000};
  printf("changed: %d, late: %d, odd: %d\n", futex(&s->words[1], FUTEX_WAIT, 5, 0, 0, 0) == -EAGAIN,
         futex(&s->words[1], FUTEX_WAIT, s->words[1], &soon, 0, 0) == -ETIMEDOUT,
         futex((int*)((char*)s->words + 1), FUTEX_WAKE, 1, 0, 0, 0) == -EINVAL);
  printf("a clock where none belongs: %d\n",
         futex(&s->words[1], FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1, 0, 0, 0) == -ENOSYS);
  s->words[2] = 0;
  printf("lock: %ld, ", futex(&s->words[2], FUTEX_LOCK_PI, 0, 0, 0, 0));
  printf("again: %d, ", futex(&s->words[2], FUTEX_LOCK_PI, 0, 0, 0, 0) == -EDEADLK);
  printf("unlock: %ld, ", futex(&s->words[2], FUTEX_UNLOCK_PI, 0, 0, 0, 0));
  printf("again: %d\n", futex(&s->words[2], FUTEX_UNLOCK_PI, 0, 0, 0, 0) == -EPERM);
}

static void several(void) {
  struct one {
    uint64_t value, address;
    uint32_t flags, reserved;
  } all[3] = {{0, (uintptr_t)&s->words[1], 2, 0},
              {0, (uintptr_t)&s->words[2], 2, 0},
              {0, (uintptr_t)&s->words[3], 2, 0}};
  s->words[1] = s->words[2] = s->words[3] = 0;
  if (fork() == 0) {
    while (futex(&s->words[2], FUTEX_WAKE, 1, 0, 0, 0) == 0) usleep(1000);
    _exit(0);
  }
  printf("several: %ld\n", syscall(SYS_futex_waitv, all, 3, 0, 0, 0));
  wait(0);
}

int main(void) {
  s = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  setvbuf(stdout, 0, _IOLBF, 4096);
  prepare();
  counted();
  owner_dies();
  woken(&s->words[1], FUTEX_WAIT, FUTEX_WAKE, 0);
  woken(&s->words[1], FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET, 6);
  keys();
  several();
  return 0;
}
