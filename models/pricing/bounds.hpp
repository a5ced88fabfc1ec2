// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <vector>

#include "models/pricing/instruction_cost.hpp"

namespace ringfare {

/// The bound by execution units: for every union S of unit masks seen, the cycles of work that only
/// units in S can do, divided by the number of units in S; the largest of these.
class PortBound {
 public:
  void clear();
  void add(PortUse use);
  std::int64_t hundredths() const;

 private:
  struct Candidate {
    Units units = 0;
    std::uint32_t cycles = 0;
    std::uint32_t count = 0;
  };

  void admit(Units units);

  static constexpr std::size_t kMostCandidates = 48;
  std::array<PortUse, 24> seen_{};  // distinct masks with the work that names exactly them
  std::size_t seen_count_ = 0;
  std::array<Candidate, kMostCandidates> candidates_{};
  std::size_t candidate_count_ = 0;
  Candidate best_{0, 0, 1};
};

/// One instruction as the dependency bound sees it.
struct Step {
  std::span<const Read> reads;
  std::span<const Write> writes;
  std::uint32_t latency_to_memory = 0;  // with `stored`
  Place loaded = kNowhere;  // place in memory it reads, `load_later` cycles after it starts
  std::uint8_t load_later = 0;
  Place stored = kNowhere;  // place in memory written
};

/// The slope of the loop-carried dependencies of steps repeated for ever: the maximum cycle mean of
/// the matrix of longest paths from the places that carry values around to themselves.
class DependencyBound {
 public:
  /// `carried` lists the places that are read before they are written, and written.
  void start(std::span<const Place> carried);
  void step(const Step& step);

  /// A lower bound from cycles through at most two places: cheap, for prefixes.
  std::int64_t quick_hundredths() const;
  /// Exact.
  std::int64_t hundredths() const;

  bool empty() const { return carried_count_ == 0; }

 private:
  static constexpr std::size_t kMostCarried = 40;
  static constexpr std::int32_t kNoPath = -(1 << 28);

  std::int32_t path(std::size_t from, std::size_t to) const { return longest_[from][carried_[to]]; }

  std::array<Place, kMostCarried> carried_{};
  std::size_t carried_count_ = 0;
  std::array<std::array<std::int32_t, kPlaces>, kMostCarried> longest_;
};

}  // namespace ringfare
