// SPDX-License-Identifier: MIT
#include <elf.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "cpu/base/failure.hpp"
#include "emu/program/loader.hpp"

namespace ringfare {
namespace {

/// What a program finds at its stack pointer, read as crt1 does.
struct Start {
  std::vector<std::string> arguments, environment;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> auxiliary;

  std::uint64_t operator[](std::uint64_t type) const {
    for (const auto& [key, value] : auxiliary)
      if (key == type) return value;
    ADD_FAILURE() << "no entry " << type;
    return 0;
  }
};

class InitialStack : public testing::Test {
 protected:
  Start build(const StackInputs& inputs) {
    build_initial_stack(memory_, image_, inputs);
    GuestAddress at = image_.stack_pointer;
    const auto word = [&] {
      const auto value = memory_.load<std::uint64_t>(at);
      at += 8;
      return value.value();
    };
    const auto strings = [&] {
      std::vector<std::string> texts;
      while (const std::uint64_t pointer = word())
        texts.push_back(memory_.read_string({pointer}, 1 << 20).value());
      return texts;
    };
    Start start;
    const std::uint64_t count = word();
    start.arguments = strings();
    EXPECT_EQ(count, start.arguments.size());
    start.environment = strings();
    do {
      const std::uint64_t type = word();
      start.auxiliary.emplace_back(type, word());
    } while (start.auxiliary.back().first != AT_NULL);
    return start;
  }

  AddressSpace memory_;
  ProgramImage image_{.path = "/bin/program",
                      .entry = {0x401000},
                      .program_headers = {0x400040},
                      .interpreter_base = {},
                      .brk_start = {},
                      .stack_pointer = {},
                      .program_header_count = 9};
};

TEST_F(InitialStack, HoldsArgumentsAndEnvironment) {
  const Start start = build({.arguments = {"program", "", "a b"}, .environment = {"A=1", "B="}});
  EXPECT_EQ(start.arguments, (std::vector<std::string>{"program", "", "a b"}));
  EXPECT_EQ(start.environment, (std::vector<std::string>{"A=1", "B="}));
}

TEST_F(InitialStack, DescribesTheProgramAndTheMachine) {
  const Start start = build({.file_name = "/bin/program",
                             .arguments = {"p"},
                             .environment = {},
                             .hwcap = 0x1f8bfbff,
                             .hwcap2 = 2,
                             .uid = 1,
                             .euid = 2,
                             .gid = 3,
                             .egid = 4});
  EXPECT_EQ(start[AT_HWCAP], 0x1f8bfbffu);
  EXPECT_EQ(start[AT_HWCAP2], 2u);
  EXPECT_EQ(start[AT_PAGESZ], 4096u);
  EXPECT_EQ(start[AT_CLKTCK], 100u);
  EXPECT_EQ(start[AT_PHDR], 0x400040u);
  EXPECT_EQ(start[AT_PHENT], 56u);
  EXPECT_EQ(start[AT_PHNUM], 9u);
  EXPECT_EQ(start[AT_ENTRY], 0x401000u);
  EXPECT_EQ(start[AT_UID], 1u);
  EXPECT_EQ(start[AT_EUID], 2u);
  EXPECT_EQ(start[AT_GID], 3u);
  EXPECT_EQ(start[AT_EGID], 4u);
  EXPECT_EQ(start[AT_SECURE], 0u);
  EXPECT_EQ(memory_.read_string({start[AT_EXECFN]}), "/bin/program");
  EXPECT_EQ(memory_.read_string({start[AT_PLATFORM]}), "x86_64");
}

/// The host's own vector is the oracle, less what 6.1 does not have (rseq: 27, 28) and the vDSO.
TEST_F(InitialStack, HasTheEntriesOfLinuxInItsOrder) {
  std::ifstream own("/proc/self/auxv", std::ios::binary);
  std::vector<std::uint64_t> expected;
  for (std::uint64_t entry[2]; own.read(reinterpret_cast<char*>(entry), sizeof entry);)
    if (!std::set<std::uint64_t>{AT_SYSINFO_EHDR, 27, 28}.contains(entry[0]))
      expected.push_back(entry[0]);
  std::vector<std::uint64_t> types;
  for (const auto& [type, value] : build({.arguments = {"p"}, .environment = {}}).auxiliary)
    types.push_back(type);
  EXPECT_EQ(types, expected);
}

TEST_F(InitialStack, IsAlignedWhateverItHolds) {
  for (std::size_t arguments = 1; arguments < 4; ++arguments) {
    for (std::size_t length = 0; length < 17; ++length) {
      StackInputs inputs;
      inputs.arguments.assign(arguments, std::string(length, 'x'));
      EXPECT_EQ(build(inputs).arguments, inputs.arguments);
      EXPECT_EQ(image_.stack_pointer.value % 16, 0u);
    }
  }
}

TEST_F(InitialStack, RandomBytesFollowTheSeed) {
  const auto bytes = [this](std::uint64_t seed) {
    const Start start = build({.arguments = {"p"}, .environment = {}, .seed = seed});
    return memory_.load<std::array<std::uint64_t, 2>>({start[AT_RANDOM]}).value();
  };
  EXPECT_EQ(bytes(1), bytes(1));
  EXPECT_NE(bytes(1), bytes(2));
  EXPECT_NE(bytes(1)[0], bytes(1)[1]);
}

TEST_F(InitialStack, IsOneRegionOfEightMebibytes) {
  image_.executable_stack = true;
  build({.arguments = {"p"}, .environment = {}});
  const Region* const stack = memory_.find(image_.stack_pointer);
  ASSERT_NE(stack, nullptr);
  EXPECT_EQ(stack->name, "[stack]");
  EXPECT_EQ(stack->range, (GuestRange{kLayout64.stack_top - kStackSize, kLayout64.stack_top}));
  EXPECT_EQ(stack->permissions, (Permissions{.read = true, .write = true, .execute = true}));
  EXPECT_EQ(memory_.load<std::uint64_t>(kLayout64.stack_top - 8), 0u);
}

TEST_F(InitialStack, RefusesMoreTextThanFits) {
  StackInputs inputs{.arguments = {"p"}, .environment = {}};
  inputs.environment.assign(15, std::string((128u << 10) - 1, 'x'));
  EXPECT_EQ(build(inputs).environment, inputs.environment);
  inputs.environment.emplace_back((128u << 10) - 1, 'y');
  EXPECT_THROW(build_initial_stack(memory_, image_, inputs), UserError);
  inputs.environment = {std::string(128u << 10, 'x')};
  EXPECT_THROW(build_initial_stack(memory_, image_, inputs), UserError);
}

}  // namespace
}  // namespace ringfare
