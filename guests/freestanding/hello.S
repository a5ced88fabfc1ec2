// SPDX-License-Identifier: MIT
// The smallest program: one write, one exit.
  .globl _start
_start:
  mov $1, %eax
  mov $1, %edi
  lea text(%rip), %rsi
  mov $text_end - text, %edx
  syscall
  mov $231, %eax  // exit_group
  xor %edi, %edi
  syscall
  ud2

  .section .rodata
text:
  .ascii "hello, ring 0\n"
text_end:
  .section .note.GNU-stack, "", @progbits
