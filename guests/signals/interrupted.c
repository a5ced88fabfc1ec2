// SPDX-License-Identifier: MIT
// What a signal does to a call that waits in one process while another acts: data that is there
// goes before the signal, what was moved counts, and which calls go on afterwards.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FUTEX_WAIT = 0 };  // <linux/futex.h>, which musl does not have

static volatile int handled, to_tell = -1;

static void count(int signal) {
  (void)signal;
  handled++;
  if (to_tell >= 0) write(to_tell, "h", 1);
}

static void handle(int signal, int flags) {
  struct sigaction action = {.sa_handler = count, .sa_flags = flags};
  sigaction(signal, &action, NULL);
}

static const char* how(long result) {
  return result >= 0 ? "ok" : strerror(errno);
}

/// Again and again: on a busy machine the first may come before the call that it is for.
static void alarms(int microseconds) {
  struct itimerval times = {.it_interval = {.tv_usec = microseconds},
                            .it_value = {.tv_usec = microseconds}};
  setitimer(ITIMER_REAL, &times, NULL);
}

/// What the call said, when no more alarms come.
static long quiet(long result) {
  const int why = errno;
  alarms(0);
  errno = why;
  return result;
}

/// A child that says when it is about to wait, and is told of something and then sent a signal.
static pid_t partner(void (*waits)(int, int), int ends[2]) {
  int ready[2];
  pipe(ready);
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    close(ready[0]);
    handle(SIGUSR1, SA_RESTART);
    handled = 0;
    waits(ends[0], ready[1]);
    fflush(stdout);
    _exit(0);
  }
  close(ready[1]);
  char byte;
  read(ready[0], &byte, 1);
  close(ready[0]);
  return child;
}

static void say_ready(int ready) {
  write(ready, "r", 1);
  close(ready);
}

static void reader(int file, int ready) {
  char bytes[8];
  say_ready(ready);
  long result = read(file, bytes, sizeof bytes);
  printf("read: %ld %s\n", result, how(result));
  while (!handled) sched_yield();
  printf("handled %d\n", handled);
}

static void receiver(int file, int ready) {
  char bytes[8];
  say_ready(ready);
  long result = recv(file, bytes, sizeof bytes, 0);
  printf("recv: %ld %s\n", result, how(result));
  while (!handled) sched_yield();
  printf("handled %d\n", handled);
}

/// The reader is in its call when both the data and the signal come.
static void data_goes_first(void) {
  int ends[2];
  pipe(ends);
  pid_t child = partner(reader, ends);
  usleep(20000);
  write(ends[1], "word", 4);
  kill(child, SIGUSR1);
  waitpid(child, NULL, 0);
  close(ends[0]), close(ends[1]);
  socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
  child = partner(receiver, ends);
  usleep(20000);
  write(ends[1], "message", 7);
  kill(child, SIGUSR1);
  waitpid(child, NULL, 0);
  close(ends[0]), close(ends[1]);
}

static int to_fill;

static void writer(int file, int ready) {
  (void)file;
  static char bytes[200000];
  memset(bytes, 'w', sizeof bytes);
  say_ready(ready);
  long result = write(to_fill, bytes, sizeof bytes);
  printf("write: %ld %s\n", result, how(result));
  printf("handled %d\n", handled);
}

/// A write that a signal interrupts has written what there was room for, and no more.
static void parts_count(void) {
  int ends[2];
  pipe(ends);
  fcntl(ends[1], F_SETPIPE_SZ, 65536);
  to_fill = ends[1];
  const pid_t child = partner(writer, ends);
  for (int there = 0; there < 65536;) ioctl(ends[0], FIONREAD, &there), usleep(1000);
  kill(child, SIGUSR1);
  waitpid(child, NULL, 0);
  close(ends[1]);
  static char bytes[65536];
  long all = 0, got;
  while ((got = read(ends[0], bytes, sizeof bytes)) > 0) all += got;
  printf("in the pipe: %ld\n", all);
  close(ends[0]);
}

/// signal(7): these are never restarted.
static void system_v(int flags) {
  handle(SIGALRM, flags);
  const int queue = msgget(IPC_PRIVATE, 0600), set = semget(IPC_PRIVATE, 1, 0600);
  struct {
    long type;
    char text[8];
  } message;
  alarms(20000);
  long result = quiet(msgrcv(queue, &message, sizeof message.text, 0, 0));
  printf("msgrcv: %ld %s\n", result, how(result));
  struct sembuf down = {0, -1, 0};
  alarms(20000);
  result = quiet(semop(set, &down, 1));
  printf("semop: %ld %s\n", result, how(result));
  const struct timespec long_time = {100, 0};
  alarms(20000);
  result = quiet(semtimedop(set, &down, 1, &long_time));
  printf("semtimedop: %ld %s\n", result, how(result));
  msgctl(queue, IPC_RMID, NULL);
  semctl(set, 0, IPC_RMID);
}

static void futexes(int flags) {
  handle(SIGALRM, flags);
  static int word = 5;
  const struct timespec limit = {0, 200000000}, long_time = {100, 0};
  alarms(20000);
  long result = quiet(syscall(SYS_futex, &word, FUTEX_WAIT, 5, &long_time));
  printf("futex with a limit: %ld %s\n", result, how(result));
  if ((flags & SA_RESTART) == 0) {
    alarms(20000);
    result = quiet(syscall(SYS_futex, &word, FUTEX_WAIT, 5, NULL));
    printf("futex: %ld %s\n", result, how(result));
  }
  result = syscall(SYS_futex, &word, FUTEX_WAIT, 5, &limit);
  printf("futex alone: %ld %s\n", result, how(result));
}

static void locks(void) {
  handle(SIGALRM, 0);
  char name[] = "/tmp/lockedXXXXXX";
  const int file = mkstemp(name), other = open(name, O_RDWR);
  unlink(name);
  flock(file, LOCK_EX);
  alarms(20000);
  long result = quiet(flock(other, LOCK_EX));
  printf("flock: %ld %s\n", result, how(result));
  struct flock whole = {.l_type = F_WRLCK};
  fcntl(file, F_OFD_SETLK, &whole);
  alarms(20000);
  result = quiet(fcntl(other, F_OFD_SETLKW, &whole));
  printf("fcntl: %ld %s\n", result, how(result));
  close(file), close(other);
}

/// The child ends when it is told to: after the call, or by the handler where the call goes on.
static void children(int flags) {
  handle(SIGALRM, flags);
  int ends[2];
  char byte;
  pipe(ends);
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    read(ends[0], &byte, 1);
    _exit(4);
  }
  if ((flags & SA_RESTART) != 0) to_tell = ends[1];
  alarms(20000);
  int status = 0;
  pid_t result = quiet(waitpid(child, &status, 0));
  to_tell = -1;
  printf("waitpid: %s %s, status %d\n", result == child ? "the child" : "nobody", how(result),
         WEXITSTATUS(status));
  if (result != child) {
    write(ends[1], "e", 1);
    waitpid(child, &status, 0);
  }
  close(ends[0]), close(ends[1]);
}

static int is_less(struct timespec one, struct timespec other) {
  return one.tv_sec < other.tv_sec || (one.tv_sec == other.tv_sec && one.tv_nsec < other.tv_nsec);
}

/// What is left of a pause after each of several signals; and one that comes to its end.
static void pauses(void) {
  handle(SIGALRM, SA_RESTART);
  struct timespec rest = {1000, 0};
  int times = 0, less = 0;
  alarms(20000);
  for (; times < 4; times++) {
    const struct timespec before = rest;
    if (nanosleep(&rest, &rest) == 0) break;
    less += is_less(rest, before);
  }
  rest = (struct timespec){0, 50000000};
  while (nanosleep(&rest, &rest) != 0) {
  }
  alarms(0);
  printf("nanosleep: interrupted %d times, less was left %d times\n", times, less);
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_sec += 100;
  alarms(20000);
  const int result = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL);
  alarms(0);
  printf("clock_nanosleep: %s\n", strerror(result));
}

/// Nobody reads any more.
static void broken_pipes(void) {
  int ends[2];
  pipe(ends);
  close(ends[0]);
  handle(SIGPIPE, 0);
  handled = 0;
  long result = write(ends[1], "x", 1);
  printf("write: %ld %s, handled %d\n", result, how(result), handled);
  signal(SIGPIPE, SIG_IGN);
  result = write(ends[1], "x", 1);
  printf("write: %ld %s, handled %d\n", result, how(result), handled);
  close(ends[1]);
  socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
  close(ends[0]);
  handle(SIGPIPE, 0);
  result = send(ends[1], "x", 1, MSG_NOSIGNAL);
  printf("send: %ld %s, handled %d\n", result, how(result), handled);
  result = send(ends[1], "x", 1, 0);
  printf("send: %ld %s, handled %d\n", result, how(result), handled);
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGPIPE, SIG_DFL);
    write(ends[1], "x", 1);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  printf("a writer ends by signal %d\n", WTERMSIG(status));
  close(ends[1]);
}

int main(void) {
  data_goes_first();
  parts_count();
  system_v(0), system_v(SA_RESTART);
  futexes(0), futexes(SA_RESTART);
  locks();
  children(0), children(SA_RESTART);
  pauses();
  broken_pipes();
  return 0;
}
