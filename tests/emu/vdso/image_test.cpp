// SPDX-License-Identifier: MIT
// The image as readelf and objdump see it.
#include "emu/vdso/image.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "cpu/decoder.hpp"
#include "emu/vdso/image/alternatives.h"
#include "tests/emu/vdso/image_dump.hpp"

namespace ringfare {
namespace {

/// The first group of each match.
std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern, std::regex::multiline);
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), expression), end; it != end; ++it)
    found.push_back((*it)[1]);
  return found;
}

using Words = std::vector<std::string>;

class EachAbi : public ::testing::TestWithParam<Abi> {
 protected:
  bool wide() const { return GetParam() == Abi::Amd64; }
};
INSTANTIATE_TEST_SUITE_P(VdsoImage, EachAbi, ::testing::Values(Abi::Amd64, Abi::I386),
                         [](const auto& row) {
                           return row.param == Abi::Amd64 ? "amd64" : "i386";
                         });

TEST_P(EachAbi, HasOneSegmentToLoad) {
  const std::string text = Dump(GetParam()).shown_by("readelf -lW");
  EXPECT_EQ(matches(text, "^  ([A-Z_]+) +0x"), (Words{"LOAD", "DYNAMIC", "NOTE", "GNU_EH_FRAME"}));
  EXPECT_EQ(matches(text, "^  LOAD +0x0+ 0x0+ 0x0+ 0x[0-9a-f]+ 0x[0-9a-f]+ (R E) "),
            (Words{"R E"}));
}

TEST_P(EachAbi, NamesWhatALoaderNeeds) {
  const std::string text = Dump(GetParam()).shown_by("readelf -dW");
  EXPECT_EQ(matches(text, "0x[0-9a-f]+ \\(([A-Z_]+)\\)"),
            (Words{"SONAME", "SYMBOLIC", "HASH", "GNU_HASH", "STRTAB", "SYMTAB", "STRSZ", "SYMENT",
                   "VERDEF", "VERDEFNUM", "FLAGS", "VERSYM", "NULL"}));
  EXPECT_EQ(matches(text, "soname: \\[(.*)\\]"),
            (Words{wide() ? "linux-vdso.so.1" : "linux-gate.so.1"}));
}

TEST_P(EachAbi, DefinesItsVersions) {
  const std::string text = Dump(GetParam()).shown_by("readelf -VW");
  const auto definitions = matches(text, "Flags: (.*)$");
  EXPECT_EQ(definitions, wide() ? (Words{"BASE  Index: 1  Cnt: 1  Name: linux-vdso.so.1",
                                         "none  Index: 2  Cnt: 1  Name: LINUX_2.6"})
                                : (Words{"BASE  Index: 1  Cnt: 1  Name: linux-gate.so.1",
                                         "none  Index: 2  Cnt: 1  Name: LINUX_2.6",
                                         "none  Index: 3  Cnt: 1  Name: LINUX_2.5"}));
}

TEST_P(EachAbi, IsASharedObjectThatBeginsAtTheDoor) {
  const std::string text = Dump(GetParam()).shown_by("readelf -hW");
  EXPECT_EQ(matches(text, "Type: +([A-Z]+)"), (Words{"DYN"}));
  EXPECT_EQ(matches(text, "Machine: +(.*)$"),
            (Words{wide() ? "Advanced Micro Devices X86-64" : "Intel 80386"}));
  const VdsoImage image(GetParam());
  EXPECT_EQ(matches(text, "Entry point address: +(0x[0-9a-f]+)"),
            (Words{fmt::format("{:#x}", image.entry())}));
  EXPECT_EQ(image.entry(), image.function("__kernel_vsyscall"));
}

TEST(VdsoImage, ExportsItsFunctionsWithVersionAndWeakNames) {
  const std::string text = Dump(Abi::Amd64).shown_by("readelf --dyn-syms -W");
  auto names = matches(text, "FUNC +((GLOBAL|WEAK) +DEFAULT +[0-9]+ .*@@LINUX_2.6)");
  for (std::string& name : names)
    name = std::regex_replace(name, std::regex(" +DEFAULT +[0-9]+ "), " ");
  std::ranges::sort(names);
  EXPECT_EQ(names, (Words{"GLOBAL __vdso_clock_getres@@LINUX_2.6",
                          "GLOBAL __vdso_clock_gettime@@LINUX_2.6",
                          "GLOBAL __vdso_getcpu@@LINUX_2.6", "GLOBAL __vdso_getrandom@@LINUX_2.6",
                          "GLOBAL __vdso_gettimeofday@@LINUX_2.6", "GLOBAL __vdso_time@@LINUX_2.6",
                          "WEAK clock_getres@@LINUX_2.6", "WEAK clock_gettime@@LINUX_2.6",
                          "WEAK getcpu@@LINUX_2.6", "WEAK getrandom@@LINUX_2.6",
                          "WEAK gettimeofday@@LINUX_2.6", "WEAK time@@LINUX_2.6"}));
}

TEST_P(EachAbi, NeedsNoRelocation) {
  EXPECT_NE(Dump(GetParam()).shown_by("readelf -rW").find("There are no relocations"),
            std::string::npos);
}

TEST(VdsoImage, OfI386HasTheDoorAndTheEndsOfSignals) {
  const Dump dump(Abi::I386);
  const std::string text = dump.shown_by("readelf --dyn-syms -W");
  auto names = matches(text, "FUNC +GLOBAL +DEFAULT +[0-9]+ (.*@@LINUX_2.[56])");
  std::ranges::sort(names);
  EXPECT_EQ(names, (Words{"__kernel_rt_sigreturn@@LINUX_2.5", "__kernel_sigreturn@@LINUX_2.5",
                          "__kernel_vsyscall@@LINUX_2.5", "__vdso_clock_getres@@LINUX_2.6",
                          "__vdso_clock_gettime64@@LINUX_2.6", "__vdso_clock_gettime@@LINUX_2.6",
                          "__vdso_getcpu@@LINUX_2.6", "__vdso_gettimeofday@@LINUX_2.6",
                          "__vdso_time@@LINUX_2.6"}));
}

/// The rows of the frame description that covers `begin`: offset, CFA, and what was saved where.
std::string rows_of_frame(const std::string& frames, std::uint64_t begin) {
  const std::size_t at = frames.find(fmt::format("pc={:08x}..", begin));
  if (at == std::string::npos) return "none";
  const std::size_t first = frames.find('\n', at) + 1;
  return frames.substr(first, frames.find("\n\n", first) - first);
}

TEST(VdsoImage, OfI386DescribesEachInstructionOfTheDoor) {
  const VdsoImage image(Abi::I386);
  const std::string frames = Dump(Abi::I386).shown_by("readelf -wF");
  const std::string rows = rows_of_frame(frames, image.entry());
  const std::uint64_t begin = image.entry(), pad = image.landing_pad();
  const std::string wanted = fmt::format(
      "   LOC   CFA      ecx   edx   ebp   ra    \n"
      "{:08x} esp+4    u     u     u     c-4   \n{:08x} esp+8    c-8   u     u     c-4   \n"
      "{:08x} esp+12   c-8   c-12  u     c-4   \n{:08x} esp+16   c-8   c-12  c-16  c-4   \n"
      "{:08x} esp+12   c-8   c-12  u     c-4   \n{:08x} esp+8    c-8   u     u     c-4   \n"
      "{:08x} esp+4    u     u     u     c-4   ",
      begin, begin + 1, begin + 2, begin + 3, pad + 1, pad + 2, pad + 3);
  EXPECT_EQ(rows, wanted);
}

TEST(VdsoImage, OfI386MarksTheSignalFrames) {
  const std::string frames = Dump(Abi::I386).shown_by("readelf -wf");
  EXPECT_NE(frames.find("\"zRS\""), std::string::npos);
  for (const VdsoImage::Function& function : VdsoImage(Abi::I386).functions())
    if (function.name.ends_with("sigreturn")) {  // unwinders look at the byte in front
      EXPECT_NE(frames.find(fmt::format("pc={:08x}..", function.offset - 1)), std::string::npos)
          << function.name;
    }
}

TEST_P(EachAbi, TellsTheKernelsVersion) {
  const std::string text = Dump(GetParam()).shown_by("readelf -nW");
  EXPECT_EQ(matches(text, "^  (Linux) +0x00000004"), (Words{"Linux"}));
}

/// Every byte of a function lies in the range of a frame description.
TEST_P(EachAbi, DescribesTheFramesOfAllItsCode) {
  const std::string text = Dump(GetParam()).shown_by("readelf -wf");
  std::vector<std::pair<std::uint64_t, std::uint64_t>> described;
  const std::regex range("pc=([0-9a-f]+)\\.\\.([0-9a-f]+)");
  for (std::sregex_iterator it(text.begin(), text.end(), range), end; it != end; ++it)
    described.emplace_back(std::stoull((*it)[1], nullptr, 16), std::stoull((*it)[2], nullptr, 16));
  ASSERT_FALSE(described.empty());
  for (const VdsoImage::Function& function : VdsoImage(GetParam()).functions())
    EXPECT_TRUE(std::ranges::any_of(described, [&](const auto& one) {
      return one.first <= function.offset && function.offset + function.size <= one.second;
    })) << function.name;
}

TEST_P(EachAbi, DisassemblesAsObjdumpDoes) {
  const Dump dump(GetParam());
  const VdsoImage image(GetParam());
  const CodeMode mode = wide() ? CodeMode::Long64 : CodeMode::Compat32;
  const std::string text = dump.shown_by("objdump -d --no-show-raw-insn");
  EXPECT_EQ(text.find("(bad)"), std::string::npos);
  const auto instructions = matches(text, "^ +([0-9a-f]+):\t");
  const auto* const code = reinterpret_cast<const std::uint8_t*>(image.loaded().data());
  for (const VdsoImage::Function& function : image.functions()) {
    std::uint64_t at = function.offset;
    while (at < function.offset + function.size) {
      EXPECT_TRUE(std::ranges::count(instructions, fmt::format("{:x}", at)) == 1) << at;
      const auto one = decode_instruction({code + at, code + image.loaded().size()}, {at}, mode);
      ASSERT_TRUE(one.has_value());
      at += one->length;
    }
    EXPECT_EQ(at, function.offset + function.size) << function.name;
  }
}

TEST_P(EachAbi, HasAReplacementForEachPlaceThatDependsOnTheProcessor) {
  const VdsoImage image(GetParam());
  const auto sites = image.sites();
  EXPECT_GE(sites.size(), 4u);
  for (const VdsoImage::Site& site : sites) {
    EXPECT_LE(site.replacement_length, site.length);
    EXPECT_TRUE(!wide() || site.feature <= ALTERNATIVE_RDPID) << site.feature;
    EXPECT_LT(site.offset + site.length, image.loaded().size());
  }
}

TEST_P(EachAbi, NamesTheStepsOfItsReaders) {
  Words names;
  for (const VdsoImage::Step& step : VdsoImage(GetParam()).steps()) names.push_back(step.what);
  for (const char* wanted : {"sequence counter: even, no update under way", "time-stamp counter",
                             "sequence counter again: unchanged, or all over"})
    EXPECT_NE(std::ranges::find(names, wanted), names.end()) << wanted;
}

}  // namespace
}  // namespace ringfare
