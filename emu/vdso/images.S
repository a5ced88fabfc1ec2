// SPDX-License-Identifier: MIT
// The images as they were linked; RINGFARE_VDSO_AMD64 and RINGFARE_VDSO_I386 are the files' names.
        .section .rodata.vdso, "a"
        .balign 4096
        .globl  ringfare_vdso_amd64, ringfare_vdso_amd64_end
        .hidden ringfare_vdso_amd64, ringfare_vdso_amd64_end
ringfare_vdso_amd64:
        .incbin RINGFARE_VDSO_AMD64
ringfare_vdso_amd64_end:
        .globl  ringfare_vdso_i386, ringfare_vdso_i386_end
        .hidden ringfare_vdso_i386, ringfare_vdso_i386_end
        .balign 64
ringfare_vdso_i386:
        .incbin RINGFARE_VDSO_I386
ringfare_vdso_i386_end:
        .section .note.GNU-stack, "", @progbits
