// SPDX-License-Identifier: MIT
// Ends as its argument says; what the shell sees is the test.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static char stack[4096];

static void deeper(int signal) {
  static int depth;
  if (++depth < 100) raise(signal);
}

static void overflow(void) {
  const stack_t small = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&small, NULL);
  struct sigaction action = {.sa_handler = deeper, .sa_flags = SA_ONSTACK | SA_NODEFER};
  sigaction(SIGUSR1, &action, NULL);
  raise(SIGUSR1);
}

static void fault_again(int signal) {
  (void)signal;
  __asm__ volatile("movl $1, 8" ::: "memory");
}

static void no_stack(void) {
  struct sigaction action = {.sa_handler = fault_again};
  sigaction(SIGSEGV, &action, NULL);
  __asm__ volatile("xorl %%esp, %%esp\n pushq %%rax" ::: "memory");
}

static void bad_frame(void) {
  __asm__ volatile("movq $0x10, %%rsp\n movl $15, %%eax\n syscall" ::: "memory");
}

int main(int argc, char** argv) {
  const char* how = argc > 1 ? argv[1] : "";
  if (atoi(how) > 0) {
    raise(atoi(how));
    puts("still here");
    return 3;
  }
  if (strcmp(how, "segv") == 0) __asm__ volatile("movl $1, 0x10" ::: "memory");
  if (strcmp(how, "overflow") == 0) overflow();
  if (strcmp(how, "again") == 0) {
    struct sigaction action = {.sa_handler = fault_again};
    sigaction(SIGSEGV, &action, NULL);
    fault_again(0);
  }
  if (strcmp(how, "no_stack") == 0) no_stack();
  if (strcmp(how, "bad_frame") == 0) bad_frame();
  if (strcmp(how, "ignored") == 0) {
    signal(SIGSEGV, SIG_IGN);
    fault_again(0);
  }
  if (strcmp(how, "blocked") == 0) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    fault_again(0);
  }
  if (strcmp(how, "no_restorer") == 0) {
    const uint64_t action[4] = {(uint64_t)deeper, 0, 0, 0};
    syscall(SYS_rt_sigaction, SIGUSR1, action, NULL, 8);
    raise(SIGUSR1);
  }
  if (strcmp(how, "stack") == 0) {
    // Runs off its stack into nothing.
    __asm__ volatile("1: pushq $0\n jmp 1b" ::: "memory");
  }
  return 4;
}
