// SPDX-License-Identifier: MIT
// Prints what signals cost on this machine in core cycles, as CSV: the least of many rounds, each
// with the time-stamp counter; core cycles come from a chain of dependent additions.
//
//   cc -O2 -o signal_costs signal_costs.c && ./signal_costs
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include <x86intrin.h>

#include "core_cycles.h"

enum { kRounds = 20000 };
static volatile uint64_t in_handler;

static void note(int signal) {
  (void)signal;
  in_handler = __rdtsc();
}

static void skip(int signal, siginfo_t* info, void* context) {
  (void)signal, (void)info;
  in_handler = __rdtsc();
  ((ucontext_t*)context)->uc_mcontext.gregs[REG_RIP] += 2;  // the length of either instruction
}

int main(void) {
  const long pid = syscall(SYS_getpid), tid = syscall(SYS_gettid);
  uint64_t call = ~0ull, ignored = ~0ull, to_handler = ~0ull, from_handler = ~0ull, zero = ~0ull,
           page = ~0ull;
  struct sigaction action = {.sa_handler = note};
  sigaction(SIGUSR1, &action, NULL);
  signal(SIGUSR2, SIG_IGN);
  action = (struct sigaction){.sa_sigaction = skip, .sa_flags = SA_SIGINFO};
  sigaction(SIGFPE, &action, NULL);
  sigaction(SIGSEGV, &action, NULL);
  for (int i = 0; i < kRounds; ++i) {
    uint64_t start = __rdtsc();
    syscall(SYS_getpid);
    call = least(call, __rdtsc() - start);
    start = __rdtsc();
    syscall(SYS_tgkill, pid, tid, SIGUSR2);
    ignored = least(ignored, __rdtsc() - start);
    start = __rdtsc();
    syscall(SYS_tgkill, pid, tid, SIGUSR1);
    uint64_t end = __rdtsc();
    to_handler = least(to_handler, in_handler - start);
    from_handler = least(from_handler, end - in_handler);
    start = __rdtsc();
    __asm__ volatile("xorl %%ecx, %%ecx\n divl %%ecx" ::: "eax", "ecx", "edx", "memory");
    zero = least(zero, in_handler - start);
    start = __rdtsc();
    __asm__ volatile("xorl %%ecx, %%ecx\n movl (%%rcx), %%eax" ::: "eax", "ecx", "memory");
    page = least(page, in_handler - start);
  }
  const double cycles = cycles_per_tick();
  const uint64_t frame = to_handler - ignored;
  printf("what,core cycles\n");
  printf("tgkill that is ignored,%.0f\n", (double)ignored * cycles);
  printf("tgkill to the first instruction of the handler,%.0f\n", (double)to_handler * cycles);
  printf("delivery (frame and handler's entry),%.0f\n", (double)frame * cycles);
  printf("rt_sigreturn beyond getpid,%.0f\n", (double)(from_handler - call) * cycles);
  printf("division by zero beyond delivery,%.0f\n", (double)(zero - frame) * cycles);
  printf("page fault beyond delivery,%.0f\n", (double)(page - frame) * cycles);
  return 0;
}
