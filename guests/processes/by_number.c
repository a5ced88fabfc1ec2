// Calls that name a thread or a process by number: of the caller's own threads and of a child.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAY(call)                                                    \
  do {                                                               \
    errno = 0;                                                       \
    const long r = (call);                                           \
    printf("%s = %ld %s\n", #call, r, r < 0 ? strerror(errno) : ""); \
  } while (0)

static char shared[32] = "the child's";
static volatile sig_atomic_t heard;

static void hear(int signal) {
  heard = signal;
}

static void ask(int number) {
  cpu_set_t set;
  struct rlimit limit;
  struct timespec slice;
  char room[64];
  SAY(syscall(SYS_sched_getaffinity, number, sizeof set, &set) > 0);
  SAY(syscall(SYS_sched_getscheduler, number));
  SAY(syscall(SYS_sched_getattr, number, room, 56, 0));
  SAY(syscall(SYS_sched_rr_get_interval, number, &slice));
  SAY(setpriority(PRIO_PROCESS, number, 7));
  SAY(getpriority(PRIO_PROCESS, number));
  SAY(syscall(SYS_ioprio_set, 1, number, 3 << 13));
  SAY(syscall(SYS_ioprio_get, 1, number) == 3 << 13);
  SAY(prlimit(number, RLIMIT_NOFILE, 0, &limit));
  SAY(getpgid(number) == getpgrp());
  SAY(getsid(number) == getsid(0));
}

static void* thread(void* unused) {
  (void)unused;
  const int own = gettid();
  ask(own);
  SAY(syscall(SYS_tgkill, getpid(), own, 0));
  SAY(syscall(SYS_tgkill, getppid(), own, 0));
  return 0;
}

static void in_child(void) {
  struct sigaction action = {.sa_handler = hear};
  sigaction(SIGUSR1, &action, 0);
  while (!heard) usleep(1000);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  printf("child: %s, signal %d, nice %d, files %ld\n", shared, heard == SIGUSR1,
         getpriority(PRIO_PROCESS, 0), (long)limit.rlim_cur);
  fflush(stdout);
  _exit(0);
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 4096);
  pthread_t made;
  pthread_create(&made, 0, thread, 0);
  pthread_join(made, 0);
  SAY(getpriority(PRIO_PROCESS, 0));
  const int child = fork();
  if (child == 0) in_child();
  usleep(10000);
  ask(child);
  const struct rlimit fewer = {77, 88};
  SAY(prlimit(child, RLIMIT_NOFILE, &fewer, 0));
  char room[32] = "";
  struct iovec here = {room, sizeof room}, there = {shared, sizeof shared};
  SAY(process_vm_readv(child, &here, 1, &there, 1, 0));
  puts(room);
  strcpy(room, "the parent's");
  SAY(process_vm_writev(child, &here, 1, &there, 1, 0));
  there.iov_base = (void*)16;
  SAY(process_vm_readv(child, &here, 1, &there, 1, 0));
  const long sent = syscall(SYS_tgkill, child, child, SIGUSR1);
  int status = -1;
  SAY(wait(&status) == child);  // it speaks first
  SAY(sent);
  SAY(syscall(SYS_sched_getscheduler, child));
  SAY(getpriority(PRIO_PROCESS, child));
  setpgid(0, 0);  // its group has nobody else's priority
  SAY(getpriority(PRIO_PGRP, 0));
  SAY(prlimit(child, RLIMIT_NOFILE, 0, 0));
  return status;
}
