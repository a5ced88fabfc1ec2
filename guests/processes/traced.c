// A tracer and the child it has made: what ptrace(2) tells of calls, signals, steps, memory and
// registers.
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile long word = 0x1234;
static volatile int handled;

static long ask(long request, pid_t pid, long address, long data) {
  errno = 0;
  return syscall(SYS_ptrace, request, pid, address, data);
}

static int await(pid_t pid) {
  int status = 0;
  const pid_t got = waitpid(pid, &status, __WALL);
  if (got != pid) printf("waitpid: %d, errno %d\n", got == pid, errno);
  if (WIFSTOPPED(status))
    printf("stopped: signal %d event %d\n", WSTOPSIG(status), status >> 16);
  else if (WIFEXITED(status))
    printf("exited: %d\n", WEXITSTATUS(status));
  else
    printf("killed: %d\n", WTERMSIG(status));
  fflush(stdout);
  return status;
}

static long peek(pid_t pid, const volatile void* at) {
  long value = 0;
  if (ask(PTRACE_PEEKDATA, pid, (long)at, (long)&value) != 0) return -1;
  return value;
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

static void on_signal(int signal) {
  handled = signal;
}

static void calls(void) {
  syscall(SYS_getpid);
  syscall(SYS_write, -1, &word, 8L);
}
#ifdef __x86_64__
#define NUMBER(r) ((long)(r).orig_rax)
#define RESULT(r) ((long)(r).rax)
#define IP(r) ((r).rip)
#else
#define NUMBER(r) ((r).orig_eax)
#define RESULT(r) ((r).eax)
#define IP(r) ((r).eip)
#endif

static void trace_calls(void) {
  const pid_t pid = begin(calls);
  await(pid);
  printf("options: %ld\n", ask(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD));
  struct user_regs_struct registers;
  for (int i = 0;; ++i) {
    if (ask(PTRACE_SYSCALL, pid, 0, 0) != 0) break;
    if (!WIFSTOPPED(await(pid))) break;
    ask(PTRACE_GETREGS, pid, 0, (long)&registers);
    unsigned long message = 0;
    ask(PTRACE_GETEVENTMSG, pid, 0, (long)&message);
    const int mine = NUMBER(registers) == SYS_getpid;
    printf("call %s result %s message %lu\n",
           mine                             ? "getpid"
           : NUMBER(registers) == SYS_write ? "write"
                                            : "other",
           RESULT(registers) == -ENOSYS  ? "-ENOSYS"
           : RESULT(registers) == -EBADF ? "-EBADF"
           : RESULT(registers) == pid    ? "pid"
                                         : "else",
           message);
    struct {
      uint8_t op, padding[3];
      uint32_t arch;
      uint64_t ip, sp, more[8];
    } info;
    memset(&info, 0, sizeof info);
    const long size = ask(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, (long)&info);
    printf("info: size %ld op %d ip %d\n", size, info.op, info.ip == (unsigned long)IP(registers));
    siginfo_t what;
    memset(&what, 0, sizeof what);
    ask(PTRACE_GETSIGINFO, pid, 0, (long)&what);
    printf("siginfo: %d %#x\n", what.si_signo, what.si_code);
  }
}

static void signals(void) {
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
  word = handled;
  raise(SIGUSR1);
  kill(getpid(), SIGUSR2);
}

static void trace_signals(void) {
  const pid_t pid = begin(signals);
  await(pid);
  ask(PTRACE_CONT, pid, 0, 0);
  await(pid);
  ask(PTRACE_CONT, pid, 0, 0);  // the first is taken away
  await(pid);
  printf("not handled: %ld\n", peek(pid, &word));
  ask(PTRACE_CONT, pid, 0, SIGUSR1);
  await(pid);
  printf("handled: %d\n", (int)peek(pid, &handled));
  siginfo_t info;
  const long got = ask(PTRACE_GETSIGINFO, pid, 0, (long)&info);
  printf("info: %ld %d %d\n", got, info.si_signo, info.si_code);
  ask(PTRACE_CONT, pid, 0, SIGTERM);  // another one instead
  await(pid);
}

static void steps(void) {
  __asm__ volatile("nop\n\tnop\n\tint3\n\tnop" ::: "memory");
}

static void trace_steps(void) {
  const pid_t pid = begin(steps);
  await(pid);
  ask(PTRACE_CONT, pid, 0, 0);
  await(pid);
  struct user_regs_struct before, after;
  ask(PTRACE_GETREGS, pid, 0, (long)&before);
  siginfo_t info;
  ask(PTRACE_GETSIGINFO, pid, 0, (long)&info);
  printf("breakpoint: %d code %#x\n", info.si_signo, info.si_code);
  const long code = peek(pid, (void*)(IP(before) - 1));
  printf("there: %#lx\n", code & 0xff);
  ask(PTRACE_SINGLESTEP, pid, 0, 0);
  await(pid);
  ask(PTRACE_GETREGS, pid, 0, (long)&after);
  ask(PTRACE_GETSIGINFO, pid, 0, (long)&info);
  printf("one on: %ld code %d flag %d\n", (long)(IP(after) - IP(before)), info.si_code,
         (int)(after.eflags >> 8 & 1));
  // Back, with nothing instead of the breakpoint.
  printf("poke: %ld\n", ask(PTRACE_POKETEXT, pid, (long)IP(before) - 1, (code & ~0xffL) | 0x90));
  IP(after) = IP(before) - 1;
  printf("set: %ld\n", ask(PTRACE_SETREGS, pid, 0, (long)&after));
  for (int i = 0; i < 2; ++i) {
    ask(PTRACE_SINGLESTEP, pid, 0, 0);
    await(pid);
  }
  struct iovec vector = {&after, sizeof after};
  const long got = ask(PTRACE_GETREGSET, pid, 1, (long)&vector);
  printf("set of registers: %ld %zu\n", got, (size_t)vector.iov_len / sizeof after);
  printf("on: %ld\n", (long)(IP(after) - IP(before)));
  ask(PTRACE_CONT, pid, 0, 0);
  await(pid);
}

static void errors(void) {
  const pid_t pid = begin(calls);
  await(pid);
  struct {
    long request, address, data;
  } rows[] = {
      {PTRACE_PEEKDATA, 8, (long)&word},
      {PTRACE_PEEKUSER, 3, (long)&word},
      {PTRACE_PEEKUSER, 100000, (long)&word},
      {PTRACE_POKEDATA, 8, 0},
      {PTRACE_CONT, 0, 100},
      {PTRACE_SETOPTIONS, 0, 0x40000000},
      {PTRACE_LISTEN, 0, 0},
      {PTRACE_INTERRUPT, 0, 0},
      {PTRACE_GETREGSET, 77, (long)&word},
      {PTRACE_ATTACH, 0, 0},
      {9999, 0, 0},
      {PTRACE_GETSIGMASK, 4, (long)&word},
      {PTRACE_PEEKDATA, (long)&word, 8},
      {PTRACE_GETREGS, 0, 8},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
    const long result = ask(rows[i].request, pid, rows[i].address, rows[i].data);
    printf("%zu: %ld %d\n", i, result, errno);
  }
  const pid_t others[] = {999999, getppid()};
  for (int i = 0; i < 2; ++i) {
    const long result = ask(PTRACE_CONT, others[i], 0, 0);
    printf("other: %ld %d\n", result, errno);
  }
  const long me = ask(PTRACE_ATTACH, getpid(), 0, 0);
  printf("me: %ld %d\n", me, errno);
  ask(PTRACE_CONT, pid, 0, 0);
  await(pid);
  const long over = ask(PTRACE_CONT, pid, 0, 0);
  printf("over: %ld %d\n", over, errno);
}

static void forks(void) {
  const pid_t pid = fork();
  if (pid == 0) _exit(3);
  int status;
  waitpid(pid, &status, 0);
  _exit(WEXITSTATUS(status));
}

static void trace_forks(void) {
  const pid_t pid = begin(forks);
  await(pid);
  ask(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXIT);
  ask(PTRACE_CONT, pid, 0, 0);
  await(pid);
  unsigned long child = 0;
  ask(PTRACE_GETEVENTMSG, pid, 0, (long)&child);
  printf("message is a child: %d\n", (pid_t)child > pid);
  await((pid_t)child);
  ask(PTRACE_CONT, pid, 0, 0);
  ask(PTRACE_CONT, (pid_t)child, 0, 0);
  await((pid_t)child);
  unsigned long message = 0;
  ask(PTRACE_GETEVENTMSG, (pid_t)child, 0, (long)&message);
  printf("exit: %#lx\n", message);
  ask(PTRACE_CONT, (pid_t)child, 0, 0);
  await((pid_t)child);
  for (;;) {
    const int status = await(pid);
    if (!WIFSTOPPED(status)) break;
    ask(PTRACE_CONT, pid, 0, status >> 16 ? 0 : WSTOPSIG(status));
  }
}

static void sleeps(void) {
  for (;;) pause();
}

static void attach(void) {
  fflush(stdout);
  const pid_t pid = fork();
  if (pid == 0) {
    signal(SIGUSR1, on_signal);
    sleeps();
  }
  printf("attach: %ld\n", ask(PTRACE_ATTACH, pid, 0, 0));
  await(pid);
  printf("poke: %ld\n", ask(PTRACE_POKEDATA, pid, (long)&word, 77));
  printf("peek: %ld\n", peek(pid, &word));
  printf("mine: %ld\n", word);
  printf("detach: %ld\n", ask(PTRACE_DETACH, pid, 0, 0));
  printf("seize: %ld\n", ask(PTRACE_SEIZE, pid, 0, PTRACE_O_EXITKILL));
  printf("interrupt: %ld\n", ask(PTRACE_INTERRUPT, pid, 0, 0));
  await(pid);
  ask(PTRACE_CONT, pid, 0, 0);
  kill(pid, SIGSTOP);
  await(pid);
  ask(PTRACE_CONT, pid, 0, SIGSTOP);
  await(pid);
  siginfo_t info;
  const long got = ask(PTRACE_GETSIGINFO, pid, 0, (long)&info);
  printf("info: %ld %d %#x\n", got, info.si_signo, info.si_code);
  printf("listen: %ld\n", ask(PTRACE_LISTEN, pid, 0, 0));
  kill(pid, SIGCONT);
  await(pid);
  ask(PTRACE_CONT, pid, 0, 0);
  await(pid);
  kill(pid, SIGKILL);
  await(pid);
}

static void executes(void) {
  execl("/proc/self/exe", "traced", "again", (char*)NULL);
}

static void trace_exec(long options) {
  const pid_t pid = begin(executes);
  await(pid);
  ask(PTRACE_SETOPTIONS, pid, 0, options);
  ask(PTRACE_CONT, pid, 0, 0);
  await(pid);
  unsigned long message = 0;
  if (options != 0) {
    ask(PTRACE_GETEVENTMSG, pid, 0, (long)&message);
    printf("message is it: %d\n", (pid_t)message == pid);
  }
  ask(PTRACE_CONT, pid, 0, 0);
  await(pid);
}

int main(int argc, char** argv) {
  (void)argv;
  if (argc > 1) {
    printf("again\n");
    return 5;
  }
  trace_calls();
  trace_signals();
  trace_steps();
  errors();
  trace_forks();
  attach();
  trace_exec(0);
  trace_exec(PTRACE_O_TRACEEXEC);
  printf("nobody left: %d\n", waitpid(-1, NULL, __WALL) == -1 && errno == ECHILD);
  return 0;
}
