// SPDX-License-Identifier: MIT
#include "emu/linux/syscalls/syscall_table.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "emu/linux/syscalls/pass_through.hpp"
#include "emu/linux/syscalls/refuse.hpp"
#include "emu/linux/syscalls/syscall_document.hpp"

namespace ringfare {
namespace {

using Numbers = std::map<std::string, std::int16_t>;

/// The "#define __NR_name number" lines of one of the system's headers.
Numbers header_numbers(const std::string& path) {
  Numbers numbers;
  std::ifstream header(path);
  std::string line;
  while (std::getline(header, line)) {
    std::istringstream words(line);
    std::string define, name;
    std::int16_t number = 0;
    constexpr std::string_view kPrefix = "__NR_";
    if (words >> define >> name >> number && define == "#define" && name.starts_with(kPrefix))
      numbers[name.substr(kPrefix.size())] = number;
  }
  return numbers;
}

Numbers table_numbers(std::int16_t SyscallRow::*number) {
  Numbers numbers;
  for (const SyscallRow& row : syscall_table())
    if (row.*number != kNoNumber) numbers[std::string(row.name)] = row.*number;
  return numbers;
}

struct Header {
  std::string path;
  std::int16_t SyscallRow::*number;
};

class SyscallNumbers : public ::testing::TestWithParam<Header> {};

/// Every number of the table is the header's; the header's newer calls are not in the table.
TEST_P(SyscallNumbers, AreThoseOfTheSystemHeaders) {
  constexpr std::int16_t kLastOfLinux61 = 450;
  const Numbers header = header_numbers(GetParam().path);
  const Numbers table = table_numbers(GetParam().number);
  ASSERT_GT(header.size(), 300u) << GetParam().path;
  for (const auto& [name, number] : header)
    if (number <= kLastOfLinux61) {
      ASSERT_TRUE(table.contains(name)) << name;
      EXPECT_EQ(table.at(name), number) << name;
    }
  for (const auto& [name, number] : table) EXPECT_TRUE(header.contains(name)) << name;
}

INSTANTIATE_TEST_SUITE_P(
    Abis, SyscallNumbers,
    ::testing::Values(Header{"/usr/include/x86_64-linux-gnu/asm/unistd_64.h", &SyscallRow::amd64},
                      Header{"/usr/include/x86_64-linux-gnu/asm/unistd_32.h", &SyscallRow::i386}));

TEST(SyscallTable, FindsRowsByNumberAndName) {
  for (const SyscallRow& row : syscall_table()) {
    if (row.amd64 != kNoNumber) {
      EXPECT_EQ(find_syscall(Abi::Amd64, static_cast<std::uint64_t>(row.amd64)), &row);
      EXPECT_EQ(find_syscall(Abi::Amd64, row.name), &row);
    }
    if (row.i386 != kNoNumber) {
      EXPECT_EQ(find_syscall(Abi::I386, static_cast<std::uint64_t>(row.i386)), &row);
      EXPECT_EQ(find_syscall(Abi::I386, row.name), &row);
    }
  }
  EXPECT_EQ(find_syscall(Abi::Amd64, 335), nullptr);
  EXPECT_EQ(find_syscall(Abi::Amd64, ~0ull), nullptr);
  EXPECT_EQ(find_syscall(Abi::Amd64, "no_such_call"), nullptr);
}

// With the table's own checks these would be static_asserts; g++ 12 cannot compare addresses of
// functions while compiling with -fsanitize=undefined.
TEST(SyscallTable, HandlersMatchSupport) {
  for (const SyscallRow& row : syscall_table()) {
    const bool unwraps = row.traits.unwraps != Wrapping::None;  // the call inside has the handler
    const CallHandler handler = served_as(row).answer.handler;
    const bool served = handler != nullptr && handler != refuse<ENOSYS>;
    EXPECT_EQ(served || unwraps, served_as(row).answer.support != Support::No) << row.name;
  }
}

TEST(SyscallTable, PassedArgumentsCanPass) {
  for (const SyscallRow& row : syscall_table()) {
    const CallHandler handler = row.answer.handler;
    if (handler != pass_to_host && handler != pass_and_install && handler != pass_write) continue;
    EXPECT_TRUE(can_pass(row.args)) << row.name;
    EXPECT_NE(row.amd64, kNoNumber) << row.name;
  }
  EXPECT_TRUE(can_pass(find_syscall(Abi::Amd64, "sendto")->args));
}

TEST(SyscallTable, CallsOfI386AreServedByThoseOfAmd64) {
  for (const SyscallRow& row : syscall_table()) {
    if (row.amd64 != kNoNumber || row.traits.unwraps != Wrapping::None) continue;
    const SyscallRow& served = served_as(row);
    EXPECT_TRUE(&served != &row || row.answer.handler != nullptr) << row.name;
    EXPECT_EQ(&served == &row, row.traits.as.name.empty()) << row.name;
  }
  EXPECT_EQ(served_as(*find_syscall(Abi::I386, "fstat64")).name, "fstat");
  EXPECT_EQ(served_as(*find_syscall(Abi::I386, "read")).name, "read");
}

TEST(SyscallTable, ParsesArguments) {
  const ArgList& args = find_syscall(Abi::Amd64, "read")->args;
  ASSERT_EQ(args.size(), 3u);
  EXPECT_EQ(args[0], (ArgSpec{ArgKind::Fd, Direction::None, kNoCount}));
  EXPECT_EQ(args[1], (ArgSpec{ArgKind::Bytes, Direction::Out, 2}));
  EXPECT_EQ(args[2], (ArgSpec{ArgKind::Size, Direction::None, kNoCount}));
}

TEST(SyscallTable, GroupsAreThoseOfStrace) {
  struct Case {
    std::string_view group, call;
    bool member;
  };
  constexpr Case kCases[] = {
      {"file", "openat", true},   {"file", "read", false},    {"stat", "stat", true},
      {"stat", "lstat", false},   {"%stat", "lstat", true},   {"%stat", "statx", true},
      {"%stat", "statfs", false}, {"statfs", "statfs", true}, {"%statfs", "fstatfs", true},
  };
  for (const Case& row : kCases) {
    const CallGroupName* const group = find_call_group(row.group);
    ASSERT_NE(group, nullptr) << row.group;
    EXPECT_EQ(find_syscall(Abi::Amd64, row.call)->traits.in(*group), row.member)
        << row.group << ' ' << row.call;
  }
  EXPECT_EQ(find_call_group("nothing"), nullptr);
}

TEST(SyscallTable, ParsesTraits) {
  constexpr CallTraits kTraits(
      "DN returns:fd moves waits-in waits-out:2 strict:amd64 as:wait4(0,&2,null,setsize) stores:3");
  EXPECT_TRUE(kTraits.in(CallGroup::Descriptor) && kTraits.in(CallGroup::Network));
  EXPECT_FALSE(kTraits.in(CallGroup::File));
  EXPECT_EQ(kTraits.returns, ResultKind::Descriptor);
  EXPECT_TRUE(kTraits.moves && kTraits.strict);
  EXPECT_FALSE(kTraits.strict_on_i386 || kTraits.locks);
  ASSERT_EQ(kTraits.wait_count, 2);
  EXPECT_EQ(kTraits.waits[0].fd, 0);
  EXPECT_EQ(kTraits.waits[1].fd, 2);
  EXPECT_EQ(kTraits.waits[1].events, POLLOUT);
  EXPECT_EQ(kTraits.as.name, "wait4");
  ASSERT_EQ(kTraits.as.count, 4);
  EXPECT_EQ(kTraits.as.sources[1].from, ArgSource::From::Copy);
  EXPECT_EQ(kTraits.as.sources[1].index, 2);
  EXPECT_EQ(kTraits.stores, 3);
}

TEST(SyscallDocument, IsFresh) {
  std::ifstream file(RINGFARE_SOURCE_DIR "/docs/syscalls.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == render_syscall_document())
      << "docs/syscalls.md is stale; refresh it with: build/ringfare syscalls > docs/syscalls.md";
}

}  // namespace
}  // namespace ringfare
