// SPDX-License-Identifier: MIT
// Alarms, interval timers, timers of timer_create, and calls that wait for signals. Nothing printed
// depends on how fast the machine is.
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
static void tick(int signal) {
  (void)signal, ++ticks;
}

static void told(int signal, siginfo_t* info, void* context) {
  (void)context;
  if (ticks++ == 0)
    printf("  signal %d code %d value %d\n", signal, info->si_code, info->si_value.sival_int);
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

static int count_to(int wanted) {
  while (ticks < wanted) {
  }
  return ticks;
}

static void interval(const char* name, int which, int signal, clockid_t clock) {
  const struct itimerval every = {{0, 100}, {0, 200}}, none = {{0, 0}, {0, 0}};
  struct itimerval left;
  ticks = 0;
  set(signal, tick, 0);
  const double start = seconds(clock);
  setitimer(which, &every, NULL);
  getitimer(which, &left);
  const int came = count_to(4);
  const double took = seconds(clock) - start;
  setitimer(which, &none, &left);
  // A busy machine lets one more come before the loop looks.
  printf("%s: %s ticks, interval %ld, left %s, time %s\n", name, came >= 4 ? "enough" : "too few",
         (long)left.it_interval.tv_usec,
         left.it_value.tv_usec > 0 && left.it_value.tv_usec <= 10000 ? "sane" : "odd",
         took > 0.0004 && took < 0.2 ? "sane" : "odd");
}

static void sleeping(const char* name, int flags) {
  set(SIGALRM, tick, flags);
  const struct itimerval soon = {{0, 0}, {0, 1000}};
  struct timespec rest = {77, 77};
  const struct timespec long_time = {5, 0};
  ticks = 0;
  setitimer(ITIMER_REAL, &soon, NULL);
  int result = nanosleep(&long_time, &rest);
  printf("%s: nanosleep %d %s, rest %s, ticks %d\n", name, result, strerror(result ? errno : 0),
         rest.tv_sec == 4 && rest.tv_nsec > 900000000 ? "sane" : "odd", ticks);
  setitimer(ITIMER_REAL, &soon, NULL);
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_sec += 5;
  rest.tv_sec = 77;
  result = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, &rest);
  printf("%s: absolute %s, rest %ld\n", name, strerror(result), (long)rest.tv_sec);
}

static void waiting(void) {
  const struct itimerval soon = {{0, 0}, {0, 1000}};
  set(SIGALRM, tick, SA_RESTART);
  ticks = 0;
  setitimer(ITIMER_REAL, &soon, NULL);
  int result = pause();
  printf("pause %d %s, ticks %d\n", result, strerror(errno), ticks);

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
  printf("timer_create %d\n", timer_create(CLOCK_MONOTONIC, &event, &timer));
  printf("settime %d\n", timer_settime(timer, 0, &every, NULL));
  timer_gettime(timer, &left);
  printf("interval %ld, left %s\n", left.it_interval.tv_nsec,
         left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 300000 ? "sane" : "odd");
  printf("came %d\n", count_to(3));

  sigset_t it;
  sigemptyset(&it);
  sigaddset(&it, SIGRTMIN + 3);
  sigprocmask(SIG_BLOCK, &it, NULL);
  const double start = seconds(CLOCK_MONOTONIC);
  while (seconds(CLOCK_MONOTONIC) - start < 0.004) {
  }
  siginfo_t info;
  sigwaitinfo(&it, &info);
  printf("overrun %s, the same %d\n",
         info.si_overrun >= 10 && info.si_overrun <= 90 ? "sane" : "odd",
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

int main(void) {
  setvbuf(stdout, NULL, _IOFBF, 65536);
  printf("alarm %u", alarm(10));
  printf(" %u", alarm(3));
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
