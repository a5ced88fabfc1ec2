// SPDX-License-Identifier: MIT
// Exceptions that a program asks for: single steps, also over instructions the processor alone
// answers, unmasked exceptions of SSE and x87, alignment checks.
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <ucontext.h>
#include <xmmintrin.h>

enum { kMasked = 0x1f80, kMostSteps = 64 };

static sigjmp_buf out;
static volatile int steps;
static greg_t where[kMostSteps];

static void step(int signal, siginfo_t* info, void* context) {
  (void)signal, (void)info;
  if (steps < kMostSteps) where[steps] = ((ucontext_t*)context)->uc_mcontext.gregs[REG_RIP];
  ++steps;
}

static void leave(int signal, siginfo_t* info, void* context) {
  const mcontext_t* const machine = &((ucontext_t*)context)->uc_mcontext;
  printf("signal %d code %d trapno %ld mxcsr %#x status %#x\n", signal, info->si_code,
         (long)machine->gregs[REG_TRAPNO], machine->fpregs->mxcsr, machine->fpregs->swd);
  siglongjmp(out, 1);
}

static void handle(int signal, void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(signal, &action, NULL);
}

static void single_steps(void) {
  extern char first_step[];
  __asm__ volatile(
      "pushf\n orl $0x100, (%%rsp)\n popf\n"
      "first_step: nop\n xor %%eax, %%eax\n cpuid\n nop\n rdtsc\n nop\n"
      "xor %%ecx, %%ecx\n rdtscp\n nop\n mov $39, %%eax\n syscall\n nop\n"
      "pushf\n andl $~0x100, (%%rsp)\n popf\n nop" ::
          : "rax", "rbx", "rcx", "rdx", "r11", "cc", "memory");
  printf("%d steps:", steps);
  for (int i = 0; i < steps && i < kMostSteps; ++i)
    printf(" %ld", (long)(where[i] - (greg_t)first_step));
  printf("\n");
}

static void sse(const char* what, unsigned unmasked, float a, float b, char operation) {
  printf("%s: ", what);
  volatile float x = a, y = b, result = 0;
  if (sigsetjmp(out, 1) == 0) {
    _mm_setcsr(kMasked & ~unmasked);
    result = operation == '/' ? x / y : x * y;
    printf("no exception, %g\n", (double)result);
  }
  _mm_setcsr(kMasked);
}

static void x87(const char* what, unsigned short unmasked, long double a, long double b) {
  printf("%s: ", what);
  volatile long double x = a, y = b;
  unsigned short control = 0x37f & (unsigned short)~unmasked;
  if (sigsetjmp(out, 1) == 0) {
    __asm__ volatile("fldcw %0" ::"m"(control));
    x = x / y;
    x = x + 1;  // it is raised by the next instruction that waits
    printf("no exception\n");
  }
  __asm__ volatile("fninit");
}

static void alignment(void) {
  static char buffer[16] __attribute__((aligned(16)));
  printf("alignment: ");
  if (sigsetjmp(out, 1) == 0) {
    __asm__ volatile(
        "pushf\n orl $0x40000, (%%rsp)\n popf\n mov 1(%0), %%eax\n"
        "pushf\n andl $~0x40000, (%%rsp)\n popf" ::"r"(buffer)
        : "eax", "memory", "cc");
    printf("no exception\n");
  }
  __asm__ volatile("pushf\n andl $~0x40000, (%%rsp)\n popf" ::: "cc", "memory");
  printf("movaps: ");
  if (sigsetjmp(out, 1) == 0) __asm__ volatile("movaps 1(%0), %%xmm0" ::"r"(buffer) : "xmm0");
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  handle(SIGTRAP, step);
  handle(SIGFPE, leave);
  handle(SIGBUS, leave);
  handle(SIGSEGV, leave);
  single_steps();
  sse("division by zero", 0x200, 1, 0, '/');
  sse("invalid", 0x80, 0, 0, '/');
  sse("overflow", 0x400, 1e38f, 1e38f, '*');
  sse("underflow", 0x800, 1e-38f, 1e-38f, '*');
  sse("denormal", 0x100, 1e-40f, 1, '*');
  sse("inexact", 0x1000, 1, 3, '/');
  x87("x87 division by zero", 4, 1, 0);
  x87("x87 invalid", 1, 0, 0);
  x87("x87 inexact", 0x20, 1, 3);
  alignment();
}
