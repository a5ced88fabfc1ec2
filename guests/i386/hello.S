// SPDX-License-Identifier: MIT
// The smallest 32-bit program: write(2) and exit(2) through int $0x80.
  .globl _start
_start:
  mov $4, %eax
  mov $1, %ebx
  mov $text, %ecx
  mov $size, %edx
  int $0x80
  mov $1, %eax
  xor %ebx, %ebx
  int $0x80

  .section .rodata
text:
  .ascii "hello from 32 bits\n"
  .set size, . - text

  .section .note.GNU-stack, "", @progbits
