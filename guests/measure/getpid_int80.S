// SPDX-License-Identifier: MIT
// getpid through int 0x80, timed by rdtsc, in as few instructions as it takes: best of eight, less
// what rdtsc takes. Ends with the number of ticks on standard output.
#define NR_exit 1
#define NR_write 4
#define NR_getpid 20

        .globl  _start
_start:
        mov     $-1, %ebp               // the best rdtsc so far
        mov     $-1, %edi               // the best getpid so far
        mov     $8, %esi                // attempts
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
        int     $0x80
        rdtsc
        sub     %ebx, %eax
        cmp     %edi, %eax
        jae     slower_call
        mov     %eax, %edi
slower_call:

        dec     %esi
        jnz     again
#include "print_ticks.S"
