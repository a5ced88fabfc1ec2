// SPDX-License-Identifier: MIT
// One attempt each: instructions around one that raises an exception at label 1, and what Linux makes of it (signal, si_code,
// vector, error code, si_addr). The table in .data.attempts has the shape of `struct attempt` in exceptions.c.
#include "places.h"

#define SIGILL 4
#define SIGTRAP 5
#define SIGBUS 7
#define SIGFPE 8
#define SIGSEGV 11
#define MAPERR 1
#define ACCERR 2
#define KERNEL 0x80
#define ILLOPN 2
#define INTDIV 1
#define TRACE 2

.macro attempt name, signal, code, vector, error, address, either=0
  .pushsection .rodata
9:  .asciz "\name"
  .popsection
  .pushsection .data.attempts, "aw"
  .quad 9b, 8f, 1f, \address
  .long \signal, \code, \vector, \error, \either, 0
  .popsection
8:
.endm

// As `attempt`, with RIP at `at` when it happens.
.macro attempt_at name, signal, code, vector, error, address, at, either=0
  .pushsection .rodata
9:  .asciz "\name"
  .popsection
  .pushsection .data.attempts, "aw"
  .quad 9b, 8f, \at, \address
  .long \signal, \code, \vector, \error, \either, 0
  .popsection
8:
.endm

.macro passed
  jmp no_signal
.endm

.pushsection .data.attempts, "aw"
.globl attempts_begin
attempts_begin:
.popsection

.text
attempt "load from nowhere", SIGSEGV, MAPERR, 14, 4, 0x10
  inc %rbx
  add $5, %rcx
1:  mov 0x10, %rax
  inc %rbx
  passed

attempt "load by index", SIGSEGV, MAPERR, 14, 4, 0x2010
  mov $0x2000, %esi
  mov $2, %edi
  stc
1:  add (%rsi,%rdi,8), %rdx
  inc %rbx
  passed

attempt "store to nowhere", SIGSEGV, MAPERR, 14, 6, 0x18
  xor %eax, %eax
1:  movq $1, 0x18
  inc %rbx
  passed

attempt "store to read-only", SIGSEGV, ACCERR, 14, 7, READ_ONLY + 8
  cmp %rax, %rbx
1:  add %rax, READ_ONLY + 8
  inc %rbx
  passed

attempt "read across the end", SIGSEGV, MAPERR, 14, 4, DATA_END
  inc %rdx
1:  mov DATA_END - 4, %rax
  passed

attempt "write across the end", SIGSEGV, MAPERR, 14, 6, DATA_END
  inc %rdx
1:  mov %rax, DATA_END - 4
  passed

attempt "vector across the end", SIGSEGV, MAPERR, 14, 4, DATA_END
  pxor %xmm1, %xmm1
1:  movups DATA_END - 8, %xmm1
  passed

attempt "exchange with read-only", SIGSEGV, ACCERR, 14, 7, READ_ONLY
  inc %rdx
1:  xchg %rax, READ_ONLY
  passed

attempt "compare and exchange", SIGSEGV, ACCERR, 14, 7, READ_ONLY
  mov $1, %eax
1:  lock cmpxchg %rbx, READ_ONLY
  passed

attempt "push to nowhere", SIGSEGV, MAPERR, 14, 6, 0xff8
  mov $0x1000, %esp
1:  push %rax
  passed

attempt "call without a stack", SIGSEGV, MAPERR, 14, 6, 0xff8
  mov $0x1000, %esp
1:  call no_signal
  passed

attempt "indirect call without a stack", SIGSEGV, MAPERR, 14, 6, 0xff8
  mov $0x1000, %esp
  lea no_signal(%rip), %rcx
1:  call *%rcx
  passed

attempt "return without a stack", SIGSEGV, MAPERR, 14, 4, 0x1000
  mov $0x1000, %esp
1:  ret
  passed

attempt "pop into nowhere", SIGSEGV, MAPERR, 14, 6, 0x20
  inc %rbx
1:  popq 0x20
  passed

attempt "jump through nowhere", SIGSEGV, MAPERR, 14, 4, 0x30
  inc %rbx
1:  jmp *0x30
  passed

attempt_at "jump to nowhere", SIGSEGV, MAPERR, 14, 0x14, 0x40, 0x40
  mov $0x40, %eax
  jmp *%rax
  passed

attempt_at "jump to data", SIGSEGV, ACCERR, 14, 0x15, DATA, DATA
  mov $DATA, %eax
  jmp *%rax
  passed

attempt "load from a non-canonical address", SIGSEGV, KERNEL, 13, 0, 0
  mov $0x800000000000, %rcx
1:  mov (%rcx), %rax
  passed

attempt "store to a non-canonical address", SIGSEGV, KERNEL, 13, 0, 0
  mov $0x8000000000000000, %rcx
1:  mov %rax, (%rcx)
  passed

attempt "non-canonical stack", SIGBUS, KERNEL, 12, 0, 0
  mov $0x800000000000, %rbp
1:  mov 8(%rbp), %rax
  passed

// Intel's processors raise it at the branch, AMD's at its target.
attempt "jump to a non-canonical address", SIGSEGV, KERNEL, 13, 0, 0, 1
  mov $0x123456789abcdef0, %rcx
1:  jmp *%rcx
  passed

attempt "return to a non-canonical address", SIGSEGV, KERNEL, 13, 0, 0, 1
  mov $0x123456789abcdef0, %rcx
  push %rcx
1:  ret
  passed

attempt "kernel address", SIGSEGV, MAPERR, 14, 5, 0xffffffff81000000
1:  mov -0x7f000000, %rax
  passed

attempt "division by zero", SIGFPE, INTDIV, 0, 0, 1f
  xor %ecx, %ecx
  mov $7, %eax
1:  div %rcx
  passed

attempt "division that overflows", SIGFPE, INTDIV, 0, 0, 1f
  mov $-1, %ecx
  mov $0x80000000, %eax
  cltd
1:  idiv %ecx
  passed

attempt "division of the least number", SIGFPE, INTDIV, 0, 0, 1f
  mov $0x80000000, %edx
  xor %eax, %eax
  mov $-1, %ecx
1:  idiv %ecx
  passed

attempt "division by memory", SIGFPE, INTDIV, 0, 0, 1f
  movl $0, DATA
  inc %rbx
1:  divl DATA
  passed

attempt "breakpoint", SIGTRAP, KERNEL, 3, 0, 0
  inc %rbx
  int3
1:  inc %rbx
  passed

attempt "breakpoint in two bytes", SIGTRAP, KERNEL, 3, 0, 0
  inc %rbx
  .byte 0xcd, 3
1:  inc %rbx
  passed

attempt "undefined", SIGILL, ILLOPN, 6, 0, 1f
  inc %rbx
1:  ud2
  passed

attempt "undefined in 64-bit mode", SIGILL, ILLOPN, 6, 0, 1f
  inc %rbx
1:  .byte 0x06
  passed

attempt "lock on what is not locked", SIGILL, ILLOPN, 6, 0, 1f
  inc %rbx
1:  .byte 0xf0, 0x48, 0x89, 0x03
  passed

attempt "sixteen bytes", SIGSEGV, KERNEL, 13, 0, 0
  inc %rbx
1:  .byte 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x90
  passed

attempt "hlt", SIGSEGV, KERNEL, 13, 0, 0
  inc %rbx
1:  hlt
  passed

attempt "cli", SIGSEGV, KERNEL, 13, 0, 0
1:  cli
  passed

attempt "sti", SIGSEGV, KERNEL, 13, 0, 0
1:  sti
  passed

attempt "in", SIGSEGV, KERNEL, 13, 0, 0
1:  in $0x60, %al
  passed

attempt "out", SIGSEGV, KERNEL, 13, 0, 0
1:  out %al, %dx
  passed

attempt "rdmsr", SIGSEGV, KERNEL, 13, 0, 0
  mov $0x10, %ecx
1:  rdmsr
  passed

attempt "wrmsr", SIGSEGV, KERNEL, 13, 0, 0
1:  wrmsr
  passed

attempt "mov to cr3", SIGSEGV, KERNEL, 13, 0, 0
1:  mov %rax, %cr3
  passed

attempt "mov from cr0", SIGSEGV, KERNEL, 13, 0, 0
1:  mov %cr0, %rax
  passed

attempt "mov to dr7", SIGSEGV, KERNEL, 13, 0, 0
1:  mov %rax, %db7
  passed

attempt "lgdt", SIGSEGV, KERNEL, 13, 0, 0
1:  lgdt DATA
  passed

attempt "invlpg", SIGSEGV, KERNEL, 13, 0, 0
1:  invlpg DATA
  passed

attempt "swapgs", SIGSEGV, KERNEL, 13, 0, 0
1:  swapgs
  passed

attempt "sysretq", SIGSEGV, KERNEL, 13, 0, 0
1:  sysretq
  passed

attempt "wbinvd", SIGSEGV, KERNEL, 13, 0, 0
1:  wbinvd
  passed

attempt "clts", SIGSEGV, KERNEL, 13, 0, 0
1:  clts
  passed

attempt "interrupt without a gate for it", SIGSEGV, KERNEL, 13, 0x202, 0
  inc %rbx
1:  int $0x40
  passed

attempt "misaligned vector load", SIGSEGV, KERNEL, 13, 0, 0
  inc %rbx
1:  movaps DATA + 8, %xmm0
  inc %rbx
  passed

attempt "misaligned vector store", SIGSEGV, KERNEL, 13, 0, 0
1:  movdqa %xmm0, DATA + 1
  passed

attempt "misaligned vector operand", SIGSEGV, KERNEL, 13, 0, 0
1:  paddd DATA + 4, %xmm0
  passed

attempt "misaligned streaming store", SIGSEGV, KERNEL, 13, 0, 0
1:  movntdq %xmm0, DATA + 8
  passed

attempt "misaligned state", SIGSEGV, KERNEL, 13, 0, 0
1:  fxsave DATA + 8
  passed

attempt "reserved bits of MXCSR", SIGSEGV, KERNEL, 13, 0, 0
  movl $0x10000, DATA
1:  ldmxcsr DATA
  passed

attempt "string move into the unknown", SIGSEGV, MAPERR, 14, 6, DATA_END
  mov $DATA, %esi
  mov $DATA_END - 24, %edi
  mov $100, %ecx
1:  rep movsb
  passed

attempt "string scan into the unknown", SIGSEGV, MAPERR, 14, 4, DATA_END
  mov $DATA_END - 16, %edi
  mov $100, %ecx
  mov $0x77, %eax
1:  repne scasb
  passed

attempt "string move of quadwords backward", SIGSEGV, MAPERR, 14, 6, 0xffffffc
  mov $DATA + 512, %esi
  mov $DATA + 28, %edi
  mov $9, %ecx
  std
1:  rep movsq
  passed

attempt "leave with a bad frame", SIGSEGV, MAPERR, 14, 4, 0x50
  mov $0x50, %ebp
1:  leave
  passed

attempt "trap after the next instruction", SIGTRAP, TRACE, 1, 0, 1f
  pushf
  orl $0x100, (%rsp)
  popf
  inc %rbx
1:  inc %rbx
  passed

attempt "trap after a jump", SIGTRAP, TRACE, 1, 0, 1f
  pushf
  orl $0x100, (%rsp)
  popf
  jmp 1f
  ud2
1:  inc %rbx
  passed

attempt "trap behind a load that traps itself", SIGSEGV, MAPERR, 14, 4, 0x60
  pushf
  orl $0x100, (%rsp)
  popf
1:  mov 0x60, %rax
  inc %rbx
  passed

.pushsection .data.attempts, "aw"
.globl attempts_end
attempts_end:
.popsection

// try(code): known registers, then the code; back at no_signal or where the handler sends it.
.globl try, no_signal, attempt_over
try:
  push %rbx
  push %rbp
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp, saved_stack(%rip)
  mov %rdi, target(%rip)
  mov $0x1010101010101010, %rax
  mov $0x1111111111111111, %rcx
  mov $0x1212121212121212, %rdx
  mov $0x1313131313131313, %rbx
  mov $0x1515151515151515, %rbp
  mov $0x1616161616161616, %rsi
  mov $0x1717171717171717, %rdi
  mov $0x1818181818181818, %r8
  mov $0x1919191919191919, %r9
  mov $0x1a1a1a1a1a1a1a1a, %r10
  mov $0x1b1b1b1b1b1b1b1b, %r11
  mov $0x1c1c1c1c1c1c1c1c, %r12
  mov $0x1d1d1d1d1d1d1d1d, %r13
  mov $0x1e1e1e1e1e1e1e1e, %r14
  mov $0x1f1f1f1f1f1f1f1f, %r15
  mov $guest_stack_end, %rsp
  cmp %rax, %rax
  jmp *target(%rip)
no_signal:
  movb $1, passed_over(%rip)
attempt_over:
  cld
  mov saved_stack(%rip), %rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
  ret

.bss
.globl passed_over, guest_stack_end
.balign 16
saved_stack: .quad 0
target: .quad 0
passed_over: .byte 0
.balign 4096
  .skip 4096
guest_stack_end:
  .skip 64
.section .note.GNU-stack, "", @progbits
