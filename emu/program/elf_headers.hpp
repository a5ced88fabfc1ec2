// SPDX-License-Identifier: MIT
#pragma once

#include <elf.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "emu/program/guest_layout.hpp"
#include "emu/program/program_file.hpp"

namespace ringfare {

/// What an executable file says of itself (System V gABI, chapters 4 and 5), read and checked:
/// those of ELF32 in the structures of ELF64. Whatever no program of x86-64 or i386 Linux has is
/// refused through ProgramFile::fail.
struct ElfHeaders {
  Elf64_Ehdr file;
  std::vector<Elf64_Phdr> program;
  std::vector<Elf64_Phdr> loads;  // of `program`: PT_LOAD that take memory

  bool narrow() const { return file.e_ident[EI_CLASS] == ELFCLASS32; }
  const Elf64_Phdr* find(Elf64_Word type) const;  // the first of its type, or null
};

ElfHeaders read_headers(const ProgramFile& file);

/// The path PT_INTERP names: who loads the rest of a dynamically linked program. Nothing where the
/// program is complete.
std::optional<std::string> interpreter_path(const ProgramFile& file, const ElfHeaders& headers);

/// A shared object that is no program.
void refuse_library(const ProgramFile& file, const ElfHeaders& headers);

/// Refuses segments that cannot be mapped; afterwards no sum over one overflows.
void check_segments(const ProgramFile& file, const ElfHeaders& headers, const GuestLayout& layout);

}  // namespace ringfare
