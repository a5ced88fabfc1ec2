// SPDX-License-Identifier: MIT
// What a program without a C library needs: a start, system calls, and numbers on standard output.
#pragma once

static inline long system_call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c)
                   : "rcx", "r11", "memory");
  return result;
}

static inline void write_text(const char* text) {
  long length = 0;
  while (text[length] != 0) ++length;
  system_call(1, 1, (long)text, length);
}

static inline void write_number(unsigned long value) {
  char digits[24];
  char* place = digits + sizeof digits - 1;
  *place = 0;
  do {
    *--place = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  write_text(place);
}

int run(void);

__asm__(
    ".globl _start\n"
    "_start:\n"
    "  xor %ebp, %ebp\n"
    "  and $-16, %rsp\n"
    "  call run\n"
    "  mov %eax, %edi\n"
    "  mov $231, %eax\n"  // exit_group
    "  syscall\n"
    "  ud2\n");
