// SPDX-License-Identifier: MIT
// What the functions are where the vDSO is asked to do nothing by itself: each makes its system call and returns.
// They have no symbols; those of the functions are made to lead here.

        .text
        .macro  place_of name
        .pushsection .vdso.steps, "", @progbits
        .long   .Ltrap_\name
        .asciz  "trap \name"
        .popsection
        .endm

#ifdef __x86_64__
        .macro  trap name, number
        .balign 16
.Ltrap_\name:
        .cfi_startproc
        movl    $\number, %eax
        syscall
        ret
        .cfi_endproc
        place_of \name
        .endm

        trap    clock_gettime, 228
        trap    gettimeofday, 96
        trap    time, 201
        trap    getcpu, 309
        trap    clock_getres, 229
        trap    getrandom, 318
#else
        .macro  trap name, number
        .balign 16
.Ltrap_\name:
        .cfi_startproc
        pushl   %ebx
        .cfi_adjust_cfa_offset 4
        .cfi_rel_offset ebx, 0
        movl    $\number, %eax
        movl    8(%esp), %ebx
        movl    12(%esp), %ecx
        movl    16(%esp), %edx
        int     $0x80
        popl    %ebx
        .cfi_adjust_cfa_offset -4
        .cfi_restore ebx
        ret
        .cfi_endproc
        place_of \name
        .endm

        trap    clock_gettime, 265
        trap    clock_gettime64, 403
        trap    gettimeofday, 78
        trap    time, 13
        trap    getcpu, 318
        trap    clock_getres, 266
#endif
        .section .note.GNU-stack, "", @progbits
