// SPDX-License-Identifier: MIT
// Random system calls with hostile arguments, in processes that each make a few dozen, and calls
// that are asked to read or write where the emulator may be. Nobody compares what they answer: the
// program says what must not be, and how many processes there were. To be run confined.
// calls SEED FIRST COUNT
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

typedef unsigned long word;
enum { kPage = 4096, kCalls = 40, kProbes = 60 };

static uint64_t seed;
static char* room;  // three pages, of which the last cannot be accessed

static uint64_t next(void) {
  seed += 0x9e3779b97f4a7c15;
  uint64_t value = seed;
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
  value = (value ^ value >> 27) * 0x94d049bb133111eb;
  return value ^ value >> 31;
}

static unsigned below(unsigned n) {
  return (unsigned)(next() % n);
}

/// What could end others, or the processes that are counted, and what is not about this process.
static int is_left_out(long number) {
  static const short kLeftOut[] = {
      SYS_fork,        SYS_vfork,           SYS_clone,         SYS_execve,
      SYS_exit,        SYS_exit_group,      SYS_kill,          SYS_tkill,
      SYS_tgkill,      SYS_rt_sigqueueinfo, SYS_reboot,        SYS_kexec_load,
      SYS_init_module, SYS_delete_module,   SYS_swapon,        SYS_swapoff,
      SYS_mount,       SYS_umount2,         SYS_pivot_root,    SYS_settimeofday,
      SYS_sethostname, SYS_setdomainname,   SYS_acct,          SYS_vhangup,
      SYS_syslog,      SYS_pause,           SYS_rt_sigsuspend, SYS_rt_sigtimedwait,
      SYS_rt_sigreturn};
  for (unsigned i = 0; i < sizeof kLeftOut / sizeof *kLeftOut; ++i)
    if (kLeftOut[i] == number) return 1;
  static const short kNewer[] = {227 /* clock_settime */,     297 /* rt_tgsigqueueinfo */,
                                 305 /* clock_adjtime */,     313 /* finit_module */,
                                 320 /* kexec_file_load */,   322 /* execveat */,
                                 424 /* pidfd_send_signal */, 435 /* clone3 */};
  for (unsigned i = 0; i < sizeof kNewer / sizeof *kNewer; ++i)
    if (kNewer[i] == number) return 1;
  return 0;
}

/// Where a program of ringfare's may be: below 2 GiB, where a PIE is loaded, and at the top.
static word emulator_address(void) {
  switch (below(4)) {
    case 0:
      return 0x10000000 + (next() % 0x70000000) / 8 * 8;
    case 1:
      return 0x73000000 + (next() % 0xd000000) / 8 * 8;
    case 2:
      return 0x555500000000 + next() % 0x12b00000000 / 8 * 8;
    default:
      return 0x7ee000000000 + next() % 0x11ffffff0000 / 8 * 8;
  }
}

static word argument(void) {
  static const char* const kPaths[] = {"/proc/self/maps", "/proc/self/mem",  ".",         "file",
                                       "/proc/1/environ", "/proc/self/fd/0", "/dev/null", "",
                                       "/proc/self/exe"};
  switch (below(14)) {
    case 0:
    case 1:
      return below(12);
    case 2:
      return 0;
    case 3:
      return (word)-1 - below(64);
    case 4:
      return (word)(room + below(2 * kPage));
    case 5:
      return (word)(room + 2 * kPage - below(16));
    case 6:
    case 7:
      return (word)(room + below(64) * 8);
    case 8:
      return (word)1 << below(64);
    case 9:
      return (word)kPaths[below(sizeof kPaths / sizeof *kPaths)];
    case 10:
      return emulator_address();
    case 11:
      return next();
    case 12:
      return (word)below(4) * kPage;
    default:
      return below(0x1000);
  }
}

static void call_at_random(void) {
  for (unsigned i = 0; i < kCalls; ++i) {
    for (unsigned at = 0; at < 64 && below(2) != 0; ++at) {
      const word value = argument();
      memcpy(room + below(512) * 8, &value, sizeof value);
    }
    long number = below(20) == 0 ? (long)(next() % 0x300) : (long)below(462);
    if (is_left_out(number)) continue;
    syscall(number, argument(), argument(), argument(), argument(), argument(), argument());
    // What a call has taken away from under this one.
    if (mmap(room, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
             0) != room)
      _exit(0);
  }
}

static int is_mine(word address) {
  char line[512];
  FILE* const maps = fopen("/proc/self/maps", "r");
  int mine = maps == NULL;
  while (!mine && fgets(line, sizeof line, maps) != NULL) {
    word begin = 0, end = 0;
    if (sscanf(line, "%lx-%lx", &begin, &end) == 2) mine = address + 64 > begin && address < end;
  }
  if (maps != NULL) fclose(maps);
  return mine;
}

static void check(const char* what, word address, long answer) {
  if (answer > 0 || (answer == 0 && strcmp(what, "uname") == 0))
    printf("REACHED %lx by %s\n", address, what);
}

static void probe(int in, int out) {
  for (unsigned i = 0; i < kProbes; ++i) {
    const word address = emulator_address();
    if (is_mine(address)) continue;
    struct iovec there = {(void*)address, 8}, here = {room, 8};
    check("write", address, write(out, (void*)address, 8));
    check("writev", address, writev(out, &there, 1));
    check("process_vm_readv", address, process_vm_readv(getpid(), &here, 1, &there, 1, 0));
    check("process_vm_writev", address, process_vm_writev(getpid(), &here, 1, &there, 1, 0));
    check("uname", address, syscall(SYS_uname, address));
    check("getrandom", address, syscall(SYS_getrandom, address, 8, 0));
    const int memory = open("/proc/self/mem", O_RDWR);
    check("pread of mem", address, pread(memory, room, 8, (off_t)address));
    check("pwrite of mem", address, pwrite(memory, room, 8, (off_t)address));
    close(memory);
    if (write(out, room, 8) == 8 && read(in, (void*)address, 8) == 8) check("read", address, 8);
    char drain[64];
    fcntl(in, F_SETFL, O_NONBLOCK);
    while (read(in, drain, sizeof drain) > 0) {
    }
  }
  for (int pid = 1; pid < 400; pid += 1 + (int)below(60)) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    const int file = open(path, O_RDONLY);
    const ssize_t got = file < 0 ? 0 : read(file, room, 2 * kPage - 1);
    room[got > 0 ? got : 0] = 0;
    if (strstr(room, "ringfare") != NULL) printf("REACHED %s\n", path);
    if (file >= 0) close(file);
  }
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const uint64_t base = strtoull(argv[1], NULL, 10), first = strtoull(argv[2], NULL, 10),
                 count = strtoull(argv[3], NULL, 10);
  uint64_t processes = 1;
  for (uint64_t n = first; n < first + count; ++n) {
    fflush(stdout);
    const pid_t child = fork();
    if (child < 0) break;
    if (child == 0) {
      seed = base * 0x2545f4914f6cdd1d + n * 0x9e3779b97f4a7c15;
      const struct rlimit none = {0, 0}, seconds = {2, 3};
      setrlimit(RLIMIT_CORE, &none);
      setrlimit(RLIMIT_CPU, &seconds);
      int ends[2];
      room = mmap(NULL, 3 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      mprotect(room + 2 * kPage, kPage, PROT_NONE);
      alarm(2);
      if (pipe(ends) == 0 && n % 8 == 0) probe(ends[0], ends[1]);
      fflush(stdout);
      const int null = open("/dev/null", O_RDWR);
      for (int fd = 0; fd < 3; ++fd) dup2(null, fd);
      call_at_random();
      _exit(0);
    }
    ++processes;
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    printf("%llu: %x\n", (unsigned long long)n, status);
  }
  printf("%llu processes\n", (unsigned long long)processes);
  return 0;
}
