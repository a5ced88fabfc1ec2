// SPDX-License-Identifier: MIT
// Code of which the kernel keeps the variant that the processor has: every site is built as its
// default and overwritten when the image is mapped, as Linux does with the "alternatives" of its
// own image.
#pragma once

// Features that choose a replacement, in the order of preference: a later row of a site wins.
#define ALTERNATIVE_LFENCE 0
#define ALTERNATIVE_RDTSCP 1
#define ALTERNATIVE_RDPID 2
// The door for 32-bit code that processor and kernel have opened.
#define ALTERNATIVE_SYSCALL32 3
#define ALTERNATIVE_SYSENTER32 4
#define ALTERNATIVE_SYSCALL32_BEHIND 5

#ifndef __ASSEMBLER__
#include <stdint.h>

// One row of the section .altinstructions. Offsets are from the member itself.
struct Alternative {
  int32_t site, replacement;
  uint16_t feature;
  uint8_t site_length, replacement_length;
};
#endif
