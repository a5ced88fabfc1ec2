// SPDX-License-Identifier: MIT
// time() through the vsyscall page, which keeps every register but RAX: even RCX and R11, which the
// SYSCALL instruction does not. Exit status: how many are not what they were.
        .globl  _start
        .macro  each do
        \do     rbx, 0x1111
        \do     rcx, 0x2222
        \do     rdx, 0x3333
        \do     rsi, 0x4444
        \do     rbp, 0x5555
        \do     r8, 0x6666
        \do     r9, 0x7777
        \do     r10, 0x8888
        \do     r11, 0x9999
        \do     r12, 0xaaaa
        \do     r13, 0xbbbb
        \do     r14, 0xcccc
        \do     r15, 0xdddd
        .endm
        .macro  fill register, value
        mov     $\value, %\register
        .endm
        .macro  count register, value
        cmp     $\value, %\register
        je      1f
        inc     %edi
1:
        .endm
_start:
        each    fill
        xor     %edi, %edi                      // time(NULL)
        mov     %rsp, before(%rip)
        mov     $0xffffffffff600400, %rax
        call    *%rax
        each    count
        cmp     %rsp, before(%rip)
        je      2f
        inc     %edi
2:
        test    %rax, %rax                      // no time at all
        jg      3f
        inc     %edi
3:
        mov     $231, %eax                      // exit_group
        syscall
        .bss
before: .quad   0
        .section .note.GNU-stack, "", @progbits
