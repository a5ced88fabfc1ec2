// SPDX-License-Identifier: MIT
// A bad pointer is an error to a system call, and a fault inside the vDSO: "call" or "vdso". With
// "handled" the fault is looked at.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "clock_call.h"

#ifdef __x86_64__
enum { kInstructionPointer = REG_RIP };
#else
enum { kInstructionPointer = REG_EIP };
#endif
enum { kImage = 0x4000 };

static void on_fault(int signal, siginfo_t* info, void* context) {
  const ucontext_t* const interrupted = context;
  const uintptr_t at = (uintptr_t)interrupted->uc_mcontext.gregs[kInstructionPointer];
  const uintptr_t image = getauxval(AT_SYSINFO_EHDR), address = (uintptr_t)info->si_addr;
  printf("signal %d code %d, %s the vDSO, %s\n", signal, info->si_code,
         at >= image && at < image + kImage ? "inside" : "outside",
         address >= 8 && address < 8 + sizeof(struct timespec) ? "of the pointer" : "elsewhere");
  fflush(stdout);
  _exit(0);
}

int main(int argc, char** argv) {
  struct timespec* volatile nowhere = (struct timespec*)8;
  const char* const way = argc > 1 ? argv[1] : "call";
  if (strcmp(way, "handled") == 0) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, NULL);
  }
  if (strcmp(way, "call") != 0) return clock_gettime(CLOCK_MONOTONIC, nowhere);
  const long got = syscall(kGettimeCall, CLOCK_MONOTONIC, nowhere);
  printf("%ld %s\n", got, got == -1 && errno == EFAULT ? "EFAULT" : "?");
  return 0;
}
