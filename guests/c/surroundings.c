// SPDX-License-Identifier: MIT
// What a process may ask about itself and the machine, printed where the answer is the same
// everywhere.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) printf("argument %d: %s\n", i, argv[i]);
  printf("environment HOME=%s\n", getenv("HOME") ? getenv("HOME") : "(none)");
  char directory[512];
  printf("directory %d\n", getcwd(directory, sizeof directory) == directory);
  struct utsname name;
  uname(&name);
  printf("system %s %s\n", name.sysname, name.machine);
  printf("page %ld %lu\n", sysconf(_SC_PAGESIZE), getauxval(AT_PAGESZ));
  printf("secure %lu random %d platform %s\n", getauxval(AT_SECURE), getauxval(AT_RANDOM) != 0,
         (const char*)getauxval(AT_PLATFORM));
  printf("identity %d %d\n", getuid() == geteuid(), getgid() == (gid_t)getauxval(AT_GID));
  printf("pid %d parent %d\n", getpid() > 0, getppid() >= 0);
  struct timespec first, second;
  clock_gettime(CLOCK_MONOTONIC, &first);
  clock_gettime(CLOCK_MONOTONIC, &second);
  printf("forward %d\n", second.tv_sec > first.tv_sec ||
                             (second.tv_sec == first.tv_sec && second.tv_nsec >= first.tv_nsec));
  time_t moment = 86400 * 365;
  char text[64];
  strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", gmtime(&moment));
  printf("date %s\n", text);
  struct timespec pause = {0, 1000000};
  printf("sleep %d\n", nanosleep(&pause, NULL));
  unsigned char bytes[16] = {0};
  int zeros = 0;
  const long got = getrandom(bytes, sizeof bytes, 0);
  for (int i = 0; i < 16; ++i) zeros += bytes[i] == 0;
  printf("random %ld %d\n", got, zeros < 8);
  struct rlimit limit;
  printf("limit %d\n", getrlimit(RLIMIT_STACK, &limit));
  const long unknown = syscall(9999);
  printf("unknown %ld %d\n", unknown, errno == ENOSYS);
  return 0;
}
