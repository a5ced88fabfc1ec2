// SPDX-License-Identifier: MIT
// A start, and lines of text: what a program without a C library needs.
#pragma once

#include "door.h"

int run(void);

static void write_text(const char* text) {
  long length = 0;
  while (text[length] != 0) ++length;
  system_call(kWrite, kStandardOutput, (long)text, length);
}

/// "what: N ticks"
static void print(const char* what, unsigned long ticks) {
  char digits[24];
  char* place = digits + sizeof digits - 1;
  *place = 0;
  do {
    *--place = (char)('0' + ticks % 10);
    ticks /= 10;
  } while (ticks != 0);
  write_text(what);
  write_text(": ");
  write_text(place);
  write_text(" ticks\n");
}

#ifdef DOOR_SYSENTER
enum { kEndOfVector = 0, kSysinfo = 32 };  // AT_NULL, AT_SYSINFO

void enter_by_interrupt(void);
__asm__("enter_by_interrupt: int $0x80; ret");

void (*kernel_entry)(void) = enter_by_interrupt;  // where the kernel has none of its own

/// Behind the arguments and the environment lies what the kernel has to tell.
static void find_kernel_entry(const unsigned long* stack) {
  const unsigned long* word = stack + 1 + stack[0] + 1;
  while (*word != 0) ++word;
  for (++word; word[0] != kEndOfVector; word += 2)
    if (word[0] == kSysinfo) kernel_entry = (void (*)(void))word[1];
}
#endif

void start(const unsigned long* stack) {
#ifdef DOOR_SYSENTER
  find_kernel_entry(stack);
  if (kernel_entry == enter_by_interrupt) write_text("no AT_SYSINFO, so through int 0x80\n");
#else
  (void)stack;
#endif
  const int status = run();
  for (;;) system_call(kExit, status, 0, 0);
}

#ifdef __x86_64__
__asm__(
    ".globl _start\n"
    "_start:\n"
    "  mov %rsp, %rdi\n"
    "  and $-16, %rsp\n"
    "  call start\n");
#else
__asm__(
    ".globl _start\n"
    "_start:\n"
    "  mov %esp, %eax\n"
    "  and $-16, %esp\n"
    "  sub $12, %esp\n"
    "  push %eax\n"
    "  call start\n");
#endif
