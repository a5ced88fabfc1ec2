// SPDX-License-Identifier: MIT
#include "tests/guests/program_rows.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <ostream>

namespace ringfare::testing {
namespace {

std::string text() {
  static constexpr std::string_view kWords[] = {"ring", "gate",     "stack", "frame", "Trap",
                                                "the",  "crossing", "page",  "of",    "swap"};
  std::string result;
  std::uint32_t seed = 1;
  for (int line = 0; line < 2000; ++line) {
    result += std::to_string(line % 37 * 91 % 1000);
    for (std::uint32_t word = 0; word < 3 + seed % 5; ++word) {
      seed = seed * 1664525u + 1013904223u;
      result += (word == 2 ? '\t' : ' ');
      result += kWords[(seed >> 16) % std::size(kWords)];
    }
    result += '\n';
  }
  return result;
}

std::string binary() {
  std::string result;
  std::uint32_t seed = 9;
  for (int i = 0; i < 100'000; ++i) {
    seed = seed * 1664525u + 1013904223u;
    result += static_cast<char>(seed >> 24 & (i < 50'000 ? 0xff : 0x0f));
  }
  return result;
}

std::string program_path(std::string_view program) {
  return program == "busybox" ? "/bin/busybox" : guest(std::string(program));
}

/// 2001-09-09T01:46:40Z, so that listings do not depend on today.
void set_times(const std::filesystem::path& directory) {
  static constexpr timespec kTimes[] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    ASSERT_EQ(utimensat(AT_FDCWD, entry.path().c_str(), kTimes, 0), 0);
}

}  // namespace

void PrintTo(const ProgramRow& row, std::ostream* out) {
  *out << row.program << ' ' << row.name;
}

bool ProgramRow::exists() const {
  return std::filesystem::exists(program_path(program));
}

Launch ProgramRow::launch(const std::filesystem::path& directory) const {
  Launch launch{.arguments = {program_path(program)}, .directory = directory};
  launch.arguments.insert(launch.arguments.end(), arguments.begin(), arguments.end());
  if (!input.empty()) launch.input = read_whole(directory / input);
  return launch;
}

void prepare(const std::filesystem::path& directory) {
  write_whole(directory / "text", text());
  write_whole(directory / "binary", binary());
  write_whole(directory / "empty", "");
  std::filesystem::create_directories(directory / "tree/inner");
  write_whole(directory / "tree/one", "one\n");
  write_whole(directory / "tree/inner/two", std::string(5000, '2'));
  // Archives tell how old their files are.
  const auto long_ago = std::filesystem::file_time_type::clock::from_sys(
      std::chrono::sys_seconds(std::chrono::sys_days(std::chrono::year(2001) / 2 / 3)));
  for (const char* file : {"text", "tree/one", "tree/inner/two", "tree/inner", "tree"})
    std::filesystem::last_write_time(directory / file, long_ago);
  const auto native = [&](std::vector<std::string> arguments, const char* file) {
    arguments.insert(arguments.begin(), "/bin/busybox");
    const Outcome made = run({.arguments = arguments, .directory = directory});
    ASSERT_EQ(made.ending(), "exit 0") << made.errors;
    write_whole(directory / file, made.output);
  };
  native({"gzip", "-c", "text"}, "text.gz");
  native({"bzip2", "-c", "text"}, "text.bz2");
  native({"tar", "cf", "-", "tree"}, "tree.tar");
  native({"sort", "text"}, "sorted");
  native({"base64", "binary"}, "binary.base64");
  std::filesystem::create_directory(directory / "room");
  set_times(directory / "tree");
}

std::vector<ProgramRow> busybox_rows() {
  return {
      {"Md5sum", "busybox", {"md5sum", "text", "binary", "empty"}},
      {"Sha1sum", "busybox", {"sha1sum", "binary"}},
      {"Sha256sum", "busybox", {"sha256sum", "text", "binary"}},
      {"Sha512sum", "busybox", {"sha512sum"}, "binary"},
      {"Sha3sum", "busybox", {"sha3sum", "binary"}},
      {"Cksum", "busybox", {"cksum", "binary"}},
      {"Sum", "busybox", {"sum", "binary"}},
      {"Sort", "busybox", {"sort", "text"}},
      {"SortNumeric", "busybox", {"sort", "-n", "-r", "-k1,1"}, "text"},
      {"SortUnique", "busybox", {"sort", "-u", "-k2", "text"}},
      {"AwkSum", "busybox", {"awk", "{ n[$2] += $1 } END { for (w in n) print w, n[w] }", "text"}},
      {"AwkFields",
       "busybox",
       {"awk", "-F\t", "NF > 1 { print NR \": \" toupper($2), length($0) }", "text"}},
      {"AwkArithmetic",
       "busybox",
       {"awk",
        "BEGIN { for (i = 1; i < 30; i++) printf \"%.6f %d\\n\", sqrt(i) * exp(-i), 2 ^ i }"}},
      {"SedSubstitute",
       "busybox",
       {"sed", "-e", "s/\\(ring\\) \\([a-z]*\\)/\\2-\\1/g", "-e", "/Trap/d", "text"}},
      {"SedScript", "busybox", {"sed", "-n", "10,20{=;p};$p"}, "text"},
      {"Gzip", "busybox", {"gzip", "-c"}, "text"},
      {"GzipBinary", "busybox", {"gzip", "-9", "-c", "binary"}},
      {"Gunzip", "busybox", {"gunzip", "-c"}, "text.gz"},
      {"GunzipDamaged", "busybox", {"gunzip", "-c", "binary"}},
      {"Bzip2", "busybox", {"bzip2", "-c"}, "text"},
      {"Bunzip2", "busybox", {"bunzip2", "-c", "text.bz2"}},
      {"TarCreate", "busybox", {"tar", "cf", "-", "tree", "text"}},
      {"TarList", "busybox", {"tar", "tf", "tree.tar"}},
      {"TarExtract", "busybox", {"tar", "xOf", "-"}, "tree.tar"},
      {"Grep", "busybox", {"grep", "-n", "gate.*ring", "text"}},
      {"GrepExtended", "busybox", {"grep", "-E", "-c", "(Trap|frame){1,2}", "text"}},
      {"GrepNothing", "busybox", {"grep", "nowhere", "text"}},
      {"Od", "busybox", {"od", "-A", "x", "-t", "x1z", "binary"}},
      {"Hexdump", "busybox", {"hexdump", "-C"}, "binary"},
      {"Wc", "busybox", {"wc", "text", "binary"}},
      {"DateEpoch", "busybox", {"date", "-u", "-d", "@0"}},
      {"DateFormat", "busybox", {"date", "-u", "-d", "2024-02-29 12:34:56", "+%s %A %j"}},
      {"Cat", "busybox", {"cat", "-", "empty", "text"}, "binary"},
      {"Head", "busybox", {"head", "-n", "7", "text"}},
      {"Tail", "busybox", {"tail", "-c", "100", "text"}},
      {"Cut", "busybox", {"cut", "-d ", "-f1,3-", "text"}},
      {"Tr", "busybox", {"tr", "a-z", "A-Z"}, "text"},
      {"Uniq", "busybox", {"uniq", "-c", "sorted"}},
      {"Tac", "busybox", {"tac", "text"}},
      {"Rev", "busybox", {"rev"}, "text"},
      {"Nl", "busybox", {"nl", "text"}},
      {"Paste", "busybox", {"paste", "text", "sorted"}},
      {"Fold", "busybox", {"fold", "-w", "20", "text"}},
      {"Expand", "busybox", {"expand", "text"}},
      {"Comm", "busybox", {"comm", "-3", "sorted", "text"}},
      {"Cmp", "busybox", {"cmp", "text", "sorted"}},
      {"Diff", "busybox", {"diff", "text", "sorted"}},
      {"Base64", "busybox", {"base64"}, "binary"},
      {"Base64Decode", "busybox", {"base64", "-d"}, "binary.base64"},
      {"Seq", "busybox", {"seq", "-w", "1", "7", "300"}},
      {"Factor", "busybox", {"factor", "600851475143", "9973"}},
      {"Expr", "busybox", {"expr", "17", "*", "(", "3", "+", "4", ")"}},
      {"Printf", "busybox", {"printf", "%05d %s %x\\n", "42", "text", "255"}},
      {"Echo", "busybox", {"echo", "-e", "a\\tb\\101"}},
      {"TestFalse", "busybox", {"test", "-f", "missing"}},
      {"TestTrue", "busybox", {"test", "-d", "tree"}},
      {"Ls", "busybox", {"ls", "-1", "-R", "tree"}},
      {"LsLong", "busybox", {"ls", "-l", "-n", "tree"}},
      {"Stat", "busybox", {"stat", "-c", "%n %s %a %F", "text", "tree"}},
      {"Find", "busybox", {"find", "tree", "-type", "f", "-size", "-4"}},
      {"Dd", "busybox", {"dd", "bs=1000", "skip=3", "count=20", "if=binary"}},
      {"Tee", "busybox", {"tee", "/dev/null"}, "text"},
      {"Strings", "busybox", {"strings", "binary"}},
      {"Dc", "busybox", {"dc", "-e", "20 k 2 v p 3 40 ^ p"}},
      {"Cal", "busybox", {"cal", "2", "2024"}},
      {"Printenv", "busybox", {"printenv"}},
      {"Pwd", "busybox", {"pwd"}},
      {"Basename", "busybox", {"basename", "/a/b/c.txt", ".txt"}},
      {"Realpath", "busybox", {"realpath", "tree/../text"}},
      {"Uname", "busybox", {"uname", "-s", "-m"}},
      {"Ash",
       "busybox",
       {"ash", "-c",
        "i=0; while [ $i -lt 500 ]; do i=$((i+1)); done; echo $i; cd tree; echo *; exit 3"}},
      {"CatMissing", "busybox", {"cat", "missing"}},
      {"NoApplet", "busybox", {"no-such-applet"}},
  };
}

std::vector<ProgramRow> own_rows() {
  return {
      {"HelloAlone", "hello.freestanding", {}},
      {"StringInstructions", "strings.freestanding", {}},
      {"RegistersKept", "registers.freestanding", {}},
      {"Switchboard", "switchboard.freestanding", {}},
      {"SortAlone", "sort.freestanding", {}},
      {"HelloGlibc", "hello.glibc", {"a", "", "b c"}},
      {"HelloGlibcPie", "hello.glibc-pie", {"a"}},
      {"HelloMusl", "hello.musl", {"a", "", "b c"}},
      {"HelloMuslPie", "hello.musl-pie", {"a"}},
      {"ControlGlibc", "control.glibc", {}},
      {"ControlGlibcPie", "control.glibc-pie", {}},
      {"ControlMusl", "control.musl", {}},
      {"ControlMuslPie", "control.musl-pie", {}},
      {"StringsGlibc", "strings.glibc", {}},
      {"StringsMusl", "strings.musl", {}},
      {"NumbersGlibc", "numbers.glibc", {}},
      {"NumbersMusl", "numbers.musl", {}},
      {"DescriptorsGlibc", "descriptors.glibc", {"room"}},
      {"DescriptorsMusl", "descriptors.musl", {"room"}},
      {"SystemVIpcGlibc", "ipc.glibc", {}},
      {"IoUringGlibc", "ring.glibc", {}},
      {"SystemVIpcMusl", "ipc.musl", {}},
      {"SystemVIpcBetweenProcesses", "shared_ipc.glibc", {}},
      {"Proc", "proc.glibc", {}},
      {"ProcMusl", "proc.musl", {}},
      {"Identities", "identities.glibc", {}},
      {"Handles", "handles.glibc", {}},
      {"Dates", "dates.glibc", {}},
      {"FilesGlibc", "files.glibc", {"room"}},
      {"FilesMusl", "files.musl", {"room"}},
      {"MemoryGlibc", "memory.glibc", {}},
      {"MemoryMusl", "memory.musl", {}},
      {"SurroundingsGlibc", "surroundings.glibc", {"one", "two words"}},
      {"SurroundingsMusl", "surroundings.musl", {"one", "two words"}},
      {"LibraryGlibc", "library.glibc", {"read"}, "text"},
      {"LibraryGlibcPie", "library.glibc-pie", {}},
      {"LibraryMusl", "library.musl", {"read"}, "text"},
      {"SortCrcMatrixGlibc", "sort_crc_matrix.glibc", {"1"}},
      {"SortCrcMatrixMusl", "sort_crc_matrix.musl", {"1"}},
      {"Fib", "fib.musl", {"22"}},
      {"Sha256", "sha256.musl", {"64"}},
      {"VirtualCallsMono", "virtual_calls.musl", {"mono", "300"}},
      {"VirtualCallsPoly", "virtual_calls.glibc", {"poly", "300"}},
      {"CallsWrite", "calls.musl", {"write", "500"}},
      {"CallsGetppid", "calls.musl", {"getppid", "500"}},
      {"Zstd", "compress.glibc", {"zstd", "1"}},
      {"Bzip2", "compress.glibc", {"bzip2", "1"}},
      {"GzipLibrary", "compress.glibc", {"gzip", "1"}},
      {"Sqlite", "sqlite.glibc", {"200"}},
      {"Exceptions", "exceptions.musl", {}},
      {"ChangingCodeGlibc", "changing_code.glibc", {}},
      {"ChangingCodeMusl", "changing_code.musl", {}},
      {"OddCode", "odd_code.glibc", {}},
      {"RandomNumbers", "random_numbers.glibc", {}},
      {"Exit0", "ending.glibc", {"0"}},
      {"Exit7", "ending.musl", {"7"}},
      {"Exit255", "ending.glibc", {"255"}},
      {"ExitSilent", "ending.glibc", {"silent"}},
      {"DiesOfSegv", "ending.glibc", {"segv"}},
      {"DiesOfIll", "ending.glibc", {"ill"}},
      {"DiesOfTrap", "ending.glibc", {"trap"}},
      {"DiesOfFpe", "ending.glibc", {"fpe"}},
      {"DiesOfAbort", "ending.glibc", {"abort"}},
      {"DiesOfAbortMusl", "ending.musl", {"abort"}},
      {"DiesOfKill", "ending.musl", {"kill"}},
      {"DiesOfTerm", "ending.musl", {"term"}},
  };
}

std::vector<ProgramRow> lua_rows() {
  static const std::string kScripts = RINGFARE_SOURCE_DIR "/guests/lua/";
  std::vector<ProgramRow> rows;
  for (std::string_view program : {"lua.glibc", "lua.musl"}) {
    const bool glibc = program == "lua.glibc";
    rows.push_back(
        {glibc ? "LanguageGlibc" : "LanguageMusl", program, {kScripts + "language.lua"}});
    rows.push_back({glibc ? "WordsGlibc" : "WordsMusl", program, {kScripts + "words.lua"}, "text"});
    rows.push_back({glibc ? "QueensGlibc" : "QueensMusl", program, {kScripts + "queens.lua", "8"}});
    rows.push_back({glibc ? "CallsGlibc" : "CallsMusl", program, {kScripts + "calls.lua", "16"}});
    // Unicorn does not execute what musl prints floating point with.
    if (glibc) rows.push_back({"FloatsGlibc", program, {kScripts + "floats.lua", "20"}});
    rows.push_back(
        {glibc ? "StringsGlibc" : "StringsMusl", program, {kScripts + "strings.lua", "1"}});
    rows.push_back({glibc ? "MissingGlibc" : "MissingMusl", program, {"missing.lua"}});
  }
  return rows;
}

}  // namespace ringfare::testing
