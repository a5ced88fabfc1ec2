// SPDX-License-Identifier: MIT
// Processes: fork, wait, pipes, groups, orphans, exec and what goes with it. What is printed does
// not depend on numbers or time.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;
static const char* own_path;

static void report(const char* what, int status) {
  if (WIFEXITED(status))
    printf("%s: exit %d\n", what, WEXITSTATUS(status));
  else if (WIFSIGNALED(status))
    printf("%s: signal %d\n", what, WTERMSIG(status));
  else
    printf("%s: status %#x\n", what, status);
  fflush(stdout);
}

static void plain(void) {
  int status = -1;
  int variable = 1;
  pid_t child = fork();
  if (child == 0) {
    variable = 2;
    _exit(getppid() != getpid() ? 40 + variable : 1);
  }
  pid_t got = waitpid(child, &status, 0);
  report("plain", status);
  const int again = waitpid(child, &status, 0);
  printf("waited for it %d, variable %d, again %d %s\n", got == child, variable, again,
         strerror(errno));
  child = fork();
  if (child == 0) {
    kill(getpid(), SIGTERM);
    _exit(0);
  }
  struct rusage usage;
  wait4(child, &status, 0, &usage);
  report("killed", status);
  const int left = wait(NULL);
  printf("nobody left: %d %s\n", left, strerror(errno));
}

static void order(void) {
  pid_t children[5];
  int sum = 0;
  for (int i = 0; i < 5; i++)
    if ((children[i] = fork()) == 0) _exit(i * 10);
  for (int i = 4; i >= 0; i--) {
    int status;
    if (waitpid(children[i], &status, 0) == children[i]) sum += WEXITSTATUS(status) * (i + 1);
  }
  printf("order: %d\n", sum);
  int ends[2];
  pipe(ends);
  pid_t child = fork();
  if (child == 0) {
    char byte;
    close(ends[1]);
    _exit(read(ends[0], &byte, 1) == 1 ? byte : 99);
  }
  close(ends[0]);
  int status = -1;
  printf("not yet: %d\n", waitpid(child, &status, WNOHANG));
  write(ends[1], "\7", 1);
  siginfo_t info;
  memset(&info, 0, sizeof info);
  waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
  printf("waitid: %d %d %d %d\n", info.si_signo == SIGCHLD, info.si_code == CLD_EXITED,
         info.si_status, info.si_pid == child);
  waitpid(child, &status, 0);
  report("still there", status);
  close(ends[1]);
}

/// More than a pipe holds, there and back.
static void pipes(void) {
  int there[2], back[2];
  pipe(there);
  pipe(back);
  pid_t child = fork();
  if (child == 0) {
    static char block[3000];
    ssize_t got;
    close(there[1]);
    close(back[0]);
    while ((got = read(there[0], block, sizeof block)) > 0) {
      for (ssize_t i = 0; i < got; i++) block[i] ^= 0x55;
      write(back[1], block, (size_t)got);
    }
    _exit(0);
  }
  close(there[0]);
  close(back[1]);
  pid_t writer = fork();
  if (writer == 0) {
    static char large[300000];
    for (size_t i = 0; i < sizeof large; i++) large[i] = (char)(i * 7);
    close(back[0]);
    _exit(write(there[1], large, sizeof large) == sizeof large ? 0 : 1);
  }
  close(there[1]);
  unsigned long sum = 0, count = 0;
  static unsigned char block[5000];
  ssize_t got;
  while ((got = read(back[0], block, sizeof block)) > 0)
    for (ssize_t i = 0; i < got; i++) sum += block[i] * (++count % 91);
  int status;
  waitpid(writer, &status, 0);
  report("writer", status);
  waitpid(child, &status, 0);
  report("turner", status);
  printf("%lu bytes, sum %lu\n", count, sum);
  close(back[0]);
}

static void sockets(void) {
  int ends[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
  pid_t child = fork();
  if (child == 0) {
    char text[64];
    close(ends[0]);
    for (;;) {
      ssize_t got = recv(ends[1], text, sizeof text, 0);
      if (got <= 0) _exit(0);
      text[0] = '*';
      send(ends[1], text, (size_t)got, 0);
    }
  }
  close(ends[1]);
  for (int i = 0; i < 3; i++) {
    char text[64];
    int length = sprintf(text, "message %d", i);
    send(ends[0], text, (size_t)length, 0);
    struct pollfd file = {ends[0], POLLIN, 0};
    int ready = poll(&file, 1, 10000);
    ssize_t got = recv(ends[0], text, sizeof text, 0);
    printf("%d: %.*s\n", ready, (int)got, text);
  }
  close(ends[0]);
  int status;
  waitpid(child, &status, 0);
  report("echo", status);
}

static void groups(void) {
  pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0);
    printf("child leads its group %d\n", getpgrp() == getpid());
    fflush(stdout);
    _exit(setsid() == -1 ? 0 : 1);
  }
  int status;
  waitpid(child, &status, 0);
  report("group", status);
  child = fork();
  if (child == 0) {
    pid_t session = setsid();
    _exit(session == getpid() && getpgrp() == session && getsid(0) == session ? 0 : 1);
  }
  waitpid(child, &status, 0);
  report("session", status);
  pid_t members[3];
  for (int i = 0; i < 3; i++) {
    members[i] = fork();
    if (members[i] == 0) {
      for (;;) sleep(1000);
    }
    setpgid(members[i], members[0]);
  }
  printf("kill the group: %d\n", kill(-members[0], SIGKILL));
  for (int i = 0; i < 3; i++) {
    pid_t got = waitpid(-members[0], &status, 0);
    printf("a member %d: signal %d\n", got == members[0] || got == members[1] || got == members[2],
           WTERMSIG(status));
  }
}

static void orphan(void) {
  int ends[2];
  pipe(ends);
  pid_t child = fork();
  if (child == 0) {
    pid_t parent = getpid();
    if (fork() == 0) {
      while (getppid() == parent) usleep(1000);
      char answer = getppid() != parent ? 'y' : 'n';
      write(ends[1], &answer, 1);
      _exit(0);
    }
    _exit(3);
  }
  int status;
  waitpid(child, &status, 0);
  report("its parent", status);
  char answer = '?';
  close(ends[1]);
  read(ends[0], &answer, 1);
  printf("orphan has another parent: %c\n", answer);
  printf("end of file: %zd\n", read(ends[0], &answer, 1));
  close(ends[0]);
}

static int run(char* const* arguments, char* const* environment) {
  int status;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    execve(arguments[0], arguments, environment);
    printf("execve %s: %s\n", arguments[0], strerror(errno));
    fflush(stdout);
    _exit(127);
  }
  waitpid(child, &status, 0);
  return status;
}

static void programs(void) {
  char* again[] = {(char*)own_path, "say", "two words", NULL};
  char* variables[] = {"NAME=value", NULL};
  report("exec", run(again, variables));
  int kept = open("/dev/null", O_RDONLY), closed = open("/dev/null", O_RDONLY | O_CLOEXEC);
  char numbers[2][16];
  sprintf(numbers[0], "%d", kept);
  sprintf(numbers[1], "%d", closed);
  char* descriptors[] = {(char*)own_path, "descriptors", numbers[0], numbers[1], NULL};
  report("descriptors", run(descriptors, variables));
  char* missing[] = {"/nowhere/nothing", NULL};
  report("missing", run(missing, variables));
  char* folder[] = {"/", NULL};
  report("folder", run(folder, variables));

  FILE* script = fopen("script", "w");
  fprintf(script, "#!%s script-argument\nnot read\n", own_path);
  fclose(script);
  chmod("script", 0755);
  char* interpreted[] = {"./script", "first", NULL};
  report("script", run(interpreted, variables));
  FILE* text = fopen("text", "w");
  fputs("just text\n", text);
  fclose(text);
  char* plain_text[] = {"./text", NULL};
  report("no permission", run(plain_text, variables));
  chmod("text", 0755);
  report("no format", run(plain_text, variables));
  unlink("script");
  unlink("text");

  pid_t child;
  int status = -1, result = posix_spawn(&child, own_path, NULL, NULL, again, variables);
  if (result == 0) waitpid(child, &status, 0);
  report("spawned", status);
  result = posix_spawn(&child, "/nowhere/nothing", NULL, NULL, missing, variables);
  printf("spawning nothing: %s\n", strerror(result));
}

static volatile int changed;

static void borrowed(void) {
  int status;
  pid_t child = vfork();
  if (child == 0) {
    changed = 5;
    _exit(9);
  }
  waitpid(child, &status, 0);
  report("vfork", status);
  printf("changed %d\n", changed);
}

static void shared(void) {
  int* memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 4; i++)
    if (fork() == 0) {
      for (int j = 0; j < 1000; j++) __atomic_fetch_add(memory, 1, __ATOMIC_SEQ_CST);
      _exit(0);
    }
  while (wait(NULL) > 0) {
  }
  printf("shared: %d\n", *memory);
}

/// Whoever sleeps longer also waits until the others have spoken: a busy machine wakes in any
/// order.
static void sleeping(void) {
  int turns[5][2];
  for (int i = 1; i <= 4; i++) pipe(turns[i]);
  write(turns[1][1], "t", 1);
  for (int i = 3; i >= 1; i--)
    if (fork() == 0) {
      char turn;
      usleep((useconds_t)i * 20000);
      read(turns[i][0], &turn, 1);
      printf("slept %d\n", i);
      fflush(stdout);
      write(turns[i + 1][1], &turn, 1);
      _exit(0);
    }
  for (int i = 1; i <= 4; i++) close(turns[i][0]), close(turns[i][1]);
  while (wait(NULL) > 0) {
  }
  printf("all woke\n");
}

static void locks(void) {
  int file = open("lock", O_RDWR | O_CREAT, 0600);
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  fcntl(file, F_SETLK, &whole);
  int tried[2];
  pipe(tried);
  pid_t child = fork();
  if (child == 0) {
    struct flock same = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int busy = fcntl(file, F_SETLK, &same) == -1;
    write(tried[1], "t", 1);
    int got = fcntl(file, F_SETLKW, &same) == 0;
    _exit(busy * 10 + got);
  }
  char byte;
  read(tried[0], &byte, 1);
  close(tried[0]), close(tried[1]);
  usleep(10000);
  whole.l_type = F_UNLCK;
  fcntl(file, F_SETLK, &whole);
  int status;
  waitpid(child, &status, 0);
  report("lock", status);
  close(file);
  unlink("lock");
}

static int as_program(int count, char** arguments) {
  if (strcmp(arguments[1], "say") == 0) {
    printf("said %s, %s\n", arguments[2], getenv("NAME"));
    return 12;
  }
  if (strcmp(arguments[1], "descriptors") == 0) {
    printf("kept %d, closed %d\n", fcntl(atoi(arguments[2]), F_GETFD) >= 0,
           fcntl(atoi(arguments[3]), F_GETFD) < 0);
    return 0;
  }
  for (int i = 1; i < count; i++) printf("argument %s\n", arguments[i]);
  return count;
}

int main(int count, char** arguments) {
  own_path = realpath("/proc/self/exe", NULL);
  if (count > 1) return as_program(count, arguments);
  plain();
  order();
  pipes();
  sockets();
  groups();
  orphan();
  fflush(stdout);
  programs();
  borrowed();
  shared();
  fflush(stdout);
  sleeping();
  locks();
  return 21;
}
