// SPDX-License-Identifier: MIT
// Loading, storing and asking about segments, and far transfers (SDM vol. 2, MOV, POP, LAR, LSL,
// JMP, IRET; vol. 3, 5.3).
#include "cpu/segments.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "cpu/decoder.hpp"

namespace ringfare {
namespace {

constexpr GuestAddress kData{0x2000'0000};
constexpr std::uint16_t kTls = 12 << 3 | 3, kCode = selector::kUserCode32,
                        kFlat = selector::kUserData;

class Segments : public ::testing::Test {
 protected:
  Segments() {
    EXPECT_EQ(memory_.map({.range = {kData, kData + kPageSize},
                           .permissions = {.read = true, .write = true},
                           .name = ""}),
              0);
    enter_compatibility_mode(thread_.registers, kCode, kFlat);
    thread_.registers.rip = 0x1000;
    thread_.registers[Gpr::Rsp] = kData.value + 0x800;
    // base 0x20000100, 4 GiB, 32-bit data of DPL 3
    thread_.descriptors.gdt[12] = 0x20cff300'0100ffff;
  }

  std::optional<Exception> execute(const std::vector<std::uint8_t>& code) {
    const auto decoded = decode_instruction(code, {0x1000}, registers().mode());
    EXPECT_TRUE(decoded && decoded->flow == Flow::Segment);
    return execute_segment_instruction(thread_, memory_, code);
  }

  void expect_fault(const std::vector<std::uint8_t>& code, int vector, std::uint32_t error) {
    const Registers before = thread_.registers;
    const auto fault = execute(code);
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->vector, vector);
    EXPECT_EQ(fault->error_code, error);
    EXPECT_EQ(thread_.registers.rip, before.rip);
    EXPECT_EQ(thread_.registers.gpr, before.gpr);
    EXPECT_EQ(thread_.registers.gs, before.gs);
  }

  Registers& registers() { return thread_.registers; }

  AddressSpace memory_;
  Thread thread_;
};

const std::vector<std::uint8_t> kMoveToGs{0x8e, 0xe8}, kMoveFromGs{0x8c, 0xe8},
    kMoveToSs{0x8e, 0xd0}, kPushDs{0x1e}, kPopEs{0x07}, kLar{0x0f, 0x02, 0xc8},
    kLsl{0x0f, 0x03, 0xc8}, kReturnFar{0xcb};

TEST_F(Segments, SelectorLoadsBaseAndLimit) {
  registers()[Gpr::Rax] = kTls;
  ASSERT_FALSE(execute(kMoveToGs));
  EXPECT_EQ(registers().gs.base, 0x2000'0100u);
  EXPECT_EQ(registers().gs.limit, 0xffff'ffffu);
  EXPECT_EQ(registers().rip, 0x1002u);
  registers().rip = 0x1000;
  registers()[Gpr::Rax] = 0xffff'ffff;
  ASSERT_FALSE(execute(kMoveFromGs));
  EXPECT_EQ(registers()[Gpr::Rax], kTls);
}

TEST_F(Segments, WhatMustNotBeLoadedFaults) {
  registers()[Gpr::Rax] = 0x80;  // an empty entry beyond the table's end
  expect_fault(kMoveToGs, 13, 0x80);
  registers()[Gpr::Rax] = 13 << 3 | 3;  // an empty entry
  expect_fault(kMoveToGs, 13, 13 << 3);
  registers()[Gpr::Rax] = 0x18;  // the kernel's data
  expect_fault(kMoveToGs, 13, 0x18);
  registers()[Gpr::Rax] = 7;  // an entry of the LDT there is none of
  expect_fault(kMoveToGs, 13, 4);
  thread_.descriptors.gdt[12] &= ~(1ull << 47);  // not present
  registers()[Gpr::Rax] = kTls;
  expect_fault(kMoveToGs, 11, 12 << 3);
  registers()[Gpr::Rax] = 0;  // null
  expect_fault(kMoveToSs, 13, 0);
  registers()[Gpr::Rax] = kCode;  // not writable
  expect_fault(kMoveToSs, 13, kCode & ~3u);
}

TEST_F(Segments, NullMayBeLoadedIntoDataSegments) {
  registers()[Gpr::Rax] = 0;
  ASSERT_FALSE(execute(kMoveToGs));
  EXPECT_EQ(registers().gs.selector, 0);
}

TEST_F(Segments, PushWritesTwoBytesAndMovesFour) {
  ASSERT_TRUE(memory_.store(kData + 0x7fc, std::uint32_t{0xdead'beef}));
  ASSERT_FALSE(execute(kPushDs));
  EXPECT_EQ(registers()[Gpr::Rsp], kData.value + 0x7fc);
  EXPECT_EQ(memory_.load<std::uint32_t>(kData + 0x7fc), 0xdead'0000u | kFlat);
  registers().rip = 0x1000;
  ASSERT_FALSE(execute(kPopEs));
  EXPECT_EQ(registers().es.selector, kFlat);
  EXPECT_EQ(registers()[Gpr::Rsp], kData.value + 0x800);
}

TEST_F(Segments, PushOfAmdWritesZeroesAbove) {
  thread_.vendor = Vendor::Amd;
  ASSERT_TRUE(memory_.store(kData + 0x7fc, std::uint32_t{0xdead'beef}));
  ASSERT_FALSE(execute(kPushDs));
  EXPECT_EQ(memory_.load<std::uint32_t>(kData + 0x7fc), kFlat);
}

/// lgs (%rax), %rcx: with REX.W the selector is behind eight bytes; AMD's look behind four.
TEST_F(Segments, FarPointersOfAmdHaveOffsetsOf32Bits) {
  const std::vector<std::uint8_t> load{0x48, 0x0f, 0xb5, 0x08};
  thread_.registers = {};
  ASSERT_EQ(registers().mode(), CodeMode::Long64);
  ASSERT_TRUE(memory_.store(kData, std::uint64_t{0x1234'5678}));
  ASSERT_TRUE(memory_.store(kData + 8, std::uint32_t{kTls}));
  for (const Vendor vendor : {Vendor::Intel, Vendor::Amd}) {
    thread_.vendor = vendor;
    registers().rip = 0x1000;
    registers()[Gpr::Rax] = kData.value;
    ASSERT_FALSE(execute(load));
    EXPECT_EQ(registers().gs.selector, vendor == Vendor::Intel ? kTls : 0);
    EXPECT_EQ(registers()[Gpr::Rcx], 0x1234'5678u);
  }
}

TEST_F(Segments, StackThatIsNotThereIsAPageFault) {
  registers()[Gpr::Rsp] = 0x3000'0000;
  const auto fault = execute(kPushDs);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->vector, vector::kPageFault);
  EXPECT_EQ(fault->address.value, 0x2fff'fffcu);
}

TEST_F(Segments, DescriptorsAnswerQuestions) {
  registers()[Gpr::Rax] = kTls;
  ASSERT_FALSE(execute(kLar));
  EXPECT_EQ(registers()[Gpr::Rcx], 0x00c0'f300u);
  EXPECT_NE(registers().rflags & flag::kZero, 0u);
  registers().rip = 0x1000;
  ASSERT_FALSE(execute(kLsl));
  EXPECT_EQ(registers()[Gpr::Rcx], 0xffff'ffffu);
  registers().rip = 0x1000;
  registers()[Gpr::Rax] = 0x10;  // the kernel's: no answer, and no change
  ASSERT_FALSE(execute(kLar));
  EXPECT_EQ(registers()[Gpr::Rcx], 0xffff'ffffu);
  EXPECT_EQ(registers().rflags & flag::kZero, 0u);
}

TEST_F(Segments, FarReturnChangesTheMode) {
  const auto go = [this](std::uint32_t offset, std::uint32_t code) {
    registers()[Gpr::Rsp] = kData.value + 0x800;
    EXPECT_TRUE(memory_.store(kData + 0x800, offset));
    EXPECT_TRUE(memory_.store(kData + 0x804, code));
  };
  go(0x5000, selector::kUserCode);
  ASSERT_FALSE(execute(kReturnFar));
  EXPECT_EQ(registers().mode(), CodeMode::Long64);
  EXPECT_EQ(registers().rip, 0x5000u);
  EXPECT_EQ(registers()[Gpr::Rsp], kData.value + 0x808);
}

TEST_F(Segments, InterruptReturnTakesFlagsButNoPrivileges) {
  registers()[Gpr::Rsp] = kData.value + 0x800;
  const std::uint32_t frame[] = {0x5000, kCode, 0x3ed7};  // IOPL 3
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(memory_.store(kData + 0x800 + 4 * i, frame[i]));
  ASSERT_FALSE(execute({0xcf}));
  EXPECT_EQ(registers().rip, 0x5000u);
  EXPECT_EQ(registers()[Gpr::Rsp], kData.value + 0x80c);
  EXPECT_EQ(registers().rflags & 0x3ed7, 0x0ed7u);
}

TEST_F(Segments, InterruptReturnOf64BitCodePopsItsStack) {
  registers().cs = {.selector = selector::kUserCode, .long_mode = true};
  registers()[Gpr::Rsp] = kData.value + 0x800;
  const std::uint64_t frame[] = {0x5000, kCode, 0x202, 0x1234, kFlat};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_TRUE(memory_.store(kData + 0x800 + 8 * i, frame[i]));
  ASSERT_FALSE(execute({0x48, 0xcf}));
  EXPECT_EQ(registers().mode(), CodeMode::Compat32);
  EXPECT_EQ(registers()[Gpr::Rsp], 0x1234u);
  registers() = {};
  registers().rip = 0x1000;
  registers()[Gpr::Rsp] = kData.value + 0x800;
  EXPECT_TRUE(memory_.store(kData + 0x820, std::uint64_t{0}));
  expect_fault({0x48, 0xcf}, 13, 0);  // no stack segment
  EXPECT_TRUE(memory_.store(kData + 0x820, std::uint64_t{kFlat}));
  registers().rflags |= flag::kNestedTask;
  expect_fault({0x48, 0xcf}, 13, 0);
}

TEST_F(Segments, FarCallOf64BitCodeGoesAndComesBack) {
  registers().cs = {.selector = selector::kUserCode, .long_mode = true};
  registers()[Gpr::Rbx] = kData.value;
  registers()[Gpr::Rsp] = kData.value + 0x800;
  EXPECT_TRUE(memory_.store(kData, std::uint64_t{0x12'3456'789a}));
  EXPECT_TRUE(memory_.store(kData + 8, std::uint16_t{selector::kUserCode}));
  ASSERT_FALSE(execute({0x48, 0xff, 0x1b}));  // call far m16:64
  EXPECT_EQ(registers().rip, 0x12'3456'789au);
  EXPECT_EQ(memory_.load<std::uint64_t>(kData + 0x7f0), 0x1003u);
  EXPECT_EQ(memory_.load<std::uint64_t>(kData + 0x7f8), selector::kUserCode);
  ASSERT_FALSE(execute({0x48, 0xcb}));
  EXPECT_EQ(registers().rip, 0x1003u);
  EXPECT_EQ(registers()[Gpr::Rsp], kData.value + 0x800);
  registers().rip = 0x1000;
  EXPECT_TRUE(memory_.store(kData, std::uint64_t{1} << 63));
  expect_fault({0x48, 0xff, 0x2b}, 13, 0);  // not canonical
}

TEST_F(Segments, FarReturnIntoDataFaults) {
  EXPECT_TRUE(memory_.store(kData + 0x800, std::uint32_t{0x5000}));
  EXPECT_TRUE(memory_.store(kData + 0x804, std::uint32_t{kFlat}));
  expect_fault(kReturnFar, 13, kFlat & ~3u);
}

}  // namespace
}  // namespace ringfare
