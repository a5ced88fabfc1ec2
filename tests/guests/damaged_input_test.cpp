// SPDX-License-Identifier: MIT
// Whatever is given as a program: one clear line and exit status 125, or the program runs; never a
// crash of ours.
#include <elf.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

const std::string& hello() {
  static const std::string kBytes = read_whole(guest("hello.freestanding"));
  return kBytes;
}

Outcome run_bytes(const std::string& bytes) {
  ScratchDirectory directory;
  const auto file = directory.path() / "program";
  write_whole(file, bytes);
  chmod(file.c_str(), 0755);
  return run(under_ringfare({.arguments = {file.string()}}));
}

void expect_refused(const Outcome& outcome, std::string_view what) {
  EXPECT_EQ(outcome.ending(), "exit 125") << what << "\n" << outcome.errors;
  EXPECT_EQ(std::ranges::count(outcome.errors, '\n'), 1) << what << "\n" << outcome.errors;
  EXPECT_EQ(outcome.output, "") << what;
}

template <typename Field>
std::string with_field(std::size_t offset, Field value) {
  std::string bytes = hello();
  std::memcpy(bytes.data() + offset, &value, sizeof value);
  return bytes;
}

TEST(DamagedInput, ForeignHeaders) {
  struct Row {
    std::string_view what;
    std::string bytes;
  };
  const Row kRows[] = {
      {"AArch64", with_field<Elf64_Half>(offsetof(Elf64_Ehdr, e_machine), EM_AARCH64)},
      {"32-bit", with_field<unsigned char>(EI_CLASS, ELFCLASS32)},
      {"big-endian", with_field<unsigned char>(EI_DATA, ELFDATA2MSB)},
      {"object file", with_field<Elf64_Half>(offsetof(Elf64_Ehdr, e_type), ET_REL)},
      {"core file", with_field<Elf64_Half>(offsetof(Elf64_Ehdr, e_type), ET_CORE)},
      {"no program headers", with_field<Elf64_Half>(offsetof(Elf64_Ehdr, e_phnum), 0)},
      {"entry size", with_field<Elf64_Half>(offsetof(Elf64_Ehdr, e_phentsize), 7)},
      {"headers outside", with_field<Elf64_Off>(offsetof(Elf64_Ehdr, e_phoff), 1ULL << 60)},
      {"empty", ""},
      {"script for nobody", "#!/none/at/all\necho hello\n"},
      {"text", "hello\n"},
      {"zeros", std::string(4096, '\0')},
  };
  for (const Row& row : kRows) expect_refused(run_bytes(row.bytes), row.what);
}

TEST(DamagedInput, NotAProgram) {
  ScratchDirectory directory;
  for (const std::string& path :
       {directory.path().string(), directory.path().string() + "/missing",
        std::string("/lib/x86_64-linux-gnu/libm.so.6"), std::string("/dev/null")})
    expect_refused(run(under_ringfare({.arguments = {path}})), path);
}

TEST(DamagedInput, TruncatedInTheHeaders) {
  Elf64_Ehdr header;
  std::memcpy(&header, hello().data(), sizeof header);
  const std::size_t headers = header.e_phoff + std::size_t{header.e_phnum} * header.e_phentsize;
  for (std::size_t size = 0; size < headers; size += 7)
    expect_refused(run_bytes(hello().substr(0, size)), "first " + std::to_string(size) + " bytes");
}

/// It may run, be refused, or die like any broken program; it may not bring ringfare down.
void expect_orderly(const std::string& bytes, const std::string& what) {
  const Outcome outcome = run_bytes(bytes);
  EXPECT_EQ(outcome.errors.find("CHECK"), std::string::npos) << what << "\n" << outcome.errors;
  EXPECT_EQ(outcome.errors.find("terminate called"), std::string::npos) << what << "\n"
                                                                        << outcome.errors;
  EXPECT_EQ(outcome.errors.find("Sanitizer"), std::string::npos) << what << "\n" << outcome.errors;
  if (outcome.ending() == "exit 125") expect_refused(outcome, what);
}

TEST(DamagedInput, TruncatedAnywhere) {
  const std::size_t step = hello().size() / 40;
  for (std::size_t size = 0; size < hello().size(); size += step)
    expect_orderly(hello().substr(0, size), "first " + std::to_string(size) + " bytes");
}

TEST(DamagedInput, FlippedBits) {
  Elf64_Ehdr header;
  std::memcpy(&header, hello().data(), sizeof header);
  const std::size_t headers = header.e_phoff + std::size_t{header.e_phnum} * header.e_phentsize;
  std::uint32_t seed = 20240229;
  for (int round = 0; round < 80; ++round) {
    std::string bytes = hello();
    seed = seed * 1664525u + 1013904223u;
    const std::size_t place = (seed >> 8) % headers;
    bytes[place] = static_cast<char>(bytes[place] ^ 1 << (seed >> 5 & 7));
    expect_orderly(bytes,
                   "bit " + std::to_string(seed >> 5 & 7) + " of byte " + std::to_string(place));
  }
}

}  // namespace
}  // namespace ringfare::testing
