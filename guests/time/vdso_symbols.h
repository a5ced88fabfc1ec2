// SPDX-License-Identifier: MIT
// The functions that the vDSO exports, one after the other.
#pragma once

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <sys/auxv.h>

struct VdsoSymbol {
  const char* name;
  uintptr_t address, size;
};

// The dynamic section's entry, moved to where the image lies; 0: none.
static inline uintptr_t vdso_table(uintptr_t base, ElfW(Sxword) tag) {
  const ElfW(Ehdr)* const header = (const void*)base;
  const ElfW(Phdr)* const segments = (const void*)(base + header->e_phoff);
  for (int i = 0; i < header->e_phnum; ++i) {
    if (segments[i].p_type != PT_DYNAMIC) continue;
    const ElfW(Dyn)* entry = (const void*)(base + segments[i].p_offset);
    for (; entry->d_tag != DT_NULL; ++entry)
      if (entry->d_tag == tag) return base + entry->d_un.d_ptr;
  }
  return 0;
}

// Calls `each` with every function; the image starts at address 0 of its own.
static inline void for_each_vdso_symbol(void (*each)(const struct VdsoSymbol*)) {
  const uintptr_t base = getauxval(AT_SYSINFO_EHDR);
  if (base == 0) return;
  const uint32_t* const hash = (const void*)vdso_table(base, DT_HASH);
  const ElfW(Sym)* const symbols = (const void*)vdso_table(base, DT_SYMTAB);
  const char* const strings = (const void*)vdso_table(base, DT_STRTAB);
  for (uint32_t i = 1; i < hash[1]; ++i) {
    if ((symbols[i].st_info & 0xf) != STT_FUNC) continue;
    const struct VdsoSymbol symbol = {strings + symbols[i].st_name, base + symbols[i].st_value,
                                      symbols[i].st_size};
    each(&symbol);
  }
}
