// SPDX-License-Identifier: MIT
// Parents and children: what waitid tells, who is told of what, who inherits orphans, groups and
// sessions, what vfork shares, names.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t told;

static void count(int signal) {
  (void)signal;
  told++;
}

static const char* how(long result) {
  return result >= 0 ? "ok" : strerror(errno);
}

static pid_t fork_flushed(void) {
  fflush(stdout);
  return fork();
}

/// A child that waits for a byte, or for the end, of `ends` before it exits.
static pid_t patient(int ends[2], int status) {
  pipe(ends);
  const pid_t child = fork_flushed();
  if (child == 0) {
    char byte;
    close(ends[1]);
    read(ends[0], &byte, 1);
    _exit(status);
  }
  close(ends[0]);
  return child;
}

static void show(const char* what, long result, const siginfo_t* info, pid_t child) {
  printf("%s: %s, signal %d code %d status %d, %s\n", what, how(result), info->si_signo,
         info->si_code, info->si_status, info->si_pid == child ? "the child" : "nobody");
}

static void waitid_tells(void) {
  int ends[2];
  siginfo_t info = {0};
  const pid_t child = patient(ends, 7);
  long result = waitid(P_PID, child, &info, WEXITED | WNOHANG);
  show("not yet", result, &info, child);
  kill(child, SIGSTOP);
  result = waitid(P_PID, child, &info, WSTOPPED);
  show("stopped", result, &info, child);
  memset(&info, 0, sizeof info);
  result = waitid(P_PID, child, &info, WSTOPPED | WNOHANG);
  show("told once", result, &info, child);
  kill(child, SIGCONT);
  result = waitid(P_ALL, 0, &info, WCONTINUED);
  show("continued", result, &info, child);
  close(ends[1]);
  result = waitid(P_PGID, getpgrp(), &info, WEXITED | WNOWAIT);
  show("still there", result, &info, child);
  int status;
  result = waitpid(child, &status, 0);
  printf("waitpid: %s, status %d\n", result == child ? "the child" : how(result),
         WEXITSTATUS(status));
  result = waitid(P_PID, child, &info, WEXITED);
  printf("gone: %s\n", how(result));
  result = waitid(P_ALL, 0, &info, 0);
  printf("no event: %s\n", how(result));
  result = waitid(P_ALL, 0, &info, WEXITED | 0x100);
  printf("unknown option: %s\n", how(result));
  result = waitpid(-1, &status, 0x100);
  printf("unknown option: %s\n", how(result));
}

/// SIGCHLD for stop, continuation and end, or for the end alone. It may come behind the wait's end,
/// or two at once.
static void what_sigchld_says(int flags) {
  struct sigaction action = {.sa_handler = count, .sa_flags = flags | SA_RESTART};
  sigaction(SIGCHLD, &action, NULL);
  told = 0;
  int ends[2], status;
  const pid_t child = patient(ends, 0);
  kill(child, SIGSTOP);
  waitpid(child, &status, WUNTRACED);
  kill(child, SIGCONT);
  waitpid(child, &status, WCONTINUED);
  close(ends[1]);
  const pid_t result = waitpid(child, &status, 0);
  printf("SIGCHLD %s, waitpid %s\n",
         told > 1    ? "several times"
         : told == 1 ? "once"
                     : "never",
         result == child ? "the child" : how(result));
  signal(SIGCHLD, SIG_DFL);
}

/// Children nobody waits for leave nothing; the wait ends when the last one is gone.
static void no_zombies(int by_ignoring) {
  struct sigaction action = {.sa_handler = by_ignoring ? SIG_IGN : SIG_DFL,
                             .sa_flags = by_ignoring ? 0 : SA_NOCLDWAIT};
  sigaction(SIGCHLD, &action, NULL);
  int status = 0;
  for (int i = 0; i < 3; i++)
    if (fork_flushed() == 0) _exit(i);
  const pid_t result = wait(&status);
  printf("no zombies: %s\n", how(result));
  signal(SIGCHLD, SIG_DFL);
}

/// Waits until `pid` has another parent than `old`.
static void lose(pid_t old) {
  while (getppid() == old) usleep(1000);
}

static void orphans(void) {
  int ends[2], status;
  pipe(ends);
  printf("subreaper: %s\n", how(prctl(PR_SET_CHILD_SUBREAPER, 1)));
  int is = 0;
  printf("is it: %s", how(prctl(PR_GET_CHILD_SUBREAPER, &is)));
  printf(" %d\n", is);
  const pid_t reaper = getpid();
  const pid_t child = fork_flushed();
  if (child == 0) {
    const pid_t middle = getpid();
    if (fork() == 0) {
      lose(middle);
      const char answer = getppid() == reaper ? 'y' : 'n';
      write(ends[1], &answer, 1);
      _exit(21);
    }
    _exit(20);
  }
  waitpid(child, &status, 0);
  char answer = '?';
  read(ends[0], &answer, 1);
  const pid_t orphan = wait(&status);
  printf("orphan is the subreaper's: %c, waited for: %s, status %d\n", answer,
         orphan > 0 && orphan != child ? "ok" : how(orphan), WEXITSTATUS(status));
  prctl(PR_SET_CHILD_SUBREAPER, 0);
  close(ends[0]), close(ends[1]);
}

/// PR_SET_PDEATHSIG: the grandchild is sent a signal when its parent ends.
static void death_of_a_parent(void) {
  int ends[2], status;
  pipe(ends);
  const pid_t child = fork_flushed();
  if (child == 0) {
    int ready[2];
    pipe(ready);
    if (fork() == 0) {
      sigset_t set;
      sigemptyset(&set);
      sigaddset(&set, SIGUSR2);
      sigprocmask(SIG_BLOCK, &set, NULL);
      prctl(PR_SET_PDEATHSIG, SIGUSR2);
      int signal = 0;
      prctl(PR_GET_PDEATHSIG, &signal);
      write(ready[1], "r", 1);
      siginfo_t info;
      const int got = sigwaitinfo(&set, &info);
      char text[40];
      write(ends[1], text, sprintf(text, "asked for %d, got %d", signal, got));
      _exit(0);
    }
    char byte;
    read(ready[0], &byte, 1);
    _exit(0);
  }
  close(ends[1]);
  waitpid(child, &status, 0);
  char text[40] = "";
  read(ends[0], text, sizeof text - 1);
  printf("death signal: %s\n", text);
  close(ends[0]);
}

static void groups_and_sessions(void) {
  int ends[2], status;
  const pid_t child = patient(ends, 0);
  printf("setpgid: %s", how(setpgid(child, child)));
  printf(", %s\n", getpgid(child) == child ? "a group of its own" : "as before");
  printf("to a strange group: %s\n", how(setpgid(child, 1)));
  printf("negative: %s\n", how(setpgid(child, -1)));
  siginfo_t info = {0};
  const long none = waitid(P_PGID, getpgrp(), &info, WEXITED | WNOHANG);
  printf("nobody in this group: %s\n", how(none));
  kill(-child, SIGTERM);
  const pid_t result = waitpid(-child, &status, 0);
  printf("its group: %s, signal %d\n", result == child ? "the child" : how(result),
         WTERMSIG(status));
  close(ends[1]);
  const pid_t other = fork_flushed();
  if (other == 0) {
    const pid_t session = setsid();
    printf("setsid: %d %d %d\n", session == getpid(), getsid(0) == getpid(), getpgrp() == getpid());
    printf("again: %s\n", how(setsid()));
    printf("a leader's group: %s\n", how(setpgid(0, 0)));
    printf("no terminal: %s", how(tcgetpgrp(0) < 0 ? -1 : 0));
    printf(", %s\n", how(tcsetpgrp(0, getpid())));
    fflush(stdout);
    _exit(0);
  }
  waitpid(other, &status, 0);
  printf("strangers: %s", how(getpgid(0x3fffffff)));
  printf(", %s", how(getsid(0x3fffffff)));
  printf(", %s\n", how(kill(0x3fffffff, 0)));
}

static void vfork_shares(void) {
  int status;
  volatile int changed = 1;
  fflush(stdout);
  const pid_t child = vfork();
  if (child == 0) {
    changed = 2;
    _exit(6);
  }
  waitpid(child, &status, 0);
  printf("vfork: %d, status %d\n", changed, WEXITSTATUS(status));
}

static void names(void) {
  char name[17] = "";
  prctl(PR_SET_NAME, "a name that is much too long");
  printf("name: %s", how(prctl(PR_GET_NAME, name)));
  printf(" '%s'\n", name);
  char file[32] = "";
  FILE* const comm = fopen("/proc/self/comm", "r");
  if (comm != NULL) fgets(file, sizeof file, comm), fclose(comm);
  printf("comm: %s", file);
  const pid_t child = fork_flushed();
  if (child == 0) {
    prctl(PR_GET_NAME, name);
    printf("a child's name: '%s'\n", name);
    fflush(stdout);
    _exit(0);
  }
  waitpid(child, NULL, 0);
}

int main(void) {
  setvbuf(stdout, NULL, _IOFBF, 4096);
  waitid_tells();
  what_sigchld_says(0), what_sigchld_says(SA_NOCLDSTOP);
  no_zombies(0), no_zombies(1);
  orphans();
  death_of_a_parent();
  groups_and_sessions();
  vfork_shares();
  names();
  return 0;
}
