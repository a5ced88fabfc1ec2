// SPDX-License-Identifier: MIT
// Waiting for signals and for files at the same time: signalfd(2), sigtimedwait(2), ppoll(2) and
// its like with a mask, and what a handler does to a call that waits.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile int handled, masked_in_handler;

static void count(int signal) {
  (void)signal;
  ++handled;
  sigset_t now;
  sigprocmask(SIG_SETMASK, NULL, &now);
  masked_in_handler = sigismember(&now, SIGUSR2);
}

static const char* why(long result) {
  return result >= 0 ? "ok" : strerror(errno);
}

static void on_alarm(int flags) {
  struct sigaction action = {.sa_handler = count, .sa_flags = flags};
  sigaction(SIGALRM, &action, NULL);
}

static void alarm_soon(void) {
  struct itimerval soon = {.it_value = {.tv_usec = 20000}};
  setitimer(ITIMER_REAL, &soon, NULL);
}

/// Again and again: on a busy machine the first may come before the call that it is for.
static void alarms_begin(void) {
  struct itimerval times = {.it_interval = {.tv_usec = 20000}, .it_value = {.tv_usec = 20000}};
  setitimer(ITIMER_REAL, &times, NULL);
}

/// What the call said, when no more alarms come.
static long quiet(long result) {
  const int reason = errno;
  setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
  errno = reason;
  return result;
}

static sigset_t only(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  return set;
}

static void interrupted_calls(int flags) {
  on_alarm(flags);
  printf("handler with flags %#x\n", flags);
  int ends[2];
  char byte;
  if (pipe(ends) != 0) return;
  struct pollfd file = {.fd = ends[0], .events = POLLIN};
  alarms_begin();
  long result = quiet(poll(&file, 1, -1));
  printf("poll: %ld %s\n", result, why(result));
  alarms_begin();
  result = quiet(poll(NULL, 0, 1000000));
  printf("poll without files: %ld %s\n", result, why(result));
  fd_set set;
  FD_ZERO(&set);
  FD_SET(ends[0], &set);
  struct timeval limit = {.tv_sec = 1000};
  alarms_begin();
  result = quiet(select(ends[0] + 1, &set, NULL, NULL, &limit));
  printf("select: %ld %s, %s left\n", result, why(result), limit.tv_sec < 1000 ? "less" : "all");
  int events = epoll_create1(0);
  epoll_ctl(events, EPOLL_CTL_ADD, ends[0], &(struct epoll_event){.events = EPOLLIN});
  struct epoll_event event;
  alarms_begin();
  result = quiet(epoll_wait(events, &event, 1, -1));
  printf("epoll_wait: %ld %s\n", result, why(result));
  struct timespec pause = {.tv_sec = 1000};
  alarms_begin();
  result = quiet(nanosleep(&pause, &pause));
  printf("nanosleep: %ld %s, %s left\n", result, why(result), pause.tv_sec < 1000 ? "less" : "all");
  if (flags == 0) {
    alarms_begin();
    result = quiet(read(ends[0], &byte, 1));
    printf("read: %ld %s\n", result, why(result));
  }
  printf("handled %s\n", handled >= (flags == 0 ? 6 : 5) ? "each" : "too few");
  handled = 0;
  close(events), close(ends[0]), close(ends[1]);
}

static void masks_for_a_wait(void) {
  struct sigaction action = {.sa_handler = count};
  sigaction(SIGUSR1, &action, NULL);
  const sigset_t usr1 = only(SIGUSR1), usr2 = only(SIGUSR2);
  sigprocmask(SIG_SETMASK, &usr1, NULL);
  raise(SIGUSR1);
  printf("blocked: handled %d\n", handled);
  long result = ppoll(NULL, 0, NULL, &usr2);
  printf("ppoll: %ld %s, handled %d, mask of the wait in the handler %d\n", result, why(result),
         handled, masked_in_handler);
  raise(SIGUSR1);
  result = pselect(0, NULL, NULL, NULL, NULL, &usr2);
  printf("pselect: %ld %s, handled %d\n", result, why(result), handled);
  raise(SIGUSR1);
  int events = epoll_create1(0);
  struct epoll_event event;
  result = epoll_pwait(events, &event, 1, -1, &usr2);
  printf("epoll_pwait: %ld %s, handled %d\n", result, why(result), handled);
  raise(SIGUSR1);
  int ends[2];
  if (pipe(ends) != 0 || write(ends[1], "x", 1) != 1) return;
  struct pollfd file = {.fd = ends[0], .events = POLLIN};
  result = ppoll(&file, 1, NULL, &usr2);
  printf("ppoll of a ready file: %ld %s, handled %d\n", result, why(result), handled);
  sigset_t after;
  sigprocmask(SIG_SETMASK, NULL, &after);
  printf("mask afterwards: SIGUSR1 %d SIGUSR2 %d\n", sigismember(&after, SIGUSR1),
         sigismember(&after, SIGUSR2));
  result = ppoll(&file, 1, &(struct timespec){.tv_nsec = 1000000000}, NULL);
  printf("ppoll with a bad time: %ld %s\n", result, why(result));
  result = syscall(SYS_ppoll, &file, 1, NULL, &usr2, 4);
  printf("ppoll with a small mask: %ld %s\n", result, why(result));
  const struct timespec none = {0};
  siginfo_t info;
  result = sigtimedwait(&usr1, &info, &none);
  printf("sigtimedwait: %d\n", result == SIGUSR1 && info.si_pid == getpid());
  handled = 0;
  close(events), close(ends[0]), close(ends[1]);
}

static void show(const struct signalfd_siginfo* info) {
  printf("read: %u code %d value %d from %s\n", info->ssi_signo, info->ssi_code, info->ssi_int,
         info->ssi_pid == (unsigned)getpid() ? "here" : "elsewhere");
}

static void signals_as_files(void) {
  sigset_t set = only(SIGUSR1);
  sigaddset(&set, SIGALRM);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGRTMIN);
  sigprocmask(SIG_SETMASK, &set, NULL);
  int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  struct signalfd_siginfo info[4];
  long result = read(fd, info, sizeof info);
  printf("nothing there: %s\n", why(result));
  printf("too small: %s\n", why(read(fd, info, sizeof info[0] - 1)));
  struct pollfd file = {.fd = fd, .events = POLLIN};
  printf("poll: %d\n", poll(&file, 1, 0));
  sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 7});
  sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 8});
  raise(SIGUSR1);
  printf("poll: %d\n", poll(&file, 1, 0));
  result = read(fd, info, 2 * sizeof info[0]);
  for (long i = 0; i < result / (long)sizeof info[0]; ++i) show(&info[i]);
  result = read(fd, info, sizeof info);
  for (long i = 0; i < result / (long)sizeof info[0]; ++i) show(&info[i]);
  printf("poll: %d\n", poll(&file, 1, 0));

  int waiting = signalfd(-1, &set, 0), events = epoll_create1(0);
  alarm_soon();
  result = read(waiting, info, sizeof info[0]);
  printf("waited for %u code %d\n", info->ssi_signo, info->ssi_code);
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = 5};
  epoll_ctl(events, EPOLL_CTL_ADD, fd, &event);
  alarm_soon();
  result = epoll_wait(events, &event, 1, -1);
  printf("epoll_wait: %ld, %u\n", result, event.data.u32);
  result = read(fd, info, sizeof info[0]);
  const pid_t child = fork();
  if (child == 0) _exit(3);
  file.fd = waiting;
  result = poll(&file, 1, -1);
  if (read(waiting, info, sizeof info[0]) < 0) return;
  printf("%u code %d status %d of the child %d\n", info->ssi_signo, info->ssi_code,
         info->ssi_status, info->ssi_pid == (unsigned)child);
  waitpid(child, NULL, 0);

  set = only(SIGUSR2);
  sigprocmask(SIG_BLOCK, &set, NULL);
  printf("another set: %d\n", signalfd(waiting, &set, 0) == waiting);
  raise(SIGUSR1), raise(SIGUSR2);
  if (read(waiting, info, sizeof info[0]) > 0) show(info);
  printf("not one: %s\n", why(signalfd(0, &set, 0)));
  printf("bad flags: %s\n", why(signalfd(-1, &set, 1)));
  printf("no set: %s\n", why(syscall(SYS_signalfd4, -1, NULL, 8, 0)));
  printf("a set of 4 bytes: %s\n", why(syscall(SYS_signalfd4, -1, &set, 4, 0)));
}

// A timer's descriptor is one for parent and child.
static void inherited_timer(void) {
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  const struct itimerspec every = {.it_interval = {.tv_nsec = 30000000},
                                   .it_value = {.tv_nsec = 30000000}};
  timerfd_settime(timer, 0, &every, NULL);
  const struct timespec pause = {.tv_nsec = 100000000};
  if (fork() == 0) {
    nanosleep(&pause, NULL);
    _exit(0);
  }
  nanosleep(&pause, NULL);
  wait(NULL);
  uint64_t times = 0;
  long result = read(timer, &times, sizeof times);
  clock_gettime(CLOCK_MONOTONIC, &end);
  const int64_t passed =
      (int64_t)(end.tv_sec - begin.tv_sec) * 1000000000 + end.tv_nsec - begin.tv_nsec;
  printf("expired as often as for one: %d\n",
         result > 0 && times >= 3 && times <= (uint64_t)passed / 30000000);
  if (fork() == 0) {
    timerfd_settime(timer, 0, &(struct itimerspec){0}, NULL);
    _exit(0);
  }
  wait(NULL);
  struct itimerspec left;
  timerfd_gettime(timer, &left);
  printf("stopped by the child: %d\n", left.it_value.tv_nsec == 0);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  interrupted_calls(0);
  interrupted_calls(SA_RESTART);
  masks_for_a_wait();
  signals_as_files();
  inherited_timer();
}
