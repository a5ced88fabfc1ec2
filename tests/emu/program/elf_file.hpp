// SPDX-License-Identifier: MIT
#pragma once

#include <elf.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace ringfare {

/// An ELF file under construction: a header, program headers, and bytes at chosen offsets. Every
/// field can be made wrong before it is written.
struct ElfFile {
  Elf64_Ehdr header{};
  std::vector<Elf64_Phdr> segments;
  std::vector<char> bytes;  // the whole file; headers are laid over it

  ElfFile() {
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_ehsize = sizeof(Elf64_Ehdr);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phoff = sizeof(Elf64_Ehdr);
  }

  Elf64_Phdr& add(std::uint32_t type, std::uint32_t flags, std::uint64_t offset,
                  std::uint64_t address, std::uint64_t file_size, std::uint64_t memory_size) {
    segments.push_back({.p_type = type,
                        .p_flags = flags,
                        .p_offset = offset,
                        .p_vaddr = address,
                        .p_paddr = address,
                        .p_filesz = file_size,
                        .p_memsz = memory_size,
                        .p_align = 4096});
    return segments.back();
  }

  std::vector<char> image() const {
    std::vector<char> file = bytes;
    Elf64_Ehdr first = header;
    first.e_phnum = static_cast<std::uint16_t>(segments.size());
    const std::size_t table = first.e_phoff + segments.size() * sizeof(Elf64_Phdr);
    if (first.e_phoff < 1u << 20 && file.size() < table) file.resize(table);
    std::memcpy(file.data(), &first, sizeof first);
    if (first.e_phoff < 1u << 20 && !segments.empty())
      std::memcpy(file.data() + first.e_phoff, segments.data(),
                  segments.size() * sizeof(Elf64_Phdr));
    return file;
  }

  /// A code segment of one page and a data segment whose bss goes on for three pages and a bit;
  /// the file's bytes after the data are not zero.
  static ElfFile small(std::uint64_t base = 0x400000) {
    ElfFile elf;
    elf.bytes.assign(0x3000, '\x5a');
    elf.header.e_entry = base + 0x200;
    elf.add(PT_LOAD, PF_R | PF_X, 0, base, 0x1000, 0x1000);
    elf.add(PT_LOAD, PF_R | PF_W, 0x1100, base + 0x2100, 0x300, 0x3500);
    elf.add(PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0);
    return elf;
  }
};

/// A folder that is gone with the test.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ringfare-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string path() const { return path_.string(); }
  std::string write(const std::string& name, const std::vector<char>& content) const {
    const std::filesystem::path file = path_ / name;
    std::ofstream(file, std::ios::binary)
        .write(content.data(), static_cast<std::streamsize>(content.size()));
    return file.string();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace ringfare
