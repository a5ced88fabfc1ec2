// SPDX-License-Identifier: MIT
#include "emu/vdso/image.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>

#include "cpu/base/failure.hpp"
#include "emu/vdso/image/alternatives.h"

// emu/vdso/images.S
extern "C" const std::byte ringfare_vdso_amd64[], ringfare_vdso_amd64_end[];
extern "C" const std::byte ringfare_vdso_i386[], ringfare_vdso_i386_end[];

namespace ringfare {
namespace {

struct Elf64 {
  using Header = Elf64_Ehdr;
  using Segment = Elf64_Phdr;
  using Section = Elf64_Shdr;
  using Symbol = Elf64_Sym;
};

struct Elf32 {
  using Header = Elf32_Ehdr;
  using Segment = Elf32_Phdr;
  using Section = Elf32_Shdr;
  using Symbol = Elf32_Sym;
};

template <class T>
T read(std::span<const std::byte> from, std::uint64_t offset) {
  CHECK(offset + sizeof(T) <= from.size(), "the vDSO has no {} bytes at {:#x}", sizeof(T), offset);
  T value;
  std::memcpy(&value, from.data() + offset, sizeof value);
  return value;
}

std::string text(std::span<const std::byte> from, std::uint64_t offset) {
  const auto* const begin = reinterpret_cast<const char*>(from.data()) + offset;
  return {begin, strnlen(begin, from.size() - offset)};
}

/// Calls `use` with the structures of the ABI's ELF class.
template <class Use>
decltype(auto) with_elf(Abi abi, Use use) {
  return abi == Abi::Amd64 ? use(Elf64{}) : use(Elf32{});
}

}  // namespace

std::span<const std::byte> VdsoImage::file(Abi abi) {
  if (abi == Abi::I386) return {ringfare_vdso_i386, ringfare_vdso_i386_end};
  return {ringfare_vdso_amd64, ringfare_vdso_amd64_end};
}

VdsoImage::VdsoImage(Abi abi) : abi_(abi), file_(file(abi)) {
  loaded_ = with_elf(abi_, [this]<class Elf>(Elf) {
    const auto header = read<typename Elf::Header>(file_, 0);
    const auto first = read<typename Elf::Segment>(file_, header.e_phoff);
    CHECK(first.p_type == PT_LOAD && first.p_offset == 0 && first.p_vaddr == 0,
          "the vDSO's first segment does not load its header");
    return file_;
  });
}

VdsoImage::Section VdsoImage::section(std::string_view name) const {
  return with_elf(abi_, [&]<class Elf>(Elf) {
    const auto header = read<typename Elf::Header>(file_, 0);
    const auto at = [&](std::uint64_t index) {
      return read<typename Elf::Section>(file_,
                                         header.e_shoff + index * sizeof(typename Elf::Section));
    };
    const auto names = at(header.e_shstrndx);
    for (unsigned i = 1; i < header.e_shnum; ++i) {
      const auto one = at(i);
      if (text(file_, names.sh_offset + one.sh_name) == name)
        return Section{
            .offset = one.sh_offset, .size = one.sh_size, .address = one.sh_addr, .link = i};
    }
    CHECK(false, "the vDSO has no section {}", name);
  });
}

std::vector<VdsoImage::Function> VdsoImage::functions() const {
  const Section symbols = section(".dynsym"), strings = section(".dynstr");
  std::vector<Function> found;
  with_elf(abi_, [&]<class Elf>(Elf) {
    using Symbol = typename Elf::Symbol;
    for (std::uint64_t at = symbols.offset; at < symbols.offset + symbols.size;
         at += sizeof(Symbol)) {
      const auto symbol = read<Symbol>(file_, at);
      if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC) continue;
      found.push_back({.name = text(file_, strings.offset + symbol.st_name),
                       .offset = symbol.st_value,
                       .size = symbol.st_size,
                       .symbol = at + offsetof(Symbol, st_value)});
    }
  });
  std::ranges::sort(found, {}, [](const Function& f) { return std::pair(f.offset, f.name); });
  return found;
}

std::uint64_t VdsoImage::function(std::string_view name) const {
  for (const Function& one : functions())
    if (one.name == name) return one.offset;
  return 0;
}

std::vector<VdsoImage::Site> VdsoImage::sites() const {
  const Section rows = section(".altinstructions");
  std::vector<Site> found;
  for (std::uint64_t at = rows.offset; at < rows.offset + rows.size; at += sizeof(Alternative)) {
    const auto row = read<Alternative>(file_, at);
    const auto from = [at](std::size_t member, std::int32_t distance) {
      return at + member + static_cast<std::uint64_t>(std::int64_t{distance});
    };
    found.push_back({.offset = from(offsetof(Alternative, site), row.site),
                     .replacement = from(offsetof(Alternative, replacement), row.replacement),
                     .feature = row.feature,
                     .length = row.site_length,
                     .replacement_length = row.replacement_length});
  }
  return found;
}

std::vector<VdsoImage::Step> VdsoImage::steps() const {
  const Section marks = section(".vdso.steps");
  std::vector<Step> found;
  for (std::uint64_t at = marks.offset; at < marks.offset + marks.size;) {
    Step step{.offset = read<std::uint32_t>(file_, at), .what = text(file_, at + 4)};
    at += sizeof(std::uint32_t) + step.what.size() + 1;
    found.push_back(std::move(step));
  }
  std::ranges::stable_sort(found, {}, &Step::offset);
  return found;
}

std::uint64_t VdsoImage::version_note() const {
  constexpr std::uint64_t kHeaderAndName = 12 + 8;
  return section(".note").offset + kHeaderAndName;
}

std::uint64_t VdsoImage::place(std::string_view what) const {
  for (const Step& step : steps())
    if (step.what == what) return step.offset;
  return 0;
}

std::uint64_t VdsoImage::landing_pad() const {
  return place("landing pad");
}

std::uint64_t VdsoImage::entry() const {
  return with_elf(abi_, [this]<class Elf>(Elf) -> std::uint64_t {
    return read<typename Elf::Header>(file_, 0).e_entry;
  });
}

}  // namespace ringfare
