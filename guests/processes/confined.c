// SPDX-License-Identifier: MIT
// confined WAY: enters the strict mode of seccomp(2) by prctl(2) or seccomp(2), writes a line, and
// ends as WAY says: by exit(2), or by a call that is not left to it. "thread": a thread does that,
// and is outlived.
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { kStrictMode = 1, kSetStrictMode = 0 };  // <linux/seccomp.h>, which not every C library has

static void say(const char* text) {
  syscall(SYS_write, 1, text, strlen(text));
}

static void* confine_thread(void* nothing) {
  if (prctl(PR_SET_SECCOMP, kStrictMode) == 0) syscall(SYS_getpid);
  say("still there\n");
  return nothing;
}

static int outlive_thread(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, confine_thread, NULL) != 0) return 1;
  pthread_join(thread, NULL);
  say("joined\n");
  return 0;
}

int main(int count, char** arguments) {
  const char* const way = count > 1 ? arguments[1] : "exit";
  if (strcmp(way, "thread") == 0) return outlive_thread();
  const int unknown = prctl(PR_SET_SECCOMP, 7), why = errno;
  printf("mode %d, another %d %d\n", prctl(PR_GET_SECCOMP), unknown, why);
  const long flags = syscall(SYS_seccomp, kSetStrictMode, 1, NULL);
  printf("flags %ld %d\n", flags, errno);
  fflush(stdout);
  const long entered = strcmp(way, "getpid") == 0 ? syscall(SYS_seccomp, kSetStrictMode, 0, NULL)
                                                  : prctl(PR_SET_SECCOMP, kStrictMode);
  say(entered == 0 ? "confined\n" : "free\n");
  char byte;
  say(syscall(SYS_read, 0, &byte, 1) == 0 ? "nothing to read\n" : "something to read\n");
  if (strcmp(way, "getpid") == 0) syscall(SYS_getpid);
  if (strcmp(way, "unknown") == 0) syscall(999);
  if (strcmp(way, "prctl") == 0) prctl(PR_GET_SECCOMP);
  syscall(SYS_exit, 5);
}
