// SPDX-License-Identifier: MIT
#include "cpu/translator/watch/jit_object.hpp"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace ringfare {
namespace {

enum Section : std::uint16_t { kNone, kText, kSymbols, kStrings, kSectionNames, kSections };

/// Names of sections and symbols, each behind the one before, and where in it they stand.
class StringTable {
 public:
  std::uint32_t add(const std::string& text) {
    const auto at = static_cast<std::uint32_t>(bytes_.size());
    bytes_.append(text.c_str(), text.size() + 1);
    return at;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_ = std::string(1, '\0');
};

/// Parts of a file one behind the other.
class FileParts {
 public:
  explicit FileParts(std::size_t reserved) : bytes_(reserved) {}

  /// Its place in the file.
  Elf64_Off add(const void* data, std::size_t size) {
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    const std::size_t at = bytes_.size();
    bytes_.resize(at + size);
    std::memcpy(bytes_.data() + at, data, size);
    return at;
  }
  void put_first(const void* data, std::size_t size) { std::memcpy(bytes_.data(), data, size); }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

Elf64_Ehdr header_for(Elf64_Off sections) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_EXEC;  // so values of symbols are addresses
  header.e_machine = EM_X86_64;
  header.e_version = EV_CURRENT;
  header.e_shoff = sections;
  header.e_ehsize = sizeof header;
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = kSections;
  header.e_shstrndx = kSectionNames;
  return header;
}

std::vector<Elf64_Sym> symbols_for(std::span<const NamedCode> names, StringTable& strings) {
  std::vector<Elf64_Sym> symbols(1);
  for (const NamedCode& code : names) {
    Elf64_Sym& symbol = symbols.emplace_back();
    symbol.st_name = strings.add(code.name);
    symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    symbol.st_shndx = kText;
    symbol.st_value = code.begin;
    symbol.st_size = code.size;
  }
  return symbols;
}

}  // namespace

std::vector<std::byte> jit_object(std::span<const NamedCode> names) {
  StringTable strings, section_names;
  const std::vector<Elf64_Sym> symbols = symbols_for(names, strings);
  std::uint64_t begin = names.front().begin, end = begin;
  for (const NamedCode& code : names) {
    begin = std::min(begin, code.begin);
    end = std::max(end, code.begin + code.size);
  }
  std::array<Elf64_Shdr, kSections> sections{};
  sections[kText] = {.sh_name = section_names.add(".text"),
                     .sh_type = SHT_NOBITS,
                     .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
                     .sh_addr = begin,
                     .sh_size = end - begin,
                     .sh_addralign = 1};
  FileParts file(sizeof(Elf64_Ehdr));
  const auto table = [&](Section which, const char* name, Elf64_Word type, const void* data,
                         std::size_t size) {
    Elf64_Shdr& section = sections[which];
    section.sh_name = section_names.add(name);
    section.sh_type = type;
    section.sh_offset = file.add(data, size);
    section.sh_size = size;
    section.sh_addralign = 8;
  };
  table(kSymbols, ".symtab", SHT_SYMTAB, symbols.data(), symbols.size() * sizeof(Elf64_Sym));
  sections[kSymbols].sh_link = kStrings;
  sections[kSymbols].sh_info = 1;  // the first symbol that is not local
  sections[kSymbols].sh_entsize = sizeof(Elf64_Sym);
  table(kStrings, ".strtab", SHT_STRTAB, strings.bytes().data(), strings.bytes().size());
  sections[kSectionNames].sh_name = section_names.add(".shstrtab");
  const std::string& own = section_names.bytes();
  sections[kSectionNames].sh_type = SHT_STRTAB;
  sections[kSectionNames].sh_offset = file.add(own.data(), own.size());
  sections[kSectionNames].sh_size = own.size();
  const Elf64_Ehdr header = header_for(file.add(sections.data(), sizeof sections));
  file.put_first(&header, sizeof header);
  return file.take();
}

}  // namespace ringfare
