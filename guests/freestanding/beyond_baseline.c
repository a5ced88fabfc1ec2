// SPDX-License-Identifier: MIT
// Executes an instruction that baseline processors do not have, without asking CPUID; exits with 5.
#include "start.h"

int run(void) {
  unsigned long bits = 0x8421;
  __asm__("popcnt %0, %0\n inc %0" : "+r"(bits)::"cc");
  return (int)bits;
}
