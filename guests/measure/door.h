// SPDX-License-Identifier: MIT
// One system call through a door of your choice: compile with -DDOOR_INT80, -DDOOR_SYSENTER or
// -DDOOR_SYSCALL. The first two speak the i386 numbers, the last one those of x86-64, and that is
// all that differs.
#pragma once

enum { kStandardInput = 0, kStandardOutput = 1 };

#ifdef DOOR_SYSCALL
#define DOOR_NAME "syscall"
enum { kRead = 0, kWrite = 1, kGetpid = 39, kExit = 231 };

static inline long system_call(long number, long first, long second, long third) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(first), "S"(second), "d"(third)
                   : "rcx", "r11", "memory");  // the processor keeps RIP and RFLAGS there
  return result;
}
#else
enum { kExit = 252, kRead = 3, kWrite = 4, kGetpid = 20 };

#ifdef DOOR_SYSENTER
#define DOOR_NAME "the kernel's entry"
// The kernel tells where its own way in lies, behind which is the best door there is: AT_SYSINFO,
// found by `start`.
extern void (*kernel_entry)(void);
#define ENTER "call *kernel_entry"
#else
#define DOOR_NAME "int 0x80"
#define ENTER "int $0x80"
#endif

static inline long system_call(long number, long first, long second, long third) {
  long result;
  __asm__ volatile(ENTER
                   : "=a"(result)
                   : "a"(number), "b"(first), "c"(second), "d"(third)
                   : "memory");
  return result;
}
#endif
