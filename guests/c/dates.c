// SPDX-License-Identifier: MIT
// Times of files go with the clock: what was made later is not older, nothing is of the future.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static long long of(struct timespec time) {
  return time.tv_sec * 1000000000ll + time.tv_nsec;
}
static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return of(time);
}
static long long modified(const char* path) {
  struct stat status;
  return stat(path, &status) ? -1 : of(status.st_mtim);
}
static void make(const char* path) {
  int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
  write(fd, "x", 1);
  close(fd);
}
static void rest(void) {
  nanosleep(&(struct timespec){0, 30000000}, 0);
}

int main(void) {
  long long begin = now() - 20000000;
  make("first");
  rest();
  make("second");
  printf("order %d, not before %d, not of the future %d\n", modified("first") < modified("second"),
         modified("first") >= begin, modified("second") <= now());
  rest();
  int fd = open("first", O_WRONLY | O_APPEND);
  write(fd, "y", 1);
  struct stat status;
  fstat(fd, &status);
  printf("written again %d\n", of(status.st_mtim) > modified("second"));
  close(fd);
  printf("newer now %d\n", modified("first") > modified("second"));
  rest();
  utimensat(AT_FDCWD, "second", 0, 0);
  printf("touched %d\n", modified("second") > modified("first"));
  struct timespec old[2] = {{1000, 5}, {2000, 7}}, later[2] = {{0, UTIME_OMIT}, {4000000000, 0}};
  utimensat(AT_FDCWD, "first", old, 0);
  stat("first", &status);
  printf("dated %lld %lld, changed %d\n", of(status.st_atim), of(status.st_mtim),
         of(status.st_ctim) >= begin && of(status.st_ctim) <= now());
  utimensat(AT_FDCWD, "first", later, 0);
  stat("first", &status);
  printf("dated %lld %lld\n", of(status.st_atim), of(status.st_mtim));
  mkdir("folder", 0700);
  printf("folder not of the future %d\n", modified("folder") <= now());
  struct statx extended;
  statx(AT_FDCWD, "second", 0, STATX_BASIC_STATS, &extended);
  printf("statx agrees %d\n", extended.stx_mtime.tv_sec == modified("second") / 1000000000);
  return unlink("first") | unlink("second") | rmdir("folder");
}
