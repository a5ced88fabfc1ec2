// SPDX-License-Identifier: MIT
#include "emu/processor/cpuid.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <ranges>
#include <set>
#include <sstream>

#include "cpu/base/failure.hpp"
#include "emu/processor/cpu_features.hpp"
#include "models/machine.hpp"

namespace ringfare {
namespace {

/// A host that can do everything.
CpuidResult able_host(std::uint32_t eax, std::uint32_t) {
  if (eax == 0xd) return {~0u, 2696, 2696, 0};
  return {~0u, ~0u, ~0u, ~0u};
}

/// A host without any optional instruction.
CpuidResult bare_host(std::uint32_t, std::uint32_t) {
  return {};
}

/// A host whose system does not save AVX state.
CpuidResult host_without_avx_state(std::uint32_t eax, std::uint32_t ecx) {
  return eax == 0xd ? CpuidResult{3, 576, 576, 0} : able_host(eax, ecx);
}

CpuModel intel() {
  CpuModel cpu;
  cpu.family = 6;
  cpu.model = 94;
  cpu.stepping = 3;
  cpu.brand = "Some Core i7 @ 4.00GHz";
  cpu.core_khz = 4'200'000;
  cpu.tsc_khz = 4'008'000;
  cpu.features = {"fpu", "tsc",         "sse2",     "xsave",   "avx",          "avx2",
                  "fma", "xsavec",      "fsgsbase", "avx512f", "rtm",          "rdrand",
                  "ht",  "hypervisor",  "x2apic",   "rdtscp",  "constant_tsc", "syscall",
                  "lm",  "nonstop_tsc", "pcid"};
  cpu.caches = {{1, Cache::Holds::Data, 32, 8},
                {1, Cache::Holds::Instructions, 32, 8},
                {2, Cache::Holds::Both, 256, 4},
                {3, Cache::Holds::Both, 8192, 16}};
  return cpu;
}

CpuModel amd() {
  CpuModel cpu = intel();
  cpu.vendor = Vendor::Amd;
  cpu.family = 25;
  cpu.model = 33;
  cpu.stepping = 0;
  cpu.caches[2] = {2, Cache::Holds::Both, 512, 8};
  cpu.caches[3] = {3, Cache::Holds::Both, 32768, 16};
  return cpu;
}

std::string text(std::initializer_list<std::uint32_t> words) {
  std::string bytes;
  for (const std::uint32_t word : words) bytes.append(reinterpret_cast<const char*>(&word), 4);
  return bytes;
}

TEST(Cpuid, SaysWhoMadeIt) {
  const CpuidResult leaf = Cpuid(intel(), able_host).leaf(0, 0);
  EXPECT_EQ(text({leaf.ebx, leaf.edx, leaf.ecx}), "GenuineIntel");
  EXPECT_EQ(leaf.eax, 0x16u);
  for (const std::uint32_t which : {0u, 0x80000000u}) {
    const CpuidResult other = Cpuid(amd(), able_host).leaf(which, 0);
    EXPECT_EQ(text({other.ebx, other.edx, other.ecx}), "AuthenticAMD");
  }
}

TEST(Cpuid, ComposesTheSignature) {
  EXPECT_EQ(Cpuid(intel(), able_host).leaf(1, 0).eax, 0x506e3u);  // i7-6700K
  EXPECT_EQ(Cpuid(amd(), able_host).leaf(1, 0).eax, 0xa20f10u);   // Ryzen 9 5950X, B0
  EXPECT_EQ(Cpuid(amd(), able_host).leaf(0x80000001, 0).eax, 0xa20f10u);
  EXPECT_EQ(Cpuid(intel(), able_host).leaf(0x80000001, 0).eax, 0u);
}

TEST(Cpuid, SpellsTheBrand) {
  const Cpuid cpuid(intel(), able_host);
  std::string brand;
  for (std::uint32_t leaf = 0x80000002; leaf <= 0x80000004; ++leaf) {
    const CpuidResult part = cpuid.leaf(leaf, 0);
    brand += text({part.eax, part.ebx, part.ecx, part.edx});
  }
  ASSERT_EQ(brand.size(), 48u);
  EXPECT_STREQ(brand.c_str(), "Some Core i7 @ 4.00GHz");
}

TEST(Cpuid, ShowsWhatModelHostAndEngineAgreeOn) {
  const Cpuid cpuid(intel(), able_host);
  EXPECT_TRUE(cpuid.has("avx2"));
  EXPECT_TRUE(cpuid.has("pcid"));
  EXPECT_FALSE(cpuid.has("sha_ni"));  // the model lacks it
  for (const char* name : {"avx512f", "rtm", "hypervisor", "x2apic"})
    EXPECT_FALSE(cpuid.has(name)) << name;
  EXPECT_FALSE(cpuid.has("constant_tsc"));  // not a bit
  EXPECT_NE(cpuid.leaf(7, 0).ebx & 1u << 5, 0u);
  EXPECT_EQ(cpuid.leaf(7, 0).ebx & 1u << 16, 0u);
  EXPECT_EQ(cpuid.leaf(1, 0).ecx & 1u << 31, 0u);
}

TEST(Cpuid, HidesInstructionsTheHostCannotExecute) {
  const Cpuid cpuid(intel(), bare_host);
  EXPECT_FALSE(cpuid.has("avx2"));
  EXPECT_FALSE(cpuid.has("sse2"));
  EXPECT_TRUE(cpuid.has("rdtscp"));  // the engine's own
  EXPECT_TRUE(cpuid.has("pcid"));    // nothing a program executes
}

TEST(Cpuid, HidesInstructionsTheEngineDoesNotExecute) {
  const Cpuid cpuid(intel(), able_host, [](std::string_view feature) { return feature != "avx"; });
  EXPECT_FALSE(cpuid.has("avx"));
  EXPECT_FALSE(cpuid.has("avx2"));  // nothing without the first
  EXPECT_TRUE(cpuid.has("sse2"));
  EXPECT_TRUE(cpuid.has("rdtscp"));  // ours to execute
}

TEST(Cpuid, AvxStandsAndFallsWithItsState) {
  const Cpuid with(intel(), able_host);
  EXPECT_EQ(with.xcr0(), 7u);
  EXPECT_NE(with.leaf(1, 0).ecx & 1u << 27, 0u);  // OSXSAVE
  EXPECT_EQ(with.leaf(0xd, 0), (CpuidResult{7, 832, 832, 0}));
  EXPECT_EQ(with.leaf(0xd, 1), (CpuidResult{2, 832, 0, 0}));  // XSAVEC only
  EXPECT_EQ(with.leaf(0xd, 2), (CpuidResult{256, 576, 0, 0}));
  for (std::uint32_t component = 3; component < 64; ++component)
    EXPECT_EQ(with.leaf(0xd, component), CpuidResult{}) << component;

  const Cpuid without(intel(), host_without_avx_state);
  EXPECT_EQ(without.xcr0(), 3u);
  for (const char* name : {"avx", "avx2", "fma"}) EXPECT_FALSE(without.has(name)) << name;
  EXPECT_TRUE(without.has("xsave"));
  EXPECT_EQ(without.leaf(0xd, 0), (CpuidResult{3, 576, 576, 0}));
  EXPECT_EQ(without.leaf(0xd, 2), CpuidResult{});

  CpuModel old = intel();
  std::erase(old.features, "xsave");
  const Cpuid none(old, able_host);
  EXPECT_FALSE(none.has("avx"));
  EXPECT_EQ(none.leaf(1, 0).ecx & 1u << 27, 0u);
  EXPECT_EQ(none.leaf(0xd, 0), CpuidResult{});
}

TEST(Cpuid, DescribesCachesAsIntelDoes) {
  const Cpuid cpuid(intel(), able_host);
  EXPECT_EQ(cpuid.leaf(4, 0), (CpuidResult{0x121, 0x01c0003f, 0x3f, 0}));
  EXPECT_EQ(cpuid.leaf(4, 1), (CpuidResult{0x122, 0x01c0003f, 0x3f, 0}));
  EXPECT_EQ(cpuid.leaf(4, 2), (CpuidResult{0x143, 0x00c0003f, 0x3ff, 0}));
  EXPECT_EQ(cpuid.leaf(4, 3), (CpuidResult{0x163, 0x03c0003f, 0x1fff, 0}));
  EXPECT_EQ(cpuid.leaf(4, 4), CpuidResult{});
  EXPECT_EQ(cpuid.leaf(2, 0).eax & 0xff, 1u);
  EXPECT_EQ(cpuid.leaf(0x80000005, 0), CpuidResult{});
  EXPECT_EQ(cpuid.leaf(0x80000006, 0), (CpuidResult{0, 0, 0x01004140, 0}));
}

TEST(Cpuid, DescribesCachesAsAmdDoes) {
  const Cpuid cpuid(amd(), able_host);
  EXPECT_EQ(cpuid.leaf(0x80000005, 0), (CpuidResult{0, 0, 0x20080140, 0x20080140}));
  EXPECT_EQ(cpuid.leaf(0x80000006, 0), (CpuidResult{0, 0, 0x02006140, 0x01008140}));
  EXPECT_EQ(cpuid.leaf(4, 0), CpuidResult{});
}

TEST(Cpuid, AmdRepeatsLeafOne) {
  EXPECT_NE(Cpuid(amd(), able_host).leaf(0x80000001, 0).edx & 1u, 0u);  // FPU
  EXPECT_EQ(Cpuid(intel(), able_host).leaf(0x80000001, 0).edx & 1u, 0u);
}

TEST(Cpuid, RatesAreTheModels) {
  const Cpuid cpuid(intel(), able_host);
  const CpuidResult ratio = cpuid.leaf(0x15, 0);
  EXPECT_EQ(std::uint64_t{ratio.ecx} * ratio.ebx / ratio.eax, 4'008'000'000u);
  EXPECT_EQ(cpuid.leaf(0x16, 0), (CpuidResult{4008, 4200, 100, 0}));
  EXPECT_EQ(Cpuid(amd(), able_host).leaf(0x15, 0), CpuidResult{});
}

TEST(Cpuid, IsOneProcessor) {
  const Cpuid cpuid(intel(), able_host);
  EXPECT_EQ(cpuid.leaf(1, 0).ebx, 0x00010800u);
  EXPECT_EQ(cpuid.leaf(0xb, 0), (CpuidResult{0, 1, 0x100, 0}));
  EXPECT_EQ(cpuid.leaf(0xb, 1), (CpuidResult{0, 1, 0x201, 0}));
  EXPECT_EQ(cpuid.leaf(0xb, 2), (CpuidResult{0, 0, 2, 0}));
}

TEST(Cpuid, BeyondTheLastLeaf) {
  const Cpuid cpuid(intel(), able_host);
  for (const std::uint32_t leaf : {0x17u, 0x40000000u, 0x80000009u, 0xffffffffu})
    EXPECT_EQ(cpuid.leaf(leaf, 0), cpuid.leaf(0x16, 0)) << leaf;
  EXPECT_EQ(Cpuid(amd(), able_host).leaf(0x11, 0), CpuidResult{});
  EXPECT_EQ(Cpuid(amd(), able_host).leaf(0x80000009, 0), CpuidResult{});
}

TEST(Cpuid, KnowsTheBoundariesOfTheEngine) {
  CpuModel everything = intel();
  everything.features = feature_names();
  for (const Vendor vendor : {Vendor::Intel, Vendor::Amd}) {
    everything.vendor = vendor;
    const Cpuid cpuid(everything, able_host);
    for (const std::string& name : cpuid.features())
      EXPECT_FALSE(name.starts_with("avx512") || name.starts_with("amx")) << name;
    for (const char* name : {"pku", "ospke", "waitpkg", "ibt", "shstk", "hle", "mpx", "monitor",
                             "mwaitx", "rdpru", "xsaves", "la57"})
      EXPECT_FALSE(cpuid.has(name)) << name;
    EXPECT_EQ(cpuid.xcr0(), 7u);
  }
}

TEST(Cpuid, RefusesAFeatureNobodyKnows) {
  CpuModel cpu = intel();
  cpu.at = {"models/mine.toml", 3};
  cpu.features.push_back("avx22");
  try {
    Cpuid(cpu, able_host);
    FAIL() << "accepted";
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(),
                 "models/mine.toml:3: unknown CPU feature 'avx22'; did you mean 'avx2'?");
  }
}

TEST(Cpuid, DescribesTheShippedModels) {
  const ModelLibrary library({RINGFARE_SOURCE_DIR "/models"});
  ASSERT_FALSE(library.cpu_names().empty());
  for (const std::string& name : library.cpu_names()) {
    const CpuModel cpu = library.cpu(name);
    const Cpuid cpuid(cpu, able_host);
    EXPECT_EQ(cpuid.has("avx2"), has_feature(cpu, "avx2")) << name;
    ASSERT_GE(cpu.caches.size(), 2u) << name;
    for (const Cache& cache : cpu.caches) {
      const unsigned way = cache.ways * cache.line_bytes;
      EXPECT_EQ(cache.kilobytes * 1024 % way, 0u) << name << " level " << cache.level;
    }
  }
}

struct Reach {
  const char* cpu;
  std::uint32_t basic, extended;
};

TEST(Cpuid, ReachesAsFarAsTheProcessorsDid) {
  const ModelLibrary library({RINGFARE_SOURCE_DIR "/models"});
  constexpr Reach kRows[] = {{"pentium", 1, 0},          {"pentium-pro", 2, 0},
                             {"pentium-iii", 2, 0},      {"pentium-4", 2, 0x80000004},
                             {"core2", 0xb, 0x80000008}, {"haswell", 0x16, 0x80000008},
                             {"k7", 1, 0x80000006},      {"k8", 1, 0x80000008},
                             {"zen4", 0x10, 0x80000008}};
  for (const Reach& row : kRows) {
    const Cpuid cpuid(library.cpu(row.cpu), able_host);
    EXPECT_EQ(cpuid.leaf(0, 0).eax, row.basic) << row.cpu;
    EXPECT_EQ(cpuid.leaf(0x80000000, 0).eax & 0x80000000, row.extended & 0x80000000) << row.cpu;
    if (row.extended != 0) {
      EXPECT_EQ(cpuid.leaf(0x80000000, 0).eax, row.extended) << row.cpu;
    }
  }
}

/// Every flag of the processor below has its name here, so that a CPU file can be written from any
/// /proc/cpuinfo; and the bit under that name is the host's own.
TEST(CpuFeatures, AreSpelledAsTheHostSpellsThem) {
  std::ifstream file("/proc/cpuinfo");
  std::set<std::string, std::less<>> flags;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("flags")) {
      std::istringstream words(line.substr(line.find(':') + 1));
      for (std::string word; words >> word;) flags.insert(word);
      break;
    }
  ASSERT_TRUE(flags.contains("sse2"));
  for (const std::string& flag : flags) EXPECT_TRUE(known_feature(flag)) << flag;
  for (const CpuFeature& row : cpu_features()) {
    const CpuidResult host = host_cpuid(row.leaf, row.subleaf);
    const std::uint32_t words[] = {host.eax, host.ebx, host.ecx, host.edx};
    if (flags.contains(row.name)) {
      EXPECT_NE(words[static_cast<int>(row.word)] >> row.bit & 1, 0u) << row.name;
    }
  }
}

TEST(CpuFeatures, UnknownNamesAreUnknown) {
  EXPECT_FALSE(known_feature("avx3"));
  EXPECT_FALSE(known_feature(""));
  EXPECT_TRUE(known_feature("constant_tsc"));
  EXPECT_TRUE(known_feature("avx512f"));
  EXPECT_TRUE(std::ranges::is_sorted(feature_names()));
}

}  // namespace
}  // namespace ringfare
