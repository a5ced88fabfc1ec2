// SPDX-License-Identifier: MIT
#include <cstddef>

#include "cpu/translator/context.hpp"

namespace ringfare::translator {
namespace {

// The assembly below names these offsets; a layout change does not compile.
static_assert(offsetof(Context, gpr) == 0);
static_assert(offsetof(Context, rflags) == 128);
static_assert(offsetof(Context, fs_base) == 136);
static_assert(offsetof(Context, gs_base) == 144);
static_assert(offsetof(Context, host_rsp) == 152);
static_assert(offsetof(Context, host_fs_base) == 160);
static_assert(offsetof(Context, target) == 168);
static_assert(offsetof(Context, vector_area) == 184);
static_assert(offsetof(Context, host_mxcsr) == 192);
static_assert(offsetof(Context, hidden_totals) == 196);
static_assert(offsetof(Context, entry_stub) == 216);
static_assert(offsetof(Context, totals) == 256);
static_assert(offsetof(Context, one) == 320);

}  // namespace
}  // namespace ringfare::translator

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
  mov %rsp, 152(%rdi)
  rdfsbase %rax
  mov %rax, 160(%rdi)
  mov %rdi, %rcx
  mov 184(%rcx), %rsi
  mov $7, %eax
  xor %edx, %edx
  xrstor64 (%rsi)
  cmpl $0, 196(%rcx)
  je 1f
  vmovdqu64 256(%rcx), %zmm31
  vmovdqu64 320(%rcx), %zmm29
1:
  mov 136(%rcx), %rax
  wrfsbase %rax
  mov 144(%rcx), %rax
  wrgsbase %rax
  push 128(%rcx)
  popfq
  mov 0(%rcx), %rax
  mov 16(%rcx), %rdx
  mov 24(%rcx), %rbx
  mov 32(%rcx), %rsp
  mov 40(%rcx), %rbp
  mov 48(%rcx), %rsi
  mov 56(%rcx), %rdi
  mov 64(%rcx), %r8
  mov 72(%rcx), %r9
  mov 80(%rcx), %r10
  mov 88(%rcx), %r11
  mov 96(%rcx), %r12
  mov 104(%rcx), %r13
  mov 112(%rcx), %r14
  mov 120(%rcx), %r15
  jmp *216(%rcx)
.size ringfare_world_enter, .-ringfare_world_enter

# rcx = context; the guest's rcx is already in its slot.
.globl ringfare_world_leave
.type ringfare_world_leave, @function
ringfare_world_leave:
  mov %rax, 0(%rcx)
  mov %rdx, 16(%rcx)
  mov %rbx, 24(%rcx)
  mov %rsp, 32(%rcx)
  mov %rbp, 40(%rcx)
  mov %rsi, 48(%rcx)
  mov %rdi, 56(%rcx)
  mov %r8, 64(%rcx)
  mov %r9, 72(%rcx)
  mov %r10, 80(%rcx)
  mov %r11, 88(%rcx)
  mov %r12, 96(%rcx)
  mov %r13, 104(%rcx)
  mov %r14, 112(%rcx)
  mov %r15, 120(%rcx)
  mov 152(%rcx), %rsp
  pushfq
  pop 128(%rcx)
  cld
  rdfsbase %rax
  mov %rax, 136(%rcx)
  mov 160(%rcx), %rax
  wrfsbase %rax
  rdgsbase %rax
  mov %rax, 144(%rcx)
  mov 184(%rcx), %rsi
  mov $7, %eax
  xor %edx, %edx
  xsave64 (%rsi)
  testb $1, 512(%rsi)
  jz 1f
  fninit
1:
  ldmxcsr 192(%rcx)
  cmpl $0, 196(%rcx)
  je 2f
  vmovdqu64 %zmm31, 256(%rcx)
  vzeroupper
2:
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
  ret
.size ringfare_world_leave, .-ringfare_world_leave
)");
