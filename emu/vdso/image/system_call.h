// SPDX-License-Identifier: MIT
// The way into the kernel for what the vDSO cannot do by itself.
#pragma once

#ifdef __x86_64__
enum {
  kClockGettime = 228,
  kClockGetres = 229,
  kGettimeofday = 96,
  kGetcpu = 309,
  kGetrandom = 318
};  // numbers of the x86-64 ABI

static inline long system_call3(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "0"(number), "D"(a), "S"(b), "d"(c)
                   : "rcx", "r11", "memory");
  return result;
}
#else
enum {
  kClockGettime = 265,
  kClockGetres = 266,
  kGettimeofday = 78,
  kGetcpu = 318,
  kClockGettime64 = 403,
  kClockGetresTime64 = 406
};  // numbers of the i386 ABI

// Through whatever door __kernel_vsyscall takes.
static inline long system_call3(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("call __kernel_vsyscall"
                   : "=a"(result)
                   : "0"(number), "b"(a), "c"(b), "d"(c)
                   : "memory");
  return result;
}
#endif
