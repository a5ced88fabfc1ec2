// SPDX-License-Identifier: MIT
// Writes %edi - %ebp in decimal and a line break to standard output, and exits. 32-bit code.
        mov     %edi, %eax
        sub     %ebp, %eax
        mov     $10, %ebx
        mov     $end_of_line, %ecx
digit:
        xor     %edx, %edx
        div     %ebx
        add     $'0', %dl
        dec     %ecx
        mov     %dl, (%ecx)
        test    %eax, %eax
        jnz     digit

        mov     $end_of_line + 1, %edx  // from the first digit to behind the line break
        sub     %ecx, %edx
        mov     $1, %ebx
        mov     $NR_write, %eax
        int     $0x80
        xor     %ebx, %ebx
        mov     $NR_exit, %eax
        int     $0x80

        .data
        .space  16
end_of_line:
        .byte   '\n'

        .section .note.GNU-stack, "", @progbits
