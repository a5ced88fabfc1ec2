// SPDX-License-Identifier: MIT
// Alarms, interval timers, timers of timer_create, and calls that wait for signals. Nothing printed
// depends on how fast the machine is, or how busy: what is late is late by any time. With the
// argument `idle` nothing may be later than on an idle machine.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int ticks;
static double most_seconds = 1000;  // that anything may be late
static void tick(int signal) {
  (void)signal, ++ticks;
}

static siginfo_t first_told;
static void told(int signal, siginfo_t* info, void* context) {
  (void)signal, (void)context;
  if (ticks++ == 0) first_told = *info;
}

static void set(int signal, void* handler, int flags) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = flags};
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, NULL);
}

static double seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void count_to(int wanted) {
  while (ticks < wanted) {
  }
}

static void interval(const char* name, int which, int signal, clockid_t clock) {
  const struct itimerval every = {{0, 100}, {0, 200}}, none = {{0, 0}, {0, 0}};
  struct itimerval left;
  ticks = 0;
  set(signal, tick, 0);
  const double start = seconds(clock);
  setitimer(which, &every, NULL);
  getitimer(which, &left);
  count_to(4);
  const double took = seconds(clock) - start;
  setitimer(which, &none, &left);
  printf("%s: interval %ld, left %s, time %s\n", name, (long)left.it_interval.tv_usec,
         left.it_value.tv_usec > 0 && left.it_value.tv_usec <= 10000 ? "sane" : "odd",
         took > 0.0004 && took < most_seconds ? "sane" : "odd");
}

/// Again and again: on a busy machine the first may come before the call that it is for.
static void alarms(long microseconds) {
  const struct itimerval times = {{0, microseconds}, {0, microseconds}};
  setitimer(ITIMER_REAL, &times, NULL);
}

static void sleeping(const char* name, int flags) {
  set(SIGALRM, tick, flags);
  struct timespec rest = {77, 77};
  const struct timespec long_time = {1000, 0};
  ticks = 0;
  alarms(1000);
  int result = nanosleep(&long_time, &rest);
  const int why = result == 0 ? 0 : errno;
  alarms(0);
  const double left = (double)rest.tv_sec + (double)rest.tv_nsec * 1e-9;
  printf("%s: nanosleep %d %s, rest %s, %s\n", name, result, strerror(why),
         left < 1000 && left > 1000 - most_seconds ? "sane" : "odd", ticks > 0 ? "ticks" : "none");
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_sec += 1000;
  rest.tv_sec = 77;
  alarms(1000);
  result = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, &rest);
  alarms(0);
  printf("%s: absolute %s, rest %ld\n", name, strerror(result), (long)rest.tv_sec);
}

static void waiting(void) {
  const struct itimerval soon = {{0, 0}, {0, 1000}};
  set(SIGALRM, tick, SA_RESTART);
  ticks = 0;
  alarms(1000);
  int result = pause();
  const int why = errno;
  alarms(0);
  printf("pause %d %s, %s\n", result, strerror(why), ticks > 0 ? "ticks" : "none");

  // Blocked, one alarm cannot come too early.
  ticks = 0;
  sigset_t alarm_only, none, before;
  sigemptyset(&none);
  sigemptyset(&alarm_only);
  sigaddset(&alarm_only, SIGALRM);
  sigprocmask(SIG_BLOCK, &alarm_only, NULL);
  setitimer(ITIMER_REAL, &soon, NULL);
  result = sigsuspend(&none);
  sigprocmask(SIG_BLOCK, NULL, &before);
  printf("sigsuspend %d %s, ticks %d, still blocked %d\n", result, strerror(errno), ticks,
         sigismember(&before, SIGALRM));

  siginfo_t info;
  setitimer(ITIMER_REAL, &soon, NULL);
  result = sigwaitinfo(&alarm_only, &info);
  printf("sigwaitinfo %d code %d, ticks %d\n", result, info.si_code, ticks);
  const struct timespec short_time = {0, 3000000}, at_once = {0, 0};
  result = sigtimedwait(&alarm_only, &info, &short_time);
  printf("sigtimedwait %d %s\n", result, strerror(errno));
  result = sigtimedwait(&alarm_only, &info, &at_once);
  printf("sigtimedwait %d %s\n", result, strerror(errno));
  raise(SIGALRM);
  result = sigtimedwait(&alarm_only, &info, &at_once);
  printf("sigtimedwait %d code %d\n", result, info.si_code);
  set(SIGUSR1, tick, 0);
  raise(SIGALRM);
  sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
  printf("unblocked, ticks %d\n", ticks);
}

static void created(void) {
  timer_t timer, silent;
  struct sigevent event = {
      .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 3, .sigev_value.sival_int = 4711};
  struct itimerspec left, every = {{0, 200000}, {0, 300000}};
  set(SIGRTMIN + 3, told, SA_SIGINFO);
  ticks = 0;
  const double created_at = seconds(CLOCK_MONOTONIC);
  printf("timer_create %d\n", timer_create(CLOCK_MONOTONIC, &event, &timer));
  printf("settime %d\n", timer_settime(timer, 0, &every, NULL));
  timer_gettime(timer, &left);
  printf("interval %ld, left %s\n", left.it_interval.tv_nsec,
         left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 300000 ? "sane" : "odd");
  count_to(3);
  printf("came: signal %d code %d value %d\n", first_told.si_signo, first_told.si_code,
         first_told.si_value.sival_int);

  sigset_t it;
  sigemptyset(&it);
  sigaddset(&it, SIGRTMIN + 3);
  sigprocmask(SIG_BLOCK, &it, NULL);
  const double start = seconds(CLOCK_MONOTONIC);
  while (seconds(CLOCK_MONOTONIC) - start < 0.004) {
  }
  siginfo_t info;
  sigwaitinfo(&it, &info);
  // 20 expiries in those 4 ms at least, and no more than there have been at all.
  const double expiries = (seconds(CLOCK_MONOTONIC) - created_at) / 200e-6 + 1;
  printf("overrun %s, the same %d\n",
         info.si_overrun >= 18 && info.si_overrun <= expiries ? "sane" : "odd",
         info.si_overrun == timer_getoverrun(timer));
  memset(&every, 0, sizeof every);
  timer_settime(timer, 0, &every, &left);
  printf("was armed %d\n", left.it_value.tv_nsec > 0);
  timer_gettime(timer, &left);
  printf("is armed %d\n", left.it_value.tv_nsec != 0 || left.it_value.tv_sec != 0);
  sigprocmask(SIG_UNBLOCK, &it, NULL);

  clock_gettime(CLOCK_MONOTONIC, &every.it_value);
  every.it_value.tv_sec += 1;
  timer_settime(timer, TIMER_ABSTIME, &every, NULL);
  timer_gettime(timer, &left);
  printf("absolute: left %s\n", left.it_value.tv_sec <= 3600 ? "sane" : "odd");
  event.sigev_notify = SIGEV_NONE;
  printf("silent %d\n", timer_create(CLOCK_REALTIME, &event, &silent));
  every.it_value = (struct timespec){0, 1000000};
  timer_settime(silent, 0, &every, NULL);
  const struct timespec nap = {0, 5000000};
  nanosleep(&nap, NULL);
  timer_gettime(silent, &left);
  printf("silent is over: %ld %ld\n", (long)left.it_value.tv_sec, left.it_value.tv_nsec);
  printf("delete %d %d\n", timer_delete(timer), timer_delete(silent));
  event.sigev_notify = 9;
  printf("bad: %d", timer_create(CLOCK_REALTIME, &event, &timer) == 0 ? 0 : errno);
  printf(" %d", timer_create(77, NULL, &timer) == 0 ? 0 : errno);
  printf(" %d", timer_create(CLOCK_MONOTONIC_RAW, NULL, &timer) == 0 ? 0 : errno);
  every.it_value.tv_nsec = 1000000000;
  printf(" %d\n", timer_settime(timer, 0, &every, NULL) == 0 ? 0 : errno);
}

/// alarm(2), and whether as much of the alarm before it was left as can be.
static void alarm_again(unsigned next, unsigned before) {
  const unsigned left = alarm(next);
  printf(" %s", left <= before && before - left < most_seconds ? "sane" : "odd");
}

int main(int count, char** arguments) {
  if (count > 1 && strcmp(arguments[1], "idle") == 0) most_seconds = 0.2;
  setvbuf(stdout, NULL, _IOFBF, 65536);
  printf("alarm %u", alarm(2000));
  alarm_again(1500, 2000);
  alarm_again(0, 1500);
  printf(" %u\n", alarm(0));
  interval("real", ITIMER_REAL, SIGALRM, CLOCK_MONOTONIC);
  interval("virtual", ITIMER_VIRTUAL, SIGVTALRM, CLOCK_PROCESS_CPUTIME_ID);
  interval("prof", ITIMER_PROF, SIGPROF, CLOCK_PROCESS_CPUTIME_ID);
  sleeping("handler", 0);
  sleeping("restart", SA_RESTART);
  waiting();
  created();
  return 0;
}
