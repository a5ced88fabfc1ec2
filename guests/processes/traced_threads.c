// A tracer of a process with threads, of a vfork, of what others see, and of itself ending.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile long word = 0x1234;

static long ask(long request, pid_t pid, long address, long data) {
  errno = 0;
  return syscall(SYS_ptrace, request, pid, address, data);
}

static void tell(const char* who, int status) {
  if (WIFSTOPPED(status))
    printf("%s stopped: signal %d event %d\n", who, WSTOPSIG(status), status >> 16);
  else if (WIFEXITED(status))
    printf("%s exited: %d\n", who, WEXITSTATUS(status));
  else
    printf("%s killed: %d\n", who, WTERMSIG(status));
  fflush(stdout);
}

static int await(const char* who, pid_t pid) {
  int status = 0;
  const pid_t got = waitpid(pid, &status, __WALL);
  if (got != pid) printf("%s: waitpid %d, errno %d\n", who, got == pid, errno);
  tell(who, status);
  return status;
}

static pid_t begin(void (*body)(void)) {
  fflush(stdout);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  if (ask(PTRACE_TRACEME, 0, 0, 0) != 0) _exit(99);
  raise(SIGSTOP);
  body();
  _exit(7);
}

static void* in_thread(void* argument) {
  word = 5;
  return argument;
}

static void starts_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, in_thread, NULL);
  pthread_join(thread, NULL);
}

static void threads(void) {
  const pid_t pid = begin(starts_thread);
  await("leader", pid);
  ask(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACECLONE);
  ask(PTRACE_CONT, pid, 0, 0);
  await("leader", pid);
  unsigned long thread = 0;
  ask(PTRACE_GETEVENTMSG, pid, 0, (long)&thread);
  printf("a thread: %d\n", (pid_t)thread > pid);
  await("thread", (pid_t)thread);
  char path[64], text[4096];
  snprintf(path, sizeof path, "/proc/%d/task/%lu/status", pid, thread);
  const int file = open(path, O_RDONLY);
  const ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  text[size < 0 ? 0 : size] = 0;
  const char* tracer = strstr(text, "TracerPid:");
  printf("tracer is me: %d\n", tracer != NULL && atoi(tracer + 10) == getpid());
  const char* state = strstr(text, "State:");
  printf("%.22s\n", state == NULL ? "?" : state);
  ask(PTRACE_CONT, (pid_t)thread, 0, 0);
  await("thread", (pid_t)thread);
  ask(PTRACE_CONT, pid, 0, 0);
  await("leader", pid);
}

static void vforks(void) {
  const pid_t pid = vfork();
  if (pid == 0) _exit(3);
  int status;
  waitpid(pid, &status, 0);
}

static void trace_vfork(void) {
  const pid_t pid = begin(vforks);
  await("parent", pid);
  ask(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEVFORK | PTRACE_O_TRACEVFORKDONE);
  ask(PTRACE_CONT, pid, 0, 0);
  await("parent", pid);
  unsigned long child = 0;
  ask(PTRACE_GETEVENTMSG, pid, 0, (long)&child);
  await("child", (pid_t)child);
  ask(PTRACE_CONT, pid, 0, 0);
  ask(PTRACE_CONT, (pid_t)child, 0, 0);
  await("child", (pid_t)child);
  for (;;) {
    const int status = await("parent", pid);
    if (!WIFSTOPPED(status)) break;
    ask(PTRACE_CONT, pid, 0, status >> 16 ? 0 : WSTOPSIG(status));
  }
}

static void computes(void) {
  double value = 1.5;
  __asm__ volatile("fldl %0\n\tint3\n\tfstpl %0" : "+m"(value));
  if (value != 1.5) _exit(9);
  syscall(SYS_getppid);
}

static void others(void) {
  const pid_t pid = begin(computes);
  siginfo_t info;
  memset(&info, 0, sizeof info);
  printf("waitid: %d", waitid(P_PID, (id_t)pid, &info, WSTOPPED));
  printf(" code %d status %d\n", info.si_code, info.si_status);
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", pid);
  const int file = open(path, O_RDWR);
  long value = 99;
  printf("write: %zd\n", pwrite(file, &value, sizeof value, (off_t)(uintptr_t)&word));
  value = 0;
  struct iovec here = {&value, sizeof value}, there = {(void*)&word, sizeof word};
  const ssize_t moved = process_vm_readv(pid, &here, 1, &there, 1, 0);
  printf("read: %d %ld\n", moved == sizeof value, value);
  const ssize_t none = pread(file, &value, sizeof value, 16);
  printf("nowhere: %zd %d\n", none, errno);
  close(file);
  ask(PTRACE_CONT, pid, 0, 0);
  await("child", pid);
  struct user_fpregs_struct floats;
  memset(&floats, 0, sizeof floats);
  printf("floats: %ld", ask(PTRACE_GETFPREGS, pid, 0, (long)&floats));
  printf(" %#x set: %ld\n", (unsigned)floats.cwd & 0xffff,
         ask(PTRACE_SETFPREGS, pid, 0, (long)&floats));
  unsigned char state[4096];
  struct iovec vector = {state, sizeof state};
  printf("extended: %ld", ask(PTRACE_GETREGSET, pid, 0x202, (long)&vector));
  printf(" %d set: %ld\n", vector.iov_len >= 832, ask(PTRACE_SETREGSET, pid, 0x202, (long)&vector));
  uint64_t mask = 0x200;
  printf("mask: %ld", ask(PTRACE_SETSIGMASK, pid, 8, (long)&mask));
  mask = 0;
  ask(PTRACE_GETSIGMASK, pid, 8, (long)&mask);
  printf(" %#llx\n", (unsigned long long)mask);
  // The next call is not made.
  ask(PTRACE_SYSEMU, pid, 0, 0);
  await("child", pid);
  struct user_regs_struct registers;
  ask(PTRACE_GETREGS, pid, 0, (long)&registers);
#ifdef __x86_64__
  printf("asked for %d\n", (long)registers.orig_rax == SYS_getppid);
#else
  printf("asked for %d\n", registers.orig_eax == SYS_getppid);
#endif
  ask(PTRACE_CONT, pid, 0, 0);
  await("child", pid);
}

static void skips(void) {
  if (syscall(SYS_getppid) != 4711) _exit(1);
  _exit(2);
}

static void skip_call(void) {
  const pid_t pid = begin(skips);
  await("child", pid);
  struct user_regs_struct registers;
  ask(PTRACE_SYSCALL, pid, 0, 0);
  await("child", pid);
  ask(PTRACE_GETREGS, pid, 0, (long)&registers);
#ifdef __x86_64__
  registers.orig_rax = (unsigned long)-1;
  registers.rax = 4711;
#else
  registers.orig_eax = -1;
  registers.eax = 4711;
#endif
  ask(PTRACE_SETREGS, pid, 0, (long)&registers);
  ask(PTRACE_CONT, pid, 0, 0);
  await("child", pid);
}

static void sleeps(void) {
  const struct timespec time = {0, 50000000};
  nanosleep(&time, NULL);
}

static void in_call(void) {
  const pid_t pid = begin(sleeps);
  await("child", pid);
  ask(PTRACE_CONT, pid, 0, 0);
  const struct timespec time = {0, 20000000};
  nanosleep(&time, NULL);
  kill(pid, SIGUSR1);
  await("child", pid);
  struct user_regs_struct registers;
  ask(PTRACE_GETREGS, pid, 0, (long)&registers);
#ifdef __x86_64__
  printf("interrupted: %ld\n", (long)registers.rax);
#else
  printf("interrupted: %ld\n", registers.eax);
#endif
  ask(PTRACE_CONT, pid, 0, 0);  // and it sleeps on
  await("child", pid);
}

static void dies(long options) {
  fflush(stdout);
  int ends[2];
  if (pipe(ends) != 0) return;
  const pid_t tracer = fork();
  if (tracer == 0) {
    const pid_t pid = fork();
    if (pid == 0) {
      close(ends[0]);
      ask(PTRACE_TRACEME, 0, 0, 0);
      raise(SIGSTOP);
      if (write(ends[1], "alive", 5) != 5) _exit(1);
      _exit(0);
    }
    int status;
    waitpid(pid, &status, 0);
    ask(PTRACE_SETOPTIONS, pid, 0, options);
    _exit(0);
  }
  close(ends[1]);
  char text[8] = "";
  const ssize_t got = read(ends[0], text, sizeof text - 1);
  close(ends[0]);
  int status;
  waitpid(tracer, &status, 0);
  printf("without its tracer: %zd %s\n", got, text);
}

int main(void) {
  threads();
  trace_vfork();
  others();
  skip_call();
  in_call();
  dies(0);
  dies(0x100000);  // PTRACE_O_EXITKILL
  printf("nobody left: %d\n", waitpid(-1, NULL, __WALL) == -1 && errno == ECHILD);
  return 0;
}
