// SPDX-License-Identifier: MIT
#include "cpu/code_map.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace ringfare {
namespace {

class NoPrices final : public BlockObserver {
 public:
  BlockPrice translated(const Block&) override {
    ++blocks;
    return {};
  }
  BlockPrice partial(const Block&, std::size_t) override { return {}; }
  std::uint64_t blocks = 0;
};

constexpr GuestRange kPages{{0x400000}, {0x402000}};

class CodeMapTest : public testing::Test {
 protected:
  CodeMapTest() {
    EXPECT_EQ(memory_.map(
                  {.range = kPages, .permissions = {.read = true, .write = true, .execute = true}}),
              0);
  }

  /// mov eax, VALUE; ret
  const CodeMap::Entry& write(std::uint32_t value, GuestAddress at = kPages.begin) {
    std::array<std::byte, 6> code{std::byte{0xb8}};
    std::memcpy(&code[1], &value, sizeof value);
    code[5] = std::byte{0xc3};
    EXPECT_TRUE(memory_.write(at, code));
    map_.forget(GuestRange{at, at + code.size()});
    return map_.at(at);
  }

  AddressSpace memory_;
  NoPrices prices_;
  CodeMap map_{memory_, prices_};
};

TEST_F(CodeMapTest, KnowsABlockThatComesBack) {
  const BlockId first = write(1).block.id;
  EXPECT_EQ(write(1).block.id, first);
  EXPECT_EQ(prices_.blocks, 1u);
  EXPECT_NE(write(2).block.id, first);
  EXPECT_EQ(prices_.blocks, 2u);
  EXPECT_EQ(map_.made(), 2u);
}

TEST_F(CodeMapTest, HoldsNoMoreThanALimitOfCodeThatIsGone) {
  const GuestAddress kept{0x401000};
  const BlockId of_kept = write(7, kept).block.id;
  std::size_t most = 0;
  for (std::uint32_t value = 0; value < 300'000; ++value) {
    if (map_.is_mostly_stale()) map_.drop_stale();
    EXPECT_EQ(write(value).block.bytes[1], value & 0xff);
    most = std::max(most, map_.size());
  }
  EXPECT_LT(most, 70'000u);
  EXPECT_EQ(map_.made(), 300'001u);
  EXPECT_EQ(map_.at(kept).block.id, of_kept);
  EXPECT_EQ(prices_.blocks, 300'001u);
}

TEST_F(CodeMapTest, OfAnotherModeIsStale) {
  write(1);
  EXPECT_FALSE(map_.is_mostly_stale());
  map_.set_mode(CodeMode::Compat32);
  map_.drop_stale();
  EXPECT_EQ(map_.at(kPages.begin).block.id, 0u);  // given again
}

}  // namespace
}  // namespace ringfare
