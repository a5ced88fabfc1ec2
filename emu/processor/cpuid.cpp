// SPDX-License-Identifier: MIT
#include "emu/processor/cpuid.hpp"

#include <cpuid.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "cpu/base/failure.hpp"
#include "emu/processor/cpu_features.hpp"
#include "emu/processor/cpuid_caches.hpp"
#include "models/machine.hpp"

namespace ringfare {
namespace {

constexpr std::uint32_t kExtended = 0x8000'0000;
constexpr std::uint32_t kLastExtended = 0x8000'0008;
constexpr std::uint32_t kLastBasicIntel = 0x16;  // Skylake; SDM vol. 2A, CPUID
constexpr std::uint32_t kLastBasicAmd = 0x10;    // AMD PPR, family 19h

/// How far the leaves of older processors reach, by family and model.
struct LeafRow {
  Vendor vendor;
  unsigned family, last_model;
  LastLeaves last;
};

// SDM vol. 2A, table 3-17, and the processors' identification notes; AMD publications 20734 and
// 25481. Processors without a row have the leaves of today.
constexpr LeafRow kLeaves[] = {
    {Vendor::Intel, 5, 255, {1, 0}},
    {Vendor::Intel, 6, 0x0b, {2, 0}},
    {Vendor::Intel, 15, 2, {2, kExtended + 4}},
    {Vendor::Intel, 6, 0x1f, {0xb, kLastExtended}},
    {Vendor::Amd, 6, 255, {1, kExtended + 6}},
    {Vendor::Amd, 15, 255, {1, kLastExtended}},
};

LastLeaves last_leaves(const CpuModel& cpu) {
  for (const LeafRow& row : kLeaves)
    if (row.vendor == cpu.vendor && row.family == cpu.family && cpu.model <= row.last_model)
      return row.last;
  return {cpu.vendor == Vendor::Intel ? kLastBasicIntel : kLastBasicAmd, kLastExtended};
}

constexpr std::uint32_t kLegacyState = 512 + 64;  // x87, SSE and the XSAVE header
constexpr std::uint32_t kAvxState = 256;
constexpr std::uint32_t kOsxsave = 1u << 27;
/// Leaf 1 EDX bits that AMD repeats in leaf 0x80000001.
constexpr std::uint32_t kRepeatedByAmd = 0x0183'f3ff;
constexpr std::uint32_t kCrystalHertz = 24'000'000;  // SDM vol. 3B, 18.7.3: 6th generation Core
constexpr std::uint32_t kBusMegahertz = 100;

constexpr std::uint32_t four(std::string_view text) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4 && i < text.size(); ++i)
    value |= std::uint32_t{static_cast<std::uint8_t>(text[i])} << (8 * i);
  return value;
}

CpuidResult vendor_name(Vendor vendor, std::uint32_t last) {
  const std::string_view name = vendor == Vendor::Intel ? "GenuineIntel" : "AuthenticAMD";
  return {last, four(name.substr(0)), four(name.substr(8)), four(name.substr(4))};
}

std::uint32_t& word(CpuidResult& result, CpuidRegister which) {
  switch (which) {
    case CpuidRegister::Eax:
      return result.eax;
    case CpuidRegister::Ebx:
      return result.ebx;
    case CpuidRegister::Ecx:
      return result.ecx;
    default:
      return result.edx;
  }
}

/// Whether the host's system has switched AVX state on: leaf 0xd gives the size in use.
bool host_saves_avx(Cpuid::Host host) {
  return host(0xd, 0).ebx >= kLegacyState + kAvxState;
}

void refuse_unknown_features(const CpuModel& cpu) {
  for (const std::string& name : cpu.features) {
    if (known_feature(name)) continue;
    const auto near = nearest(name, feature_names());
    throw UserError(cpu.at, fmt::format("unknown CPU feature '{}'; {}", name,
                                        near ? fmt::format("did you mean '{}'?", *near)
                                             : "features are spelled as in /proc/cpuinfo"));
  }
}

std::size_t feature_row(std::string_view name) {
  const auto rows = cpu_features();
  return static_cast<std::size_t>(std::ranges::find(rows, name, &CpuFeature::name) - rows.begin());
}

}  // namespace

CpuidResult host_cpuid(std::uint32_t eax, std::uint32_t ecx) {
  CpuidResult result;
  if (__get_cpuid_count(eax, ecx, &result.eax, &result.ebx, &result.ecx, &result.edx) == 0)
    return {};
  return result;
}

bool executes_everything(std::string_view) {
  return true;
}

Cpuid::Cpuid(const CpuModel& cpu, Host host, Executes executes)
    : cpu_(cpu), last_(last_leaves(cpu)), shown_(cpu_features().size()) {
  refuse_unknown_features(cpu);
  const auto rows = cpu_features();
  CpuidResult offered;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const CpuFeature& row = rows[i];
    // CPUID is slow where a hypervisor traps it: once per leaf.
    if (i == 0 || rows[i - 1].leaf != row.leaf || rows[i - 1].subleaf != row.subleaf)
      offered = host(row.leaf, row.subleaf);
    const bool runs = (word(offered, row.word) >> row.bit & 1) != 0;
    const bool listed = std::ranges::find(cpu.features, row.name) != cpu.features.end();
    shown_[i] = listed && (row.access == FeatureAccess::System ||
                           (row.access == FeatureAccess::Host && runs && executes(row.name)));
  }
  if (!host_saves_avx(host)) shown_[feature_row("avx")] = false;
  for (const FeatureNeed& need : feature_needs())
    if (!shown_[feature_row(need.needs)]) shown_[feature_row(need.feature)] = false;
}

CpuidResult Cpuid::leaf(std::uint32_t eax, std::uint32_t ecx) const {
  const bool intel = cpu_.vendor == Vendor::Intel;
  if (eax >= kExtended && eax <= last_.extended) return extended(eax);
  if (eax <= last_.basic) return basic(eax, ecx);
  // SDM vol. 2A: beyond the last leaf Intel answers with its highest basic one. AMD: zeroes.
  return intel ? basic(last_.basic, ecx) : CpuidResult{};
}

std::uint64_t Cpuid::xcr0() const {
  return has("avx") ? VectorState::kComponents : 0b11;
}

bool Cpuid::has(std::string_view feature) const {
  const std::size_t row = feature_row(feature);
  return row < shown_.size() && shown_[row];
}

std::vector<std::string> Cpuid::features() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < shown_.size(); ++i)
    if (shown_[i]) names.emplace_back(cpu_features()[i].name);
  return names;
}

CpuidResult Cpuid::feature_bits(std::uint32_t eax, std::uint32_t ecx) const {
  CpuidResult bits;
  const auto rows = cpu_features();
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (shown_[i] && rows[i].leaf == eax && rows[i].subleaf == ecx)
      word(bits, rows[i].word) |= 1u << rows[i].bit;
  return bits;
}

CpuidResult Cpuid::basic(std::uint32_t eax, std::uint32_t ecx) const {
  const bool intel = cpu_.vendor == Vendor::Intel;
  const bool counted = eax == 7 || eax == 0xd;  // leaves whose features go by subleaf
  CpuidResult result = feature_bits(eax, counted ? ecx : 0);
  switch (eax) {
    case 0:
      return vendor_name(cpu_.vendor, last_.basic);
    case 1:
      result.eax = signature();
      result.ebx = 1u << 16 | 8u << 8;  // one logical processor; CLFLUSH of 8 quadwords
      if (has("xsave")) result.ecx |= kOsxsave;
      return result;
    case 2:
      if (intel) result.eax = last_.basic >= 4 ? 0xff01 : 1;  // caches: ask leaf 4, or nobody
      return result;
    case 4:
      return intel ? cache_parameters(cpu_, ecx) : CpuidResult{};
    case 7:
      if (ecx == 0) result.eax = 1;  // the last subleaf
      return result;
    case 0xb: {
      // One thread in one core: level type and shift of zero bits.
      const std::uint32_t type = ecx == 0 ? 1 : ecx == 1 ? 2 : 0;
      return {0, type != 0 ? 1u : 0u, type << 8 | (ecx & 0xff), 0};
    }
    case 0xd:
      return state_components(ecx);
    case 0x15:
      return intel ? time_stamp_ratio() : CpuidResult{};
    case 0x16:
      return {static_cast<std::uint32_t>(cpu_.tsc_khz / 1000),
              static_cast<std::uint32_t>(cpu_.core_khz / 1000), kBusMegahertz, 0};
    default:
      return result;
  }
}

CpuidResult Cpuid::extended(std::uint32_t eax) const {
  const bool amd = cpu_.vendor == Vendor::Amd;
  CpuidResult result = feature_bits(eax, 0);
  switch (eax - kExtended) {
    case 0:
      return amd ? vendor_name(cpu_.vendor, last_.extended) : CpuidResult{last_.extended};
    case 1:
      if (amd) result.eax = signature();
      if (amd) result.edx |= feature_bits(1, 0).edx & kRepeatedByAmd;
      return result;
    case 2:
    case 3:
    case 4:
      return brand_part(eax - kExtended - 2);
    case 5:
      return amd ? first_level_caches(cpu_) : CpuidResult{};
    case 6:
      return further_level_caches(cpu_);
    case 8:
      result.eax = amd ? 0x3030 : 0x3027;  // 48 linear bits; 48 physical bits, client Intel 39
      return result;
    default:
      return result;
  }
}

/// SDM vol. 2A, figure 3-6: version information.
std::uint32_t Cpuid::signature() const {
  const std::uint32_t base = std::min(cpu_.family, 0xfu);
  const std::uint32_t extended_family = cpu_.family - base;
  return cpu_.stepping | (cpu_.model & 0xf) << 4 | base << 8 | (cpu_.model >> 4) << 16 |
         extended_family << 20;
}

std::uint32_t Cpuid::state_size() const {
  return kLegacyState + (has("avx") ? kAvxState : 0);
}

CpuidResult Cpuid::state_components(std::uint32_t ecx) const {
  if (!has("xsave")) return {};
  switch (ecx) {
    case 0:
      return {static_cast<std::uint32_t>(xcr0()), state_size(), state_size(), 0};
    case 1: {
      CpuidResult result = feature_bits(0xd, 1);
      if (has("xsavec")) result.ebx = state_size();
      return result;
    }
    case 2:
      return has("avx") ? CpuidResult{kAvxState, kLegacyState} : CpuidResult{};
    default:
      return {};
  }
}

/// TSC rate = crystal * EBX / EAX.
CpuidResult Cpuid::time_stamp_ratio() const {
  const std::uint64_t rate = cpu_.tsc_khz * 1000;
  const std::uint64_t divisor = std::gcd(rate, std::uint64_t{kCrystalHertz});
  return {static_cast<std::uint32_t>(kCrystalHertz / divisor),
          static_cast<std::uint32_t>(rate / divisor), kCrystalHertz, 0};
}

CpuidResult Cpuid::brand_part(std::uint32_t index) const {
  std::array<char, 48> text{};
  std::memcpy(text.data(), cpu_.brand.data(), std::min(cpu_.brand.size(), text.size() - 1));
  const std::string_view part(text.data() + 16 * index, 16);
  return {four(part), four(part.substr(4)), four(part.substr(8)), four(part.substr(12))};
}

}  // namespace ringfare
