// SPDX-License-Identifier: MIT
// pidfd_open(2) and its kin, CLONE_PIDFD, CLONE_PARENT, CLONE_VM, kcmp(2), waitid(2).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kPidfd = 3 };

static long shown(const char* what, long result) {
  printf("%s: %ld %s\n", what, result < 0 ? -1 : result, result < 0 ? strerror(errno) : "");
  return result;
}
#define SHOW(call) shown(#call, (call))

static char stack[1 << 16];

static int change(void* word) {
  *(int*)word = 42;
  _exit(3);
}

static void name_a_child(void) {
  int hold[2], ready[2];
  char byte = 0;
  pipe(hold);
  pipe(ready);
  const pid_t child = fork();
  if (child == 0) {
    close(hold[1]);
    write(ready[1], "x", 1);
    read(hold[0], &byte, 1);
    _exit(5);
  }
  read(ready[0], &byte, 1);
  const int fd = (int)syscall(SYS_pidfd_open, child, 0);
  SHOW(fcntl(fd, F_GETFD));
  SHOW(syscall(SYS_pidfd_open, child, 1));
  SHOW(syscall(SYS_pidfd_open, 0, 0));
  SHOW(syscall(SYS_pidfd_open, 999999, 0));
  struct pollfd ended = {fd, POLLIN, 0};
  SHOW(poll(&ended, 1, 0));
  SHOW(syscall(SYS_pidfd_send_signal, fd, 0, 0, 0));
  SHOW(syscall(SYS_pidfd_send_signal, fd, 65, 0, 0));
  SHOW(syscall(SYS_pidfd_send_signal, fd, 0, 0, 1 << 20));
  SHOW(syscall(SYS_pidfd_send_signal, hold[0], 0, 0, 0));
  siginfo_t info = {.si_signo = SIGUSR2, .si_code = SI_QUEUE};
  SHOW(syscall(SYS_pidfd_send_signal, fd, SIGUSR1, &info, 0));
  info.si_code = SI_USER;
  SHOW(syscall(SYS_pidfd_send_signal, fd, SIGUSR2, &info, 0));
  SHOW(syscall(SYS_pidfd_getfd, fd, hold[1], 0));
  SHOW(syscall(SYS_pidfd_getfd, fd, hold[0], 1));
  SHOW(syscall(SYS_pidfd_getfd, hold[0], hold[0], 0));
  const int copy = (int)syscall(SYS_pidfd_getfd, fd, hold[0], 0);
  SHOW(syscall(SYS_kcmp, getpid(), child, KCMP_FILE, copy, hold[0]));
  SHOW(syscall(SYS_kcmp, getpid(), child, KCMP_FILE, 300, 0));
  SHOW(syscall(SYS_kcmp, getpid(), child, 99, 0, 0));
  SHOW(syscall(SYS_kcmp, getpid(), 0, KCMP_VM, 0, 0));
  SHOW(syscall(SYS_kcmp, getpid(), child, KCMP_VM, 0, 0) > 0);
  SHOW(syscall(SYS_kcmp, getpid(), getpid(), KCMP_VM, 0, 0));
  SHOW(syscall(SYS_waitid, kPidfd, hold[0], &info, WEXITED, 0));
  SHOW(syscall(SYS_waitid, kPidfd, fd, &info, WEXITED | WNOHANG, 0));
  const int hasty = (int)syscall(SYS_pidfd_open, child, O_NONBLOCK);
  SHOW(syscall(SYS_waitid, kPidfd, hasty, &info, WEXITED, 0));
  SHOW(syscall(SYS_process_mrelease, fd, 0));
  close(hold[1]);
  SHOW(poll(&ended, 1, 10000));
  SHOW(syscall(SYS_pidfd_send_signal, fd, 0, 0, 0));
  SHOW(syscall(SYS_pidfd_getfd, fd, hold[0], 0));
  SHOW(syscall(SYS_waitid, kPidfd, fd, &info, WEXITED, 0));
  printf("%d %d %d\n", info.si_pid == child, info.si_status, info.si_code);
  SHOW(syscall(SYS_pidfd_send_signal, fd, 0, 0, 0));
  SHOW(syscall(SYS_pidfd_open, child, 0));
  memset(&info, 7, sizeof info);
  SHOW(syscall(SYS_waitid, P_ALL, 0, &info, WEXITED, 0));
  printf("%d\n", info.si_pid);
}

static void make_children(void) {
  int fd = -1, status = 0, word = 0;
  siginfo_t info = {0};
  const long child = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &fd, 0, 0);
  if (child == 0) _exit(7);
  SHOW(syscall(SYS_waitid, kPidfd, fd, &info, WEXITED, 0));
  printf("%d\n", info.si_status);
  SHOW(syscall(SYS_clone, CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, 0, &fd, 0, 0));
  SHOW(syscall(SYS_clone, CLONE_PIDFD | CLONE_DETACHED | SIGCHLD, 0, &fd, 0, 0));
  SHOW(syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, 8, 0, 0));
  fflush(stdout);
  if (fork() == 0) {
    if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) == 0) _exit(11);
    _exit(wait(&status) < 0 ? 12 : 13);
  }
  int children = 0, sum = 0;
  while (wait(&status) > 0) ++children, sum += WEXITSTATUS(status);
  printf("%d children, %d\n", children, sum);
  clone(change, stack + sizeof stack, CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, &word);
  wait(&status);
  printf("%d %d\n", word, WEXITSTATUS(status));
}

int main(void) {
  name_a_child();
  make_children();
  return 0;
}
