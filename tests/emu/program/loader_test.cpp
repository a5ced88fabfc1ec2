// SPDX-License-Identifier: MIT
#include "emu/program/loader.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>

#include "cpu/base/failure.hpp"
#include "tests/emu/program/elf_file.hpp"

namespace ringfare {
namespace {

class Loader : public testing::Test {
 protected:
  ProgramImage load(const ElfFile& elf) {
    path_ = folder_.write("program", elf.image());
    return load_program(memory_, path_);
  }

  ScratchFolder folder_;
  std::string path_;
  AddressSpace memory_;
};

std::string text(const Region& region) {
  const Permissions& p = region.permissions;
  return fmt::format("{:x}-{:x} {}{}{} {:x} {}", region.range.begin.value, region.range.end.value,
                     p.read ? 'r' : '-', p.write ? 'w' : '-', p.execute ? 'x' : '-', region.offset,
                     region.name.empty() ? "zeroes" : "file");
}

std::vector<std::string> text(const std::vector<Region>& regions) {
  std::vector<std::string> lines;
  for (const Region& region : regions) lines.push_back(text(region));
  return lines;
}

TEST_F(Loader, MapsSegmentsWhereTheyAsk) {
  const ProgramImage image = load(ElfFile::small());
  EXPECT_EQ(text(memory_.regions()),
            (std::vector<std::string>{"400000-401000 r-x 0 file", "402000-403000 rw- 1000 file",
                                      "403000-406000 rw- 0 zeroes"}));
  EXPECT_EQ(image.path, path_);
  EXPECT_EQ(image.entry.value, 0x400200u);
  EXPECT_EQ(image.program_headers.value, 0x400040u);
  EXPECT_EQ(image.program_header_count, 3);
  EXPECT_EQ(image.interpreter_base.value, 0u);
  EXPECT_EQ(image.brk_start.value, 0x406000u);
  EXPECT_FALSE(image.executable_stack);
}

TEST_F(Loader, ZeroesTheRestOfTheLastFilePage) {
  load(ElfFile::small());
  EXPECT_EQ(memory_.load<std::uint8_t>({0x402100}), 0x5a);  // data
  EXPECT_EQ(memory_.load<std::uint8_t>({0x4023ff}), 0x5a);
  EXPECT_EQ(memory_.load<std::uint8_t>({0x402400}), 0);  // bss in the same page
  EXPECT_EQ(memory_.load<std::uint8_t>({0x402fff}), 0);
  EXPECT_EQ(memory_.load<std::uint8_t>({0x403000}), 0);  // bss in its own pages
  EXPECT_EQ(memory_.load<std::uint8_t>({0x405fff}), 0);
  EXPECT_EQ(memory_.load<std::uint8_t>({0x4020ff}), 0x5a);  // the file's bytes before the data
}

TEST_F(Loader, WritesStayOutOfTheFile) {
  load(ElfFile::small());
  ASSERT_TRUE(memory_.store<std::uint8_t>({0x402100}, 7));
  std::ifstream file(path_, std::ios::binary);
  file.seekg(0x1100);
  EXPECT_EQ(file.get(), 0x5a);
}

TEST_F(Loader, ClearsBssOfASegmentThatMayNotBeWritten) {
  ElfFile elf = ElfFile::small();
  elf.segments[1].p_flags = PF_R;
  load(elf);
  EXPECT_EQ(memory_.load<std::uint8_t>({0x402400}), 0);
  EXPECT_FALSE(memory_.writable({0x402000}, 1));
  EXPECT_EQ(text(memory_.regions())[1], "402000-403000 r-- 1000 file");
}

TEST_F(Loader, SegmentWithoutFileBytesIsAllZeroes) {
  ElfFile elf = ElfFile::small();
  elf.segments[1].p_filesz = 0;
  load(elf);
  EXPECT_EQ(text(memory_.regions())[1], "402000-406000 rw- 0 zeroes");
}

TEST_F(Loader, MovesAStaticPieToItsBase) {
  ElfFile elf = ElfFile::small(0);
  elf.header.e_type = ET_DYN;
  const ProgramImage image = load(elf);
  EXPECT_EQ(image.entry, kLayout64.pie_base + 0x200);
  EXPECT_EQ(image.program_headers, kLayout64.pie_base + 0x40);
  EXPECT_EQ(image.brk_start, kLayout64.pie_base + 0x6000);
  EXPECT_TRUE(memory_.readable(kLayout64.pie_base + 0x2100, 0x3500));
}

TEST_F(Loader, MovesAPieByMultiplesOfItsAlignment) {
  ElfFile elf = ElfFile::small(0);
  elf.header.e_type = ET_DYN;
  elf.segments[0].p_align = std::uint64_t{1} << 30;
  EXPECT_EQ(load(elf).entry.value, (std::uint64_t{2} << 30) + 0x200);
}

TEST_F(Loader, ProgramHeadersOutsideEverySegmentHaveNoAddress) {
  ElfFile elf = ElfFile::small();
  elf.header.e_phoff = 0x1800;
  EXPECT_EQ(load(elf).program_headers.value, 0u);
}

TEST_F(Loader, HeedsTheStackSegment) {
  ElfFile elf = ElfFile::small();
  elf.segments[2].p_flags |= PF_X;
  EXPECT_TRUE(load(elf).executable_stack);
}

TEST_F(Loader, LoadsARealProgram) {
  const ProgramImage image = load_program(memory_, "/bin/busybox");
  EXPECT_TRUE(memory_.find(image.entry)->permissions.execute);
  const auto first = memory_.load<Elf64_Phdr>(image.program_headers);
  ASSERT_TRUE(first);
  EXPECT_LE(first->p_type, std::uint32_t{PT_GNU_PROPERTY});
  EXPECT_EQ(image.brk_start.value % kPageSize, 0u);
}

struct Damage {
  std::string name, says;
  std::function<void(ElfFile&)> harm;
};

void PrintTo(const Damage& damage, std::ostream* out) {
  *out << damage.name;
}

class DamagedElf : public Loader, public testing::WithParamInterface<Damage> {};

TEST_P(DamagedElf, IsOneClearLine) {
  ElfFile elf = ElfFile::small();
  GetParam().harm(elf);
  try {
    load(elf);
    FAIL() << "loaded";
  } catch (const UserError& error) {
    EXPECT_EQ(error.what(), path_ + ": " + GetParam().says);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Headers, DamagedElf,
    testing::Values(
        Damage{"aarch64", "is a program for AArch64; build it for x86-64",
               [](ElfFile& elf) { elf.header.e_machine = EM_AARCH64; }},
        Damage{"i386_as_64_bit", "has a damaged ELF header (class); copy or build it again",
               [](ElfFile& elf) { elf.header.e_machine = EM_386; }},
        Damage{"x32", "is a program for x32; build it for x86-64 or i386",
               [](ElfFile& elf) { elf.header.e_ident[EI_CLASS] = ELFCLASS32; }},
        Damage{"rare_machine", "is a program for ELF machine 4660; build it for x86-64",
               [](ElfFile& elf) { elf.header.e_machine = 0x1234; }},
        Damage{"big_endian", "is a big-endian program; build it for x86-64",
               [](ElfFile& elf) { elf.header.e_ident[EI_DATA] = ELFDATA2MSB; }},
        Damage{"byte_order", "has a damaged ELF header (byte order); copy or build it again",
               [](ElfFile& elf) { elf.header.e_ident[EI_DATA] = 7; }},
        Damage{"object", "is an object file; link it first",
               [](ElfFile& elf) { elf.header.e_type = ET_REL; }},
        Damage{"core", "is a core dump; name the program that left it",
               [](ElfFile& elf) { elf.header.e_type = ET_CORE; }},
        Damage{"type", "has an unknown ELF type 77; build it again",
               [](ElfFile& elf) { elf.header.e_type = 77; }},
        Damage{"interpreter",
               "has a damaged name of its interpreter (PT_INTERP); copy or build it again",
               [](ElfFile& elf) { elf.add(PT_INTERP, PF_R, 0x800, 0x400800, 20, 20); }},
        Damage{"no_headers", "has no program headers; link it as an executable",
               [](ElfFile& elf) { elf.segments.clear(); }},
        Damage{"nothing_to_load", "has nothing to load; link it as an executable",
               [](ElfFile& elf) {
                 for (Elf64_Phdr& segment : elf.segments) segment.p_type = PT_NULL;
               }},
        Damage{"header_size", "has program headers of 32 bytes instead of 56; build it again",
               [](ElfFile& elf) { elf.header.e_phentsize = 32; }},
        Damage{"headers_beyond_the_end",
               "is cut off: its program headers lie beyond the end of the file; copy or build it "
               "again",
               [](ElfFile& elf) { elf.header.e_phoff = 1u << 30; }},
        Damage{"headers_wrap_around",
               "is cut off: its program headers lie beyond the end of the file; copy or build it "
               "again",
               [](ElfFile& elf) { elf.header.e_phoff = ~std::uint64_t{0} - 8; }},
        Damage{"library_without_entry",
               "is a shared object, not a program; name an executable linked with -static",
               [](ElfFile& elf) {
                 elf.header.e_type = ET_DYN;
                 elf.header.e_entry = 0;
               }}));

INSTANTIATE_TEST_SUITE_P(
    Segments, DamagedElf,
    testing::Values(
        Damage{"beyond_the_end",
               "has a segment at 0x402100 that lies beyond the end of the file (is the file cut "
               "off?); copy or build it again",
               [](ElfFile& elf) { elf.bytes.resize(0x1200); }},
        Damage{"offset_wraps",
               "has a segment at 0x402100 that lies beyond the end of the file (is the file cut "
               "off?); copy or build it again",
               [](ElfFile& elf) { elf.segments[1].p_offset = ~std::uint64_t{0} - 0xeff; }},
        Damage{"file_larger_than_memory",
               "has a segment at 0x402100 that is larger in the file than in memory; copy or "
               "build it again",
               [](ElfFile& elf) { elf.segments[1].p_memsz = 0x100; }},
        Damage{"memory_wraps",
               "has a segment at 0x402100 that does not fit into the address space; copy or build "
               "it again",
               [](ElfFile& elf) { elf.segments[1].p_memsz = ~std::uint64_t{0} - 0x100; }},
        Damage{"kernel_address",
               "has a segment at 0xffffffff80000100 that does not fit into the address space; copy "
               "or build it again",
               [](ElfFile& elf) { elf.segments[1].p_vaddr = 0xffffffff80000100; }},
        Damage{"misaligned",
               "has a segment at 0x402180 that is not aligned to its place in the file; copy or "
               "build it again",
               [](ElfFile& elf) { elf.segments[1].p_vaddr = 0x402180; }},
        Damage{"overlap",
               "has a segment at 0x400100 that overlaps another or is out of order; copy or build "
               "it again",
               [](ElfFile& elf) { elf.segments[1].p_vaddr = 0x400100; }},
        Damage{"below_the_lowest_address",
               "wants memory at 0x0-0x1000, which cannot be mapped (Cannot allocate memory); link "
               "it at another address",
               [](ElfFile& elf) { elf.segments[0].p_vaddr = 0; }}));

TEST_F(Loader, NamesAMissingInterpreter) {
  ElfFile elf = ElfFile::small();
  const char name[] = "/no/such/interpreter";
  std::memcpy(elf.bytes.data() + 0x1100, name, sizeof name);
  elf.add(PT_INTERP, PF_R, 0x1100, 0x402100, sizeof name, sizeof name);
  try {
    load(elf);
    FAIL() << "loaded";
  } catch (const UserError& error) {
    EXPECT_EQ(error.what(),
              path_ +
                  ": needs the interpreter /no/such/interpreter, which is not there; install it or "
                  "link the program with -static");
  }
}

TEST_F(Loader, BeginsInTheInterpreter) {
  ElfFile elf = ElfFile::small(), interpreter = ElfFile::small(0);
  interpreter.header.e_type = ET_DYN;
  const std::string name = folder_.write("interpreter", interpreter.image());
  std::memcpy(elf.bytes.data() + 0x1100, name.c_str(), name.size() + 1);
  elf.add(PT_INTERP, PF_R, 0x1100, 0x402100, name.size() + 1, name.size() + 1);
  const ProgramImage image = load(elf);
  EXPECT_EQ(image.entry.value, elf.header.e_entry);
  EXPECT_EQ(image.start.value, interpreter.header.e_entry + image.interpreter_base.value);
  EXPECT_EQ(memory_.find(image.start)->name, std::filesystem::canonical(name));
}

TEST_F(Loader, RefusesALibraryByItsName) {
  ElfFile elf = ElfFile::small(0);
  elf.header.e_type = ET_DYN;
  elf.header.e_entry = 0;
  const Elf64_Dyn dynamic[] = {{.d_tag = DT_SONAME, .d_un = {.d_val = 1}},
                               {.d_tag = DT_NULL, .d_un = {.d_val = 0}}};
  std::memcpy(elf.bytes.data() + 0x1100, dynamic, sizeof dynamic);
  elf.add(PT_DYNAMIC, PF_R, 0x1100, 0x2100, sizeof dynamic, sizeof dynamic);
  EXPECT_THROW(load(elf), UserError);
}

struct BadFile {
  std::string name;
  std::string content;
  std::string says;
};

void PrintTo(const BadFile& file, std::ostream* out) {
  *out << file.name;
}

class NotAProgram : public Loader, public testing::WithParamInterface<BadFile> {};

TEST_P(NotAProgram, IsOneClearLine) {
  const std::string& content = GetParam().content;
  path_ = folder_.write("file", {content.begin(), content.end()});
  try {
    load_program(memory_, path_);
    FAIL() << "loaded";
  } catch (const UserError& error) {
    EXPECT_EQ(error.what(), path_ + ": " + GetParam().says);
  }
  EXPECT_TRUE(memory_.regions().empty());
}

const std::string kElfMagic("\177ELF\2\1\1", 7);

INSTANTIATE_TEST_SUITE_P(
    Files, NotAProgram,
    testing::Values(BadFile{"empty", "", "is empty; build the program again"},
                    BadFile{"text", "hello\n",
                            "is not an ELF executable; name a program built for x86-64 Linux"},
                    BadFile{"one_byte", "\177",
                            "is not an ELF executable; name a program built for x86-64 Linux"},
                    BadFile{"magic_only", "\177ELF",
                            "is cut off within its ELF header; copy or build it again"},
                    BadFile{"half_a_header", kElfMagic + std::string(40, '\0'),
                            "is cut off within its ELF header; copy or build it again"},
                    BadFile{"header_of_zeroes", kElfMagic + std::string(57, '\0'),
                            "is a program for ELF machine 0; build it for x86-64"}));

TEST_F(Loader, NamesTheInterpreterOfAScript) {
  const std::string content = "#! /bin/sh -e\nexit 3\n";
  path_ = folder_.write("script", {content.begin(), content.end()});
  try {
    load_program(memory_, path_);
    FAIL() << "loaded";
  } catch (const UserError& error) {
    EXPECT_EQ(error.what(), path_ + ": is a script; run its interpreter instead: /bin/sh " + path_);
  }
}

TEST_F(Loader, RefusesWhatIsNoFile) {
  const auto says = [this](const std::string& path) -> std::string {
    try {
      load_program(memory_, path);
    } catch (const UserError& error) {
      return error.what();
    }
    return "loaded";
  };
  EXPECT_EQ(says(folder_.path()), folder_.path() + ": is a directory; name a program in it");
  EXPECT_EQ(says("/nowhere/at/all"), "/nowhere/at/all: no such file; check the path");
  EXPECT_EQ(says("/dev/null"), "/dev/null: is not a regular file; name an executable file");
  const std::string pipe = folder_.path() + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(says(pipe), pipe + ": is not a regular file; name an executable file");
  EXPECT_EQ(says("/etc/passwd/x"),
            "/etc/passwd/x: cannot be opened: Not a directory; check the path");
  if (geteuid() != 0) {
    const std::string closed = folder_.write("closed", {'x'});
    chmod(closed.c_str(), 0);
    EXPECT_EQ(says(closed), closed + ": permission denied; make it readable");
  }
}

TEST_F(Loader, EveryTruncationOfAProgramIsAnError) {
  const std::vector<char> whole = ElfFile::small().image();
  for (std::size_t size = 0; size < 0x1400; size += 37) {
    const std::string path = folder_.write("cut", {whole.begin(), whole.begin() + size});
    EXPECT_THROW(load_program(memory_, path), UserError) << size;
  }
}

}  // namespace
}  // namespace ringfare
