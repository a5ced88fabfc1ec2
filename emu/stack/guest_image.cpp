// SPDX-License-Identifier: MIT
#include "emu/stack/guest_image.hpp"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "emu/program/elf32.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kMostBytes = 1 << 28;  // of one table; more is no table

/// The bytes of an image by file offset: read from its file, or from memory where it has no file.
class ImageBytes {
 public:
  ImageBytes(const AddressSpace& memory, const Region& first)
      : memory_(memory), base_(first.range.begin) {
    if (first.name.starts_with('/')) file_ = ::open(first.name.c_str(), O_RDONLY | O_CLOEXEC);
  }
  ~ImageBytes() {
    if (file_ >= 0) ::close(file_);
  }
  ImageBytes(const ImageBytes&) = delete;
  ImageBytes& operator=(const ImageBytes&) = delete;

  /// Empty where some of them do not exist.
  std::vector<std::byte> at(std::uint64_t offset, std::uint64_t size) const {
    if (size > kMostBytes) return {};
    std::vector<std::byte> bytes(size);
    const bool read = file_ >= 0 ? from_file(offset, bytes) : memory_.read(base_ + offset, bytes);
    return read ? bytes : std::vector<std::byte>();
  }

 private:
  bool from_file(std::uint64_t offset, std::span<std::byte> to) const {
    std::size_t done = 0;
    while (done < to.size()) {
      const ssize_t got =
          ::pread(file_, to.data() + done, to.size() - done, static_cast<off_t>(offset + done));
      if (got <= 0) return false;
      done += static_cast<std::size_t>(got);
    }
    return true;
  }

  const AddressSpace& memory_;
  GuestAddress base_;
  int file_ = -1;
};

/// `count` structures; fewer where the image ends before.
template <class T>
auto table(const ImageBytes& image, std::uint64_t offset, std::uint64_t count) {
  std::vector<decltype(widened(T()))> rows;
  const std::vector<std::byte> bytes = image.at(offset, count * sizeof(T));
  for (std::size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
    T row;
    std::memcpy(&row, bytes.data() + i, sizeof row);
    rows.push_back(widened(row));
  }
  return rows;
}

std::string string_at(const std::vector<std::byte>& strings, std::size_t offset) {
  if (offset >= strings.size()) return "";
  const char* const text = reinterpret_cast<const char*>(strings.data()) + offset;
  return {text, ::strnlen(text, strings.size() - offset)};
}

/// What the headers of an image say.
struct Headers {
  bool wide = true;
  std::vector<Elf64_Phdr> segments;
  std::vector<Elf64_Shdr> sections;
  std::uint64_t names = 0;  // index of the section with the names of sections
};

template <class Header, class Segment, class Section>
Headers read_headers(const ImageBytes& image) {
  Headers headers{.wide = sizeof(Header) == sizeof(Elf64_Ehdr)};
  const auto header = table<Header>(image, 0, 1);
  if (header.empty()) return headers;
  headers.segments = table<Segment>(image, header[0].e_phoff, header[0].e_phnum);
  headers.sections = table<Section>(image, header[0].e_shoff, header[0].e_shnum);
  headers.names = header[0].e_shstrndx;
  return headers;
}

Headers headers_of(const ImageBytes& image) {
  const std::vector<std::byte> ident = image.at(0, EI_NIDENT);
  if (ident.empty() || std::memcmp(ident.data(), ELFMAG, SELFMAG) != 0) return {};
  if (ident[EI_CLASS] == std::byte{ELFCLASS64})
    return read_headers<Elf64_Ehdr, Elf64_Phdr, Elf64_Shdr>(image);
  return read_headers<Elf32_Ehdr, Elf32_Phdr, Elf32_Shdr>(image);
}

/// The address of .eh_frame in the image's own addresses: .eh_frame_hdr states it; an image without
/// one may have a table of sections.
std::optional<std::uint64_t> frames_address(const ImageBytes& image, const Headers& headers,
                                            const AddressSpace& memory, std::uint64_t bias) {
  for (const Elf64_Phdr& segment : headers.segments) {
    if (segment.p_type != PT_GNU_EH_FRAME) continue;
    const std::uint64_t at = bias + segment.p_vaddr;
    std::vector<std::byte> bytes(std::min<std::uint64_t>(segment.p_memsz, 16));
    if (!memory.read({at}, bytes)) return std::nullopt;
    ByteReader reader(bytes, at);
    const auto version = reader.fixed<std::uint8_t>(), encoding = reader.fixed<std::uint8_t>();
    reader.fixed<std::uint16_t>();  // how its table is encoded
    if (version == 1) return reader.pointer(encoding, headers.wide);
  }
  if (headers.names >= headers.sections.size()) return std::nullopt;
  const Elf64_Shdr& names = headers.sections[headers.names];
  const std::vector<std::byte> strings = image.at(names.sh_offset, names.sh_size);
  for (const Elf64_Shdr& section : headers.sections)
    if (string_at(strings, section.sh_name) == ".eh_frame") return bias + section.sh_addr;
  return std::nullopt;
}

/// What to add to an address of the image for the address in the guest.
std::uint64_t bias_of(const Headers& headers, std::uint64_t base) {
  for (const Elf64_Phdr& segment : headers.segments)
    if (segment.p_type == PT_LOAD) return base - page_down(segment.p_vaddr - segment.p_offset);
  return base;
}

}  // namespace

GuestImage::GuestImage(const AddressSpace& memory, const Region& first) {
  const ImageBytes image(memory, first);
  const Headers headers = headers_of(image);
  const std::uint64_t bias = bias_of(headers, first.range.begin.value);
  for (const Elf64_Shdr& section : headers.sections) {
    if (section.sh_type != SHT_SYMTAB && section.sh_type != SHT_DYNSYM) continue;
    if (section.sh_link >= headers.sections.size()) continue;
    const Elf64_Shdr& names = headers.sections[section.sh_link];
    const std::vector<std::byte> strings = image.at(names.sh_offset, names.sh_size);
    const auto symbols =
        headers.wide
            ? table<Elf64_Sym>(image, section.sh_offset, section.sh_size / sizeof(Elf64_Sym))
            : table<Elf32_Sym>(image, section.sh_offset, section.sh_size / sizeof(Elf32_Sym));
    for (const Elf64_Sym& symbol : symbols)
      if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF)
        functions_.push_back({string_at(strings, symbol.st_name), bias + symbol.st_value});
  }
  std::ranges::stable_sort(functions_, {}, &Function::begin);

  const auto frames = frames_address(image, headers, memory, bias);
  const Region* const region = frames ? memory.find({*frames}) : nullptr;
  if (region == nullptr) return;
  std::vector<std::byte> bytes(region->range.end.value - *frames);
  if (bytes.size() <= kMostBytes && memory.read({*frames}, bytes))
    frames_.emplace(std::move(bytes), *frames, headers.wide);
}

std::optional<GuestImage::Function> GuestImage::function(std::uint64_t address) const {
  const auto behind = std::ranges::upper_bound(functions_, address, {}, &Function::begin);
  if (behind == functions_.begin()) return std::nullopt;
  // Where several symbols have one address, the first in the table is shown.
  return *std::ranges::lower_bound(functions_, std::prev(behind)->begin, {}, &Function::begin);
}

}  // namespace ringfare
