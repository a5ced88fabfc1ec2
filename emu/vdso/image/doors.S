// SPDX-License-Identifier: MIT
// The i386 ways into the kernel: __kernel_vsyscall, which takes the best door that processor and
// kernel have, and the two calls that end a signal handler.
#include "emu/vdso/image/alternatives.h"

        .text
        .globl  __kernel_vsyscall
        .type   __kernel_vsyscall, @function
        .balign 32
// As int $0x80: number in EAX, arguments in EBX, ECX, EDX, ESI, EDI, EBP. SYSENTER keeps neither ESP nor the
// return address, SYSCALL not ECX: what they lose lies on the stack, and the kernel comes back at the landing pad.
__kernel_vsyscall:
        .cfi_startproc
        pushl   %ecx
        .cfi_adjust_cfa_offset 4
        .cfi_rel_offset ecx, 0
        pushl   %edx
        .cfi_adjust_cfa_offset 4
        .cfi_rel_offset edx, 0
        pushl   %ebp
        .cfi_adjust_cfa_offset 4
        .cfi_rel_offset ebp, 0
771:    .byte   0x8d, 0x74, 0x26, 0x00          // leal 0(%esi), %esi: nothing, and int $0x80
        int     $0x80
772:
.Llanding_pad:
        popl    %ebp
        .cfi_adjust_cfa_offset -4
        .cfi_restore ebp
        popl    %edx
        .cfi_adjust_cfa_offset -4
        .cfi_restore edx
        popl    %ecx
        .cfi_adjust_cfa_offset -4
        .cfi_restore ecx
        ret
        .cfi_endproc
        .size   __kernel_vsyscall, . - __kernel_vsyscall

        .macro  alternative feature, code:vararg
        .pushsection .altinstr_replacement, "a", @progbits
773:    \code
774:
        .popsection
        .pushsection .altinstructions, "a", @progbits
        .balign 4
        .long   771b - ., 773b - .
        .short  \feature
        .byte   772b - 771b, 774b - 773b
        .popsection
        .endm
        // movl %ecx, %ebp; syscall; int $0x80
        alternative ALTERNATIVE_SYSCALL32, .byte 0x89, 0xcd, 0x0f, 0x05, 0xcd, 0x80
        // movl %esp, %ebp; sysenter; int $0x80
        alternative ALTERNATIVE_SYSENTER32, .byte 0x89, 0xe5, 0x0f, 0x34, 0xcd, 0x80
        // Where the kernel comes back behind the door: movl %ecx, %ebp; syscall; nothing
        alternative ALTERNATIVE_SYSCALL32_BEHIND, .byte 0x89, 0xcd, 0x0f, 0x05, 0x66, 0x90

        .pushsection .vdso.steps, "", @progbits
        .long   .Llanding_pad
        .asciz  "landing pad"
        .popsection

// Signal frames (sigreturn(2)): the interrupted registers lie in a sigcontext above ESP, so that is where a
// debugger finds them. Unwinders look at the byte before a return address, hence the nop within the description.
// Each offset is of two bytes of LEB128, the second possibly empty.
        .macro  saved_at register, offset
        .cfi_escape 0x10, \register, 3, 0x74, ((\offset) & 0x7f) | 0x80, (\offset) >> 7
        .endm
        .macro  frame_at context                // ESP + context is the sigcontext
        .cfi_escape 0x0f, 4, 0x74, ((\context + 28) & 0x7f) | 0x80, (\context + 28) >> 7, 0x06
        saved_at 0, \context + 44               // EAX
        saved_at 1, \context + 40               // ECX
        saved_at 2, \context + 36               // EDX
        saved_at 3, \context + 32               // EBX
        saved_at 5, \context + 24               // EBP
        saved_at 6, \context + 20               // ESI
        saved_at 7, \context + 16               // EDI
        saved_at 8, \context + 56               // EIP
        .endm

        .balign 32
        .cfi_startproc
        .cfi_signal_frame
        frame_at 4
        nop
        .globl  __kernel_sigreturn
        .type   __kernel_sigreturn, @function
__kernel_sigreturn:
        popl    %eax                            // the signal's number
        frame_at 0
        movl    $119, %eax                      // sigreturn
        int     $0x80
        .cfi_endproc
        .size   __kernel_sigreturn, . - __kernel_sigreturn

        .balign 32
        .cfi_startproc
        .cfi_signal_frame
        frame_at 160
        nop
        .globl  __kernel_rt_sigreturn
        .type   __kernel_rt_sigreturn, @function
__kernel_rt_sigreturn:
        movl    $173, %eax                      // rt_sigreturn
        int     $0x80
        .cfi_endproc
        .size   __kernel_rt_sigreturn, . - __kernel_rt_sigreturn
        .section .note.GNU-stack, "", @progbits
