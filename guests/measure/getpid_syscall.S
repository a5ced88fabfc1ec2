// SPDX-License-Identifier: MIT
// getpid through syscall, timed by rdtsc, in as few instructions as it takes: best of eight, less
// what rdtsc takes. Ends with the number of ticks on standard output.
#define NR_write 1
#define NR_getpid 39
#define NR_exit 60

        .globl  _start
_start:
        mov     $-1, %ebp               // the best rdtsc so far
        mov     $-1, %r8d               // the best getpid so far
        mov     $8, %r9d                // attempts
again:
        rdtsc
        mov     %eax, %ebx
        rdtsc
        sub     %ebx, %eax
        cmp     %ebp, %eax
        jae     slower_reading
        mov     %eax, %ebp
slower_reading:
        rdtsc
        mov     %eax, %ebx
        mov     $NR_getpid, %eax
        syscall                         // RCX and R11 are lost
        rdtsc
        sub     %ebx, %eax
        cmp     %r8d, %eax
        jae     slower_call
        mov     %eax, %r8d
slower_call:
        dec     %r9d
        jnz     again

        mov     %r8d, %eax
        sub     %ebp, %eax
        mov     $10, %ebx
        lea     end_of_line(%rip), %rsi
digit:
        xor     %edx, %edx
        div     %ebx
        add     $'0', %dl
        dec     %rsi
        mov     %dl, (%rsi)
        test    %eax, %eax
        jnz     digit

        lea     end_of_line + 1(%rip), %rdx     // from the first digit to behind the line break
        sub     %rsi, %rdx
        mov     $1, %edi
        mov     $NR_write, %eax
        syscall
        xor     %edi, %edi
        mov     $NR_exit, %eax
        syscall

        .data
        .space  16
end_of_line:
        .byte   '\n'

        .section .note.GNU-stack, "", @progbits
