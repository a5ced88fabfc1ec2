// SPDX-License-Identifier: MIT
#include "lockstep.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "known_differences.hpp"

namespace ringfare::lockstep {
namespace {

constexpr std::uint64_t kBlocks = 10'000;

struct Series {
  CodeMode mode;
  std::uint64_t seed;
};

constexpr CodeMode kModes[] = {CodeMode::Long64, CodeMode::Compat32};

class LockstepTest : public testing::TestWithParam<Series> {};

INSTANTIATE_TEST_SUITE_P(Seeds, LockstepTest,
                         testing::Values(Series{CodeMode::Long64, 1}, Series{CodeMode::Long64, 2},
                                         Series{CodeMode::Long64, 3}, Series{CodeMode::Long64, 4},
                                         Series{CodeMode::Compat32, 5},
                                         Series{CodeMode::Compat32, 6}),
                         [](const auto& instance) {
                           const bool wide = instance.param.mode == CodeMode::Long64;
                           return fmt::format("{}bits{}", wide ? 64 : 32, instance.param.seed);
                         });

TEST_P(LockstepTest, EnginesDoWhatTheHostDoes) {
  const auto [mode, seed] = GetParam();
#ifdef __SANITIZE_ADDRESS__
  if (mode == CodeMode::Compat32)
    GTEST_SKIP() << "AddressSanitizer's memory lies where the code expects none";
#endif
  // Half of them with totals in memory, as on hosts without AVX-512.
  Lockstep lockstep(mode, {.lanes = 4, .memory_totals = seed % 2 == 0});
  unsigned failures = 0;
  for (std::uint64_t n = 0; n < kBlocks && failures < 5; ++n)
    if (const auto difference = lockstep.run(seed, n)) {
      ++failures;
      ADD_FAILURE() << *difference;
    }
  // Refusals and known differences must not eat up the comparison.
  EXPECT_GT(lockstep.blocks_on_unicorn() - lockstep.refusals(), kBlocks / 5);
  EXPECT_GT(lockstep.faults(), kBlocks / 50);
}

/// Every row is drawn: one whose operands never encode tests nothing.
TEST(RowsTest, AllEncode) {
  Random random(1);
  for (const CodeMode mode : kModes)
    for (const Row& row : rows(mode)) {
      bool encodes = false;
      for (int attempt = 0; attempt < 200 && !encodes; ++attempt)
        encodes = draw(random, row, mode).has_value();
      EXPECT_TRUE(encodes) << ZydisMnemonicGetString(row.mnemonic) << " " << row.operands;
    }
}

/// A row that is kept from Unicorn is one that Unicorn refuses, or a known difference.
TEST(RowsTest, KeptFromUnicornForAReason) {
  Ground ground;
  CutPrices prices;
  UnicornEngine engine(ground.memory, prices);
  Guest guest(ground, engine);
  Random random(4);
  constexpr CodeMode kMode = CodeMode::Long64;
  for (const Row& row : rows(kMode)) {
    const bool known =
        std::ranges::find(known_rows(), row.mnemonic, &KnownRow::mnemonic) != known_rows().end();
    if (row.where == Where::Everywhere || known) continue;
    std::optional<Code> code;
    while (!code) code = draw(random, row, kMode);
    Snapshot before = draw_snapshot(random, kMode);
    before.registers.vector = {};
    guest.run(*code, before);
    EXPECT_FALSE(engine.why_refused().empty())
        << ZydisMnemonicGetString(row.mnemonic) << " " << row.operands;
  }
}

/// The comparison sees a single changed bit anywhere.
TEST(SnapshotTest, TellsDifferences) {
  Random random(2);
  Result result{.after = draw_snapshot(random, CodeMode::Long64)};
  EXPECT_EQ(differences(result, result, {}), "");
  for (const std::size_t offset : {0u, 2u, 4u, 24u, 32u, 41u, 160u, 415u, 576u, 831u}) {
    Result other = result;
    other.after.registers.vector.bytes[offset] ^= std::byte{1};
    EXPECT_NE(differences(result, other, {}), "") << offset;
  }
  Result other = result;
  other.after.registers[Gpr::R9] ^= 1;
  EXPECT_NE(differences(result, other, {}), "");
  other = result;
  other.after.registers.rflags ^= flag::kAdjust;
  EXPECT_NE(differences(result, other, {}), "");
  EXPECT_EQ(differences(result, other, {.flags = flag::kAdjust}), "");
  other = result;
  other.after.data.back() ^= std::byte{1};
  EXPECT_NE(differences(result, other, {}), "");
}

/// What differs is reduced to the instruction that does.
TEST(DraftTest, TextNamesEveryInstruction) {
  Random random(3);
  const Draft draft = draw_block(random, CodeMode::Long64);
  const std::string text = draft.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'),
            static_cast<std::ptrdiff_t>(draft.instructions().size()));
  EXPECT_EQ(text.find("(bad)"), std::string::npos) << text;
}

}  // namespace
}  // namespace ringfare::lockstep
