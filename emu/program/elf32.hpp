// SPDX-License-Identifier: MIT
#pragma once

#include <elf.h>

#include <cstring>

namespace ringfare {

// The structures of ELF32 in those of ELF64 (System V gABI, chapters 4 and 5): the loader reads
// either and works on one.

inline Elf64_Ehdr widened(const Elf32_Ehdr& narrow) {
  Elf64_Ehdr wide{};
  std::memcpy(wide.e_ident, narrow.e_ident, EI_NIDENT);
  wide.e_type = narrow.e_type;
  wide.e_machine = narrow.e_machine;
  wide.e_version = narrow.e_version;
  wide.e_entry = narrow.e_entry;
  wide.e_phoff = narrow.e_phoff;
  wide.e_shoff = narrow.e_shoff;
  wide.e_flags = narrow.e_flags;
  wide.e_ehsize = narrow.e_ehsize;
  wide.e_phentsize = narrow.e_phentsize;
  wide.e_phnum = narrow.e_phnum;
  wide.e_shentsize = narrow.e_shentsize;
  wide.e_shnum = narrow.e_shnum;
  wide.e_shstrndx = narrow.e_shstrndx;
  return wide;
}

inline Elf64_Phdr widened(const Elf32_Phdr& narrow) {
  return {.p_type = narrow.p_type,
          .p_flags = narrow.p_flags,
          .p_offset = narrow.p_offset,
          .p_vaddr = narrow.p_vaddr,
          .p_paddr = narrow.p_paddr,
          .p_filesz = narrow.p_filesz,
          .p_memsz = narrow.p_memsz,
          .p_align = narrow.p_align};
}

inline Elf64_Dyn widened(const Elf32_Dyn& narrow) {
  Elf64_Dyn wide{};
  wide.d_tag = narrow.d_tag;
  wide.d_un.d_val = narrow.d_un.d_val;
  return wide;
}

inline Elf64_Shdr widened(const Elf32_Shdr& narrow) {
  Elf64_Shdr wide{};
  wide.sh_name = narrow.sh_name;
  wide.sh_type = narrow.sh_type;
  wide.sh_addr = narrow.sh_addr;
  wide.sh_offset = narrow.sh_offset;
  wide.sh_size = narrow.sh_size;
  wide.sh_link = narrow.sh_link;
  return wide;
}

inline Elf64_Sym widened(const Elf32_Sym& narrow) {
  Elf64_Sym wide{};
  wide.st_name = narrow.st_name;
  wide.st_info = narrow.st_info;
  wide.st_shndx = narrow.st_shndx;
  wide.st_value = narrow.st_value;
  return wide;
}

// What is wide already.
inline Elf64_Ehdr widened(const Elf64_Ehdr& wide) {
  return wide;
}
inline Elf64_Phdr widened(const Elf64_Phdr& wide) {
  return wide;
}
inline Elf64_Shdr widened(const Elf64_Shdr& wide) {
  return wide;
}
inline Elf64_Sym widened(const Elf64_Sym& wide) {
  return wide;
}

}  // namespace ringfare
