// SPDX-License-Identifier: MIT
#include "cpu/hole_index.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "cpu/memory.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kUnits = 200;

GuestRange units(std::uint64_t begin, std::uint64_t end) {
  return {{begin}, {end}};
}

/// The same by looking at every unit.
class Plain {
 public:
  void set(GuestRange range, bool free) {
    for (std::uint64_t at = range.begin.value; at < range.end.value; ++at) free_[at] = free;
  }
  bool fits(std::uint64_t begin, std::uint64_t size, GuestRange within) const {
    if (begin < within.begin.value || begin + size > within.end.value) return false;
    for (std::uint64_t at = begin; at < begin + size; ++at)
      if (!free_[at]) return false;
    return true;
  }
  std::optional<GuestAddress> lowest(std::uint64_t size, GuestRange within) const {
    for (std::uint64_t at = 0; at + size <= kUnits; ++at)
      if (fits(at, size, within)) return GuestAddress{at};
    return std::nullopt;
  }
  std::optional<GuestAddress> highest(std::uint64_t size, GuestRange within) const {
    for (std::uint64_t at = kUnits - size + 1; at-- > 0;)
      if (fits(at, size, within)) return GuestAddress{at};
    return std::nullopt;
  }

 private:
  std::vector<bool> free_ = std::vector<bool>(kUnits);
};

TEST(HoleIndex, AnswersAsLookingEverywhereDoes) {
  std::mt19937_64 random(20261201);
  const auto below = [&](std::uint64_t n) { return random() % n; };
  for (int round = 0; round < 20; ++round) {
    HoleIndex index;
    Plain plain;
    for (int step = 0; step < 300; ++step) {
      const std::uint64_t begin = below(kUnits), end = begin + below(kUnits - begin) / 4 + 1;
      const GuestRange range = units(begin, end);
      const bool free = below(2) == 0;
      free ? index.free(range) : index.take(range);
      plain.set(range, free);
      const std::uint64_t size = 1 + below(12), from = below(kUnits / 2);
      const GuestRange within = units(from, from + below(kUnits / 2) + 1);
      if (size > within.size()) continue;
      ASSERT_EQ(index.lowest(size, within), plain.lowest(size, within)) << round << ' ' << step;
      ASSERT_EQ(index.highest(size, within), plain.highest(size, within)) << round << ' ' << step;
    }
  }
}

/// How many nodes are looked at for a place among `regions` regions with a small hole between each
/// two of them.
std::uint64_t steps_among(std::uint64_t regions) {
  HoleIndex index;
  constexpr std::uint64_t kStride = 4;
  const GuestRange all = units(0, regions * kStride + 100);
  index.free(all);
  for (std::uint64_t i = 0; i < regions; ++i)
    index.take(units(100 + i * kStride, 100 + i * kStride + kStride - 1));
  EXPECT_EQ(index.highest(50, all), GuestAddress{50});
  EXPECT_EQ(index.highest(1, all), GuestAddress{all.end.value - 1});
  EXPECT_EQ(index.lowest(101, all), std::nullopt);
  return index.steps();
}

TEST(HoleIndex, LooksAtFewNodesHoweverManyThereAre) {
  EXPECT_LT(steps_among(2'000), 150u);
  EXPECT_LT(steps_among(64'000), 200u);
}

TEST(HoleIndex, OfAnAddressSpaceFollowsItsRegions) {
  AddressSpace memory;
  constexpr GuestAddress kBase{0x2000'0000};
  const GuestRange within{kBase, kBase + 1000 * kPageSize};
  std::uint64_t steps = memory.holes().steps();
  for (int i = 0; i < 500; ++i) {
    const auto at = memory.find_free(kPageSize, within, AddressSpace::Search::TopDown);
    ASSERT_EQ(at, kBase + (999 - i) * kPageSize);
    const Region region{.range = {*at, *at + kPageSize}, .permissions = {.read = i % 2 == 0}};
    ASSERT_EQ(memory.map(region), 0);
  }
  EXPECT_LT(memory.holes().steps() - steps, 500u * 20);
  EXPECT_EQ(memory.mapped_bytes(), 500 * kPageSize);
  ASSERT_EQ(memory.unmap({kBase + 700 * kPageSize, kBase + 710 * kPageSize}), 0);
  EXPECT_EQ(memory.find_free(10 * kPageSize, within, AddressSpace::Search::TopDown),
            kBase + 700 * kPageSize);
  EXPECT_EQ(memory.mapped_bytes(), 490 * kPageSize);
}

}  // namespace
}  // namespace ringfare
