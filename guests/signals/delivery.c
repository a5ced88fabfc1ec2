// SPDX-License-Identifier: MIT
// How handlers are entered and left: flags of sigaction, masks, nesting, alternate stacks and their
// end, siglongjmp, queued signals, a context that the handler has edited, FPU state that survives.
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static volatile int depth, calls;
static char alternate_stack[32768];

static void set(int signal, void* handler, int flags, int also_block) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = flags};
  sigemptyset(&action.sa_mask);
  if (also_block) sigaddset(&action.sa_mask, also_block);
  sigaction(signal, &action, NULL);
}

static const char* blocked(void) {
  static char text[200];
  sigset_t now;
  sigprocmask(SIG_BLOCK, NULL, &now);
  char* end = text;
  *end = 0;
  for (int signal = 1; signal < 65; ++signal)
    if (sigismember(&now, signal)) end += sprintf(end, " %d", signal);
  return text;
}

static void plain(int signal) {
  ++calls;
  printf("  handler %d, blocked%s\n", signal, blocked());
}

static void nested(int signal) {
  printf("  level %d, blocked%s\n", ++depth, blocked());
  if (depth < 4) raise(signal);
  printf("  level %d ends\n", depth--);
}

static void both(int signal) {
  printf("  %d begins, blocked%s\n", signal, blocked());
  if (signal == SIGUSR1) raise(SIGUSR2);
  printf("  %d ends\n", signal);
}

static void told(int signal, siginfo_t* info, void* context) {
  ucontext_t* c = context;
  printf("  handler %d code %d value %d pid %s uid %s stack flags %d old mask %s\n", signal,
         info->si_code, info->si_value.sival_int, info->si_pid == getpid() ? "own" : "other",
         info->si_uid == getuid() ? "own" : "other", c->uc_stack.ss_flags,
         sigismember(&c->uc_sigmask, SIGHUP) ? "with SIGHUP" : "without SIGHUP");
}

static void where(int signal, siginfo_t* info, void* context) {
  char here;
  (void)info;
  const int inside = &here >= alternate_stack && &here < alternate_stack + sizeof alternate_stack;
  const ucontext_t* c = context;
  stack_t now;
  sigaltstack(NULL, &now);
  printf("  handler %d on the %s stack, flags %d, context says %d, aligned %d\n", signal,
         inside ? "alternate" : "usual", now.ss_flags, c->uc_stack.ss_flags,
         ((uintptr_t)__builtin_frame_address(0) + 16) % 16 == 0);
  stack_t other = {.ss_sp = alternate_stack, .ss_size = sizeof alternate_stack};
  const int refused = sigaltstack(&other, NULL);
  printf("  another stack meanwhile: %d\n", refused == 0 ? 0 : errno);
}

static sigjmp_buf back;
static void jump(int signal) {
  siglongjmp(back, signal);
}

static void edit(int signal, siginfo_t* info, void* context) {
  (void)signal, (void)info;
  ucontext_t* c = context;
  c->uc_mcontext.gregs[REG_RBX] = 0x1234;
  c->uc_mcontext.gregs[REG_R10] = 0x5678;
  c->uc_mcontext.gregs[REG_EFL] |= 0x401;  // DF, CF
  sigaddset(&c->uc_sigmask, SIGWINCH);
  c->uc_mcontext.fpregs->mxcsr = 0x1fa0;
  c->uc_mcontext.fpregs->_xmm[5].element[0] = 0xfeed;
  c->uc_mcontext.fpregs->_st[0].significand[0] = 0xbeef;
}

static void edited_context(void) {
  uint64_t rbx, r10, flags, xmm[2];
  uint32_t mxcsr;
  __asm__ volatile(
      "movl $39, %%eax\n"  // getpid
      "syscall\n"
      "movl %%eax, %%edi\n movl $10, %%esi\n movl $62, %%eax\n xorl %%ebx, %%ebx\n xorl %%r10d, "
      "%%r10d\n"
      "pxor %%xmm5, %%xmm5\n"
      "syscall\n"  // kill(self, SIGUSR1)
      "pushfq\n popq %2\n cld\n movq %%rbx, %0\n movq %%r10, %1\n movdqu %%xmm5, %3\n stmxcsr %4\n"
      : "=&r"(rbx), "=&r"(r10), "=&r"(flags), "=m"(xmm), "=m"(mxcsr)
      :
      : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r10", "r11", "memory", "cc", "xmm5");
  const uint32_t usual = 0x1f80;
  __asm__ volatile("ldmxcsr %0" ::"m"(usual));
  printf("edited: rbx %llx r10 %llx flags %llx xmm5 %llx mxcsr %x, blocked%s\n",
         (unsigned long long)rbx, (unsigned long long)r10, (unsigned long long)flags & 0x401,
         (unsigned long long)xmm[0], mxcsr, blocked());
}

static void spoil(int signal) {
  (void)signal;
  uint32_t mxcsr;
  uint16_t control;
  uint64_t xmm[2];
  __asm__ volatile("stmxcsr %0\n fnstcw %1\n movdqu %%xmm7, %2"
                   : "=m"(mxcsr), "=m"(control), "=m"(xmm));
  printf("  in the handler mxcsr %x fcw %x xmm7 %llx\n", mxcsr, control,
         (unsigned long long)xmm[0]);
  __asm__ volatile(
      "vpcmpeqb %%ymm0, %%ymm0, %%ymm0\n vmovdqa %%ymm0, %%ymm7\n vmovdqa %%ymm0, %%ymm15\n"
      "fninit\n fldz\n fldz" ::
          : "xmm0", "xmm7", "xmm15");
}

static void state_survives(void) {
  uint64_t before[4] = {0x1111111111111111, 0x2222222222222222, 0x3333333333333333,
                        0x4444444444444444},
           after[4], high[4];
  double pi = 0;
  uint16_t control;
  __asm__ volatile(
      "vmovdqu %3, %%ymm7\n vmovdqu %3, %%ymm15\n fninit\n fldpi\n"
      "movl $39, %%eax\n syscall\n movl %%eax, %%edi\n movl $12, %%esi\n movl $62, %%eax\n "
      "syscall\n"
      "vmovdqu %%ymm7, %0\n vmovdqu %%ymm15, %1\n fstpl %2\n fnstcw %4\n vzeroupper"
      : "=m"(after), "=m"(high), "=m"(pi)
      : "m"(before), "m"(control)
      : "rax", "rcx", "rdx", "rsi", "rdi", "r11", "memory", "xmm7", "xmm15");
  printf("survives: %d %d %.6f fcw %x\n", memcmp(before, after, 32) == 0,
         memcmp(before, high, 32) == 0, pi, control);
}

int main(void) {
  setvbuf(stdout, NULL, _IOFBF, 65536);
  puts("plain");
  set(SIGUSR1, plain, 0, SIGTERM);
  raise(SIGUSR1);
  printf("afterwards blocked%s\n", blocked());

  puts("blocked and pending");
  sigset_t two;
  sigemptyset(&two);
  sigaddset(&two, SIGUSR1), sigaddset(&two, SIGRTMIN + 1);
  sigprocmask(SIG_BLOCK, &two, NULL);
  set(SIGRTMIN + 1, told, SA_SIGINFO, 0);
  for (int i = 0; i < 3; ++i) {
    raise(SIGUSR1);
    sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 70 + i});
  }
  sigset_t pending;
  sigpending(&pending);
  printf("pending %d %d %d\n", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGRTMIN + 1),
         sigismember(&pending, SIGUSR2));
  calls = 0;
  sigprocmask(SIG_UNBLOCK, &two, NULL);
  printf("USR1 came %d times\n", calls);

  puts("SA_NODEFER");
  set(SIGUSR1, nested, SA_NODEFER, 0);
  raise(SIGUSR1);
  puts("two handlers");
  set(SIGUSR1, both, 0, 0), set(SIGUSR2, both, 0, 0);
  raise(SIGUSR1);
  puts("one blocks the other");
  set(SIGUSR1, both, 0, SIGUSR2);
  raise(SIGUSR1);

  puts("SA_RESETHAND");
  set(SIGWINCH, plain, SA_RESETHAND, 0);
  raise(SIGWINCH), raise(SIGWINCH);
  struct sigaction was;
  sigaction(SIGWINCH, NULL, &was);
  printf("default again: %d, flags %#x\n", was.sa_handler == SIG_DFL, (unsigned)was.sa_flags);

  puts("alternate stack");
  const stack_t stack = {.ss_sp = alternate_stack, .ss_size = sizeof alternate_stack};
  sigaltstack(&stack, NULL);
  set(SIGUSR1, where, SA_SIGINFO | SA_ONSTACK, 0);
  raise(SIGUSR1);
  set(SIGUSR1, where, SA_SIGINFO, 0);
  raise(SIGUSR1);
  const stack_t small = {.ss_sp = alternate_stack, .ss_size = 1000};
  printf("too small: %d\n", sigaltstack(&small, NULL) == 0 ? 0 : errno);
  const stack_t odd = {.ss_sp = alternate_stack, .ss_flags = 77, .ss_size = sizeof alternate_stack};
  printf("odd flags: %d\n", sigaltstack(&odd, NULL) == 0 ? 0 : errno);

  puts("out by siglongjmp");
  set(SIGUSR2, jump, 0, 0);
  for (volatile int i = 0; i < 3; ++i) {
    const int came = sigsetjmp(back, 1);
    if (came == 0) raise(SIGUSR2);
    printf("came %d, blocked%s\n", came, blocked());
  }

  set(SIGUSR1, edit, SA_SIGINFO, 0);
  edited_context();
  set(SIGUSR2, spoil, 0, 0);
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) state_survives();
  printf("raise of 0: %d, of 65: %d\n", raise(0), kill(getpid(), 65) == 0 ? 0 : errno);
  return 0;
}
