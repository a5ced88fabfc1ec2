// SPDX-License-Identifier: MIT
// getcpu(2) in user mode: the number the kernel left where RDTSCP and RDPID find it.
#include <stddef.h>

#include "emu/vdso/image/processor.h"
#include "emu/vdso/image/system_call.h"

enum { kNodeShift = 12 };  // the kernel's packing of IA32_TSC_AUX

long __vdso_getcpu(unsigned* processor, unsigned* node, void* unused);

long __vdso_getcpu(unsigned* processor, unsigned* node, void* unused) {
  STEP("number of processor and node");
  const uint32_t number = processor_and_node();
  if (number == UINT32_MAX) return system_call3(kGetcpu, (long)processor, (long)node, (long)unused);
  if (processor != NULL) *processor = number & ((1u << kNodeShift) - 1);
  if (node != NULL) *node = number >> kNodeShift;
  return 0;
}

#ifdef __x86_64__
long getcpu(unsigned* processor, unsigned* node, void* unused)
    __attribute__((weak, alias("__vdso_getcpu")));
#endif
