// SPDX-License-Identifier: MIT
// What 32-bit code can do and 64-bit code cannot, string instructions, and every way to push and pop. Exit status: the number
// of the first check that failed, 0 when all hold.
  .macro expect_equal a, b
  incl check
  cmp \a, \b
  jne fail
  .endm

  .globl _start
_start:
  // rep stosb fills, rep movsl copies, repe cmpsb finds a planted difference.
  mov $first, %edi
  mov $0x5a, %al
  mov $256, %ecx
  rep stosb
  expect_equal $0, %ecx
  mov $first, %esi
  mov $second, %edi
  mov $64, %ecx
  rep movsl
  movb $0, second + 100
  mov $first, %esi
  mov $second, %edi
  mov $256, %ecx
  repe cmpsb
  expect_equal $155, %ecx
  std
  mov $second + 255, %edi
  mov $0x5a, %al
  mov $256, %ecx
  repe scasb
  cld
  expect_equal $100, %ecx
  mov $0, %ecx
  rep lodsb
  expect_equal $0, %ecx

  // Decimal adjustment.
  mov $0x38, %al
  add $0x45, %al
  daa
  expect_equal $0x83, %al
  mov $0x83, %al
  sub $0x38, %al
  das
  expect_equal $0x45, %al
  mov $0x0009, %ax
  add $4, %al
  aaa
  expect_equal $0x0103, %ax
  mov $0x0203, %ax
  aas
  expect_equal $0x0203, %ax
  mov $57, %al
  aam
  expect_equal $0x0507, %ax
  aad
  expect_equal $57, %ax
  stc
  .byte 0xd6  // salc
  expect_equal $0xff, %al

  // All registers at once, and the flags.
  mov $0x11111111, %eax
  mov $0x22222222, %ecx
  mov $0x33333333, %edx
  mov $0x44444444, %ebx
  pusha
  mov 24(%esp), %esi
  expect_equal $0x22222222, %esi
  xor %ecx, %ecx
  popa
  expect_equal $0x22222222, %ecx
  pushaw
  popaw
  stc
  pushf
  clc
  popf
  setc %al
  expect_equal $1, %al

  // Frames, short loops, a jump table, calls through memory.
  enter $16, $0
  mov %ebp, %eax
  sub %esp, %eax
  expect_equal $16, %eax
  leave
  xor %eax, %eax
  mov $7, %ecx
1:
  inc %eax
  loop 1b
  expect_equal $7, %eax
  jcxz 2f
  jmp fail
2:
  jecxz 3f
  jmp fail
3:
  mov $1, %ecx
  jmp *table(, %ecx, 4)
wrong:
  jmp fail
right:
  push $5
  call *routine
  expect_equal $10, %eax
  call 4f
4:
  pop %eax
  sub $4b, %eax
  expect_equal $0, %eax

  // A bound that holds, an overflow that is none.
  movl $-3, bounds
  movl $3, bounds + 4
  mov $2, %eax
  bound %eax, bounds
  xor %eax, %eax
  into

  // inc and dec have one byte; the carry stays.
  stc
  .byte 0x40  // inc %eax
  .byte 0x48  // dec %eax
  setc %bl
  expect_equal $1, %bl
  expect_equal $0, %eax

  // 16-bit addressing.
  mov $first, %esi
  addr16 lea 4(%bx, %si), %edi
  mov %esi, %eax
  add %ebx, %eax
  add $4, %eax
  movzwl %ax, %eax
  expect_equal %eax, %edi

  movl $0, check
fail:
  mov check, %ebx
  mov $1, %eax
  int $0x80

twice:
  mov 4(%esp), %eax
  add %eax, %eax
  ret $4

  .data
table:
  .long wrong, right
routine:
  .long twice
check:
  .long 0

  .bss
first:
  .skip 256
second:
  .skip 256
bounds:
  .skip 8

  .section .note.GNU-stack, "", @progbits
