// SPDX-License-Identifier: MIT
// Measures system calls the way every guide says: read the time stamp, call, read it again. One
// line per call: its number and the difference. The instructions between the two reads are the same
// for every call.
#include "start.h"

static __attribute__((noinline)) unsigned long ticks_of(long call) {
  unsigned long before, after;
  register long number __asm__("r10") = call;
  __asm__ volatile(
      "rdtsc\n"
      "mov %%eax, %%r8d\n"
      "mov %%edx, %%r9d\n"
      "mov %%r10, %%rax\n"
      "xor %%edi, %%edi\n"
      "syscall\n"
      "rdtsc\n"
      "shl $32, %%rdx\n"
      "or %%rdx, %%rax\n"
      "shl $32, %%r9\n"
      "or %%r9, %%r8\n"
      "mov %%r8, %%rcx\n"
      : "=a"(after), "=c"(before)
      : "r"(number)
      : "rdx", "rdi", "r8", "r9", "r11", "memory", "cc");
  return after - before;
}

int run(void) {
  static const long kCalls[] = {39, 110, 102, 39, 110, 102, 95};  // getpid, getppid, getuid, umask
  for (unsigned i = 0; i < sizeof kCalls / sizeof kCalls[0]; ++i) {
    const volatile long* call = &kCalls[i];
    write_number((unsigned long)*call);
    write_text(" ");
    write_number(ticks_of(*call));
    write_text("\n");
  }
  return 0;
}
