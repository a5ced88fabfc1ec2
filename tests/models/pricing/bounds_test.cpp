// SPDX-License-Identifier: MIT
#include "models/pricing/bounds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <random>
#include <vector>

#include "models/pricing/encoding.hpp"

namespace ringfare {
namespace {

/// The definition: over every set of units, not only the unions that occur.
std::int64_t port_bound(const std::vector<PortUse>& uses, unsigned units) {
  std::int64_t best = 0;
  for (Units set = 1; set < Units{1} << units; ++set) {
    std::int64_t cycles = 0;
    for (const PortUse& use : uses)
      if ((use.units & ~set) == 0) cycles += use.cycles;
    const std::int64_t size = std::popcount(set);
    best = std::max(best, (cycles * 100 + size - 1) / size);
  }
  return best;
}

TEST(PortBound, IsThatOfItsDefinition) {
  std::mt19937 random(1);
  PortBound bound;
  for (int round = 0; round < 300; ++round) {
    bound.clear();
    std::vector<PortUse> uses(1 + random() % 8);
    std::int64_t before = 0;
    for (std::size_t i = 0; i < uses.size(); ++i) {
      uses[i] = {1 + random() % 63, static_cast<std::uint16_t>(1 + random() % 4)};
      bound.add(uses[i]);
      EXPECT_GE(bound.hundredths(), before);
      before = bound.hundredths();
    }
    EXPECT_EQ(bound.hundredths(), port_bound(uses, 6));
  }
}

TEST(PortBound, ManyDifferentSetsStayWithinTheDefinition) {
  std::mt19937 random(2);
  PortBound bound;
  bound.clear();
  std::vector<PortUse> uses;
  for (int i = 0; i < 200; ++i) {
    uses.push_back({1 + random() % 1023, 1});
    bound.add(uses.back());
  }
  EXPECT_LE(bound.hundredths(), port_bound(uses, 10));
  EXPECT_GT(bound.hundredths(), 0);
}

struct RandomStep {
  std::vector<Read> reads;
  std::vector<Write> writes;
};

/// Ready times of all places over many rounds, then cycles per round.
double slope_by_simulation(const std::vector<RandomStep>& steps) {
  std::vector<double> ready(kPlaces, 0);
  double middle = 0;
  constexpr int kRounds = 4000;
  for (int round = 0; round < kRounds; ++round) {
    for (const RandomStep& step : steps) {
      double start = 0;
      for (const Read& read : step.reads) start = std::max(start, ready[read.place] - read.later);
      for (const Write& write : step.writes) ready[write.place] = start + write.latency;
    }
    if (round == kRounds / 2 - 1) middle = *std::ranges::max_element(ready);
  }
  return (*std::ranges::max_element(ready) - middle) / (kRounds / 2);
}

std::vector<Place> carried_places(const std::vector<RandomStep>& steps) {
  std::vector<Place> read, written, out;
  for (const RandomStep& step : steps) {
    for (const Read& r : step.reads)
      if (!std::ranges::count(written, r.place)) read.push_back(r.place);
    for (const Write& w : step.writes) written.push_back(w.place);
  }
  for (Place place = 0; place < kPlaces; ++place)
    if (std::ranges::count(read, place) && std::ranges::count(written, place)) out.push_back(place);
  return out;
}

TEST(DependencyBound, IsTheSlopeOfEndlessRepetition) {
  std::mt19937 random(3);
  DependencyBound bound;
  for (int round = 0; round < 150; ++round) {
    std::vector<RandomStep> steps(1 + random() % 7);
    for (RandomStep& step : steps) {
      for (auto i = random() % 3; i > 0; --i)
        step.reads.push_back({static_cast<Place>(random() % 6), 0});
      step.writes.push_back(
          {static_cast<Place>(random() % 6), static_cast<std::uint16_t>(random() % 9)});
    }
    bound.start(carried_places(steps));
    for (const RandomStep& step : steps) bound.step({.reads = step.reads, .writes = step.writes});
    EXPECT_NEAR(static_cast<double>(bound.hundredths()) / 100, slope_by_simulation(steps), 0.02);
    EXPECT_LE(bound.quick_hundredths(), bound.hundredths());
  }
}

struct Layout {
  std::vector<std::uint8_t> code;
  unsigned fixed;
  unsigned displacement_size;
  std::int32_t displacement;
  CodeMode mode = CodeMode::Long64;
};

class Encodings : public testing::TestWithParam<Layout> {};

TEST_P(Encodings, AreTakenApart) {
  const Layout& row = GetParam();
  const Encoding encoding = encoding_of(row.code, row.mode);
  EXPECT_EQ(encoding.fixed, row.fixed);
  EXPECT_EQ(encoding.displacement_size, row.displacement_size);
  EXPECT_EQ(displacement(row.code, encoding), row.displacement);
}

INSTANTIATE_TEST_SUITE_P(
    Pricing, Encodings,
    testing::Values(Layout{{0x90}, 1, 0, 0},                     // nop
                    Layout{{0x48, 0x01, 0xd8}, 3, 0, 0},         // add %rbx,%rax
                    Layout{{0x48, 0x83, 0xc0, 0x7f}, 3, 0, 0},   // add $127,%rax
                    Layout{{0xb9, 0x48, 0, 0, 0}, 1, 0, 0},      // mov $72,%ecx
                    Layout{{0x8b, 0x43, 0xf8}, 2, 1, -8},        // mov -8(%rbx)
                    Layout{{0x8b, 0x44, 0x24, 0x10}, 3, 1, 16},  // mov 16(%rsp)
                    Layout{{0x8b, 0x05, 0x78, 0x56, 0x34, 0x12}, 2, 4, 0x12345678},  // rip
                    Layout{{0x8b, 0x04, 0x25, 0, 1, 0, 0}, 3, 4, 256},               // mov 256
                    Layout{{0x65, 0x48, 0x8b, 0x24, 0x25, 0x14, 0x60, 0, 0}, 5, 4, 0x6014},
                    Layout{{0xff, 0x14, 0xc5, 0, 3, 0, 0x82}, 3, 4, -0x7dfffd00},
                    Layout{{0x0f, 0x84, 1, 0, 0, 0}, 2, 0, 0},                    // je
                    Layout{{0x0f, 0xaf, 0x41, 0x08}, 3, 1, 8},                    // imul 8(%rcx)
                    Layout{{0x66, 0x0f, 0x38, 0x00, 0x40, 0x10}, 5, 1, 16},       // pshufb
                    Layout{{0xc5, 0xf8, 0x77}, 3, 0, 0},                          // vzeroupper
                    Layout{{0xc5, 0xf1, 0xef, 0x47, 0x20}, 4, 1, 32},             // vpxor 32(%rdi)
                    Layout{{0xc4, 0xe2, 0x71, 0x00, 0x47, 0x20}, 5, 1, 32},       // vpshufb
                    Layout{{0x62, 0xf1, 0x75, 0x48, 0xef, 0x47, 0x01}, 6, 1, 1},  // EVEX vpxord
                    Layout{{0x0f, 0x05}, 2, 0, 0}));                              // syscall

constexpr CodeMode k32 = CodeMode::Compat32;

INSTANTIATE_TEST_SUITE_P(
    Pricing32, Encodings,
    testing::Values(Layout{{0x40}, 1, 0, 0, k32},                            // inc %eax
                    Layout{{0x8b, 0x44, 0x24, 0x10}, 3, 1, 16, k32},         // mov 16(%esp),%eax
                    Layout{{0xa1, 0, 1, 0, 0}, 1, 0, 0, k32},                // mov 256,%eax
                    Layout{{0x8b, 0x05, 0, 1, 0, 0}, 2, 4, 256, k32},        // mov 256,%eax
                    Layout{{0x67, 0x8b, 0x46, 0xf8}, 3, 1, -8, k32},         // mov -8(%bp),%eax
                    Layout{{0x67, 0x8b, 0x06, 0, 1}, 3, 2, 256, k32},        // mov 256,%eax
                    Layout{{0x67, 0x8b, 0x80, 0xf0, 0xff}, 3, 2, -16, k32},  // -16(%bx,%si)
                    Layout{{0xc5, 0x45, 0x08}, 2, 1, 8, k32},                // lds 8(%ebp),%eax
                    Layout{{0x62, 0x46, 0x08}, 2, 1, 8, k32},                // bound %eax,8(%esi)
                    Layout{{0xc5, 0xf1, 0xef, 0x47, 0x20}, 4, 1, 32, k32},   // vpxor 32(%edi)
                    Layout{{0x62, 0xf1, 0x75, 0x48, 0xef, 0x47, 0x01}, 6, 1, 1, k32}));

TEST(EncodingKey, BelongsToOneMode) {
  const std::vector<std::uint8_t> code = {0x8b, 0x43, 0xf8};
  EXPECT_NE(encoding_key(code, encoding_of(code)), encoding_key(code, encoding_of(code, k32), k32));
}

TEST(EncodingKey, SaysWhichBytesMatter) {
  const auto key = [](std::vector<std::uint8_t> code) {
    return encoding_key(code, encoding_of(code));
  };
  EXPECT_EQ(key({0x8b, 0x43, 0xf8}), key({0x8b, 0x43, 0x10}));
  EXPECT_NE(key({0x8b, 0x43, 0xf8}), key({0x8b, 0x03}));
  EXPECT_NE(key({0x8b, 0x43, 0xf8}), key({0x8b, 0x83, 0xf8, 0, 0, 0}));
  EXPECT_NE(key({0x01, 0xd8}), key({0x01, 0xc3}));
  EXPECT_EQ(key({0x48, 0x83, 0xc0, 1}), key({0x48, 0x83, 0xc0, 2}));
  EXPECT_NE(key({0x66, 0x0f, 0x38, 0x00, 0x40, 0x10}), key({0x66, 0x0f, 0x38, 0x01, 0x40, 0x10}));
}

}  // namespace
}  // namespace ringfare
