// SPDX-License-Identifier: MIT
// A system call gives back every register but rax, rcx and r11, and the flags. Exit status: 0, or the number of the check
// that failed.
  .macro expect_kept register, number
  mov $\number, %ecx
  mov $0x1111111111111111 * \number, %r11
  cmp %r11, %\register
  jne fail
  .endm

  .globl _start
_start:
  mov %rsp, saved_stack(%rip)
  mov $0x1111111111111111 * 1, %rbx
  mov $0x1111111111111111 * 2, %rdx
  mov $0x1111111111111111 * 3, %rsi
  mov $0x1111111111111111 * 4, %rdi
  mov $0x1111111111111111 * 5, %rbp
  mov $0x1111111111111111 * 6, %r8
  mov $0x1111111111111111 * 7, %r9
  mov $0x1111111111111111 * 8, %r10
  mov $0x1111111111111111 * 9, %r12
  mov $0x1111111111111111 * 10, %r13
  mov $0x1111111111111111 * 11, %r14
  mov $0x1111111111111111 * 12, %r15
  movq %r15, %xmm0
  movq %r14, %xmm15
  mov $110, %eax  // getppid: no arguments, changes nothing
  stc
  syscall
after:
  jnc carry_lost
  lea after(%rip), %rax
  cmp %rax, %rcx  // rcx: the address after the system call
  jne return_lost
  bt $0, %r11     // r11: the flags it was made with
  jnc flags_lost
  expect_kept rbx, 1
  expect_kept rdx, 2
  expect_kept rsi, 3
  expect_kept rdi, 4
  expect_kept rbp, 5
  expect_kept r8, 6
  expect_kept r9, 7
  expect_kept r10, 8
  expect_kept r12, 9
  expect_kept r13, 10
  expect_kept r14, 11
  expect_kept r15, 12
  movq %xmm0, %rax
  mov $13, %ecx
  cmp %r15, %rax
  jne fail
  movq %xmm15, %rax
  cmp %r14, %rax
  jne fail
  mov $14, %ecx
  cmp saved_stack(%rip), %rsp
  jne fail
  xor %ecx, %ecx
  jmp fail
carry_lost:
  mov $15, %ecx
  jmp fail
return_lost:
  mov $16, %ecx
  jmp fail
flags_lost:
  mov $17, %ecx
fail:
  mov %ecx, %edi
  mov $231, %eax  // exit_group
  syscall
  ud2

  .bss
saved_stack:
  .skip 8
  .section .note.GNU-stack, "", @progbits
