// SPDX-License-Identifier: MIT
#include <cstddef>

#include "cpu/translator/context.hpp"

namespace ringfare::translator {
namespace {

// The assembly below names these offsets; a layout change does not compile.
static_assert(offsetof(Context, host_rsp) == 0);
static_assert(offsetof(Context, vector_area) == 24);
static_assert(offsetof(Context, entry_stub) == 32);
static_assert(offsetof(Context, host_mxcsr) == 40);
static_assert(offsetof(Context, hidden_totals) == 44);
static_assert(offsetof(Context, one_by_one) == 48);
static_assert(offsetof(Context, components) == 52);
static_assert(offsetof(Context, guest_pkru) == 56);
static_assert(offsetof(Context, totals) == 64);
static_assert(offsetof(Context, one) == 128);
static_assert(offsetof(Context, gpr) == 4096);
static_assert(offsetof(Context, rflags) == 4096 + 128);
static_assert(offsetof(Context, fs_base) == 4096 + 136);
static_assert(offsetof(Context, loaded_base) == 4096 + 152);
static_assert(VectorState::kMxcsr == 24);

}  // namespace
}  // namespace ringfare::translator

// XSAVE image, standard form (SDM vol. 1, 13.4): XMM at 160, XSTATE_BV at 512, upper halves at 576.
//
// The last load (rcx) and the jump to the translated code are the entry stub's: it reaches the
// context without a register.
asm(R"(
.text
.globl ringfare_world_enter
.type ringfare_world_enter, @function
ringfare_world_enter:
  push %rbx
  push %rbp
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp, 0(%rdi)
  mov %rdi, %rcx
  mov 24(%rcx), %rsi
  mov 512(%rsi), %edi
  or %edi, 52(%rcx)
  cmpl $0, 48(%rcx)
  je 7f
  test $2, %dil
  jz 7f
  test $1, %dil
  jz 1f
  mov $1, %eax
  xor %edx, %edx
  xrstor64 (%rsi)
1:
  mov 24(%rsi), %eax
  cmp 40(%rcx), %eax
  je 10f
  ldmxcsr 24(%rsi)
10:
.macro load_xmm n
  vmovdqu 160+16*\n(%rsi), %xmm\n
.endm
.macro load_upper n
  vinsertf128 $1, 576+16*\n(%rsi), %ymm\n, %ymm\n
.endm
.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
  load_xmm \n
.endr
  test $4, %dil
  jz 2f
.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
  load_upper \n
.endr
  jmp 3f
2:
  vzeroupper
3:
  cmpl $0, 44(%rcx)
  je 4f
  vmovdqu64 64(%rcx), %zmm31
  vmovdqu64 128(%rcx), %zmm29
4:
  mov 4232(%rcx), %rax
  cmp %rax, 4248(%rcx)
  je 5f
  wrgsbase %rax
  mov %rax, 4248(%rcx)
5:
  mov 4224(%rcx), %rax
  test $0xfffff528, %eax  # more than IF and the arithmetic flags
  jnz 8f
  mov %eax, %edx
  shr $11, %edx
  and $1, %edx
  mov %al, %ah
  add $0x7f, %dl          # OF
  sahf                    # SF ZF AF PF CF
6:
  mov %rcx, %rdi          # no flags from here on
  mov 56(%rdi), %ecx
  jrcxz 11f
  mov %ecx, %eax
  mov $0, %ecx
  mov $0, %edx
  wrpkru
11:
  mov %rdi, %rcx
  mov 4096(%rcx), %rax
  mov 4112(%rcx), %rdx
  mov 4120(%rcx), %rbx
  mov 4128(%rcx), %rsp
  mov 4136(%rcx), %rbp
  mov 4144(%rcx), %rsi
  mov 4152(%rcx), %rdi
  mov 4160(%rcx), %r8
  mov 4168(%rcx), %r9
  mov 4176(%rcx), %r10
  mov 4184(%rcx), %r11
  mov 4192(%rcx), %r12
  mov 4200(%rcx), %r13
  mov 4208(%rcx), %r14
  mov 4216(%rcx), %r15
  jmp *32(%rcx)
7:
  mov $7, %eax
  xor %edx, %edx
  xrstor64 (%rsi)
  jmp 3b
8:
  push %rax
  popfq
  jmp 6b
.size ringfare_world_enter, .-ringfare_world_enter

# rcx = context; the guest's rcx is already in its slot.
.globl ringfare_world_leave
.type ringfare_world_leave, @function
ringfare_world_leave:
  mov %rax, 4096(%rcx)
  mov %rdx, 4112(%rcx)
  mov %rbx, 4120(%rcx)
  mov %rsp, 4128(%rcx)
  mov %rbp, 4136(%rcx)
  mov %rsi, 4144(%rcx)
  mov %rdi, 4152(%rcx)
  mov %r8, 4160(%rcx)
  mov %r9, 4168(%rcx)
  mov %r10, 4176(%rcx)
  mov %r11, 4184(%rcx)
  mov %r12, 4192(%rcx)
  mov %r13, 4200(%rcx)
  mov %r14, 4208(%rcx)
  mov %r15, 4216(%rcx)
  mov %rcx, %rdi
  mov 56(%rdi), %ecx
  jrcxz 11f
  mov $0, %eax
  mov $0, %ecx
  mov $0, %edx
  wrpkru
11:
  mov %rdi, %rcx
  mov 0(%rcx), %rsp
  pushfq
  pop 4224(%rcx)
  testl $0x244500, 4224(%rcx)  # TF, DF, NT, AC, ID: not in the emulator
  jnz 7f
1:
  mov 24(%rcx), %rsi
  cmpl $0, 48(%rcx)
  je 8f
  mov 52(%rcx), %eax
  test $5, %al
  jnz 9f
2:
  mov %rax, 512(%rsi)
  stmxcsr 24(%rsi)
.macro store_xmm n
  vmovdqu %xmm\n, 160+16*\n(%rsi)
.endm
.macro store_upper n
  vextractf128 $1, %ymm\n, 576+16*\n(%rsi)
.endm
.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
  store_xmm \n
.endr
  test $4, %al
  jz 3f
.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
  store_upper \n
.endr
3:
  mov 40(%rcx), %eax
  cmp 24(%rsi), %eax
  je 4f
  ldmxcsr 40(%rcx)
4:
  cmpl $0, 44(%rcx)
  je 5f
  vmovdqu64 %zmm31, 64(%rcx)
  vzeroupper
5:
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
  ret
7:
  pushq $0x202
  popfq
  jmp 1b
8:
  mov $7, %eax
  xor %edx, %edx
  xsave64 (%rsi)
  testb $1, 512(%rsi)
  jz 3b
  fninit
  jmp 3b
9:
  mov %rcx, %rdi
  mov $1, %ecx
  xgetbv                     # XINUSE
  mov %rdi, %rcx
  and $7, %eax
  test $1, %al
  jz 2b
  mov %eax, %edi
  mov $1, %eax
  xor %edx, %edx
  xsave64 (%rsi)
  fninit
  mov %edi, %eax
  jmp 2b
.size ringfare_world_leave, .-ringfare_world_leave
)");
