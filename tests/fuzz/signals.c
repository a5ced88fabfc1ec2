// SPDX-License-Identifier: MIT
// Random signals: handlers with random flags and masks, alternative stacks good and bad, frames
// that the handler damages before it returns. Each case is a process of its own; its fate is
// printed. signals SEED FIRST COUNT
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

typedef unsigned long word;

static uint64_t seed;
static unsigned depth, told;

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

static const int kSignals[] = {SIGUSR1, SIGUSR2, SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGALRM, 34, 64};

static word hostile(void) {
  static const word kValues[] = {
      0,          1,          8,          0x1000,   0xffff,    0x7fffffff,
      0x80000000, 0xfffff000, 0xffffffff, (word)-1, (word)-16, (word)1 << (8 * sizeof(word) - 1)};
  return kValues[below(sizeof kValues / sizeof *kValues)] + below(3);
}

static void damage(ucontext_t* context) {
  switch (below(10)) {
    case 0:
      // Flags that a program may have, and some that it may not.
      context->uc_mcontext.gregs[REG_EFL] ^= (word)1 << below(22);
      break;
    case 1:
#ifdef __x86_64__
      context->uc_mcontext.gregs[REG_RIP] = (greg_t)hostile();
#else
      context->uc_mcontext.gregs[REG_EIP] = (greg_t)hostile();
#endif
      break;
    case 2:
      context->uc_mcontext.fpregs = (void*)hostile();
      break;
    case 3:
      if (context->uc_mcontext.fpregs != NULL)
        ((uint8_t*)context->uc_mcontext.fpregs)[464 + below(48)] = (uint8_t)next();
      break;
    case 4:
      context->uc_stack.ss_sp = (void*)hostile();
      context->uc_stack.ss_size = hostile();
      context->uc_stack.ss_flags = (int)below(4);
      break;
    case 5:
      memset(&context->uc_sigmask, below(2) != 0 ? 0xff : 0, 8);
      break;
    case 6:
#ifdef __x86_64__
      context->uc_mcontext.gregs[REG_RAX] = (greg_t)hostile();
#else
      context->uc_mcontext.gregs[REG_CS] = below(2) != 0 ? 0x23 : (int)below(0x100);
#endif
      break;
    case 7:
      if (context->uc_mcontext.fpregs != NULL)
        memset(context->uc_mcontext.fpregs, 0, 24 + below(8));
      break;
    default:
      break;
  }
}

static void on_signal(int signal, siginfo_t* info, void* context) {
  if (++depth > 12 || told > 40) _exit(99);
  ++told;
  printf(" %d/%d", signal, info->si_code);
  fflush(stdout);
  if (below(3) == 0) raise(kSignals[below(2)]);
  damage(context);
  --depth;
}

static void set_stack(void) {
  static const size_t kSizes[] = {0, 1, 1024, 65536, 65536, 65536, (size_t)-1};
  stack_t stack = {.ss_size = kSizes[below(7)], .ss_flags = below(4) == 0 ? (int)below(8) : 0};
  stack.ss_sp = below(4) == 0
                    ? (void*)hostile()
                    : mmap(NULL, 65536, below(5) == 0 ? PROT_READ : PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  printf(" stack %d", sigaltstack(&stack, NULL));
}

static void set_handlers(void) {
  static const int kFlags[] = {SA_ONSTACK, SA_NODEFER, SA_RESETHAND, SA_RESTART};
  for (unsigned i = 0; i < sizeof kSignals / sizeof *kSignals; ++i) {
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    for (unsigned f = 0; f < 4; ++f)
      if (below(3) == 0) action.sa_flags |= kFlags[f];
    sigemptyset(&action.sa_mask);
    if (below(3) == 0) sigaddset(&action.sa_mask, kSignals[below(9)]);
    if (below(6) != 0) sigaction(kSignals[i], &action, NULL);
  }
}

static void provoke(void) {
  switch (below(7)) {
    case 0:
      *(volatile int*)16 = 1;
      break;
    case 1:
      __asm__ volatile("ud2");
      break;
    case 2:
      __asm__ volatile("int3");
      break;
    case 3: {
      sigset_t set;
      sigemptyset(&set);
      sigaddset(&set, kSignals[below(2)]);
      sigprocmask(below(2) != 0 ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
      break;
    }
    default:
      raise(kSignals[below(9)]);
  }
}

static void run_case(void) {
  if (below(3) != 0) set_stack();
  set_handlers();
  const unsigned steps = 1 + below(4);
  for (unsigned i = 0; i < steps; ++i) provoke();
  fflush(stdout);
  _exit((int)depth);
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const uint64_t base = strtoull(argv[1], NULL, 10), first = strtoull(argv[2], NULL, 10),
                 count = strtoull(argv[3], NULL, 10);
  const struct rlimit none = {0, 0}, second = {1, 1};
  setrlimit(RLIMIT_CORE, &none);
  for (uint64_t n = first; n < first + count; ++n) {
    printf("%llu:", (unsigned long long)n);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      seed = base * 0x2545f4914f6cdd1d + n * 0x9e3779b97f4a7c15;
      setrlimit(RLIMIT_CPU, &second);
      run_case();
    }
    int status = 0;
    waitpid(child, &status, 0);
    printf(" ends %x\n", status);
    fflush(stdout);
  }
  return 0;
}
