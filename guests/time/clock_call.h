// SPDX-License-Identifier: MIT
// The system calls behind clock_gettime(3) and clock_getres(3) that fit this C library's timespec.
#pragma once

#include <sys/syscall.h>
#include <time.h>

#if defined(SYS_clock_gettime64) || defined(__NR_clock_gettime64)
enum {
  kGettimeCall = sizeof(time_t) == 8 ? __NR_clock_gettime64 : 265,  // 265: of 32-bit time, i386
  kGetresCall = sizeof(time_t) == 8 ? 406 : 266
};
#else
enum { kGettimeCall = SYS_clock_gettime, kGetresCall = SYS_clock_getres };
#endif
