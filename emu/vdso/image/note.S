// SPDX-License-Identifier: MIT
// The note by which a C library learns the kernel's version without a system call. The number is
// filled in when the image is mapped.
        .section .note.Linux, "a", @note
        .balign 4
        .long   6, 4, 0         // lengths of name and value, type
        .asciz  "Linux"
        .balign 4
        .long   0               // (version << 16) + (patch level << 8) + sublevel
        .section .note.GNU-stack, "", @progbits
