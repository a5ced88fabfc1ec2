// SPDX-License-Identifier: MIT
#include "emu/processor/cpuid_caches.hpp"

#include <algorithm>
#include <array>

namespace ringfare {
namespace {

const Cache* find_cache(const CpuModel& cpu, unsigned level, Cache::Holds holds) {
  const auto found = std::ranges::find_if(cpu.caches, [level, holds](const Cache& cache) {
    return cache.level == level && cache.holds == holds;
  });
  return found != cpu.caches.end() ? &*found : nullptr;
}

/// AMD's code for the ways of a cache (APM vol. 3, E.4.5).
std::uint32_t amd_ways(unsigned ways) {
  struct Code {
    unsigned ways;
    std::uint32_t code;
  };
  constexpr std::array kCodes{Code{1, 1},    Code{2, 2},    Code{4, 4},    Code{8, 6},
                              Code{16, 8},   Code{32, 0xa}, Code{48, 0xb}, Code{64, 0xc},
                              Code{96, 0xd}, Code{128, 0xe}};
  const auto row = std::ranges::find(kCodes, ways, &Code::ways);
  return row != kCodes.end() ? row->code : 9;  // 9: no code for it
}

std::uint32_t amd_level1(const Cache* cache) {
  if (cache == nullptr) return 0;
  return cache->kilobytes << 24 | cache->ways << 16 | 1u << 8 | cache->line_bytes;
}

std::uint32_t amd_level2(const Cache* cache) {
  if (cache == nullptr) return 0;
  return cache->kilobytes << 16 | amd_ways(cache->ways) << 12 | 1u << 8 | cache->line_bytes;
}

std::uint32_t amd_level3(const Cache* cache) {  // the size in units of 512 KiB
  if (cache == nullptr) return 0;
  return cache->kilobytes / 512 << 18 | amd_ways(cache->ways) << 12 | 1u << 8 | cache->line_bytes;
}

}  // namespace

CpuidResult cache_parameters(const CpuModel& cpu, std::uint32_t index) {
  if (index >= cpu.caches.size()) return {};
  const Cache& cache = cpu.caches[index];
  const std::uint32_t type = cache.holds == Cache::Holds::Data           ? 1
                             : cache.holds == Cache::Holds::Instructions ? 2
                                                                         : 3;
  constexpr std::uint32_t kSelfInitialising = 1u << 8;
  const std::uint32_t sets = cache.kilobytes * 1024 / (cache.ways * cache.line_bytes);
  return {type | cache.level << 5 | kSelfInitialising,
          (cache.line_bytes - 1) | (cache.ways - 1) << 22, sets - 1, 0};
}

CpuidResult first_level_caches(const CpuModel& cpu) {
  return {0, 0, amd_level1(find_cache(cpu, 1, Cache::Holds::Data)),
          amd_level1(find_cache(cpu, 1, Cache::Holds::Instructions))};
}

CpuidResult further_level_caches(const CpuModel& cpu) {
  const bool amd = cpu.vendor == Vendor::Amd;
  return {0, 0, amd_level2(find_cache(cpu, 2, Cache::Holds::Both)),
          amd ? amd_level3(find_cache(cpu, 3, Cache::Holds::Both)) : 0};
}

}  // namespace ringfare
