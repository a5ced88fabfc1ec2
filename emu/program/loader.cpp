// SPDX-License-Identifier: MIT
#include "emu/program/loader.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>

#include "cpu/base/failure.hpp"
#include "emu/program/elf_headers.hpp"
#include "emu/program/program_file.hpp"

namespace ringfare {
namespace {

/// gABI: p_align 0 and 1 mean none; as on Linux, what is no power of two is ignored.
std::uint64_t largest_alignment(std::span<const Elf64_Phdr> loads) {
  std::uint64_t alignment = kPageSize;
  for (const Elf64_Phdr& load : loads)
    if (std::has_single_bit(load.p_align)) alignment = std::max(alignment, load.p_align);
  return alignment;
}

/// How far a program is moved: an ET_DYN goes to `pie_base`, on the largest alignment it asks for.
std::uint64_t load_bias(const GuestLayout& layout, const ElfHeaders& headers) {
  if (headers.file.e_type == ET_EXEC) return 0;
  const std::uint64_t alignment = largest_alignment(headers.loads);
  const std::uint64_t base = (layout.pie_base.value + alignment - 1) & ~(alignment - 1);
  return base - (headers.loads.front().p_vaddr & ~(alignment - 1));
}

/// How far an interpreter is moved: an ET_DYN goes to the top of the area of mmap(2).
std::uint64_t interpreter_bias(const AddressSpace& memory, const GuestLayout& layout,
                               const ProgramFile& file, const ElfHeaders& headers) {
  if (headers.file.e_type == ET_EXEC) return 0;
  const std::vector<Elf64_Phdr>& loads = headers.loads;
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
GuestAddress program_headers_at(const ElfHeaders& headers, std::uint64_t bias) {
  const std::uint64_t offset = headers.file.e_phoff;
  for (const Elf64_Phdr& load : headers.loads)
    if (load.p_offset <= offset && offset - load.p_offset < load.p_filesz)
      return {offset - load.p_offset + load.p_vaddr + bias};
  return {0};
}

/// What PT_GNU_STACK says of the stack, and of the rest of the memory (elf_read_implies_exec of
/// Linux's arch/x86/include/asm/elf.h; until 5.8 a program that does not say that its stack need
/// not be executable got READ_IMPLIES_EXEC, since then only a 32-bit program that says nothing).
void decide_execution(ProgramImage& image, const ElfHeaders& headers, const Layouts& layouts) {
  const Elf64_Phdr* const stack = headers.find(PT_GNU_STACK);
  const bool silent = stack == nullptr;
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
  const ElfHeaders headers = read_headers(file);
  check_segments(file, headers, image.layout);
  const std::uint64_t bias = interpreter_bias(memory, image.layout, file, headers);
  SegmentMapper mapper(memory, file, bias, image.reads_execute());
  for (const Elf64_Phdr& load : headers.loads) mapper.map(load);
  image.interpreter_base = {bias};
  image.start = {headers.file.e_entry + bias};
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
  const ElfHeaders headers = read_headers(file);
  const std::optional<std::string> interpreter = interpreter_path(file, headers);
  if (!interpreter) refuse_library(file, headers);
  ProgramImage image;
  image.layout = headers.narrow() ? layouts.narrow : layouts.wide;
  check_segments(file, headers, image.layout);

  const std::uint64_t bias = load_bias(image.layout, headers);
  decide_execution(image, headers, layouts);
  SegmentMapper mapper(memory, file, bias, image.reads_execute());
  for (const Elf64_Phdr& load : headers.loads) mapper.map(load);

  const Elf64_Phdr& last = headers.loads.back();
  image.path = path;
  image.entry = image.start = {headers.file.e_entry + bias};
  image.program_headers = program_headers_at(headers, bias);
  image.program_header_count = headers.file.e_phnum;
  image.brk_start = {page_up(last.p_vaddr + last.p_memsz + bias)};
  if (interpreter) load_interpreter(memory, file, *interpreter, image);
  return image;
}

}  // namespace ringfare
