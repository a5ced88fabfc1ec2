// SPDX-License-Identifier: MIT
// The images as they were linked; RINGFARE_VDSO_AMD64 is the file's name.
        .section .rodata.vdso, "a"
        .balign 4096
        .globl  ringfare_vdso_amd64, ringfare_vdso_amd64_end
        .hidden ringfare_vdso_amd64, ringfare_vdso_amd64_end
ringfare_vdso_amd64:
        .incbin RINGFARE_VDSO_AMD64
ringfare_vdso_amd64_end:
        .section .note.GNU-stack, "", @progbits
