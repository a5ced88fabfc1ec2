// SPDX-License-Identifier: MIT
#include "emu/program/elf_headers.hpp"

#include <fmt/format.h>
#include <linux/limits.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "cpu/memory.hpp"
#include "emu/program/elf32.hpp"

namespace ringfare {
namespace {

struct MachineName {
  std::uint16_t machine;
  std::string_view name;
};

/// Those a user is likely to meet (System V gABI, e_machine).
constexpr std::array kMachines{
    MachineName{EM_AARCH64, "AArch64"},     MachineName{EM_ARM, "32-bit Arm"},
    MachineName{EM_RISCV, "RISC-V"},        MachineName{EM_PPC64, "POWER"},
    MachineName{EM_S390, "S/390"},          MachineName{EM_MIPS, "MIPS"},
    MachineName{EM_LOONGARCH, "LoongArch"}, MachineName{EM_SPARCV9, "SPARC"},
    MachineName{EM_PPC, "32-bit PowerPC"},
};

std::string machine_name(std::uint16_t machine) {
  const auto row = std::ranges::find(kMachines, machine, &MachineName::machine);
  return row != kMachines.end() ? std::string(row->name) : fmt::format("ELF machine {}", machine);
}

void refuse_script(const ProgramFile& file) {
  std::array<char, 256> start{};
  const std::size_t size = std::min<std::uint64_t>(file.size(), start.size());
  if (!file.read(0, std::as_writable_bytes(std::span(start.data(), size)))) return;
  std::string_view line(start.data(), size);
  if (!line.starts_with("#!")) return;
  line = line.substr(2, line.find_first_of("\n") - 2);
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  const std::string interpreter(line.substr(0, line.find_first_of(" \t\r")));
  file.fail(fmt::format("is a script; run its interpreter instead: {} {}",
                        interpreter.empty() ? "INTERPRETER" : interpreter, file.path()));
}

/// A structure of either class, as that of ELF64; nothing where the file ends before it does.
template <class Wide, class Narrow>
std::optional<Wide> read_as(const ProgramFile& file, std::uint64_t offset, bool narrow) {
  Wide wide{};
  Narrow read{};
  if (!narrow)
    return file.read(offset, std::as_writable_bytes(std::span(&wide, 1))) ? std::optional(wide)
                                                                          : std::nullopt;
  if (!file.read(offset, std::as_writable_bytes(std::span(&read, 1)))) return std::nullopt;
  return widened(read);
}

bool is_narrow(const Elf64_Ehdr& header) {
  return header.e_ident[EI_CLASS] == ELFCLASS32;
}

/// The checks of e_ident and the fixed fields, in the order in which they make sense to a reader.
Elf64_Ehdr read_header(const ProgramFile& file) {
  refuse_script(file);
  std::array<unsigned char, EI_NIDENT> ident{};
  const bool elf = file.read(0, std::as_writable_bytes(std::span(ident).first(SELFMAG))) &&
                   std::memcmp(ident.data(), ELFMAG, SELFMAG) == 0;
  if (!elf) file.fail("is not an ELF executable; name a program built for x86-64 Linux");
  const bool has_class = file.read(0, std::as_writable_bytes(std::span(ident)));
  const bool narrow = has_class && ident[EI_CLASS] == ELFCLASS32;
  const auto read = read_as<Elf64_Ehdr, Elf32_Ehdr>(file, 0, narrow);
  if (!read) file.fail("is cut off within its ELF header; copy or build it again");
  const Elf64_Ehdr header = *read;
  const unsigned data = header.e_ident[EI_DATA];
  if (data == ELFDATA2MSB) file.fail("is a big-endian program; build it for x86-64");
  if (header.e_machine != EM_X86_64 && header.e_machine != EM_386)
    file.fail(
        fmt::format("is a program for {}; build it for x86-64", machine_name(header.e_machine)));
  if (narrow && header.e_machine == EM_X86_64)
    file.fail("is a program for x32; build it for x86-64 or i386");
  if (header.e_ident[EI_CLASS] != (header.e_machine == EM_386 ? ELFCLASS32 : ELFCLASS64))
    file.fail("has a damaged ELF header (class); copy or build it again");
  if (data != ELFDATA2LSB)
    file.fail("has a damaged ELF header (byte order); copy or build it again");
  if (header.e_type == ET_REL) file.fail("is an object file; link it first");
  if (header.e_type == ET_CORE) file.fail("is a core dump; name the program that left it");
  if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
    file.fail(fmt::format("has an unknown ELF type {}; build it again", header.e_type));
  return header;
}

std::vector<Elf64_Phdr> read_program_headers(const ProgramFile& file, const Elf64_Ehdr& header) {
  if (header.e_phnum == 0) file.fail("has no program headers; link it as an executable");
  const std::size_t size = is_narrow(header) ? sizeof(Elf32_Phdr) : sizeof(Elf64_Phdr);
  if (header.e_phentsize != size)
    file.fail(fmt::format("has program headers of {} bytes instead of {}; build it again",
                          header.e_phentsize, size));
  std::vector<Elf64_Phdr> headers;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    const auto one =
        read_as<Elf64_Phdr, Elf32_Phdr>(file, header.e_phoff + i * size, is_narrow(header));
    if (!one)
      file.fail(
          "is cut off: its program headers lie beyond the end of the file; copy or build it "
          "again");
    headers.push_back(*one);
  }
  return headers;
}

std::vector<Elf64_Phdr> loadable(const ProgramFile& file, std::span<const Elf64_Phdr> headers) {
  std::vector<Elf64_Phdr> loads;
  for (const Elf64_Phdr& segment : headers)
    if (segment.p_type == PT_LOAD && segment.p_memsz != 0) loads.push_back(segment);
  if (loads.empty()) file.fail("has nothing to load; link it as an executable");
  return loads;
}

/// What the dynamic section says of an ET_DYN: a static PIE and a library look alike otherwise.
struct DynamicFacts {
  bool pie = false;       // DF_1_PIE
  bool has_name = false;  // DT_SONAME
};

DynamicFacts dynamic_facts(const ProgramFile& file, const ElfHeaders& headers) {
  DynamicFacts facts;
  const Elf64_Phdr* const dynamic = headers.find(PT_DYNAMIC);
  if (dynamic == nullptr) return facts;
  const bool narrow = headers.narrow();
  const std::size_t size = narrow ? sizeof(Elf32_Dyn) : sizeof(Elf64_Dyn);
  for (std::uint64_t at = 0; at + size <= dynamic->p_filesz; at += size) {
    const auto entry = read_as<Elf64_Dyn, Elf32_Dyn>(file, dynamic->p_offset + at, narrow);
    if (!entry || entry->d_tag == DT_NULL) break;
    if (entry->d_tag == DT_FLAGS_1 && (entry->d_un.d_val & DF_1_PIE) != 0) facts.pie = true;
    if (entry->d_tag == DT_SONAME) facts.has_name = true;
  }
  return facts;
}

bool in_code(std::span<const Elf64_Phdr> loads, std::uint64_t address) {
  return std::ranges::any_of(loads, [address](const Elf64_Phdr& load) {
    return (load.p_flags & PF_X) != 0 && address >= load.p_vaddr &&
           address - load.p_vaddr < load.p_memsz;
  });
}

}  // namespace

const Elf64_Phdr* ElfHeaders::find(Elf64_Word type) const {
  const auto found = std::ranges::find(program, type, &Elf64_Phdr::p_type);
  return found == program.end() ? nullptr : &*found;
}

ElfHeaders read_headers(const ProgramFile& file) {
  const Elf64_Ehdr header = read_header(file);
  std::vector<Elf64_Phdr> program = read_program_headers(file, header);
  std::vector<Elf64_Phdr> loads = loadable(file, program);
  return {header, std::move(program), std::move(loads)};
}

std::optional<std::string> interpreter_path(const ProgramFile& file, const ElfHeaders& headers) {
  const Elf64_Phdr* const interpreter = headers.find(PT_INTERP);
  if (interpreter == nullptr) return std::nullopt;
  // Linux: a path of at least one character with its NUL.
  const std::uint64_t size = interpreter->p_filesz;
  std::string path(size >= 2 && size <= PATH_MAX ? size : 0, '\0');
  if (path.empty() || !file.read(interpreter->p_offset, std::as_writable_bytes(std::span(path))) ||
      path.back() != '\0')
    file.fail("has a damaged name of its interpreter (PT_INTERP); copy or build it again");
  return path.substr(0, path.find('\0'));
}

void refuse_library(const ProgramFile& file, const ElfHeaders& headers) {
  if (headers.file.e_type != ET_DYN) return;
  const DynamicFacts facts = dynamic_facts(file, headers);
  // What loads other programs has a name, too.
  const bool library = facts.has_name && !facts.pie && headers.file.e_entry == 0;
  if (library || !in_code(headers.loads, headers.file.e_entry))
    file.fail("is a shared object, not a program; name an executable linked with -static");
}

void check_segments(const ProgramFile& file, const ElfHeaders& headers, const GuestLayout& layout) {
  std::uint64_t previous_end = 0;
  for (const Elf64_Phdr& load : headers.loads) {
    const auto refuse = [&](std::string_view what) {
      file.fail(fmt::format("has a segment at {:#x} that {}; copy or build it again", load.p_vaddr,
                            what));
    };
    if (load.p_offset > file.size() || load.p_filesz > file.size() - load.p_offset)
      refuse("lies beyond the end of the file (is the file cut off?)");
    if (load.p_filesz > load.p_memsz) refuse("is larger in the file than in memory");
    const std::uint64_t limit = layout.end.value;
    if (load.p_vaddr > limit || load.p_memsz > limit - load.p_vaddr)
      refuse("does not fit into the address space");
    if (load.p_vaddr % kPageSize != load.p_offset % kPageSize)
      refuse("is not aligned to its place in the file");
    if (load.p_vaddr < previous_end) refuse("overlaps another or is out of order");
    previous_end = load.p_vaddr + load.p_memsz;
  }
}

}  // namespace ringfare
