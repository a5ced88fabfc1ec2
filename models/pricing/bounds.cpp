// SPDX-License-Identifier: MIT
#include "models/pricing/bounds.hpp"

#include <algorithm>
#include <bit>

namespace ringfare {
namespace {

std::int64_t divide_up(std::int64_t value, std::int64_t by) {
  return value <= 0 ? 0 : (value + by - 1) / by;
}

}  // namespace

void PortBound::clear() {
  seen_count_ = candidate_count_ = 0;
  best_ = {0, 0, 1};
}

void PortBound::admit(Units units) {
  if (candidate_count_ == kMostCandidates) return;
  for (std::size_t i = 0; i < candidate_count_; ++i)
    if (candidates_[i].units == units) return;
  Candidate candidate{units, 0, static_cast<std::uint32_t>(std::popcount(units))};
  for (std::size_t i = 0; i < seen_count_; ++i)
    if ((seen_[i].units & ~units) == 0) candidate.cycles += seen_[i].cycles;
  candidates_[candidate_count_++] = candidate;
}

void PortBound::add(PortUse use) {
  std::size_t i = 0;
  while (i < seen_count_ && seen_[i].units != use.units) ++i;
  if (i == seen_count_ && seen_count_ < seen_.size()) {
    seen_[seen_count_++] = {use.units, 0};
    // A union of sets without a common unit is never busier than the busier of the two.
    const std::size_t first = candidate_count_;
    admit(use.units);
    for (std::size_t n = first; n < candidate_count_; ++n)
      for (std::size_t k = 0; k < n; ++k)
        if (candidates_[k].units & candidates_[n].units)
          admit(candidates_[k].units | candidates_[n].units);
  }
  if (i < seen_count_)
    seen_[i].cycles = static_cast<std::uint16_t>(std::min(seen_[i].cycles + use.cycles, 0xffff));
  for (std::size_t k = 0; k < candidate_count_; ++k) {
    Candidate& candidate = candidates_[k];
    if (use.units & ~candidate.units) continue;
    candidate.cycles += use.cycles;
    if (std::uint64_t{candidate.cycles} * best_.count >
        std::uint64_t{best_.cycles} * candidate.count)
      best_ = candidate;
  }
}

std::int64_t PortBound::hundredths() const {
  return divide_up(std::int64_t{best_.cycles} * 100, best_.count);
}

void DependencyBound::start(std::span<const Place> carried) {
  carried_count_ = std::min(carried.size(), kMostCarried);
  std::copy_n(carried.begin(), carried_count_, carried_.begin());
  for (std::size_t i = 0; i < carried_count_; ++i) {
    longest_[i].fill(kNoPath);
    longest_[i][carried_[i]] = 0;
  }
}

void DependencyBound::step(const Step& step) {
  for (std::size_t i = 0; i < carried_count_; ++i) {
    auto& longest = longest_[i];
    std::int32_t start = kNoPath;
    for (const Read& read : step.reads) start = std::max(start, longest[read.place] - read.later);
    if (step.loaded != kNowhere) start = std::max(start, longest[step.loaded] - step.load_later);
    for (const Write& write : step.writes)
      longest[write.place] = start <= kNoPath / 2 ? kNoPath : start + write.latency;
    if (step.stored != kNowhere)
      longest[step.stored] = start <= kNoPath / 2
                                 ? kNoPath
                                 : start + static_cast<std::int32_t>(step.latency_to_memory);
  }
}

std::int64_t DependencyBound::quick_hundredths() const {
  std::int64_t best = 0;
  for (std::size_t i = 0; i < carried_count_; ++i) {
    best = std::max<std::int64_t>(best, std::int64_t{path(i, i)} * 100);
    for (std::size_t k = i + 1; k < carried_count_; ++k)
      best = std::max<std::int64_t>(best, (std::int64_t{path(i, k)} + path(k, i)) * 50);
  }
  return best;
}

// Karp's theorem: with D_k(v) the longest walk of k edges to v, the maximum cycle mean is
// max over v of min over k < n of (D_n(v) - D_k(v)) / (n - k).
std::int64_t DependencyBound::hundredths() const {
  const std::size_t n = carried_count_;
  if (n <= 2) return quick_hundredths();
  std::vector<std::array<std::int32_t, kMostCarried>> walk(n + 1);
  walk[0].fill(0);
  for (std::size_t k = 1; k <= n; ++k)
    for (std::size_t to = 0; to < n; ++to) {
      std::int32_t best = kNoPath;
      for (std::size_t from = 0; from < n; ++from)
        if (path(from, to) > kNoPath / 2) best = std::max(best, walk[k - 1][from] + path(from, to));
      walk[k][to] = std::max(best, kNoPath);
    }
  std::int64_t bound = 0;
  for (std::size_t v = 0; v < n; ++v) {
    if (walk[n][v] <= kNoPath / 2) continue;
    std::int64_t least = INT64_MAX;
    for (std::size_t k = 0; k < n; ++k)
      if (walk[k][v] > kNoPath / 2)
        least = std::min(least, divide_up((std::int64_t{walk[n][v]} - walk[k][v]) * 100,
                                          static_cast<std::int64_t>(n - k)));
    if (least != INT64_MAX) bound = std::max(bound, least);
  }
  return bound;
}

}  // namespace ringfare
