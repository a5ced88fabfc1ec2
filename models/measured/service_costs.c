// SPDX-License-Identifier: MIT
// Prints what the kernel of this machine takes to serve system calls, as CSV: call, kind of file,
// core cycles of the service alone. The crossing cancels out: the cost of a number without a
// service is subtracted. Core cycles come from a chain of dependent additions timed next to each
// call.
//
//   cc -O2 -o service_costs service_costs.c -lutil && ./service_costs
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

enum { kSamples = 801, kBatch = 16, kChain = 2000, kMapped = 65536, kUnknown = 999 };

struct Call {
  long number, arguments[6];
};

// `undo` is called after each timed call, untimed, and prepares the next one. Without it calls are
// timed in batches.
struct Row {
  const char *name, *kind;
  struct Call call, undo;
};

static char buffer[1 << 17];

static int ascending(const void* a, const void* b) {
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

static uint64_t ticks(void) {
  _mm_lfence();
  const uint64_t now = __rdtsc();
  _mm_lfence();
  return now;
}

// Ticks of the time-stamp counter per core cycle, now.
static double ticks_per_cycle(void) {
  double best = 1e9;
  for (int round = 0; round < 5; ++round) {
    uint64_t x = 1;
    const uint64_t begin = ticks();
    for (int i = 0; i < kChain; ++i) __asm__ volatile("add %0, %0\n\tadd %0, %0" : "+r"(x));
    const double each = (double)(ticks() - begin) / (2.0 * kChain);
    if (each < best) best = each;
  }
  return best;
}

static void enter(const struct Call* call) {
  const long* a = call->arguments;
  syscall(call->number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

// The number of read is 0, but it has arguments.
static int undoes(const struct Row* row) {
  return row->undo.number != 0 || row->undo.arguments[0] != 0;
}

// Median core cycles of one call with its crossing.
static double cycles_of(const struct Row* row) {
  static double samples[kSamples];
  const int batch = undoes(row) ? 1 : kBatch;
  for (int i = 0; i < kSamples; ++i) {
    const uint64_t begin = ticks();
    for (int k = 0; k < batch; ++k) enter(&row->call);
    samples[i] = (double)(ticks() - begin) / batch;
    if (undoes(row)) enter(&row->undo);
  }
  qsort(samples, kSamples, sizeof samples[0], ascending);
  return samples[kSamples / 2] / ticks_per_cycle();
}

int main(void) {
  static char path[] = "/tmp/service_costs.XXXXXX";
  const long b = (long)buffer, p = (long)path, at = AT_FDCWD;
  const int regular = mkstemp(path), null = open("/dev/null", O_RDWR);
  const int zero = open("/dev/zero", O_RDONLY), folder = open("/sys", O_RDONLY | O_DIRECTORY);
  int ends[2], master, terminal;
  if (regular < 0 || write(regular, buffer, kMapped) != kMapped || pipe(ends) != 0 ||
      openpty(&master, &terminal, NULL, NULL, NULL) != 0) {
    return 1;
  }
  void* page = mmap(NULL, kMapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const long m = (long)page, mapping = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  const long writable = PROT_READ | PROT_WRITE, next = dup(null);
  struct pollfd polled = {null, POLLIN, 0};
  struct iovec vector = {buffer, 4096};

  const struct Row rows[] = {
      {"getpid", "", {SYS_getpid, {0}}, {0}},
      {"gettid", "", {SYS_gettid, {0}}, {0}},
      {"getppid", "", {SYS_getppid, {0}}, {0}},
      {"getuid", "", {SYS_getuid, {0}}, {0}},
      {"uname", "", {SYS_uname, {b}}, {0}},
      {"clock_gettime", "", {SYS_clock_gettime, {CLOCK_MONOTONIC, b}}, {0}},
      {"gettimeofday", "", {SYS_gettimeofday, {b, 0}}, {0}},
      {"times", "", {SYS_times, {b}}, {0}},
      {"getrusage", "", {SYS_getrusage, {RUSAGE_SELF, b}}, {0}},
      {"prlimit64", "", {SYS_prlimit64, {0, RLIMIT_STACK, 0, b}}, {0}},
      {"sysinfo", "", {SYS_sysinfo, {b}}, {0}},
      {"getrandom 8", "", {SYS_getrandom, {b, 8}}, {0}},
      {"arch_prctl ARCH_GET_FS", "", {SYS_arch_prctl, {0x1003, b}}, {0}},
      {"set_tid_address", "", {SYS_set_tid_address, {b}}, {0}},
      {"rt_sigaction", "", {SYS_rt_sigaction, {SIGUSR1, 0, b, 8}}, {0}},
      {"rt_sigprocmask", "", {SYS_rt_sigprocmask, {SIG_BLOCK, 0, b, 8}}, {0}},
      {"kill 0 0", "", {SYS_kill, {0, 0}}, {0}},
      {"wait4 no child", "", {SYS_wait4, {-1, 0, 1, 0}}, {0}},
      {"futex FUTEX_WAKE nobody", "", {SYS_futex, {b, 1, 1}}, {0}},
      {"sched_yield", "", {SYS_sched_yield, {0}}, {0}},
      {"brk", "", {SYS_brk, {0}}, {0}},
      {"mmap 64k",
       "",
       {SYS_mmap, {m, kMapped, writable, mapping, -1, 0}},
       {SYS_munmap, {m, kMapped}}},
      {"munmap 64k untouched",
       "",
       {SYS_munmap, {m, kMapped}},
       {SYS_mmap, {m, kMapped, writable, mapping, -1, 0}}},
      {"mprotect", "", {SYS_mprotect, {m, kMapped, writable}}, {0}},
      {"madvise", "", {SYS_madvise, {m, kMapped, MADV_NORMAL}}, {0}},
      {"getcwd", "", {SYS_getcwd, {b, sizeof buffer}}, {0}},
      {"umask", "", {SYS_umask, {022}}, {0}},
      {"openat", "regular", {SYS_openat, {at, p, O_RDONLY}}, {SYS_close, {next + 1}}},
      {"close", "regular", {SYS_close, {next}}, {SYS_openat, {at, p, O_RDONLY}}},
      {"dup2", "null", {SYS_dup2, {null, next}}, {0}},
      {"fcntl F_GETFL", "regular", {SYS_fcntl, {regular, F_GETFL}}, {0}},
      {"ioctl TCGETS", "terminal", {SYS_ioctl, {terminal, 0x5401, b}}, {0}},
      {"lseek", "regular", {SYS_lseek, {regular, 0, SEEK_SET}}, {0}},
      {"fstat", "regular", {SYS_fstat, {regular, b}}, {0}},
      {"stat", "regular", {SYS_newfstatat, {at, p, b, 0}}, {0}},
      {"access", "regular", {SYS_access, {p, R_OK}}, {0}},
      {"statfs", "regular", {SYS_statfs, {p, b}}, {0}},
      {"readlink /proc/self/exe", "", {SYS_readlink, {(long)"/proc/self/exe", b, 256}}, {0}},
      {"unlink of nothing", "", {SYS_unlink, {(long)"/tmp/service_costs-none"}}, {0}},
      {"rename onto itself", "regular", {SYS_rename, {p, p}}, {0}},
      {"chmod", "regular", {SYS_chmod, {p, 0600}}, {0}},
      {"utimensat", "regular", {SYS_utimensat, {at, p, 0, 0}}, {0}},
      {"ftruncate same size", "regular", {SYS_ftruncate, {regular, kMapped}}, {0}},
      {"getdents64 small folder",
       "",
       {SYS_getdents64, {folder, b, sizeof buffer}},
       {SYS_lseek, {folder, 0, SEEK_SET}}},
      {"poll one descriptor", "null", {SYS_poll, {(long)&polled, 1, 0}}, {0}},
      {"pread 0", "regular", {SYS_pread64, {regular, b, 0, 0}}, {0}},
      {"pread 64", "regular", {SYS_pread64, {regular, b, 64, 0}}, {0}},
      {"pread 4096", "regular", {SYS_pread64, {regular, b, 4096, 0}}, {0}},
      {"pread 65536", "regular", {SYS_pread64, {regular, b, 65536, 0}}, {0}},
      {"read 1 of /dev/zero", "", {SYS_read, {zero, b, 1}}, {0}},
      {"read 4096", "null", {SYS_read, {null, b, 4096}}, {0}},
      {"write 1", "pipe", {SYS_write, {ends[1], b, 1}}, {SYS_read, {ends[0], b, 1}}},
      {"write 4096", "pipe", {SYS_write, {ends[1], b, 4096}}, {SYS_read, {ends[0], b, 4096}}},
      {"write 4096", "null", {SYS_write, {null, b, 4096}}, {0}},
      {"writev 4096", "null", {SYS_writev, {null, (long)&vector, 1}}, {0}},
      {"pwrite 1", "regular", {SYS_pwrite64, {regular, b, 1, 0}}, {0}},
      {"pwrite 65536", "regular", {SYS_pwrite64, {regular, b, 65536, 0}}, {0}},
      {"write 1", "terminal", {SYS_write, {terminal, b, 1}}, {SYS_read, {master, b, 64}}},
      // From here on the pipe starts with something in it.
      {"read 1", "pipe", {SYS_read, {ends[0], b, 1}}, {SYS_write, {ends[1], b, 1}}},
      {"read 4096", "pipe", {SYS_read, {ends[0], b, 4096}}, {SYS_write, {ends[1], b, 4096}}},
  };
  const struct Row many = {"", "", {kUnknown, {0}}, {0}},
                   one = {"", "", {kUnknown, {0}}, {kUnknown, {0}}};
  const double crossing = cycles_of(&many), single = cycles_of(&one);
  printf("call,kind of file,core cycles\n");
  printf("(crossing of a number without a service),,%.0f\n", crossing);
  for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
    if (rows[i].call.number == SYS_read && rows[i].call.arguments[0] == ends[0]) {
      (void)!write(ends[1], buffer, 4096);
    }
    const double service = cycles_of(&rows[i]) - (undoes(&rows[i]) ? single : crossing);
    printf("%s,%s,%.0f\n", rows[i].name, rows[i].kind, service);
  }
  unlink(path);
  return 0;
}
