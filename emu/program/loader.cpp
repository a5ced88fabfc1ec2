// SPDX-License-Identifier: MIT
#include "emu/program/loader.hpp"

#include <elf.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "cpu/base/failure.hpp"
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

/// The user's file, open for reading.
class ProgramFile {
 public:
  explicit ProgramFile(const std::string& path)
      : path_(path), fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
    const int opened = errno;
    if (fd_ < 0 && opened == ENOENT) fail("no such file; check the path");
    if (fd_ < 0 && opened == EACCES) fail("permission denied; make it readable");
    if (fd_ < 0) fail(fmt::format("cannot be opened: {}; check the path", std::strerror(opened)));
    try {
      measure();
    } catch (...) {
      close(fd_);
      throw;
    }
  }
  ~ProgramFile() { close(fd_); }
  ProgramFile(const ProgramFile&) = delete;
  ProgramFile& operator=(const ProgramFile&) = delete;

  int fd() const { return fd_; }
  std::uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }

  /// Whether all of `to` could be filled from `offset`.
  bool read(std::uint64_t offset, std::span<std::byte> to) const {
    if (offset > size_ || to.size() > size_ - offset) return false;
    while (!to.empty()) {
      const ssize_t got = pread(fd_, to.data(), to.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      to = to.subspan(static_cast<std::size_t>(got));
      offset += static_cast<std::uint64_t>(got);
    }
    return true;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw UserError(fmt::format("{}: {}", path_, what));
  }

 private:
  void measure() {
    struct stat status {};
    if (fstat(fd_, &status) != 0) fail(std::strerror(errno));
    if (S_ISDIR(status.st_mode)) fail("is a directory; name a program in it");
    if (!S_ISREG(status.st_mode)) fail("is not a regular file; name an executable file");
    size_ = static_cast<std::uint64_t>(status.st_size);
    if (size_ == 0) fail("is empty; build the program again");
  }

  std::string path_;
  int fd_;
  std::uint64_t size_ = 0;
};

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

/// What the dynamic section says of an ET_DYN: a static PIE and a library look alike otherwise.
struct DynamicFacts {
  bool pie = false;       // DF_1_PIE
  bool has_name = false;  // DT_SONAME
};

DynamicFacts dynamic_facts(const ProgramFile& file, std::span<const Elf64_Phdr> headers,
                           bool narrow) {
  DynamicFacts facts;
  const auto dynamic = std::ranges::find(headers, Elf64_Word{PT_DYNAMIC}, &Elf64_Phdr::p_type);
  if (dynamic == headers.end()) return facts;
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

/// The path PT_INTERP names: who loads the rest of a dynamically linked program. Nothing where the
/// program is complete.
std::optional<std::string> interpreter_path(const ProgramFile& file,
                                            std::span<const Elf64_Phdr> headers) {
  const auto interpreter = std::ranges::find(headers, Elf64_Word{PT_INTERP}, &Elf64_Phdr::p_type);
  if (interpreter == headers.end()) return std::nullopt;
  // Linux: a path of at least one character with its NUL.
  const std::uint64_t size = interpreter->p_filesz;
  std::string path(size >= 2 && size <= PATH_MAX ? size : 0, '\0');
  if (path.empty() || !file.read(interpreter->p_offset, std::as_writable_bytes(std::span(path))) ||
      path.back() != '\0')
    file.fail("has a damaged name of its interpreter (PT_INTERP); copy or build it again");
  return path.substr(0, path.find('\0'));
}

void refuse_library(const ProgramFile& file, const Elf64_Ehdr& header,
                    std::span<const Elf64_Phdr> headers, std::span<const Elf64_Phdr> loads) {
  if (header.e_type != ET_DYN) return;
  const DynamicFacts facts = dynamic_facts(file, headers, is_narrow(header));
  const bool library = facts.has_name && !facts.pie;
  if (library || !in_code(loads, header.e_entry))
    file.fail("is a shared object, not a program; name an executable linked with -static");
}

std::vector<Elf64_Phdr> loadable(const ProgramFile& file, std::span<const Elf64_Phdr> headers) {
  std::vector<Elf64_Phdr> loads;
  for (const Elf64_Phdr& segment : headers)
    if (segment.p_type == PT_LOAD && segment.p_memsz != 0) loads.push_back(segment);
  if (loads.empty()) file.fail("has nothing to load; link it as an executable");
  return loads;
}

/// Refuses what cannot be mapped; afterwards no sum over a segment overflows.
void check_segments(const ProgramFile& file, const GuestLayout& layout,
                    std::span<const Elf64_Phdr> loads) {
  std::uint64_t previous_end = 0;
  for (const Elf64_Phdr& load : loads) {
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

/// gABI: p_align 0 and 1 mean none; as on Linux, what is not a power of two is not heeded.
std::uint64_t largest_alignment(std::span<const Elf64_Phdr> loads) {
  std::uint64_t alignment = kPageSize;
  for (const Elf64_Phdr& load : loads)
    if (std::has_single_bit(load.p_align)) alignment = std::max(alignment, load.p_align);
  return alignment;
}

/// How far a program is moved: an ET_DYN goes to `pie_base`, on the largest alignment it asks for.
std::uint64_t load_bias(const GuestLayout& layout, const Elf64_Ehdr& header,
                        std::span<const Elf64_Phdr> loads) {
  if (header.e_type == ET_EXEC) return 0;
  const std::uint64_t alignment = largest_alignment(loads);
  const std::uint64_t base = (layout.pie_base.value + alignment - 1) & ~(alignment - 1);
  return base - (loads.front().p_vaddr & ~(alignment - 1));
}

/// How far an interpreter is moved: an ET_DYN goes to the top of the area of mmap(2).
std::uint64_t interpreter_bias(const AddressSpace& memory, const GuestLayout& layout,
                               const ProgramFile& file, const Elf64_Ehdr& header,
                               std::span<const Elf64_Phdr> loads) {
  if (header.e_type == ET_EXEC) return 0;
  const std::uint64_t first = page_down(loads.front().p_vaddr);
  const std::uint64_t size = page_up(loads.back().p_vaddr + loads.back().p_memsz) - first;
  const auto search =
      layout.mmap_upwards ? AddressSpace::Search::BottomUp : AddressSpace::Search::TopDown;
  const auto place = memory.find_free(size, layout.mmap_area(), search);
  if (!place) file.fail("does not fit into the address space; check the file");
  const std::uint64_t alignment = largest_alignment(loads);
  return (place->value & ~(alignment - 1)) - first;
}

/// Maps PT_LOAD segments one after the other, as execve does.
class SegmentMapper {
 public:
  SegmentMapper(AddressSpace& memory, const ProgramFile& file, std::uint64_t bias,
                bool reads_execute)
      : memory_(memory),
        file_(file),
        name_(canonical_path(file)),
        bias_(bias),
        reads_execute_(reads_execute) {}

  void map(const Elf64_Phdr& load) {
    const std::uint64_t begin = load.p_vaddr + bias_;
    const GuestAddress file_end{begin + load.p_filesz};
    const GuestAddress end{begin + load.p_memsz};
    const Permissions permissions{
        .read = (load.p_flags & PF_R) != 0,
        .write = (load.p_flags & PF_W) != 0,
        .execute = (load.p_flags & PF_X) != 0 || (reads_execute_ && (load.p_flags & PF_R) != 0)};
    GuestRange pages{{page_down(begin)}, {page_up(file_end.value)}};
    if (load.p_filesz == 0) pages.end = pages.begin;
    if (!pages.empty()) {
      place({.range = pages, .permissions = permissions, .name = name_},
            {.host_fd = file_.fd(), .offset = page_down(load.p_offset)});
      // The bytes after the file's part in its last page are bss, not the file's next bytes.
      if (file_end < end) clear({file_end, std::min(pages.end, end)}, pages, permissions);
    }
    const GuestRange zeroes{pages.end, {page_up(end.value)}};
    if (zeroes.begin < zeroes.end)
      place({.range = zeroes, .permissions = permissions, .name = ""}, {});
  }

 private:
  static std::string canonical_path(const ProgramFile& file) {
    std::error_code ignored;
    const std::filesystem::path path = std::filesystem::canonical(file.path(), ignored);
    return path.empty() ? file.path() : path.string();
  }

  void place(Region region, Backing backing) {
    const GuestRange range = region.range;
    const int result = memory_.map(std::move(region), backing);
    if (result != 0)
      file_.fail(
          fmt::format("wants memory at {:#x}-{:#x}, which cannot be mapped ({}); link it "
                      "at another address",
                      range.begin.value, range.end.value, std::strerror(-result)));
  }

  void clear(GuestRange range, GuestRange pages, Permissions permissions) {
    if (range.empty()) return;
    const std::vector<std::byte> zeroes(pages.end - range.begin);
    const GuestRange last{{page_down(range.begin.value)}, pages.end};
    if (!permissions.write)
      CHECK(memory_.protect(last, {.read = true, .write = true}) == 0, "a mapped page is there");
    CHECK(memory_.write(range.begin, zeroes), "a mapped page is writable");
    if (!permissions.write)
      CHECK(memory_.protect(last, permissions) == 0, "a mapped page is there");
  }

  AddressSpace& memory_;
  const ProgramFile& file_;
  std::string name_;  // as /proc/self/maps shows it
  std::uint64_t bias_;
  bool reads_execute_;  // readable segments can be executed as well
};

/// Where the program headers ended up: in the segment that holds their part of the file.
GuestAddress program_headers_at(const Elf64_Ehdr& header, std::span<const Elf64_Phdr> loads,
                                std::uint64_t bias) {
  for (const Elf64_Phdr& load : loads)
    if (load.p_offset <= header.e_phoff && header.e_phoff - load.p_offset < load.p_filesz)
      return {header.e_phoff - load.p_offset + load.p_vaddr + bias};
  return {0};
}

/// What PT_GNU_STACK says of the stack, and of the rest of the memory (elf_read_implies_exec of
/// Linux's arch/x86/include/asm/elf.h; until 5.8 a program that does not say that its stack need
/// not be executable got READ_IMPLIES_EXEC, since then only a 32-bit program that says nothing).
void decide_execution(ProgramImage& image, std::span<const Elf64_Phdr> headers,
                      const Layouts& layouts) {
  const auto stack = std::ranges::find(headers, Elf64_Word{PT_GNU_STACK}, &Elf64_Phdr::p_type);
  const bool silent = stack == headers.end();
  const bool executable = !silent && (stack->p_flags & PF_X) != 0;
  const bool narrow = image.layout.mode == CodeMode::Compat32;
  image.read_implies_exec = layouts.stack_decides_for_all ? silent || executable : silent && narrow;
  image.has_no_execute = layouts.has_no_execute;
  image.executable_stack = executable || image.reads_execute();
}

/// Whether the release, "5.10.0", is one before 5.8.
bool is_before_5_8(const std::string& release) {
  int major = 0, minor = 0;
  if (std::sscanf(release.c_str(), "%d.%d", &major, &minor) != 2) return false;
  return major < 5 || (major == 5 && minor < 8);
}

/// Maps the interpreter that `program` names and sets where it lies and begins.
void load_interpreter(AddressSpace& memory, const ProgramFile& program, const std::string& path,
                      ProgramImage& image) {
  if (access(path.c_str(), F_OK) != 0)
    program.fail(fmt::format(
        "needs the interpreter {}, which is not there; install it or link the program with -static",
        path));
  const ProgramFile file(path);
  const Elf64_Ehdr header = read_header(file);
  const std::vector<Elf64_Phdr> loads = loadable(file, read_program_headers(file, header));
  check_segments(file, image.layout, loads);
  const std::uint64_t bias = interpreter_bias(memory, image.layout, file, header, loads);
  SegmentMapper mapper(memory, file, bias, image.reads_execute());
  for (const Elf64_Phdr& load : loads) mapper.map(load);
  image.interpreter_base = {bias};
  image.start = {header.e_entry + bias};
}

}  // namespace

Layouts layouts_of(const KernelModel& kernel) {
  Layouts layouts;
  GuestLayout& narrow = layouts.narrow;
  if (kernel.bits == 32) narrow = kernel.mmap_upwards ? kLayout3GUpwards : kLayout3G;
  narrow.code = kernel.selectors.user_code32;
  narrow.data = kernel.selectors.user_data;
  narrow.first_tls = kernel.first_thread_area;
  layouts.has_no_execute = kernel.bits == 64;
  layouts.stack_decides_for_all = is_before_5_8(kernel.release);
  return layouts;
}

ProgramImage load_program(AddressSpace& memory, const std::string& path, const Layouts& layouts) {
  const ProgramFile file(path);
  const Elf64_Ehdr header = read_header(file);
  const std::vector<Elf64_Phdr> headers = read_program_headers(file, header);
  const std::vector<Elf64_Phdr> loads = loadable(file, headers);
  const std::optional<std::string> interpreter = interpreter_path(file, headers);
  if (!interpreter) refuse_library(file, header, headers, loads);
  ProgramImage image;
  image.layout = is_narrow(header) ? layouts.narrow : layouts.wide;
  check_segments(file, image.layout, loads);

  const std::uint64_t bias = load_bias(image.layout, header, loads);
  decide_execution(image, headers, layouts);
  SegmentMapper mapper(memory, file, bias, image.reads_execute());
  for (const Elf64_Phdr& load : loads) mapper.map(load);

  image.path = path;
  image.entry = image.start = {header.e_entry + bias};
  image.program_headers = program_headers_at(header, loads, bias);
  image.program_header_count = header.e_phnum;
  image.brk_start = {page_up(loads.back().p_vaddr + loads.back().p_memsz + bias)};
  if (interpreter) load_interpreter(memory, file, *interpreter, image);
  return image;
}

}  // namespace ringfare
