// SPDX-License-Identifier: MIT
#include "cpu/kernel_space/kernel_memory.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace ringfare {
namespace {

TEST(KernelMemory, EveryTableEntryPointsToItsStub) {
  const KernelMemory memory(300);
  for (std::uint64_t n = 0; n < 300; ++n) {
    const auto entry = memory.load(KernelMemory::kSyscallTable + 8 * n, 8, PageTable::Kernel);
    ASSERT_TRUE(entry.has_value());
    EXPECT_EQ(memory.service(KernelAddress{entry->bits}), n);
    EXPECT_EQ(memory.fetch(KernelAddress{entry->bits}, PageTable::Kernel)[0], 0xc3);
  }
  EXPECT_FALSE(memory.service(KernelMemory::kServiceStubs + 300 * KernelMemory::kServiceStubSize));
  EXPECT_FALSE(memory.service(KernelMemory::kServiceStubs + 1));
}

TEST(KernelMemory, TheUserTableShowsOnlyWhatTheEntryNeeds) {
  const KernelMemory memory(300);
  const auto visible = [&](KernelAddress address) {
    return memory.load(address, 8, PageTable::User).has_value();
  };
  EXPECT_TRUE(visible(KernelMemory::kText));
  EXPECT_TRUE(visible(KernelMemory::kTss));
  EXPECT_TRUE(visible(KernelMemory::kTrampolineStack.begin));
  EXPECT_TRUE(visible(KernelMemory::kGdt));
  EXPECT_FALSE(visible(KernelMemory::kTss + 0x1000));
  EXPECT_FALSE(visible(KernelMemory::kStack.begin));
  EXPECT_FALSE(visible(KernelMemory::kTask));
  EXPECT_FALSE(visible(KernelMemory::kSyscallTable));
  EXPECT_TRUE(memory.fetch(KernelMemory::kServiceStubs, PageTable::User).empty());
}

TEST(KernelMemory, ReadOnlyPagesStay) {
  KernelMemory memory(300);
  EXPECT_FALSE(memory.store(KernelMemory::kText, 8, {}, PageTable::Kernel));
  EXPECT_FALSE(memory.store(KernelMemory::kGdt, 8, {}, PageTable::Kernel));
  EXPECT_FALSE(memory.store(KernelMemory::kSyscallTable, 8, {}, PageTable::Kernel));
  EXPECT_TRUE(memory.store(KernelMemory::kTask, 8, {}, PageTable::Kernel));
}

TEST(KernelMemory, AnAccessBeyondTheEndFaults) {
  const KernelMemory memory(300);
  EXPECT_TRUE(memory.load(KernelMemory::kStack.end - 8, 8, PageTable::Kernel));
  EXPECT_FALSE(memory.load(KernelMemory::kStack.end - 7, 8, PageTable::Kernel));
}

TEST(KernelMemory, KnowsItsTwoRoots) {
  const KernelMemory memory(1);
  for (const PageTable table : {PageTable::Kernel, PageTable::User}) {
    EXPECT_EQ(memory.table(memory.cr3(table)), table);
    EXPECT_EQ(memory.table(memory.cr3(table) & ~0xfffull), table) << "whatever the PCID";
  }
  EXPECT_FALSE(memory.table(0));
  EXPECT_EQ(memory.cr3(PageTable::Kernel) ^ memory.cr3(PageTable::User),
            memory.symbols().at("CR3_USER_MASK"));
}

TEST(KernelMemory, StoresAreLeftBehind) {
  KernelMemory memory(1);
  const KernelAddress at = KernelMemory::kStack.begin;
  EXPECT_TRUE(memory.store(at, 8, {7, origin::kNumber}, PageTable::Kernel));
  EXPECT_EQ(memory.load(at + 4, 1, PageTable::Kernel)->from, origin::kNumber);
  EXPECT_FALSE(memory.settle());
  EXPECT_EQ(memory.load(at + 4, 1, PageTable::Kernel)->from, origin::kLeftBehind);
  EXPECT_EQ(memory.load(at + 8, 1, PageTable::Kernel)->from, 0);
}

TEST(KernelMemory, ReplacingWhatPathsHaveReadIsNoticedOnce) {
  KernelMemory memory(1);
  const KernelAddress flags = KernelMemory::kTask;
  memory.note_read(flags, 8);
  EXPECT_FALSE(memory.settle());
  EXPECT_TRUE(memory.store(flags + 4, 4, {1, 0}, PageTable::Kernel));
  EXPECT_TRUE(memory.settle());
  memory.note_read(flags, 4);
  EXPECT_TRUE(memory.store(flags + 4, 4, {2, 0}, PageTable::Kernel));
  EXPECT_FALSE(memory.settle());
}

TEST(KernelMemory, A32BitKernelHasItsOwnPlaces) {
  KernelMemory memory({.bits = 32, .syscall_limit = 300, .selectors = kSelectors32});
  const KernelLayout& at = memory.layout();
  for (std::uint64_t n = 0; n < 300; ++n) {
    const auto entry = memory.load(at.syscall_table + 4 * n, 4, PageTable::Kernel);
    ASSERT_TRUE(entry.has_value());
    EXPECT_EQ(memory.service(KernelAddress{entry->bits}), n);
  }
  EXPECT_TRUE(memory.user({0xbfffffff}));
  EXPECT_FALSE(memory.user({0xc0000000}));
  EXPECT_EQ(at.task.value & 0x1fff, 0u) << "found by masking the stack pointer";
  EXPECT_EQ(memory.load(at.tss + 4, 4, PageTable::Kernel)->bits, at.stack.end.value);
}

TEST(KernelMemory, UserMemoryIsSeenThroughTheWindow) {
  struct Window final : UserWindow {
    std::optional<std::uint64_t> load(std::uint64_t address, unsigned) const override {
      return address == 0x1000 ? std::optional<std::uint64_t>(7) : std::nullopt;
    }
  };
  KernelMemory memory(1);
  EXPECT_FALSE(memory.load({0x1000}, 4, PageTable::Kernel));
  const Window window;
  memory.show_user(&window);
  EXPECT_EQ(memory.load({0x1000}, 4, PageTable::Kernel)->bits, 7u);
  EXPECT_EQ(memory.load({0x1000}, 4, PageTable::Kernel)->from, origin::kUserMemory);
  EXPECT_FALSE(memory.load({0x2000}, 4, PageTable::Kernel));
}

TEST(KernelMemory, EverySymbolIsDocumented) {
  std::ifstream file(RINGFARE_SOURCE_DIR "/docs/kernel-paths.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const std::uint8_t bits : {std::uint8_t{64}, std::uint8_t{32}}) {
    const KernelMemory memory(
        {.bits = bits, .syscall_limit = 1, .compat_limit = bits == 64 ? 1u : 0u});
    for (const auto& [name, value] : memory.symbols())
      EXPECT_NE(text.find('`' + name + '`'), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace ringfare
