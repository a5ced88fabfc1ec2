// SPDX-License-Identifier: MIT
// Instructions both the host and ring 0 execute, and the way to execute one on the host.

// A row of the table: which RFLAGS the manuals leave undefined, and the instruction. R15 points
// into a buffer and RSP to its middle; no row may change R15.
.macro row undefined, text:vararg
  .pushsection .data.rel.ro.rows, "aw"
  .quad 771f, 772f - 771f, \undefined, 773f
  .popsection
  .pushsection .rodata.text, "aMS", @progbits, 1
773: .asciz "\text"
  .popsection
771: \text
772:
.endm

  .set none, 0
  .set aflag, 0x10
  .set shifted, 0x810          // AF, and OF for counts other than one
  .set rotated, 0x800
  .set bits, 0x8d4 & ~0x40     // OF SF AF PF
  .set product, 0xd4           // SF ZF AF PF

  .pushsection .data.rel.ro.rows, "aw"
  .globl native_rows
native_rows:
  .popsection
  .text

// ALU operations in every width and with memory, immediate and high-byte operands.
.irp op, add, adc, sub, sbb, cmp, and, or, xor, test
  .set undef, 0
  .ifc \op, and
    .set undef, aflag
  .endif
  .ifc \op, or
    .set undef, aflag
  .endif
  .ifc \op, xor
    .set undef, aflag
  .endif
  .ifc \op, test
    .set undef, aflag
  .endif
  row undef, \op %rbx, %rax
  row undef, \op %esi, %edi
  row undef, \op %r8w, %bp
  row undef, \op %cl, %dl
  row undef, \op %ah, %bl
  row undef, \op %ch, %dh
  row undef, \op %r9, %r9
  row undef, \op %r10, 8(%r15)
  row undef, \op %r10d, 12(%r15)
  row undef, \op %sil, 3(%r15)
  row undef, \op $-5, %r12
  row undef, \op $0x7fffffff, %rcx
  row undef, \op $-100000, %r13d
  row undef, \op $100, %al
  row undef, \op $-3, %bx
.endr
.irp op, add, adc, sub, sbb, cmp
  row none, \op 16(%r15), %r11
  row none, \op\()q $-77, 24(%r15)
  row none, \op\()b $77, 25(%r15)
.endr
.irp op, and, or, xor
  row aflag, \op 16(%r15), %r11
  row aflag, \op\()l $-77, 24(%r15)
.endr
.irp op, inc, dec, neg
  row none, \op %rax
  row none, \op %ecx
  row none, \op %dx
  row none, \op %bl
  row none, \op\()q (%r15)
  row none, \op\()w 6(%r15)
.endr
  row none, not %rax
  row none, not %ecx
  row none, not %bh
  row none, notl (%r15)
.irp op, shl, shr, sar
  row shifted, \op $7, %rax
  row shifted, \op $31, %ecx
  row shifted, \op $3, %dx
  row shifted, \op $7, %bl
  row shifted, \op %cl, %rsi
  row shifted, \op %cl, %edi
  row aflag, \op %rax
  row aflag, \op %ebx
  row aflag, \op\()q 8(%r15)
  row aflag, \op\()b 9(%r15)
.endr
.irp op, rol, ror
  row rotated, \op $7, %rax
  row rotated, \op %cl, %rsi
  row rotated, \op %cl, %edi
  row rotated, \op $9, %r8d
  row none, \op %rax
  row none, \op %bx
.endr
.irp op, bt, bts, btr, btc
  row bits, \op %rcx, %rax
  row bits, \op %r9d, %r10d
  row bits, \op $63, %rdx
  row bits, \op $5, %si
  row bits, \op\()q $12, (%r15)
  row bits, \op\()w $19, (%r15)
.endr
  row product, imul %rbx, %rax
  row product, imul %ecx, %edx
  row product, imul $37, %rsi, %rdi
  row product, imul $-3, %r8d, %r9d
  row none, mov %rax, %rbx
  row none, mov %eax, %ebx
  row none, mov %ax, %bx
  row none, mov %ah, %bl
  row none, mov %cl, %dh
  row none, mov $-1, %rax
  row none, movl $-1, %eax
  row none, movabs $0x1234567890abcdef, %r14
  row none, mov 8(%r15), %r14
  row none, mov %r14d, 20(%r15)
  row none, movq $-38, 40(%r15)
  row none, movzbl %al, %ebx
  row none, movzwl %cx, %edx
  row none, movzbl 3(%r15), %esi
  row none, movzbw %ch, %di
  row none, movsbq %al, %rbx
  row none, movswl %cx, %edx
  row none, movslq %eax, %rsi
  row none, movslq 4(%r15), %rsi
  row none, movsbw %bl, %cx
  row none, lea 12(%rax,%rbx,4), %rcx
  row none, lea -7(%r10,%r11), %edx
  row none, lea (,%rsi,8), %di
  row none, lea 64(%rsp), %rbp
  row none, xchg %rax, %rbx
  row none, xchg %cl, %dh
  row none, xchg %r8d, %r9d
  row none, xchg %r10, 8(%r15)
  row none, push %rax
  row none, push %rsp
  row none, push $-38
  row none, push $0x12345678
  row none, pushq 8(%r15)
  row none, pop %rbx
  row none, pop %rsp
  row none, popq 16(%r15)
  row none, popq 8(%rsp)
  row none, cltq
  row none, cwtl
  row none, cqto
  row none, cltd
  row none, nopl 0(%rax,%rax,1)
  row none, endbr64
  row none, lfence
  row none, mfence
  row none, sfence
  row none, pause
  row none, cld
  row none, std
  row none, clc
  row none, stc
.irp cc, o, no, b, ae, e, ne, be, a, s, ns, p, np, l, ge, le, g
  row none, set\cc %al
  row none, set\cc 5(%r15)
  row none, cmov\cc %rax, %rbx
  row none, cmov\cc %ecx, %edx
  row none, cmov\cc 8(%r15), %r8w
.endr

  .pushsection .data.rel.ro.rows, "aw"
  .globl native_rows_end
native_rows_end:
  .popsection

// void run_native(): native_registers (16 in order of encoding, then RFLAGS) before and after one
// execution of *native_code, which comes back through native_back.
  .bss
  .globl native_registers
  .balign 8
native_registers: .skip 17 * 8
host_stack: .skip 8
  .data
  .globl native_code
native_code: .quad 0
  .text
  .globl run_native
run_native:
  .irp r, rbx, rbp, r12, r13, r14, r15
  push %\r
  .endr
  mov %rsp, host_stack(%rip)
  pushq native_registers + 128(%rip)
  popfq
  .set i, 0
  .irp r, rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
  mov native_registers + i(%rip), %\r
  .set i, i + 8
  .endr
  jmp *native_code(%rip)

  .globl native_back
native_back:
  .set i, 0
  .irp r, rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
  mov %\r, native_registers + i(%rip)
  .set i, i + 8
  .endr
  mov host_stack(%rip), %rsp
  pushfq
  popq native_registers + 128(%rip)
  cld
  .irp r, r15, r14, r13, r12, rbp, rbx
  pop %\r
  .endr
  ret

  .section .note.GNU-stack, "", @progbits
