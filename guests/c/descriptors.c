// SPDX-License-Identifier: MIT
// Descriptors of all kinds, and messages between them: prints what it finds, the same everywhere.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

static int expect(const char* what, long value) {
  printf("%s: %ld\n", what, value);
  return (int)value;
}

static void pass_descriptor(void) {
  int ends[2], pipe_ends[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
  pipe(pipe_ends);
  char byte = 'x', room[CMSG_SPACE(sizeof(int))] = {0};
  struct iovec buffer = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &buffer, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
  struct cmsghdr* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(head), &pipe_ends[1], sizeof(int));
  expect("sendmsg", sendmsg(ends[0], &message, 0));
  memset(room, 0, sizeof room);
  message.msg_controllen = sizeof room;
  expect("recvmsg", recvmsg(ends[1], &message, MSG_CMSG_CLOEXEC));
  int received;
  memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof received);
  expect("passed descriptor", received);
  expect("its flags", fcntl(received, F_GETFD));
  expect("write through it", write(received, "through", 7));
  char text[8] = {0};
  expect("read", read(pipe_ends[0], text, 7));
  puts(text);
  close(received), close(ends[0]), close(ends[1]), close(pipe_ends[0]), close(pipe_ends[1]);
}

static void many_messages(void) {
  int ends[2];
  socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
  struct iovec out[2] = {{"first", 5}, {"second", 6}};
  struct mmsghdr messages[2] = {{.msg_hdr = {.msg_iov = &out[0], .msg_iovlen = 1}},
                                {.msg_hdr = {.msg_iov = &out[1], .msg_iovlen = 1}}};
  expect("sendmmsg", sendmmsg(ends[0], messages, 2, 0));
  char one[10] = {0}, two[10] = {0};
  struct iovec in[2] = {{one, 9}, {two, 9}};
  messages[0].msg_hdr.msg_iov = &in[0], messages[1].msg_hdr.msg_iov = &in[1];
  expect("recvmmsg", recvmmsg(ends[1], messages, 2, MSG_DONTWAIT, NULL));
  printf("%s %u %s %u\n", one, messages[0].msg_len, two, messages[1].msg_len);
  close(ends[0]), close(ends[1]);
}

static void loopback(void) {
  int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
      client = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  expect("bind", bind(server, (struct sockaddr*)&address, sizeof address));
  expect("listen", listen(server, 1));
  getsockname(server, (struct sockaddr*)&address, &size);
  expect("connect", connect(client, (struct sockaddr*)&address, sizeof address));
  int peer = accept4(server, NULL, NULL, SOCK_NONBLOCK);
  expect("send", send(client, "ping", 4, 0));
  struct pollfd file = {peer, POLLIN, 0};
  expect("poll", poll(&file, 1, 1000));
  char text[8] = {0};
  expect("recv", recv(peer, text, sizeof text, 0));
  puts(text);
  expect("recv again", recv(peer, text, sizeof text, 0));
  expect("errno", errno);
  int on = 1;
  socklen_t length = sizeof on;
  expect("setsockopt", setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
  expect("getsockopt", getsockopt(server, SOL_SOCKET, SO_TYPE, &on, &length));
  expect("type", on);
  expect("shutdown", shutdown(client, SHUT_WR));
  expect("end", recv(peer, text, sizeof text, 0));
  close(server), close(client), close(peer);
}

static void move_bytes(void) {
  int ends[2], more[2];
  pipe2(ends, O_CLOEXEC), pipe2(more, O_NONBLOCK);
  int file = open("bytes", O_RDWR | O_CREAT | O_TRUNC, 0644),
      copy = open("copy", O_RDWR | O_CREAT | O_TRUNC, 0644);
  expect("pwrite", pwrite(file, "0123456789", 10, 0));
  loff_t offset = 2;
  expect("splice", splice(file, &offset, ends[1], NULL, 4, 0));
  expect("offset", offset);
  expect("tee", tee(ends[0], more[1], 100, SPLICE_F_NONBLOCK));
  struct iovec buffer = {"abc", 3};
  expect("vmsplice", vmsplice(more[1], &buffer, 1, 0));
  char text[16] = {0};
  expect("read", read(more[0], text, sizeof text));
  puts(text);
  off_t from = 1;
  expect("sendfile", sendfile(ends[1], file, &from, 3));
  expect("copy_file_range", copy_file_range(file, &offset, copy, NULL, 4, 0));
  struct iovec parts[2] = {{text, 2}, {text + 8, 2}};
  expect("preadv2", syscall(SYS_preadv2, file, parts, 2L, 4L, 0L, 0L));
  expect("fallocate", fallocate(copy, 0, 0, 100));
  expect("ftruncate", ftruncate(copy, 5));
  struct stat status;
  fstat(copy, &status);
  expect("size", status.st_size);
  expect("fadvise", posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL));
  close(ends[0]), close(ends[1]), close(more[0]), close(more[1]), close(file), close(copy);
}

static void locks(void) {
  int file = open("bytes", O_RDWR), again = open("bytes", O_RDWR);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 4};
  expect("F_SETLK", fcntl(file, F_SETLK, &lock));
  lock.l_pid = 0;
  expect("F_OFD_SETLK",
         fcntl(again, F_OFD_SETLK,
               &(struct flock){.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 8, .l_len = 1}));
  lock = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 8, .l_len = 1};
  expect("F_OFD_GETLK", fcntl(file, F_OFD_GETLK, &lock));
  expect("type", lock.l_type);
  expect("flock", flock(file, LOCK_EX));
  expect("flock again", flock(again, LOCK_SH | LOCK_NB));
  close(file), close(again);
}

static void watch(void) {
  int watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  int here = inotify_add_watch(watcher, ".", IN_CREATE | IN_DELETE);
  expect("watch", here);
  close(open("seen", O_CREAT | O_WRONLY, 0600));
  unlink("seen");
  char events[512] __attribute__((aligned(8)));
  long size = read(watcher, events, sizeof events);
  for (long at = 0; at < size;) {
    struct inotify_event* event = (struct inotify_event*)(events + at);
    printf("event %x %s\n", event->mask, event->name);
    at += (long)sizeof *event + event->len;
  }
  expect("unwatch", inotify_rm_watch(watcher, here));
  close(watcher);
}

static void wait_for_events(void) {
  int counter = eventfd(3, EFD_NONBLOCK | EFD_SEMAPHORE), set = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {.u32 = 7}};
  expect("epoll_ctl", epoll_ctl(set, EPOLL_CTL_ADD, counter, &event));
  struct epoll_event found[4];
  expect("epoll_wait", epoll_wait(set, found, 4, 10));
  expect("data", found[0].data.u32);
  unsigned long value;
  expect("read", read(counter, &value, sizeof value));
  expect("value", (long)value);
  expect("no more events", epoll_wait(set, found, 4, 10));
  fd_set readable;
  FD_ZERO(&readable);
  FD_SET(counter, &readable);
  struct timeval timeout = {0, 1000};
  expect("select", select(counter + 1, &readable, NULL, NULL, &timeout));
  close(counter), close(set);
}

static void timers(void) {
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), set = epoll_create1(0);
  struct itimerspec every = {.it_value = {0, 2000000}, .it_interval = {0, 1000000}}, left;
  expect("timerfd_settime", timerfd_settime(timer, 0, &every, NULL));
  expect("timerfd_gettime", timerfd_gettime(timer, &left));
  expect("it runs", left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 2000000);
  struct epoll_event event = {.events = EPOLLIN}, found;
  epoll_ctl(set, EPOLL_CTL_ADD, timer, &event);
  expect("epoll_wait", epoll_wait(set, &found, 1, 10000));
  unsigned long times = 0;
  expect("read", read(timer, &times, sizeof times));
  expect("it expired", times > 0);
  expect("read again", read(timer, &times, sizeof times));
  expect("timerfd_settime", timerfd_settime(timer, 0, &(struct itimerspec){0}, NULL));
  fcntl(timer, F_SETFL, O_NONBLOCK);
  expect("epoll_wait for nothing", epoll_wait(set, &found, 1, 5));
  close(timer), close(set);
}

static void shared_memory(void) {
  int file = memfd_create("shared", MFD_ALLOW_SEALING | MFD_CLOEXEC);
  ftruncate(file, 8192);
  char* one = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  char* two = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 4096);
  strcpy(one + 4096, "seen through both");
  puts(two);
  expect("msync", msync(one, 8192, MS_SYNC));
  munmap(one, 8192), munmap(two, 4096);
  expect("seal", fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW));
  expect("grow", ftruncate(file, 10000));
  expect("seals", fcntl(file, F_GET_SEALS));
  close(file);
}

int main(int argc, char** argv) {
  if (argc > 1 && chdir(argv[1]) != 0) return 1;
  setvbuf(stdout, NULL, _IOFBF, 1 << 16);
  pass_descriptor();
  many_messages();
  loopback();
  move_bytes();
  locks();
  watch();
  wait_for_events();
  if (argc > 1) timers();
  shared_memory();
  unlink("bytes"), unlink("copy");
  return 0;
}
