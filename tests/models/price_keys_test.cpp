// SPDX-License-Identifier: MIT
// The keys of instructions and hardware steps, and the keys a CPU file may put a price on, are the
// same ones.
#include "models/price_keys.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "cpu/gate/gate.hpp"
#include "cpu/priced_instructions.hpp"

namespace ringfare {
namespace {

TEST(PriceKeys, AreThoseOfInstructionsAndSteps) {
  std::set<std::string_view> charged;
  for (const PricedInstruction& row : priced_instructions())
    if (!row.key.empty()) charged.insert(row.key);
  for (const PricedMsr& msr : priced_msrs()) charged.insert(msr.key);
  for (std::size_t door = 0; door < kDoors; ++door)
    for (const MicroStep& step : micro_steps(static_cast<Door>(door))) charged.insert(step.key);
  std::set<std::string_view> known;
  for (const PriceKey& key : kPriceKeys) known.insert(key.name);
  EXPECT_EQ(charged, known);
}

TEST(PriceKeys, DoorsHaveNone) {
  for (const PricedInstruction& row : priced_instructions())
    if (row.key.empty()) {
      EXPECT_EQ(row.charge, Charge::ByExecutor) << row.mnemonic;
    }
}

TEST(PriceKeys, OfAWriteToAModelSpecificRegister) {
  constexpr std::uint32_t kSpecCtrl = 0x48, kPredCmd = 0x49, kFsBase = 0xc0000100;
  EXPECT_EQ(wrmsr_price_key(kSpecCtrl), "wrmsr_spec_ctrl");
  EXPECT_EQ(wrmsr_price_key(kPredCmd), "wrmsr");
  EXPECT_EQ(wrmsr_price_key(kFsBase), "wrmsr");
}

/// The same bytes in a program.
struct ProgramKey {
  std::vector<std::uint8_t> code;
  std::optional<std::string_view> key;
};

TEST(PriceKeys, OfProgramsAreTheirExecutorsOrByName) {
  const ProgramKey kRows[] = {
      {{0xfc}, "cld"},
      {{0x9c}, "pushf"},
      {{0x66, 0x9d}, "popf"},
      {{0xf3, 0x90}, "pause"},
      {{0x0f, 0x00, 0x2c, 0x24}, "verw"},
      {{0x0f, 0x22, 0xd8}, "mov_to_cr3"},
      {{0x0f, 0x20, 0xd8}, "mov_from_cr3"},
      {{0x0f, 0x22, 0xe0}, "mov_to_cr"},
      {{0x0f, 0x20, 0xc0}, "mov_from_cr"},
      {{0x0f, 0x05}, ""},        // syscall
      {{0xcd, 0x80}, ""},        // int $0x80
      {{0x0f, 0xa2}, ""},        // cpuid
      {{0x0f, 0x31}, ""},        // rdtsc
      {{0x8e, 0xe8}, {}},        // mov %eax, %gs
      {{0x8c, 0xe8}, {}},        // mov %gs, %eax
      {{0x0f, 0xa9}, {}},        // pop %gs
      {{0x48, 0x89, 0xc3}, {}},  // mov %rax, %rbx
      {{0x06}, {}},              // no instruction of 64-bit code
  };
  for (const ProgramKey& row : kRows)
    EXPECT_EQ(program_price_key(row.code, CodeMode::Long64), row.key)
        << ::testing::PrintToString(row.code);
}

}  // namespace
}  // namespace ringfare
