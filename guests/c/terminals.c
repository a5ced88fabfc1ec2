// SPDX-License-Identifier: MIT
// A session on a pseudoterminal: its controlling terminal, its foreground, and the signals of its
// keys and of its end.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t last;
static void note(int signal) {
  last = signal;
}

static int master, told[2];
static void say(const char* text) {
  write(told[1], text, strlen(text));
}

static void in_session(const char* path) {
  char line[200];
  setsid();
  int none = open("/dev/tty", O_RDWR);
  printf("no terminal: %d %d\n", none, errno == ENXIO);
  int terminal = open(path, O_RDWR);
  int own = open("/dev/tty", O_RDWR);
  printf("terminal %d, session %d, group %d\n", own >= 0, tcgetsid(terminal) == getpid(),
         tcgetpgrp(own) == getpgrp());
  signal(SIGINT, note);
  signal(SIGWINCH, note);
  say("i");
  while (last != SIGINT) pause();
  printf("interrupted\n");
  say("w");
  while (last != SIGWINCH) pause();
  struct winsize size;
  ioctl(own, TIOCGWINSZ, &size);
  printf("resized %d %d\n", size.ws_row, size.ws_col);

  pid_t job = fork();
  if (job == 0) {
    setpgid(0, 0);
    signal(SIGTTIN, SIG_DFL);
    read(terminal, line, sizeof line);
    _exit(7);
  }
  setpgid(job, job);
  int status;
  waitpid(job, &status, WUNTRACED);
  printf("background read: stopped %d by SIGTTIN %d\n", WIFSTOPPED(status),
         WSTOPSIG(status) == SIGTTIN);
  signal(SIGTTOU, SIG_IGN);
  int set = tcsetpgrp(own, job);
  printf("to the foreground: %d %d\n", set, tcgetpgrp(own) == job);
  kill(-job, SIGCONT);
  say("q");
  waitpid(job, &status, 0);
  printf("quit: %d\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGQUIT);
  tcsetpgrp(own, getpgrp());
  fflush(stdout);
  say("h");
  signal(SIGHUP, note);
  while (last != SIGHUP) pause();
  printf("hung up, read %ld\n", (long)read(terminal, line, sizeof line));
  exit(0);
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  master = posix_openpt(O_RDWR | O_NOCTTY);
  grantpt(master);
  unlockpt(master);
  const char* path = ptsname(master);
  int locked = 1, packets = -1, peer = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
  int done = ioctl(master, TIOCGPTLCK, &locked);
  printf("lock %d %d\n", done, locked);
  done = ioctl(master, TIOCGPKT, &packets);
  printf("packets %d %d\n", done, packets);
  printf("peer %d %d\n", peer >= 0, isatty(peer));
  done = tcgetpgrp(peer);
  printf("not mine: %d %d\n", done, errno == ENOTTY);
  close(peer);
  pipe(told);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    close(master);
    in_session(path);
  }
  close(told[1]);
  char what;
  while (read(told[0], &what, 1) == 1) {
    struct winsize size = {.ws_row = 33, .ws_col = 44};
    if (what == 'i') write(master, "\003", 1);
    if (what == 'w') ioctl(master, TIOCSWINSZ, &size);
    if (what == 'q') write(master, "\034", 1);
    if (what == 'h') close(master);
  }
  int status;
  waitpid(child, &status, 0);
  printf("ended %d\n", WEXITSTATUS(status));
  return 0;
}
