// SPDX-License-Identifier: MIT
// io_uring(7) by hand: entries that are done at once, that wait for files, for time and for each
// other; a batch; what is refused.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct io_uring_params params;
static int ring;
static unsigned *sq_tail, *sq_mask, *sq_array, *cq_head, *cq_tail, *cq_mask;
static struct io_uring_sqe* entries;
static struct io_uring_cqe* completions;

static long enter(unsigned submit, unsigned least, unsigned flags, const void* arg, size_t size) {
  const long result = syscall(SYS_io_uring_enter, ring, submit, least, flags, arg, size);
  return result < 0 ? -errno : result;
}

static struct io_uring_sqe* add(int opcode, int fd, const void* address, unsigned length,
                                uint64_t offset, uint64_t data) {
  const unsigned slot = *sq_tail & *sq_mask;
  struct io_uring_sqe* const entry = &entries[slot];
  memset(entry, 0, sizeof *entry);
  entry->opcode = (uint8_t)opcode;
  entry->fd = fd;
  entry->addr = (uintptr_t)address;
  entry->len = length;
  entry->off = offset;
  entry->user_data = data;
  sq_array[slot] = slot;
  __atomic_store_n(sq_tail, *sq_tail + 1, __ATOMIC_RELEASE);
  return entry;
}

// Completions in the order of their data.
static void show(const char* what) {
  printf("%s:", what);
  int results[64], there[64] = {0};
  for (; *cq_head != __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE); ++*cq_head) {
    const struct io_uring_cqe* const one = &completions[*cq_head & *cq_mask];
    results[one->user_data & 63] = one->res;
    there[one->user_data & 63] = 1;
  }
  for (int i = 0; i < 64; ++i)
    if (there[i]) printf(" %d=%d", i, results[i]);
  printf("\n");
}

static void finish(unsigned count, unsigned least, const char* what) {
  const long submitted = enter(count, least, IORING_ENTER_GETEVENTS, NULL, 0);
  printf("%ld ", submitted);
  show(what);
}

static void set_up(void) {
  ring = (int)syscall(SYS_io_uring_setup, 16, &params);
  printf("ring %d: %u and %u entries\n", ring >= 0, params.sq_entries, params.cq_entries);
  const int both = PROT_READ | PROT_WRITE;
  char* const base =
      mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe) + 4096, both,
           MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
  entries = mmap(NULL, params.sq_entries * sizeof *entries, both, MAP_SHARED | MAP_POPULATE, ring,
                 IORING_OFF_SQES);
  printf("mapped %d %d\n", base != MAP_FAILED, (void*)entries != MAP_FAILED);
  sq_tail = (unsigned*)(base + params.sq_off.tail);
  sq_mask = (unsigned*)(base + params.sq_off.ring_mask);
  sq_array = (unsigned*)(base + params.sq_off.array);
  cq_head = (unsigned*)(base + params.cq_off.head);
  cq_tail = (unsigned*)(base + params.cq_off.tail);
  cq_mask = (unsigned*)(base + params.cq_off.ring_mask);
  completions = (struct io_uring_cqe*)(base + params.cq_off.cqes);
}

static void files(void) {
  const int file = memfd_create("file", 0);
  char text[32] = "hello, ring", back[32] = {0};
  add(IORING_OP_WRITE, file, text, 11, 0, 1);
  finish(1, 1, "write");
  for (uint64_t i = 0; i < 8; ++i) add(IORING_OP_NOP, -1, NULL, 0, 0, 10 + i);
  finish(8, 8, "a batch of nops");
  struct iovec parts[2] = {{back, 5}, {back + 16, 6}};
  add(IORING_OP_READV, file, parts, 2, 0, 1);
  add(IORING_OP_FSYNC, file, NULL, 0, 0, 2);
  add(IORING_OP_READ, file, back + 24, 4, 7, 3);
  add(IORING_OP_READ, file, back, 4, 100, 4);
  add(IORING_OP_READ, 99, back, 4, 0, 5);
  add(IORING_OP_READ, file, (void*)8, 4, 0, 6);
  add(200, file, NULL, 0, 0, 7);
  finish(7, 7, "several");
  printf("%s %s %s\n", back, back + 16, back + 24);
  lseek(file, 0, SEEK_SET);
  add(IORING_OP_READ, file, back, 5, (uint64_t)-1, 1);
  finish(1, 1, "from where the file is");
  printf("then at %ld\n", (long)lseek(file, 0, SEEK_CUR));
  struct iovec buffer = {back, sizeof back};
  printf("buffers %ld %ld\n",
         syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &buffer, 1),
         syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &buffer, 1));
  add(IORING_OP_READ_FIXED, file, back + 2, 11, 0, 1);
  add(IORING_OP_READ_FIXED, file, text, 11, 0, 2);
  add(IORING_OP_WRITE_FIXED, file, back, 8, 20, 3)->buf_index = 1;
  finish(3, 3, "fixed");
  printf("%s, gone: %ld\n", back + 2,
         syscall(SYS_io_uring_register, ring, IORING_UNREGISTER_BUFFERS, NULL, 0));
  add(IORING_OP_CLOSE, file, NULL, 0, 0, 1);
  finish(1, 1, "close");
  printf("closed: %d\n", fcntl(file, F_GETFD) < 0);
}

static void waits(void) {
  int ends[2];
  char byte[4] = {0};
  if (pipe(ends) != 0) return;
  add(IORING_OP_READ, ends[0], byte, 1, 0, 1);
  add(IORING_OP_POLL_ADD, ends[0], NULL, 0, 0, 2)->poll32_events = POLLIN;
  add(IORING_OP_POLL_ADD, ends[1], NULL, 0, 0, 3)->poll32_events = POLLOUT;
  finish(3, 1, "one of three is ready");
  struct pollfd file = {.fd = ring, .events = POLLIN};
  printf("the ring is ready: %d\n", poll(&file, 1, 0));
  add(IORING_OP_POLL_REMOVE, -1, (void*)2, 0, 0, 4);
  finish(1, 2, "and one is taken back");
  const pid_t child = fork();
  if (child == 0) {
    const struct timespec pause = {.tv_nsec = 20000000};
    nanosleep(&pause, NULL);
    _exit(write(ends[1], "x", 1) != 1);
  }
  printf("nothing yet: %ld\n", enter(0, 0, IORING_ENTER_GETEVENTS, NULL, 0));
  finish(0, 1, "a child wrote");
  printf("it read %c\n", byte[0]);
  waitpid(child, NULL, 0);

  const struct __kernel_timespec soon = {.tv_nsec = 20000000}, late = {.tv_sec = 60};
  add(IORING_OP_TIMEOUT, -1, &soon, 1, 0, 1);
  finish(1, 1, "a timeout");
  add(IORING_OP_TIMEOUT, -1, &late, 1, 1, 1);
  add(IORING_OP_NOP, -1, NULL, 0, 0, 2);
  finish(2, 2, "a timeout that counts");
  add(IORING_OP_TIMEOUT, -1, &late, 1, 0, 1);
  add(IORING_OP_TIMEOUT_REMOVE, -1, (void*)1, 0, 0, 2);
  add(IORING_OP_TIMEOUT_REMOVE, -1, (void*)9, 0, 0, 3);
  finish(3, 3, "one that is removed");
  add(IORING_OP_TIMEOUT, -1, &soon, 1, 0, 1);
  printf("submitted %ld\n", enter(1, 0, 0, NULL, 0));
  int ready;
  while ((ready = poll(&file, 1, 5000)) < 0 && errno == EINTR) {
  }
  printf("the ring becomes ready: %d\n", ready);
  show("by itself");
  add(IORING_OP_TIMEOUT, -1, &soon, 1, 0, 1);
  enter(1, 0, 0, NULL, 0);
  const int events = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN};
  epoll_ctl(events, EPOLL_CTL_ADD, ring, &event);
  // On the bare machine the completion itself may interrupt the wait.
  while ((ready = epoll_wait(events, &event, 1, 5000)) < 0 && errno == EINTR) {
  }
  printf("epoll: %d\n", ready);
  show("and again");
  const struct io_uring_getevents_arg limit = {.ts = (uintptr_t)&soon};
  printf("time limit: %ld\n",
         enter(0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &limit, sizeof limit));
}

static void links(void) {
  int ends[2];
  char byte[4] = {0};
  if (pipe(ends) != 0) return;
  add(IORING_OP_WRITE, ends[1], "ab", 2, 0, 1)->flags = IOSQE_IO_LINK;
  add(IORING_OP_READ, ends[0], byte, 2, 0, 2)->flags = IOSQE_IO_LINK;
  add(IORING_OP_NOP, -1, NULL, 0, 0, 3);
  finish(3, 3, "a chain");
  add(IORING_OP_READ, 99, byte, 2, 0, 1)->flags = IOSQE_IO_LINK;
  add(IORING_OP_NOP, -1, NULL, 0, 0, 2)->flags = IOSQE_IO_LINK;
  add(IORING_OP_NOP, -1, NULL, 0, 0, 3);
  add(IORING_OP_NOP, -1, NULL, 0, 0, 4)->flags = IOSQE_CQE_SKIP_SUCCESS;
  finish(4, 3, "a chain that breaks");
  const int counter = eventfd(0, EFD_NONBLOCK);
  printf("eventfd %ld", syscall(SYS_io_uring_register, ring, IORING_REGISTER_EVENTFD, &counter, 1));
  add(IORING_OP_NOP, -1, NULL, 0, 0, 1);
  finish(1, 1, "");
  uint64_t times = 0;
  printf("told %d\n", read(counter, &times, sizeof times) == sizeof times);
  printf("left %ld\n", syscall(SYS_io_uring_register, ring, IORING_UNREGISTER_EVENTFD, NULL, 0));
}

static void refusals(void) {
  struct io_uring_params other = {0};
  printf("no entries: %ld", syscall(SYS_io_uring_setup, 0, &other));
  printf(" %s\n", strerror(errno));
  printf("too many: %ld %s\n", syscall(SYS_io_uring_setup, 40000, &other), strerror(errno));
  printf("no parameters: %ld", syscall(SYS_io_uring_setup, 4, NULL));
  printf(" %s\n", strerror(errno));
  const int own = ring;
  ring = 0;
  printf("not a ring: %ld\n", enter(0, 0, 0, NULL, 0));
  ring = 99;
  printf("no file: %ld\n", enter(0, 0, 0, NULL, 0));
  ring = own;
  printf("bad flags: %ld\n", enter(0, 0, 1u << 30, NULL, 0));
  printf("unknown register: %ld\n", syscall(SYS_io_uring_register, ring, 1000, NULL, 0));
  printf("fewer than asked: %ld\n", enter(5, 0, 0, NULL, 0));
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  set_up();
  files();
  waits();
  links();
  refusals();
}
