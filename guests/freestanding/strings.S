// SPDX-License-Identifier: MIT
// Every string instruction with its prefixes, forwards and backwards, including counts of zero. Exit status: the number of
// the first check that failed, 0 when all hold.
  .macro expect_equal a, b
  inc %r15d
  cmp \a, \b
  jne fail
  .endm

  .globl _start
_start:
  xor %r15d, %r15d

  // rep stosb fills, rep movsq copies, repe cmpsb finds no difference.
  lea first(%rip), %rdi
  mov $0x5a, %al
  mov $256, %ecx
  rep stosb
  expect_equal $0, %ecx
  lea first(%rip), %rsi
  lea second(%rip), %rdi
  mov $32, %ecx
  rep movsq
  lea first(%rip), %rsi
  lea second(%rip), %rdi
  mov $256, %ecx
  repe cmpsb
  setne %al
  expect_equal $0, %al
  expect_equal $0, %ecx

  // A planted difference stops repe cmpsb one past it.
  movb $0, second+100(%rip)
  lea first(%rip), %rsi
  lea second(%rip), %rdi
  mov $256, %ecx
  repe cmpsb
  sete %al
  expect_equal $0, %al
  expect_equal $155, %ecx

  // repne scasb: the length of a string; repe scasb: the first byte that differs.
  lea name(%rip), %rdi
  xor %eax, %eax
  mov $-1, %rcx
  repne scasb
  not %rcx
  expect_equal $9, %rcx
  lea second(%rip), %rdi
  mov $0x5a, %al
  mov $256, %ecx
  repe scasb
  expect_equal $155, %ecx

  // A count of zero does nothing and keeps the flags.
  stc
  mov $0, %ecx
  lea first(%rip), %rdi
  repne scasb
  setc %al
  expect_equal $1, %al
  rep stosq
  lea first(%rip), %rax
  expect_equal %rax, %rdi

  // Backwards, words and double words, and single string instructions without a prefix.
  std
  lea first+254(%rip), %rdi
  mov $0x1234, %ax
  mov $128, %ecx
  rep stosw
  cld
  lea first-2(%rip), %rax
  expect_equal %rax, %rdi
  lea first(%rip), %rsi
  lodsl
  mov $0x12341234, %edx
  expect_equal %edx, %eax
  lodsb
  movsb
  lea first+6(%rip), %rax
  expect_equal %rax, %rsi
  lea first+8(%rip), %rdi
  xor %eax, %eax
  mov $2, %ecx
  rep stosl
  mov first+8(%rip), %rax
  expect_equal $0, %rax
  movl $0x12341234, %eax
  expect_equal %eax, first+16(%rip)

  // loop, jrcxz and xlat.
  mov $1000, %ecx
  xor %edx, %edx
1:
  add $3, %edx
  loop 1b
  expect_equal $3000, %edx
  jrcxz 2f
  jmp fail
2:
  lea name(%rip), %rbx
  mov $3, %al
  xlat
  expect_equal $'g', %al

  lea passed(%rip), %rsi
  mov $passed_end - passed, %edx
  mov $1, %edi
  mov $1, %eax
  syscall
  xor %r15d, %r15d
fail:
  mov %r15d, %edi
  mov $231, %eax  // exit_group
  syscall
  ud2

  .section .rodata
name:
  .asciz "ringfare"
passed:
  .ascii "string instructions hold\n"
passed_end:
  .bss
  .skip 64
first:
  .skip 256
second:
  .skip 256
  .section .note.GNU-stack, "", @progbits
