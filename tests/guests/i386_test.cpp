// SPDX-License-Identifier: MIT
// 32-bit programs on the bare machine and inside, on every engine: same output, same ending.
#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "tests/guests/program_rows.hpp"

namespace ringfare::testing {
namespace {

struct EngineRow {
  ProgramRow row;
  std::string engine;
};

void PrintTo(const EngineRow& row, std::ostream* out) {
  *out << row.row.program << ' ' << row.row.name << " on " << row.engine;
}

class I386SameAsNative : public ::testing::TestWithParam<EngineRow> {};

TEST_P(I386SameAsNative, OutputAndEnding) {
  const auto& [row, engine] = GetParam();
  if (!row.exists()) GTEST_SKIP() << row.program << " was not built: its sources are missing";
  ScratchDirectory directory;
  prepare(directory.path());
  const Launch launch = row.launch(directory.path());
  const Outcome native = run(launch);
  const Outcome inside = run(under_ringfare(launch, {"run", "-q", "--engine", engine}));
  EXPECT_EQ(native.ending(), inside.ending()) << inside.errors;
  EXPECT_TRUE(native.output == inside.output)
      << "native, " << native.output.size() << " bytes:\n"
      << native.output.substr(0, 2000) << "\ninside, " << inside.output.size() << " bytes:\n"
      << inside.output.substr(0, 2000) << inside.errors.substr(0, 2000);
}

std::vector<EngineRow> on(const std::vector<ProgramRow>& rows, const std::string& engine) {
  std::vector<EngineRow> made;
  for (const ProgramRow& row : rows) made.push_back({row, engine});
  return made;
}

struct Place {
  const char* kernel;
  const char* cpu;
  const char* selectors;
  const char* memory;
};

void PrintTo(const Place& row, std::ostream* out) {
  *out << row.kernel;
}

class I386Place : public ::testing::TestWithParam<std::tuple<Place, std::string>> {};

/// Selectors: asm/segment.h of each kernel; memory: TASK_UNMAPPED_BASE, mmap_base, STACK_TOP.
TEST_P(I386Place, IsTheKernels) {
  const auto& [place, engine] = GetParam();
  const Launch launch{.arguments = {guest("place.freestanding-i386")}};
  const Outcome inside = run(under_ringfare(
      launch, {"run", "-q", "--engine", engine, "--cpu", place.cpu, "--kernel", place.kernel}));
  EXPECT_EQ(inside.ending(), "exit 0") << inside.errors;
  EXPECT_EQ(inside.output, std::string(place.selectors) + place.memory);
}

constexpr const char* kSelectors23 =
    "cs 00000023\nss 0000002b\nds 0000002b\ncs in the frame 00000023\nss in the frame 0000002b\n"
    "cs in the handler 00000023\n";
constexpr const char* kSelectors73 =
    "cs 00000073\nss 0000007b\nds 0000007b\ncs in the frame 00000073\nss in the frame 0000007b\n"
    "cs in the handler 00000073\n";
constexpr Place kPlaces[] = {
    {"linux-2.2", "pentium", kSelectors23, "mmap 40000000\nstack bfff0000\n"},
    {"linux-2.4", "k7", kSelectors23, "mmap 40000000\nstack bfff0000\n"},
    {"linux-2.6-i386", "pentium-4", kSelectors73, "mmap b7fff000\nstack bfff0000\n"},
    {"linux-2.6-x86_64", "k8", kSelectors23, "mmap f7ffd000\nstack ffff0000\n"},
    {"linux-6.1", "zen3", kSelectors23, "mmap f7ffd000\nstack ffff0000\n"},
};
INSTANTIATE_TEST_SUITE_P(Translated, I386Place,
                         ::testing::Combine(::testing::ValuesIn(kPlaces),
                                            ::testing::Values(std::string("translator"))));
#ifdef RINGFARE_UNICORN
INSTANTIATE_TEST_SUITE_P(OnUnicorn, I386Place,
                         ::testing::Combine(::testing::ValuesIn(kPlaces),
                                            ::testing::Values(std::string("unicorn"))));
#endif

/// The bare machine randomises the last two lines.
TEST(I386Places, SelectorsAreThoseOfTheBareMachine) {
  const Outcome native = run({.arguments = {guest("place.freestanding-i386")}});
  EXPECT_EQ(native.output.substr(0, native.output.find("mmap")), kSelectors23);
}

/// What PT_GNU_STACK says.
enum class StackNote { Missing, Plain, Executable };

struct Implied {
  std::string name, program;
  StackNote note;
  const char *kernel, *cpu;
  bool all, stack;  // can be executed
};

void PrintTo(const Implied& row, std::ostream* out) {
  *out << row.name;
}

/// The ELF file with another PT_GNU_STACK.
std::string with_note(std::string file, StackNote note) {
  const auto change = [&]<class Header, class Entry>(const Header&, const Entry&) {
    Header header;
    std::memcpy(&header, file.data(), sizeof header);
    for (unsigned i = 0; i < header.e_phnum; ++i) {
      char* const at = file.data() + header.e_phoff + i * sizeof(Entry);
      Entry entry;
      std::memcpy(&entry, at, sizeof entry);
      if (entry.p_type != PT_GNU_STACK) continue;
      if (note == StackNote::Missing) entry.p_type = PT_NULL;
      entry.p_flags = PF_R | PF_W | (note == StackNote::Executable ? PF_X : 0);
      std::memcpy(at, &entry, sizeof entry);
    }
  };
  if (file[EI_CLASS] == ELFCLASS32)
    change(Elf32_Ehdr{}, Elf32_Phdr{});
  else
    change(Elf64_Ehdr{}, Elf64_Phdr{});
  return file;
}

class ImpliedExecution : public ::testing::TestWithParam<Implied> {};

TEST_P(ImpliedExecution, IsTheKernels) {
  const Implied& row = GetParam();
  if (!std::filesystem::exists(guest(row.program))) GTEST_SKIP() << row.program << " was not built";
  const ScratchDirectory directory;
  const std::filesystem::path program = directory.path() / "program";
  write_whole(program, with_note(read_whole(guest(row.program)), row.note));
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  const Outcome inside = run(under_ringfare(
      {.arguments = {program.string()}}, {"run", "-q", "--cpu", row.cpu, "--kernel", row.kernel}));
  std::string expected = row.all ? "READ_IMPLIES_EXEC 1\n" : "READ_IMPLIES_EXEC 0\n";
  const auto line = [&](const char* what, bool executed) {
    expected += std::string(what) + (executed ? ": 42\n" : ": not executed\n");
  };
  for (const char* what : {"data", "heap", "mmap", "mprotect"}) line(what, row.all);
  line("stack", row.all || row.stack);
  line("mmap after personality", true);
  line("mmap after personality(0)", false);
  EXPECT_EQ(inside.output, expected) << inside.errors;
}

/// As hosts of today do, and hosts before 5.8 did (elf_read_implies_exec of asm/elf.h).
INSTANTIATE_TEST_SUITE_P(
    Notes, ImpliedExecution,
    ::testing::Values(Implied{"Missing32", "implied.glibc-i386", StackNote::Missing, "linux-6.1",
                              "zen3", true, true},
                      Implied{"Plain32", "implied.glibc-i386", StackNote::Plain, "linux-6.1",
                              "zen3", false, false},
                      Implied{"Executable32", "implied.glibc-i386", StackNote::Executable,
                              "linux-6.1", "zen3", false, true},
                      Implied{"Missing32Before", "implied.glibc-i386", StackNote::Missing,
                              "linux-4.4", "haswell", true, true},
                      Implied{"Executable32Before", "implied.glibc-i386", StackNote::Executable,
                              "linux-4.4", "haswell", true, true},
                      Implied{"Plain32Before", "implied.glibc-i386", StackNote::Plain, "linux-4.4",
                              "haswell", false, false},
                      Implied{"Missing64", "implied.glibc", StackNote::Missing, "linux-6.1", "zen3",
                              false, false},
                      Implied{"Executable64", "implied.glibc", StackNote::Executable, "linux-6.1",
                              "zen3", false, true},
                      Implied{"Missing64Before", "implied.glibc", StackNote::Missing, "linux-4.4",
                              "haswell", true, true}),
    [](const auto& row) { return row.param.name; });

/// What busybox does in 64 bits it does in 32.
std::vector<ProgramRow> busybox_i386_rows() {
  std::vector<ProgramRow> rows = busybox_rows();
  for (ProgramRow& row : rows) row.program = "busybox.i386";
  return rows;
}

#ifdef RINGFARE_EVERY_ROW
constexpr std::size_t kOneOf = 1;
#else
constexpr std::size_t kOneOf = 4;  // all of them would take a minute
#endif
std::vector<ProgramRow> some_busybox_i386_rows() {
  std::vector<ProgramRow> some;
  const std::vector<ProgramRow> all = busybox_i386_rows();
  for (std::size_t i = 0; i < all.size(); i += kOneOf) some.push_back(all[i]);
  return some;
}

std::vector<ProgramRow> own_i386_rows() {
  return {
      {"Hello", "hello.freestanding-i386", {}},
      {"Strings", "strings.freestanding-i386", {}},
      {"Segments", "segments.freestanding-i386", {}},
      {"OddCode", "odd_code.glibc-i386", {}},
      {"RandomNumbers", "random_numbers.glibc-i386", {}},
      {"HelloGlibc", "hello.glibc-i386", {"one", "two"}},
      {"HelloGlibcPie", "hello.glibc-pie-i386", {"one"}},
      {"HelloMusl", "hello.musl-i386", {"one", "two"}},
      {"HelloKlibc", "hello.klibc-i386", {"one"}},
      {"ControlGlibc", "control.glibc-i386", {}},
      {"ControlMusl", "control.musl-i386", {}},
      {"StringsGlibc", "strings.glibc-i386", {}},
      {"StringsMusl", "strings.musl-i386", {}},
      {"FilesGlibc", "files.glibc-i386", {}},
      {"FilesMusl", "files.musl-i386", {}},
      {"DescriptorsGlibc", "descriptors.glibc-i386", {"room"}},
      {"DescriptorsMusl", "descriptors.musl-i386", {"room"}},
      {"SystemVIpcGlibc", "ipc.glibc-i386", {}},
      {"SystemVIpcMusl", "ipc.musl-i386", {}},
      {"SurroundingsGlibc", "surroundings.glibc-i386", {"one", "two words"}},
      {"SurroundingsMusl", "surroundings.musl-i386", {"one", "two words"}},
      {"MemoryMusl", "memory.musl-i386", {}},
      {"ListingKlibc", "listing.klibc-i386", {}},
      {"ControlKlibc", "control.klibc-i386", {}},
      {"SortCrcMatrixKlibc", "sort_crc_matrix.klibc-i386", {"1"}},
      {"FibKlibc", "fib.klibc-i386", {"15"}},
      {"Sha256Klibc", "sha256.klibc-i386", {"1"}},
      {"Exit7Klibc", "ending.klibc-i386", {"7"}},
      {"DiesOfSegvKlibc", "ending.klibc-i386", {"segv"}},
      {"DiesOfAbortKlibc", "ending.klibc-i386", {"abort"}},
      {"DiesOfFpeGlibc", "ending.glibc-i386", {"fpe"}},
      {"EndingMusl", "ending.musl-i386", {"exit", "3"}},
      {"Fib", "fib.musl-i386", {"15"}},
      {"Sha256", "sha256.musl-i386", {"1"}},
  };
}

/// The calls of i386 by their numbers, a section each.
std::vector<ProgramRow> call_rows() {
  std::vector<ProgramRow> rows;
  for (const char* section :
       {"signals", "names", "files", "directories", "robust", "identities", "times", "information",
        "messages", "ipc", "offsets", "limits", "priorities"})
    rows.push_back({section, "calls32.glibc-i386", {section}});
  return rows;
}

std::string name_of(const ::testing::TestParamInfo<EngineRow>& info) {
  return std::string(info.param.row.name);
}

/// Its output tells which vector instructions there are: not those of Unicorn.
INSTANTIATE_TEST_SUITE_P(NumbersTranslated, I386SameAsNative,
                         ::testing::ValuesIn(on({{"NumbersGlibc", "numbers.glibc-i386", {}},
                                                 {"NumbersMusl", "numbers.musl-i386", {}}},
                                                "translator")),
                         name_of);
INSTANTIATE_TEST_SUITE_P(BusyboxTranslated, I386SameAsNative,
                         ::testing::ValuesIn(on(busybox_i386_rows(), "translator")), name_of);
INSTANTIATE_TEST_SUITE_P(CallsTranslated, I386SameAsNative,
                         ::testing::ValuesIn(on(call_rows(), "translator")), name_of);
INSTANTIATE_TEST_SUITE_P(OwnTranslated, I386SameAsNative,
                         ::testing::ValuesIn(on(own_i386_rows(), "translator")), name_of);
#ifdef RINGFARE_UNICORN
INSTANTIATE_TEST_SUITE_P(BusyboxOnUnicorn, I386SameAsNative,
                         ::testing::ValuesIn(on(some_busybox_i386_rows(), "unicorn")), name_of);
INSTANTIATE_TEST_SUITE_P(CallsOnUnicorn, I386SameAsNative,
                         ::testing::ValuesIn(on(call_rows(), "unicorn")), name_of);
INSTANTIATE_TEST_SUITE_P(OwnOnUnicorn, I386SameAsNative,
                         ::testing::ValuesIn(on(own_i386_rows(), "unicorn")), name_of);
#endif

}  // namespace
}  // namespace ringfare::testing
