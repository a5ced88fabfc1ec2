// SPDX-License-Identifier: MIT
// /proc as a process finds itself, its threads, its descriptors and its child there.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void look(const char* path) {
  struct stat all, link;
  int there = stat(path, &all) == 0, linked = lstat(path, &link) == 0;
  int fd = open(path, O_RDONLY);
  char bytes[64];
  long got = fd >= 0 ? read(fd, bytes, 60) : -1;
  printf("%-28s %d %o %d %s\n", path, there, there ? all.st_mode >> 12 : 0, linked,
         got > 0    ? "data"
         : got == 0 ? "empty"
                    : "none");
  if (fd >= 0) close(fd);
}

static int count(const char* path, const char* name) {
  DIR* folder = opendir(path);
  int found = 0;
  struct dirent* entry;
  while (folder && (entry = readdir(folder)) != 0)
    found += name == 0 || !strcmp(entry->d_name, name);
  rewinddir(folder);
  int again = 0;
  while (folder && (entry = readdir(folder)) != 0)
    again += name == 0 || !strcmp(entry->d_name, name);
  if (folder) closedir(folder);
  return found == again ? found : -1;
}

static long field(const char* path, const char* name) {
  char line[256];
  long value = -1;
  FILE* file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file))
    if (!strncmp(line, name, strlen(name))) value = strtol(line + strlen(name), 0, 10);
  if (file) fclose(file);
  return value;
}

static void text(const char* path) {
  char bytes[200] = "";
  int fd = open(path, O_RDONLY);
  long got = fd < 0 ? 0 : read(fd, bytes, sizeof bytes - 1);
  bytes[got < 0 ? 0 : got] = 0;
  printf("%s: %s%s", path, bytes, got > 0 && bytes[got - 1] == '\n' ? "" : "\n");
  close(fd);
}

static int ends[2];
static void* thread(void* name) {
  char path[64], byte;
  prctl(PR_SET_NAME, name);
  snprintf(path, sizeof path, "/proc/self/task/%d/comm", gettid());
  FILE* file = fopen(path, "r");
  char own[32] = "";
  if (file && fgets(own, sizeof own, file)) printf("thread %s", own);
  printf("threads %ld, listed %d\n", field("/proc/self/status", "Threads:"),
         count("/proc/self/task", 0) - 2);
  return read(ends[0], &byte, 1) == 1 ? name : 0;
}

int main(void) {
  static const char* const paths[] = {"/proc/self",
                                      "/proc/self/fd",
                                      "/proc/self/fd/",
                                      "/proc/self/fdinfo",
                                      "/proc/self/task",
                                      "/proc/self/maps",
                                      "/proc/self/smaps",
                                      "/proc/self/status",
                                      "/proc/self/limits",
                                      "/proc/self/statm",
                                      "/proc/self/stat",
                                      "/proc/self/io",
                                      "/proc/self/ns/user",
                                      "/proc/self/mem",
                                      "/proc/self/cwd",
                                      "/proc/self/root",
                                      "/proc/self/environ",
                                      "/proc/self/cmdline",
                                      "/proc/self/auxv",
                                      "/proc/self/comm",
                                      "/proc/self/loginuid",
                                      "/proc/self/wchan",
                                      "/proc/self/oom_score_adj",
                                      "/proc/self/cgroup",
                                      "/proc/self/mounts",
                                      "/proc/thread-self",
                                      "/proc/self/personality",
                                      "/proc/./self//comm",
                                      "/dev/fd",
                                      "/proc/1"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; ++i) look(paths[i]);
  printf("no such: %d %d %d\n", access("/proc/self/fd/77", F_OK),
         access("/proc/self/nothing", F_OK), access("/proc/999999999", F_OK));

  char name[64], link[64];
  int fd = open("/dev/null", O_RDONLY);
  int before = count("/proc/self/fd", 0), more = dup(fd);
  printf("one descriptor more: %d\n", count("/proc/self/fd", 0) - before);
  close(more);
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  link[readlink(name, link, sizeof link - 1)] = 0;
  printf("link: %s\n", link);
  snprintf(name, sizeof name, "/proc/self/fdinfo/%d", fd);
  printf("pos %ld\n", field(name, "pos:"));
  printf("pid %d, parent %d, group %d\n", field("/proc/self/status", "Pid:") == getpid(),
         field("/proc/self/status", "PPid:") == getppid(),
         field("/proc/self/status", "NSpgid:") == getpgrp());
  text("/proc/self/comm");
  int comm = open("/proc/self/comm", O_RDWR);
  printf("renamed: %ld\n", (long)write(comm, "another name\n", 13));
  close(comm);
  char own[16];
  prctl(PR_GET_NAME, own);
  printf("%s\n", own);
  int adjustment = open("/proc/self/oom_score_adj", O_RDWR);
  printf("adjusted: %ld", (long)write(adjustment, "300", 3));
  long refused = write(adjustment, "none", 4);
  printf(" %ld %d\n", refused, errno == EINVAL);
  close(adjustment);
  text("/proc/self/oom_score_adj");
  long value = 42, copy = 0;
  int memory = open("/proc/self/mem", O_RDWR);
  long moved = pread(memory, &copy, sizeof copy, (long)&value);
  printf("memory: %ld %ld\n", moved, copy);
  copy = 43;
  moved = pwrite(memory, &copy, sizeof copy, (long)&value);
  printf("memory: %ld %ld\n", moved, *(volatile long*)&value);
  close(memory);

  pthread_t other;
  pipe(ends);
  pthread_create(&other, 0, thread, "worker");
  write(ends[1], "x", 1);
  pthread_join(other, 0);

  int wait_for[2];
  pipe(wait_for);
  pid_t child = fork();
  if (child == 0) {
    char byte;
    prctl(PR_SET_NAME, "a child");
    write(ends[1], "y", 1);
    _exit(read(wait_for[0], &byte, 1) == 1 ? 3 : 4);
  }
  char byte;
  read(ends[0], &byte, 1);
  char directory[32];
  snprintf(directory, sizeof directory, "%d", child);
  printf("child listed: %d\n", count("/proc", directory));
  snprintf(name, sizeof name, "/proc/%d/status", child);
  printf("its parent is me: %d\n", field(name, "PPid:") == getpid());
  snprintf(name, sizeof name, "/proc/%d/comm", child);
  FILE* file = fopen(name, "r");
  if (file && fgets(link, sizeof link, file)) printf("its name: %s", link);
  if (file) fclose(file);
  snprintf(name, sizeof name, "/proc/%d/fd", child);
  printf("it has descriptors: %d\n", count(name, 0) > 5);
  snprintf(name, sizeof name, "/proc/%d/maps", child);
  file = fopen(name, "r");
  printf("it has memory: %d\n", file && fgets(link, sizeof link, file) != 0);
  if (file) fclose(file);
  write(wait_for[1], "z", 1);
  siginfo_t info;
  waitid(P_PID, child, &info, WEXITED | WNOWAIT);
  snprintf(name, sizeof name, "/proc/%d/stat", child);
  file = fopen(name, "r");
  char state = 0;
  if (file) fscanf(file, "%*d (a child) %c", &state), fclose(file);
  printf("ended: %c\n", state);
  waitpid(child, 0, 0);
  printf("gone: %d\n", access(name, F_OK));
  return 0;
}
