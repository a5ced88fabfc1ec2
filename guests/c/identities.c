// SPDX-License-Identifier: MIT
// Numbers of processes that the kernel reports about sockets, locks and owners of files.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t signals;
static void note(int signal) {
  signals += signal == SIGIO;
}

int main(void) {
  int pair[2], on = 1;
  setvbuf(stdout, 0, _IONBF, 0);
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  struct ucred peer;
  socklen_t size = sizeof peer;
  getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &peer, &size);
  printf("peer is me: %d\n", peer.pid == getpid());
  setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  pid_t sender = fork();
  if (sender == 0) _exit(write(pair[1], "x", 1) != 1);
  char byte, room[64];
  struct iovec vector = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &vector, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
  recvmsg(pair[0], &message, 0);
  struct cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header) memcpy(&peer, CMSG_DATA(header), sizeof peer);
  printf("sender is my child: %d\n", header && peer.pid == sender);
  waitpid(sender, 0, 0);

  int file = memfd_create("locked", 0);
  struct flock lock = {.l_type = F_WRLCK};
  fcntl(file, F_SETLK, &lock);
  if (fork() == 0) {
    struct flock asked = {.l_type = F_WRLCK};
    fcntl(file, F_GETLK, &asked);
    printf("lock is my parent's: %d\n", asked.l_pid == getppid());
    _exit(0);
  }
  wait(0);

  struct sockaddr_nl name = {.nl_family = AF_NETLINK};
  int netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  size = sizeof name;
  if (bind(netlink, (struct sockaddr*)&name, sizeof name) == 0)
    getsockname(netlink, (struct sockaddr*)&name, &size);
  printf("netlink is mine: %d\n", (int)name.nl_pid == getpid());

  struct f_owner_ex owner = {F_OWNER_PID, getpid()}, answer = {0, 0};
  int done = fcntl(pair[0], F_SETOWN, getpid());
  printf("owner: %d %d\n", done, fcntl(pair[0], F_GETOWN) == getpid());
  done = fcntl(pair[0], F_SETOWN_EX, &owner);
  fcntl(pair[0], F_GETOWN_EX, &answer);
  printf("owner: %d %d %d\n", done, answer.type == F_OWNER_PID, answer.pid == getpid());
  done = fcntl(pair[0], F_SETOWN, 999999999);
  printf("nobody: %d %d\n", done, errno == ESRCH);
  done = fcntl(pair[0], F_SETSIG, SIGRTMIN);
  printf("signal: %d %d\n", done, fcntl(pair[0], F_GETSIG) == SIGRTMIN);
  fcntl(pair[0], F_SETSIG, 0);
  fcntl(pair[0], F_SETOWN, getpid());
  signal(SIGIO, note);
  printf("async: %d\n", ioctl(pair[0], FIOASYNC, &on));
  write(pair[1], "y", 1);
  printf("signalled: %d\n", signals > 0);
  printf("lease: %d\n", fcntl(file, F_GETLEASE) == F_UNLCK);
  return 0;
}
