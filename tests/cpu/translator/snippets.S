# Guest code of the translator's tests: position-independent snippets, copied to where the test wants them.
# Each ends in syscall, where the engine stops.

.macro snippet name
  .globl snippet_\name
  snippet_\name:
.endm
.macro end_snippet name
  .globl snippet_\name\()_end
  snippet_\name\()_end:
.endm

.section .rodata

# 1 + 3 * 1000 + 1 instructions
snippet loop
  mov $1000, %ecx
1: add $3, %rax
  dec %ecx
  jnz 1b
  syscall
end_snippet loop

# Calls, returns, an indirect call through a register and one through memory; result in rax.
snippet calls
  xor %eax, %eax
  call 1f
  lea 1f(%rip), %rdx
  call *%rdx
  mov %rdx, -8(%rsp)
  call *-8(%rsp)
  syscall
1: add $5, %rax
  ret
end_snippet calls

# FS at rdi and GS behind it, by every way to use them: 26 + 2 * 2 instructions.
snippet segments
  wrfsbase %rdi
  rdfsbase %rax
  movq $0x1234, %fs:8
  mov %fs:8, %rbx
  lea 64(%rdi), %rsi
  wrgsbase %rsi
  movq $0x77, %gs:8
  mov %gs:8, %rdx
  rdgsbase %r8
  rdgsbase %r9d
  mov 8(%rdi), %r10
  mov 72(%rdi), %r11
  mov %fs, %ebp
  xor %r14d, %r14d
  lea 1f(%rip), %r13
  mov %r13, %fs:16
  call *%fs:16
  mov %r13, %gs:16
  call *%gs:16
  rdfsbase %r12
  xor %ecx, %ecx
  mov %ecx, %gs
  rdgsbase %r15
  addq $1, %fs:8
  mov 8(%rdi), %rcx
  syscall
1: add $1, %r14
  ret
end_snippet segments

# An indirect jump table walked many times: rcx counts down, rax sums.
snippet table
  lea 9f(%rip), %r8
  mov $3000, %ecx
  xor %eax, %eax
1: mov %ecx, %edx
  and $3, %edx
  movslq (%r8,%rdx,4), %r9
  add %r8, %r9
  jmp *%r9
2: add $1, %rax
  jmp 6f
3: add $10, %rax
  jmp 6f
4: add $100, %rax
  jmp 6f
5: add $1000, %rax
6: dec %ecx
  jnz 1b
  syscall
.balign 4
9: .long 2b - 9b, 3b - 9b, 4b - 9b, 5b - 9b
end_snippet table

# Calls seven functions that lie 64 KiB apart from rdi on, 600 times.
snippet same_place
  mov $600, %ecx
1: mov %rdi, %rdx
  mov $7, %esi
2: call *%rdx
  add $0x10000, %rdx
  dec %esi
  jnz 2b
  dec %ecx
  jnz 1b
  syscall
end_snippet same_place

# Flags live across a conditional branch, a direct jump, a call and a return; red zone untouched.
snippet flags
  movq $0x1122, -8(%rsp)
  movq $0x3344, -128(%rsp)
  stc
  jc 1f
  mov $99, %eax
1: jmp 2f
2: sbb %rax, %rax
  cmp %eax, %eax
  lea -256(%rsp), %rsp
  call 3f
  lea 256(%rsp), %rsp
  setz %bl
  setc %bh
  movq -8(%rsp), %rsi
  movq -128(%rsp), %rdi
  syscall
3: ret
end_snippet flags

# rep movsb of 100 bytes is one instruction; loop and jrcxz have no long form.
snippet string
  mov $100, %ecx
  rep movsb
  mov $5, %ecx
  xor %eax, %eax
1: inc %eax
  loop 1b
  jrcxz 2f
  mov $0, %eax
2: mov $1, %ecx
  jrcxz 3f
  inc %eax
3: syscall
end_snippet string

# Faults at the third instruction of a block, after a loop of two rounds.
snippet fault
  mov $2, %ecx
1: inc %rax
  dec %ecx
  jnz 1b
  mov $7, %rbx
  mov $8, %rdx
  mov %rdx, (%rdi)
  mov $9, %rbx
  syscall
end_snippet fault

# The target of the indirect call cannot be loaded: rcx must be the guest's own.
snippet fault_indirect
  mov $0x77, %ecx
  call *(%rdi)
  syscall
end_snippet fault_indirect

snippet divide
  mov $1, %eax
  xor %edx, %edx
  xor %ecx, %ecx
  div %ecx
  syscall
end_snippet divide

snippet breakpoint
  mov $1, %eax
  int3
  mov $2, %eax
  syscall
end_snippet breakpoint

snippet undefined
  mov $1, %eax
  ud2
end_snippet undefined

# EVEX and rdrand are not shown to the guest.
snippet refused
  mov $1, %eax
  vpaddq %zmm0, %zmm0, %zmm0
  syscall
end_snippet refused

snippet emulated
  mov $1, %eax
  rdtsc
  cpuid
  rdtscp
  mov $0, %ecx
  xgetbv
  syscall
end_snippet emulated

# RIP-relative data; run near the arena and far from it.
snippet data
  mov 1f(%rip), %rax
  addq $1, 1f(%rip)
  add 1f(%rip), %rax
  movdqu 1f(%rip), %xmm3
  vmovdqu 1f(%rip), %xmm9
  pushq 1f(%rip)
  pop %rbx
  lea 1f(%rip), %rdi
  lea 2f(%rip), %rsi
  mov %rsi, 3f(%rip)
  jmp *3f(%rip)
  ud2
2: call 4f
  syscall
4: ret
.balign 16
1: .quad 40, 2
3: .quad 0
end_snippet data

# All-ones masks must not save or restore more than CPUID shows: 832 bytes at rdi, rsi and through
# every base register the masking itself uses.
snippet xsave
  mov $-1, %eax
  mov $-1, %edx
  xsave64 (%rdi)
  xsavec64 (%rsi)
  mov %rdi, %rcx
  xrstor64 (%rcx)
  syscall
end_snippet xsave

# Writes the immediate of its own add, then runs it again.
snippet forever
1: inc %rax
  test %rax, %rax
  jnz 1b
  syscall
end_snippet forever


# Each round patches the operand of the instruction behind the store; rbx sums 1 to 300.
snippet patch_next
  lea 1f+1(%rip), %rdx
  xor %ebx, %ebx
  mov $300, %ecx
2: mov %ecx, (%rdx)
1: mov $0, %eax
  add %rax, %rbx
  dec %ecx
  jnz 2b
  syscall
end_snippet patch_next

# Each round writes "mov $ecx, %eax; ret" to where rdi points and calls it; rbx sums 1 to 200.
snippet patch_other
  xor %ebx, %ebx
  mov $200, %ecx
2: movb $0xb8, (%rsi)
  mov %ecx, 1(%rsi)
  movb $0xc3, 5(%rsi)
  call *%rdi
  add %rax, %rbx
  dec %ecx
  jnz 2b
  syscall
end_snippet patch_other

# Fills the code at rdi with 64 times al and a ret behind, calls it; again with ah.
snippet patch_string
  mov %rdi, %rdx
  mov $64, %ecx
  rep stosb
  movb $0xc3, (%rdi)
  call *%rdx
  mov %ah, %al
  mov %rdx, %rdi
  mov $64, %ecx
  rep stosb
  call *%rdx
  syscall
end_snippet patch_string

# The flags as PUSHF stores them, after a POPF.
snippet push_flags
  pushf
  popf
  pushf
  pop %rax
  mov $7, %ecx
  rep lodsb
  mov $1, %edx
  syscall
end_snippet push_flags

.section .note.GNU-stack,"",@progbits
