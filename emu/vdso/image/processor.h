// SPDX-License-Identifier: MIT
// What the C code of the vDSO needs and C does not have: places to patch, names for the steps of an
// algorithm, the counter.
#pragma once

#include <stdint.h>

#include "emu/vdso/image/alternatives.h"
#include "emu/vdso/image/vvar.h"

// The data, on the page in front of the image; and on the page before that the cue: a copy of the
// sequence counter that a processor cannot read without the kernel's help. Who loads it tells the
// machine that time is about to be looked at, which no other load does. Neither is const: it
// changes under the reader.
extern struct Vvar vvar_page __attribute__((visibility("hidden")));
extern uint32_t vvar_cue __attribute__((visibility("hidden")));

// Names what is done from here on, for `ringfare explain vdso`: the place and the words go to a
// section that is not loaded. No access to memory moves across it.
#define STEP(words)                               \
  __asm__ volatile(                               \
      "770:\n"                                    \
      ".pushsection .vdso.steps,\"\",@progbits\n" \
      ".long 770b\n"                              \
      ".asciz \"" words "\"\n.popsection" ::      \
          : "memory")

#define TEXT_OF(number) TEXT_OF_EXPANDED(number)
#define TEXT_OF_EXPANDED(number) #number

// A row of .altinstructions: `text` instead of what lies between the labels 771 and 772 in front.
#define ALTERNATIVE(feature, text)                              \
  ".pushsection .altinstr_replacement,\"a\",@progbits\n"        \
  "773: " text                                                  \
  "\n774:\n.popsection\n"                                       \
  ".if (774b - 773b) > (772b - 771b)\n"                         \
  ".error \"an alternative is longer than its site\"\n.endif\n" \
  ".pushsection .altinstructions,\"a\",@progbits\n.balign 4\n"  \
  ".long 771b - ., 773b - .\n"                                  \
  ".short " TEXT_OF(feature) "\n.byte 772b - 771b, 774b - 773b\n.popsection\n"

// The time-stamp counter, not before what stands before it.
static inline uint64_t ordered_counter(void) {
  uint32_t low, high;
  __asm__ volatile(
      "771: rdtsc\nnop\nnop\nnop\n772:\n" ALTERNATIVE(ALTERNATIVE_LFENCE, "lfence\nrdtsc")
          ALTERNATIVE(ALTERNATIVE_RDTSCP, "rdtscp")
      : "=a"(low), "=d"(high)
      :
      : "ecx", "memory");
  return (uint64_t)high << 32 | low;
}

#ifdef __x86_64__
#define RDPID_AX "rdpid %%rax"
#else
#define RDPID_AX "rdpid %%eax"
#endif

// Processor number and, above its twelve bits, node: what the kernel left for RDTSCP and RDPID, and
// as the limit of a segment; all ones where it has none.
static inline uint32_t processor_and_node(void) {
  unsigned long number;
  __asm__ volatile("771: movl $-1, %%eax\nmovl $0x7b, %%ecx\nlsl %%ecx, %%eax\n772:\n" ALTERNATIVE(
                       ALTERNATIVE_RDTSCP, "rdtscp\nmovl %%ecx, %%eax")
                       ALTERNATIVE(ALTERNATIVE_RDPID, RDPID_AX)
                   : "=a"(number)
                   :
                   : "ecx", "edx", "memory");
  return (uint32_t)number;
}
