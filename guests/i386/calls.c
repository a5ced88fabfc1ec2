// SPDX-License-Identifier: MIT
// The system calls of i386 by their numbers: arguments and structures as only 32-bit programs have
// them. Prints what each answers; the same on every machine.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned u32;
typedef long long i64;

/// The answer as the kernel gives it: -errno.
static long call(long number, ...) {
  __builtin_va_list list;
  __builtin_va_start(list, number);
  long a[6];
  for (int i = 0; i < 6; ++i) a[i] = __builtin_va_arg(list, long);
  __builtin_va_end(list);
  const long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  return result == -1 ? -errno : result;
}
#define CALL(...) call(__VA_ARGS__, 0, 0, 0, 0, 0, 0)

static void say(const char* what, long result) {
  printf("%s %ld\n", what, result);
}

static volatile int handled;
static void handle(int signal) {
  handled = handled * 100 + signal;
}

static void old_signals(void) {
  enum { kSignal = 48, kSgetmask = 68, kSsetmask = 69 };
  say("signal", CALL(kSignal, SIGUSR1, handle));
  say("signal again", CALL(kSignal, SIGUSR1, handle) == (long)handle);
  say("signal 9", CALL(kSignal, SIGKILL, handle));
  say("signal 65", CALL(kSignal, 65, handle));
  raise(SIGUSR1);
  say("handled", handled);
  say("back to default", CALL(kSignal, SIGUSR1, SIG_IGN));
  raise(SIGUSR1);
  say("ssetmask", CALL(kSsetmask, 1 << (SIGUSR2 - 1)));
  say("sgetmask", CALL(kSgetmask));
  CALL(kSignal, SIGUSR2, handle);
  raise(SIGUSR2);
  say("handled", handled);
  say("ssetmask", CALL(kSsetmask, 0));
  say("handled", handled);
  say("sgetmask", CALL(kSgetmask));
}

static void priorities(void) {
  enum { kNice = 34, kGetpriority = 96 };
  say("nice 3", CALL(kNice, 3));
  say("getpriority", CALL(kGetpriority, 0, 0));
  say("nice 100", CALL(kNice, 100));
  say("getpriority", CALL(kGetpriority, 0, 0));
}

static void names(void) {
  struct {
    char field[5][65];
  } old;
  struct {
    char field[5][9];
  } oldest;
  memset(&old, 'x', sizeof old);
  memset(&oldest, 'x', sizeof oldest);
  say("olduname", CALL(109, &old));
  printf("%s\n", old.field[0]);
  say("oldolduname", CALL(59, &oldest));
  printf("%s\n", oldest.field[0]);
  say("olduname nowhere", CALL(109, 8));
  say("oldolduname nowhere", CALL(59, 8));
  say("oldolduname null", CALL(59, 0));
}

static void old_files(void) {
  struct {
    u16 dev, ino, mode, nlink, uid, gid, rdev, pad;
    u32 size, atime, mtime, ctime;
  } status;
  memset(&status, 0x55, sizeof status);
  const int file = open("/dev/null", O_RDONLY);  // its inode's number has 16 bits
  say("oldstat", CALL(18, "/dev/null", &status));
  printf("%o %u %u %x %u %x\n", status.mode, status.nlink, status.size, status.rdev, status.uid,
         status.pad);
  say("oldlstat", CALL(84, "/dev/null", &status));
  say("oldfstat", CALL(28, file, &status));
  printf("%o %u %u\n", status.mode, status.nlink, status.size);
  say("oldstat nowhere", CALL(18, "/dev/null", 8));
  close(file);
  const struct { int sec, usec; } times[2] = {{1000, 1}, {2000, 2}};
  close(open("file", O_CREAT | O_WRONLY, 0640));
  say("utimes", CALL(271, "file", times));
  u32 now[24];
  say("stat64", CALL(195, "file", now));
  printf("%u %u %u %u\n", now[16], now[17], now[18], now[19]);
  unlink("file");
}

static int compare(const void* a, const void* b) {
  return strcmp(a, b);
}

static void old_directories(void) {
  char names[16][32];
  int count = 0;
  mkdir("folder", 0755);
  close(open("folder/one", O_CREAT | O_WRONLY, 0644));
  close(open("folder/three", O_CREAT | O_WRONLY, 0644));
  const int folder = open("folder", O_RDONLY | O_DIRECTORY);
  struct {
    u32 ino, offset;
    u16 length;
    char name[256];
  } entry;
  long result;
  while ((result = CALL(89, folder, &entry, 1)) == 1 && count < 16) {
    entry.name[entry.length] = 0;
    strcpy(names[count++], entry.name);
  }
  say("readdir", result);
  qsort(names, count, sizeof names[0], compare);
  for (int i = 0; i < count; ++i) printf("  %s\n", names[i]);
  say("readdir of a file", CALL(89, 0, &entry, 1));
  say("readdir of nothing", CALL(89, 99, &entry, 1));
  close(folder);
  unlink("folder/one");
  unlink("folder/three");
  rmdir("folder");
}

static void robust(void) {
  u32 list[3] = {(u32)list, 0, 0};
  u32 head = 0, length = 0;
  say("set_robust_list", CALL(311, list, 12));
  say("set_robust_list 24", CALL(311, list, 24));
  say("get_robust_list", CALL(312, 0, &head, &length));
  printf("%d %u\n", head == (u32)list, length);
  CALL(311, 0, 12);
}

static void identities(void) {
  u16 a = 7, b = 7, c = 7, groups[64];
  say("getresuid", CALL(165, &a, &b, &c));
  printf("%d\n", a == (u16)getuid() && b == a && c == a);
  say("getresgid", CALL(171, &a, &b, &c));
  printf("%d\n", a == (u16)getgid());
  say("getgroups", CALL(80, 64, groups) == CALL(80, 0, groups));
  say("setresuid", CALL(164, 0xffff, 0xffff, 0xffff));
  say("setreuid", CALL(70, 0xffff, 0xffff));
  say("setfsuid", CALL(138, 0xffff) == (long)getuid());
}

static void numbers_of_other_sizes(void) {
  struct {
    i64 sec, nsec;
  } wide;
  struct {
    int sec, nsec;
  } narrow;
  memset(&wide, 0x55, sizeof wide);
  say("clock_getres_time64", CALL(406, 1, &wide));
  printf("%lld %lld\n", wide.sec, wide.nsec);
  say("clock_getres", CALL(266, 1, &narrow));
  printf("%d %d\n", narrow.sec, narrow.nsec);
  wide.sec = 0, wide.nsec = 1000;
  say("clock_nanosleep_time64", CALL(407, 1, 0, &wide, 0));
  wide.nsec = 0x5555555500000000LL | 1000;  // the upper half is padding
  say("clock_nanosleep_time64", CALL(407, 1, 0, &wide, 0));
  wide.nsec = 1000000000;
  say("clock_nanosleep_time64", CALL(407, 1, 0, &wide, 0));
  narrow.sec = -1, narrow.nsec = 0;
  say("clock_nanosleep", CALL(267, 1, 0, &narrow, 0));
  u32 word = 5;
  wide.sec = 0, wide.nsec = 1000;
  say("futex_time64", CALL(422, &word, 0, 5, &wide));
  say("futex_time64", CALL(422, &word, 0, 6, &wide));
  narrow.sec = 0, narrow.nsec = 1000;
  say("futex", CALL(240, &word, 0, 5, &narrow));
  sigset_t usr1;
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  say("rt_sigtimedwait_time64", CALL(421, &usr1, 0, &wide, 8));
  say("sched_rr_get_interval_time64", CALL(423, 0, &wide));
  say("pselect6_time64", CALL(413, 0, 0, 0, 0, &wide, 0));
  wide.sec = 0, wide.nsec = 1000;
  say("ppoll_time64", CALL(414, 0, 0, &wide, 0, 0));
  int timer = -1;
  say("timer_create", CALL(259, 1, 0, &timer));
  struct {
    i64 every[2], first[2];
  } set = {{0, 0}, {1000, 0}}, got;
  say("timer_settime64", CALL(409, timer, 0, &set, &got));
  memset(&got, 0x55, sizeof got);
  say("timer_gettime64", CALL(408, timer, &got));
  printf("%lld %d\n", got.every[0], got.first[0] >= 990 && got.first[0] <= 1000);
  say("timer_delete", CALL(263, timer));
  const int clock = CALL(322, 1, 0);
  say("timerfd_settime64", CALL(411, clock, 0, &set, 0));
  say("timerfd_gettime64", CALL(410, clock, &got));
  printf("%d\n", got.first[0] >= 990 && got.first[0] <= 1000);
  close(clock);
  int file = open("times", O_CREAT | O_RDWR, 0644);
  i64 times[4] = {3000000000LL, 5, 4000000000LL, 6};
  say("utimensat_time64", CALL(412, AT_FDCWD, "times", times, 0));
  u32 status[24];
  say("fstat64", CALL(197, file, status));
  printf("%u %u\n", status[16], status[18]);
  say("fstat", CALL(108, file, status));
  close(file);
  unlink("times");
}

static void signal_information(void) {
  struct {
    int signal, error, code;
    u32 rest[29];
  } info;
  sigset_t usr1;
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  sigprocmask(SIG_BLOCK, &usr1, 0);
  memset(&info, 0, sizeof info);
  info.signal = SIGUSR1, info.code = -1;
  info.rest[0] = getpid(), info.rest[1] = getuid(), info.rest[2] = 0x12345678;
  say("rt_sigqueueinfo", CALL(178, getpid(), SIGUSR1, &info));
  memset(&info, 0x55, sizeof info);
  say("rt_sigtimedwait", CALL(177, &usr1, &info, 0, 8));
  printf("%d %d %d %d %d %x %x\n", info.signal, info.error, info.code,
         info.rest[0] == (u32)getpid(), info.rest[1] == getuid(), info.rest[2], info.rest[3]);
  info.signal = SIGUSR1, info.error = 0, info.code = -1, info.rest[2] = 77;
  info.rest[0] = getpid(), info.rest[1] = getuid();
  say("rt_tgsigqueueinfo", CALL(335, getpid(), getpid(), SIGUSR1, &info));
  memset(&info, 0x55, sizeof info);
  say("rt_sigtimedwait", CALL(177, &usr1, &info, 0, 8));
  printf("%d %d %x\n", info.signal, info.code, info.rest[2]);
  struct {
    u32 value;
    int signal, notify;
    u32 rest[13];
  } event = {.value = 0xabcd, .signal = SIGUSR1, .notify = 0};
  int timer = -1;
  say("timer_create", CALL(259, 1, &event, &timer));
  const int soon[4] = {0, 0, 0, 1000};
  say("timer_settime", CALL(260, timer, 0, soon, 0));
  memset(&info, 0x55, sizeof info);
  say("rt_sigtimedwait", CALL(177, &usr1, &info, 0, 8));
  printf("%d %d %d %x\n", info.signal, info.code, info.rest[1], info.rest[2]);
  CALL(263, timer);
  sigprocmask(SIG_UNBLOCK, &usr1, 0);
  const pid_t child = fork();
  if (child == 0) _exit(42);
  memset(&info, 0x55, sizeof info);
  struct {
    int user[2], system[2], rest[14];
  } usage;
  memset(&usage, 0x55, sizeof usage);
  say("waitid", CALL(284, 1, child, &info, 4, &usage));
  printf("%d %d %d %d %d %d\n", info.signal, info.error, info.code, info.rest[0] == (u32)child,
         info.rest[2], usage.user[0]);
}

static void messages(void) {
  int ends[2];
  socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
  struct head {
    u32 length;
    int level, type;
  };
  struct header {
    void* name;
    u32 name_length;
    struct iovec* vector;
    u32 count;
    void* control;
    u32 control_length;
    int flags;
  };
  char text[8] = "message", room[16] = "";
  struct iovec vector = {text, 8}, into = {room, 16};
  struct {
    struct head head;
    int descriptor[2];
  } control = {{sizeof control, SOL_SOCKET, SCM_RIGHTS}, {1, 2}}, got;
  struct header header = {0, 0, &vector, 1, &control, sizeof control, 0};
  say("sendmsg", CALL(370, ends[0], &header, 0));
  memset(&got, 0, sizeof got);
  struct header from = {0, 0, &into, 1, &got, sizeof got, 0};
  say("recvmsg", CALL(372, ends[1], &from, 0));
  printf("%s %u %d %d %u %x\n", room, got.head.length, got.head.level, got.head.type,
         from.control_length, from.flags);
  say("received", fcntl(got.descriptor[0], F_GETFD));
  close(got.descriptor[0]), close(got.descriptor[1]);
  const u32 words[3] = {ends[0], (u32)&header, 0};
  header.control = 0, header.control_length = 0;
  say("socketcall sendmsg", CALL(102, 16, words));
  const u32 back[3] = {ends[1], (u32)&from, 0};
  from.control_length = 0;
  say("socketcall recvmsg", CALL(102, 17, back));
  struct {
    struct header header;
    u32 length;
  } many[2] = {{header, 99}, {header, 99}}, taken[2];
  say("sendmmsg", CALL(345, ends[0], many, 2, 0));
  printf("%u %u\n", many[0].length, many[1].length);
  memset(taken, 0, sizeof taken);
  taken[0].header.vector = taken[1].header.vector = &into;
  taken[0].header.count = taken[1].header.count = 1;
  say("recvmmsg_time64", CALL(417, ends[1], taken, 2, 0, 0));
  printf("%u %u\n", taken[0].length, taken[1].length);
  say("sendmmsg", CALL(345, ends[0], many, 1, 0));
  say("recvmmsg", CALL(337, ends[1], taken, 1, 0, 0));
  say("recvmsg nowhere", CALL(372, ends[1], 8, 0));
  say("sendmsg nowhere", CALL(370, ends[1], 8, 0));
  u32 size = 0, length = 4;
  say("getsockopt", CALL(365, ends[0], SOL_SOCKET, SO_TYPE, &size, &length));
  printf("%u %u\n", size, length);
  enum { kReceiveTimeout = 20 };  // of 32 bits
  const int timeout[2] = {1, 500000};
  int timeout_back[2] = {0, 0};
  length = 8;
  say("setsockopt", CALL(366, ends[0], SOL_SOCKET, kReceiveTimeout, timeout, 8));
  say("getsockopt", CALL(365, ends[0], SOL_SOCKET, kReceiveTimeout, timeout_back, &length));
  printf("%d %d %u\n", timeout_back[0], timeout_back[1], length);
  close(ends[0]), close(ends[1]);
}

static void interprocess(void) {
  enum { kIpc = 117, kSemop = 1, kSemget, kSemctl, kSemtimedop };
  enum { kMsgsnd = 11, kMsgrcv, kMsgget, kMsgctl, kShmat = 21, kShmdt, kShmget, kShmctl };
  enum { kRemove = 0, kSet, kStat, kSetval = 16, kGetval = 12, kGetall = 13, kNew = 01000 };
  enum { kIpc64 = 0x100 };
  const long semaphores = CALL(kIpc, kSemget, 0, 2, kNew | 0600, 0);
  say("semget", semaphores >= 0);
  u32 value = 3;
  say("semctl SETVAL", CALL(kIpc, kSemctl, semaphores, 1, kSetval, &value));
  say("semctl GETVAL", CALL(kIpc, kSemctl, semaphores, 1, kGetval, &value));
  u16 all[2] = {9, 9};
  u32 pointer = (u32)all;
  say("semctl GETALL", CALL(kIpc, kSemctl, semaphores, 0, kGetall, &pointer));
  printf("%u %u\n", all[0], all[1]);
  struct {
    u16 number;
    short operation, flags;
  } down = {1, -2, 0};
  say("semop", CALL(kIpc, kSemop, semaphores, 1, 0, &down));
  const int soon[2] = {0, 1000};
  say("semtimedop", CALL(kIpc, kSemtimedop, semaphores, 1, 0, &down, soon));
  say("semctl GETVAL", CALL(kIpc, kSemctl, semaphores, 1, kGetval, &value));
  u32 set[32];
  memset(set, 0, sizeof set);
  pointer = (u32)set;
  say("semctl STAT", CALL(kIpc, kSemctl, semaphores, 0, kStat | kIpc64, &pointer));
  printf("%o %u\n", set[5], set[13]);
  say("semctl STAT, direct", CALL(394, semaphores, 0, kStat, set));
  printf("%o %u\n", set[5], set[13]);
  say("semctl RMID", CALL(kIpc, kSemctl, semaphores, 0, kRemove, &value));
  const long queue = CALL(kIpc, kMsgget, 0, kNew | 0600);
  say("msgget", queue >= 0);
  struct {
    int type;
    char text[12];
  } message = {7, "hello there"}, got = {0, ""};
  say("msgsnd", CALL(kIpc, kMsgsnd, queue, 12, 0, &message));
  say("msgsnd, direct", CALL(400, queue, &message, 6, 0));
  u32 set_of_queue[32];
  memset(set_of_queue, 0, sizeof set_of_queue);
  say("msgctl STAT", CALL(kIpc, kMsgctl, queue, kStat | kIpc64, 0, set_of_queue));
  printf("%o %u %u\n", set_of_queue[5], set_of_queue[15], set_of_queue[16]);
  say("msgrcv", CALL(kIpc, kMsgrcv | 1 << 16, queue, 12, 0, &got, 7));
  say("msgrcv, old", CALL(kIpc, kMsgrcv, queue, 12, 0, &(u32[2]){(u32)&got, 7}));
  printf("%d %s\n", got.type, got.text);
  say("msgrcv", CALL(401, queue, &got, 12, 0, 04000));
  say("msgctl RMID", CALL(kIpc, kMsgctl, queue, kRemove, 0, 0));
  const long memory = CALL(kIpc, kShmget, 0, 8192, kNew | 0600);
  say("shmget", memory >= 0);
  u32 where = 0;
  say("shmat", CALL(kIpc, kShmat, memory, 0, &where, 0));
  *(u32*)where = 5;
  u32 set_of_memory[32];
  memset(set_of_memory, 0, sizeof set_of_memory);
  say("shmctl STAT", CALL(kIpc, kShmctl, memory, kStat | kIpc64, 0, set_of_memory));
  printf("%o %u %u\n", set_of_memory[5], set_of_memory[9], set_of_memory[18]);
  say("shmdt", CALL(kIpc, kShmdt, 0, 0, 0, where));
  say("shmctl RMID", CALL(kIpc, kShmctl, memory, kRemove, 0, 0));
  say("ipc 99", CALL(kIpc, 99, 0, 0, 0, 0));
}

static void offsets(void) {
  const int file = open("offsets", O_CREAT | O_RDWR, 0644);
  say("ftruncate64", CALL(194, file, 0x10, 0));
  u32 status[24];
  say("fstat64", CALL(197, file, status));
  printf("%x %x\n", status[11], status[12]);
  say("fstat", CALL(108, file, status));
  say("truncate64", CALL(193, "offsets", 100, 0));
  char text[8] = "offsets";
  say("pwrite64", CALL(181, file, text, 8, 50, 0));
  struct iovec two[2] = {{text, 3}, {text + 3, 5}};
  say("pwritev", CALL(334, file, two, 2, 60, 0));
  memset(text, 0, 8);
  say("preadv", CALL(333, file, two, 2, 60, 0));
  printf("%s\n", text);
  say("preadv2", CALL(378, file, two, 2, 50, 0, 0));
  printf("%s\n", text);
  say("preadv2", CALL(378, file, two, 2, -1, -1, 0));
  say("fallocate", CALL(324, file, 0, 200, 0, 100, 0));
  say("fadvise64", CALL(250, file, 0, 0, 10, 0));
  say("fadvise64_64", CALL(272, file, 0, 0, 10, 0, 0));
  say("sync_file_range", CALL(314, file, 0, 0, 10, 0, 0));
  say("readahead", CALL(225, file, 0, 0, 10));
  i64 place = -1;
  say("_llseek", CALL(140, file, 2, 5, &place, 0));
  printf("%llx\n", place);
  say("_llseek", CALL(140, file, -1, -7, &place, 1));
  printf("%llx\n", place);
  say("lseek", CALL(19, file, -1, 0));
  say("lseek", CALL(19, file, -8, 2));
  const int out = open("out", O_CREAT | O_RDWR, 0644);
  int where = 50;
  say("sendfile", CALL(187, out, file, &where, 8));
  printf("%d\n", where);
  i64 wide = 60;
  say("sendfile64", CALL(239, out, file, &wide, 8));
  printf("%lld\n", wide);
  i64 in = 0, to = 0;
  say("copy_file_range", CALL(377, file, &in, out, &to, 8, 0));
  printf("%lld %lld\n", in, to);
  struct {
    short type, whence;
    int start, length, pid;
  } lock = {1, 0, 10, 20, 0};
  say("fcntl F_SETLK", CALL(55, file, 6, &lock));
  struct {
    short type, whence;
    i64 start, length;
    int pid;
  } __attribute__((packed, aligned(4))) large = {1, 0, 10, 20, 0};
  say("fcntl64 F_GETLK64", CALL(221, file, 12, &large));
  printf("%d %lld\n", large.type, large.start);
  close(out), close(file);
  unlink("offsets"), unlink("out");
}

static void limits(void) {
  u32 pair[2];
  say("getrlimit", CALL(76, 7, pair));
  printf("%d\n", pair[0] != 0);
  say("ugetrlimit", CALL(191, 9, pair));
  printf("%x\n", pair[0]);
  say("getrlimit", CALL(76, 9, pair));
  printf("%x\n", pair[0]);
  u32 times[4];
  say("times", CALL(43, times) >= 0);
  int fields[16];
  say("sysinfo", CALL(116, fields));
  say("getitimer", CALL(105, 0, times));
  printf("%u %u\n", times[0], times[3]);
  const int sets[2] = {1, 0};
  int got[2] = {1, 0};
  const int ready = open("/dev/null", O_RDONLY);
  got[0] = 1 << ready;
  const u32 old[5] = {ready + 1, (u32)got, 0, 0, 0};
  say("select", CALL(82, old));
  printf("%d %d\n", got[0] == 1 << ready, sets[0]);
  close(ready);
}

struct section {
  const char* name;
  void (*show)(void);
};

int main(int count, char** arguments) {
  static const struct section sections[] = {
      {"signals", old_signals},
      {"names", names},
      {"files", old_files},
      {"directories", old_directories},
      {"robust", robust},
      {"identities", identities},
      {"times", numbers_of_other_sizes},
      {"information", signal_information},
      {"messages", messages},
      {"ipc", interprocess},
      {"offsets", offsets},
      {"limits", limits},
      {"priorities", priorities},
  };
  setvbuf(stdout, 0, _IONBF, 0);
  for (unsigned i = 0; i < sizeof sections / sizeof *sections; ++i)
    if (count < 2 || strcmp(arguments[1], sections[i].name) == 0) sections[i].show();
}
