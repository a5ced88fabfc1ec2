// SPDX-License-Identifier: MIT
// Whoever watches translations sees them all: the dump, the log, perf's map, gdb's objects.
#include <elf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <regex>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "cpu/base/failure.hpp"
#include "cpu/segments.hpp"
#include "cpu/translator/translator.hpp"
#include "cpu/translator/watch/gdb_jit.hpp"
#include "cpu/translator/watch/jit_object.hpp"
#include "cpu/translator/watch/perf_map.hpp"
#include "cpu/translator/watch/translation_dump.hpp"
#include "cpu/translator/watch/translation_log.hpp"

extern "C" const std::uint8_t snippet_loop[], snippet_loop_end[];
extern "C" const std::uint8_t snippet_calls[], snippet_calls_end[];

// What GDB looks for, as its manual declares it.
extern "C" {
struct jit_code_entry {
  jit_code_entry* next_entry;
  jit_code_entry* prev_entry;
  const char* symfile_addr;
  std::uint64_t symfile_size;
};
struct jit_descriptor {
  std::uint32_t version;
  std::uint32_t action_flag;
  jit_code_entry* relevant_entry;
  jit_code_entry* first_entry;
};
extern jit_descriptor __jit_debug_descriptor;  // NOLINT(bugprone-reserved-identifier)
}

namespace ringfare {
namespace {

constexpr GuestAddress kCode{0x400000}, kStack{0x600000};

std::span<const std::uint8_t> loop() {
  return {snippet_loop, snippet_loop_end};
}
std::span<const std::uint8_t> calls() {
  return {snippet_calls, snippet_calls_end};
}

/// Two cycles an instruction.
class FlatPrices final : public BlockObserver {
 public:
  BlockPrice translated(const Block& block) override {
    return {block.instructions.size(), 200 * block.instructions.size()};
  }
  BlockPrice partial(const Block&, std::size_t n) override { return {n, 200 * n}; }
};

/// Runs the code to its gate while somebody watches.
void run(std::span<const std::uint8_t> code, TranslationWatcher& watcher,
         CodeMode mode = CodeMode::Long64) {
  AddressSpace memory;
  FlatPrices prices;
  ASSERT_EQ(
      memory.map({.range = {kCode, kCode + 0x1000}, .permissions = {true, true, true}, .name = ""}),
      0);
  ASSERT_EQ(memory.map({.range = {kStack, kStack + 0x1000},
                        .permissions = {.read = true, .write = true},
                        .name = ""}),
            0);
  std::memcpy(AddressSpace::host(kCode), code.data(), code.size());
  Translator engine(memory, prices, {.watchers = {&watcher}});
  Thread thread;
  if (mode == CodeMode::Compat32)
    enter_compatibility_mode(thread.registers, selector::kUserCode32, selector::kUserData);
  thread.registers.rip = kCode.value;
  thread.registers[Gpr::Rsp] = kStack.value + 0x800;
  ASSERT_TRUE(std::holds_alternative<AtGate>(engine.run(thread, {})));
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(TranslationDump, ShowsGuestAndHostSideBySide) {
  TranslationDump dump(
      {.at = {}, .most = 9, .syntax = Syntax::Att, .name_of = [](const auto&, GuestAddress at) {
         return at == kCode ? "begin" : "";
       }});
  run(loop(), dump);
  const std::string text = dump.text();
  // The loop body is promoted after a hundred rounds: most was executed by the second tier.
  EXPECT_TRUE(has(text, ": second tier, ")) << text;
  EXPECT_TRUE(has(text, "superblock 0 at 0x400000 <begin>: first tier, 1 block, 4 instructions\n"));
  EXPECT_LT(text.find("second tier"), text.find("first tier"));
  for (const char* const part :
       {"0x400000 b9e8030000     mov $0x3E8, %ecx", "+000 ", "; counter of exit 0", "dec %ecx",
        "gate (syscall) at 0x40000d", "; leaves", "(off the path)",
        "direct, to 0x400005, linked to superblock", "replaced by another", "current"})
    EXPECT_TRUE(has(text, part)) << part << "\n" << text;
  // 1 + 3 * 1000 + 1 instructions, each in one of the superblocks.
  std::uint64_t executed = 0;
  const std::regex instructions(R"(, (\d+) instructions? in all)");
  for (std::sregex_iterator it(text.begin(), text.end(), instructions), end; it != end; ++it)
    executed += std::stoull((*it)[1]);
  EXPECT_EQ(executed, 3002u);
}

TEST(TranslationDump, ShowsTheHottestFirstAndNoMoreThanAsked) {
  TranslationDump dump({.at = {}, .most = 1, .syntax = Syntax::Intel, .name_of = {}});
  run(loop(), dump);
  const std::string text = dump.text();
  EXPECT_EQ(count(text, "superblock ") - count(text, "linked to superblock "), 1u) << text;
  EXPECT_TRUE(has(text, ": second tier, ")) << text;
  EXPECT_TRUE(has(text, "dec ecx")) << text;
}

TEST(TranslationDump, ShowsWhatExecutesAnAddress) {
  const auto at = [](std::uint64_t address) {
    TranslationDump dump({.at = [address](const AddressSpace&) { return GuestAddress{address}; },
                          .most = 9,
                          .syntax = Syntax::Att,
                          .name_of = {}});
    run(loop(), dump);
    return dump.text();
  };
  const std::string first = at(kCode.value);
  EXPECT_TRUE(has(first, "mov $0x3E8, %ecx")) << first;
  EXPECT_FALSE(has(first, "second tier")) << first;
  EXPECT_EQ(at(kCode.value + 0x800), "");
}

TEST(TranslationDump, ShowsThirtyTwoBitCode) {
  constexpr std::uint8_t kCode32[] = {0xb9, 3,    0, 0, 0,  // mov $3, %ecx
                                      0x49,                 // dec %ecx: a prefix in 64-bit code
                                      0x75, 0xfd,           // jne to it
                                      0xcd, 0x80};          // int $0x80
  TranslationDump dump({.at = {}, .most = 9, .syntax = Syntax::Att, .name_of = {}});
  run(kCode32, dump, CodeMode::Compat32);
  const std::string text = dump.text();
  for (const char* const part : {"49             dec %ecx", "gate (int 0x80) at 0x400008"})
    EXPECT_TRUE(has(text, part)) << part << "\n" << text;
  EXPECT_FALSE(has(text, "(bad)")) << text;
}

class Lines final : public LogTarget {
 public:
  void write(std::string_view line) override { text += line; }
  std::string text;
};

TEST(TranslationLog, TellsWhatBecomesOfCode) {
  const auto told = [] {
    Lines lines;
    DebugLog log(lines, log_categories("", "translator"));
    TranslationLog watcher(log);
    run(loop(), watcher);
    return lines.text;
  };
  const std::string text = told();
  for (const char* const part :
       {"superblock 0 at 0x400000: first tier, 1 block, 4 instructions, ",
        " goes straight to superblock ", "second tier", "superblocks are forgotten\n"})
    EXPECT_TRUE(has(text, part)) << part << "\n" << text;
  EXPECT_EQ(text, told());
}

/// A folder that is gone afterwards.
class Scratch {
 public:
  Scratch() {
    char name[] = "/tmp/ringfare-perf-XXXXXX";
    path = mkdtemp(name);
  }
  ~Scratch() { std::filesystem::remove_all(path); }
  std::string map() const {
    std::ifstream file(path + "/perf-" + std::to_string(getpid()) + ".map");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string path;
};

TEST(PerfMap, HasALineForEachPieceOfCode) {
  const Scratch scratch;
  PerfMap map(scratch.path, 3,
              [](const auto&, GuestAddress at) { return at == kCode ? "begin" : ""; });
  run(calls(), map);
  map.close();
  const std::string text = scratch.map();
  std::vector<std::pair<std::uint64_t, std::uint64_t>> pieces;
  std::istringstream lines(text);
  const std::regex line("([0-9a-f]+) ([0-9a-f]+) ([!-~]+)");
  for (std::string each; std::getline(lines, each);) {
    std::smatch found;
    ASSERT_TRUE(std::regex_match(each, found, line)) << each;
    pieces.emplace_back(std::stoull(found[1], nullptr, 16), std::stoull(found[2], nullptr, 16));
  }
  for (const char* const name :
       {" ringfare_in_and_out\n", " guest_begin\n", " guest_begin_off_path\n", " guest_0x4000"})
    EXPECT_TRUE(has(text, name)) << name << "\n" << text;
  // No byte has two names.
  std::ranges::sort(pieces);
  for (std::size_t i = 1; i < pieces.size(); ++i)
    EXPECT_LE(pieces[i - 1].first + pieces[i - 1].second, pieces[i].first) << text;
}

TEST(PerfMap, BeginsAnewWithEachTranslator) {
  const Scratch scratch;
  PerfMap map(scratch.path, 100);
  run(loop(), map);
  run(loop(), map);
  map.close();
  EXPECT_EQ(count(scratch.map(), "ringfare_in_and_out"), 1u);
}

TEST(PerfMap, RefusesAFolderThatIsNotThere) {
  EXPECT_THROW(PerfMap("/no/such/folder", 100), UserError);
}

struct Symbol {
  std::string name;
  std::uint64_t value = 0, size = 0;
};

/// Reads an object as a debugger does: by its section headers.
std::vector<Symbol> symbols_in(const char* file, std::size_t size, Elf64_Shdr& text) {
  Elf64_Ehdr header;
  std::memcpy(&header, file, sizeof header);
  EXPECT_EQ(std::memcmp(header.e_ident, ELFMAG, SELFMAG), 0);
  EXPECT_EQ(header.e_machine, EM_X86_64);
  EXPECT_LE(header.e_shoff + header.e_shnum * sizeof(Elf64_Shdr), size);
  std::vector<Elf64_Shdr> sections(header.e_shnum);
  std::memcpy(sections.data(), file + header.e_shoff, header.e_shnum * sizeof(Elf64_Shdr));
  std::vector<Symbol> found;
  for (const Elf64_Shdr& section : sections) {
    const std::string name = file + sections[header.e_shstrndx].sh_offset + section.sh_name;
    if (name == ".text") text = section;
    if (section.sh_type != SHT_SYMTAB) continue;
    for (std::size_t i = 1; i < section.sh_size / sizeof(Elf64_Sym); ++i) {
      Elf64_Sym symbol;
      std::memcpy(&symbol, file + section.sh_offset + i * sizeof symbol, sizeof symbol);
      EXPECT_EQ(ELF64_ST_TYPE(symbol.st_info), STT_FUNC);
      found.push_back({file + sections[section.sh_link].sh_offset + symbol.st_name, symbol.st_value,
                       symbol.st_size});
    }
  }
  return found;
}

TEST(JitObject, IsAnElfFileWithTheSymbols) {
  const NamedCode names[] = {{0x5000, 0x20, "guest_main"}, {0x4000, 0x10, "guest_0x401000"}};
  const std::vector<std::byte> object = jit_object(names);
  Elf64_Shdr text{};
  const auto symbols =
      symbols_in(reinterpret_cast<const char*>(object.data()), object.size(), text);
  ASSERT_EQ(symbols.size(), 2u);
  EXPECT_EQ(symbols[0].name, "guest_main");
  EXPECT_EQ(symbols[0].value, 0x5000u);
  EXPECT_EQ(symbols[0].size, 0x20u);
  EXPECT_EQ(symbols[1].name, "guest_0x401000");
  EXPECT_EQ(text.sh_type, Elf64_Word{SHT_NOBITS});
  EXPECT_EQ(text.sh_addr, 0x4000u);
  EXPECT_EQ(text.sh_size, 0x1020u);
}

/// Looks at what is registered just before it goes.
class Spy final : public TranslationWatcher {
 public:
  void translated(const translator::CodeCache& cache, std::uint32_t index) override {
    jit.translated(cache, index);
  }
  void head_added(const translator::CodeCache& cache, std::uint32_t index) override {
    jit.head_added(cache, index);
  }
  void forgetting(const translator::CodeCache& cache) override {
    const jit_code_entry* before = nullptr;
    for (auto* entry = __jit_debug_descriptor.first_entry; entry != nullptr;
         entry = entry->next_entry) {
      EXPECT_EQ(entry->prev_entry, before);
      before = entry;
      Elf64_Shdr text{};
      for (const Symbol& symbol : symbols_in(entry->symfile_addr, entry->symfile_size, text))
        names.push_back(symbol.name);
    }
    jit.forgetting(cache);
    EXPECT_EQ(__jit_debug_descriptor.first_entry, nullptr);
  }

  GdbJit jit;
  std::vector<std::string> names;
};

TEST(GdbJit, RegistersEveryTranslationAndTakesItBack) {
  Spy spy;
  run(calls(), spy);
  EXPECT_EQ(__jit_debug_descriptor.version, 1u);
  for (const char* const name : {"guest_0x400000", "ringfare_in_and_out"})
    EXPECT_EQ(std::ranges::count(spy.names, name), 1) << name;
}

}  // namespace
}  // namespace ringfare
