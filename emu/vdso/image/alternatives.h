// SPDX-License-Identifier: MIT
// Code of which the kernel keeps the variant that the processor has: every site is built as its
// default and overwritten when the image is mapped, as Linux does with the "alternatives" of its
// own image.
#pragma once

#include <stdint.h>

// Features that choose a replacement, in the order of preference: a later row of a site wins.
#define ALTERNATIVE_LFENCE 0
#define ALTERNATIVE_RDTSCP 1
#define ALTERNATIVE_RDPID 2

// One row of the section .altinstructions. Offsets are from the member itself.
struct Alternative {
  int32_t site, replacement;
  uint16_t feature;
  uint8_t site_length, replacement_length;
};
