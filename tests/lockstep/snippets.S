# Guest code that both engines are to run alike: position-independent, each ends in a gate or a fault.

.macro snippet name
  .globl lockstep_\name
  lockstep_\name:
.endm
.macro end_snippet name
  .globl lockstep_\name\()_end
  lockstep_\name\()_end:
.endm

.section .rodata

snippet loop
  mov $1000, %ecx
1: add $3, %rax
  dec %ecx
  jnz 1b
  syscall
end_snippet loop

# Calls, returns, an indirect call, a jump back into the middle of a block, a conditional branch to
# the middle of another one.
snippet flow
  lea 1f(%rip), %rdx
  mov $5, %ecx
2: call 1f
  call *%rdx
  test $1, %ecx
  jnz 3f
  nop
3: dec %ecx
  jnz 2b
  loop 4f
4: jrcxz 5f
  nop
5: syscall
  int $0x80
1: inc %rax
  ret $0
end_snippet flow

# More than one block of the decoder's longest in a row.
snippet long_block
.rept 150
  add $1, %rax
.endr
  syscall
end_snippet long_block

snippet emulated
  mov $1, %eax
  cpuid
  rdtsc
  rdtscp
  mov $0, %ecx
  xgetbv
  syscall
end_snippet emulated

# REP instructions count once each, also with a count of 0.
snippet string
  cld
  mov $100, %ecx
  mov %rbx, %rdi
  rep stosb
  rep stosb
  mov $50, %ecx
  mov %rbx, %rsi
  rep movsw
  mov $9, %ecx
  mov %rbx, %rdi
  repne scasb
  syscall
end_snippet string

snippet divide
  mov $7, %eax
  xor %edx, %edx
  xor %ecx, %ecx
  div %ecx
end_snippet divide

snippet breakpoint
  mov $7, %eax
  int3
  mov $8, %eax
  syscall
end_snippet breakpoint

snippet undefined
  mov $7, %eax
  ud2
end_snippet undefined

snippet halt
  mov $7, %eax
  hlt
end_snippet halt

snippet clear_interrupts
  mov $7, %eax
  cli
end_snippet clear_interrupts

snippet port
  mov $7, %eax
  in $0x60, %al
end_snippet port

snippet control_register
  mov $7, %eax
  mov %cr3, %rax
end_snippet control_register

snippet null
  xor %eax, %eax
  jmp *%rax
end_snippet null

snippet jump_away
  mov $0x20000, %eax
  call *%rax
end_snippet jump_away

# Data is not executable.
snippet jump_to_data
  jmp *%rbx
end_snippet jump_to_data

snippet write_null
  mov $7, %eax
  mov %rax, 8
end_snippet write_null

# Code may be read but not written where the test maps it so.
snippet write_code
  lea 1f(%rip), %rdi
  mov (%rdi), %rax
1: add %rax, (%rdi)
end_snippet write_code

# Beyond the data nothing is mapped: the part on the page that is must stay as it was.
snippet cross_store
  mov $-1, %rax
  mov %rax, 0x1ffd(%rbx)
end_snippet cross_store

snippet cross_wide_store
  pcmpeqd %xmm0, %xmm0
  movups %xmm0, 0x1ff8(%rbx)
end_snippet cross_wide_store

snippet cross_push
  lea 4(%rbx), %rsp
  push %rax
end_snippet cross_push

snippet push_to_nowhere
  mov %rbx, %rsp
  call 1f
1: nop
end_snippet push_to_nowhere

snippet not_canonical
  mov $0x8000000000000000, %rax
  mov (%rax), %rcx
end_snippet not_canonical

snippet stack_not_canonical
  mov $0x8000000000000000, %rsp
  pop %rcx
end_snippet stack_not_canonical

snippet misaligned
  movaps 8(%rbx), %xmm0
end_snippet misaligned

snippet misaligned_exchange
  cmpxchg16b 8(%rbx)
end_snippet misaligned_exchange

snippet flags
  pushfq
  pop %rax
  or $0x200000, %eax
  push %rax
  popfq
  std
  stc
  pushfq
  pop %rcx
  cld
  mov %cs, %edx
  mov %ss, %esi
  syscall
end_snippet flags

# The code is written over while it runs: the immediate of the addition ahead, in the same block.
snippet modify_ahead
  lea 1f(%rip), %rdi
  movb $5, 3(%rdi)
1: add $1, %rax
  syscall
end_snippet modify_ahead

# Every round changes the addition of the next one.
snippet modify_in_loop
  lea 1f(%rip), %rdi
  mov $20, %ecx
  jmp 1f
2: incb 3(%rdi)
1: add $1, %rax
  dec %ecx
  jnz 2b
  syscall
end_snippet modify_in_loop

.section .note.GNU-stack,"",@progbits
