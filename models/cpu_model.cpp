// SPDX-License-Identifier: MIT
#include "models/cpu_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "cpu/base/nearest.hpp"
#include "models/price_keys.hpp"
#include "models/table_reader.hpp"
#include "models/toml.hpp"

namespace ringfare {

namespace {

using Kind = TomlValue::Kind;

constexpr std::size_t kLongestBrand = 47;  // CPUID 0x80000002-4: 48 bytes with the final zero

std::vector<std::string> price_names() {
  std::vector<std::string> names;
  for (const PriceKey& key : kPriceKeys) names.emplace_back(key.name);
  return names;
}

/// Prices as written flat ("swapgs") or below a gate's name ("syscall.check").
void read_prices(const TomlValue& table, const std::string& prefix, CpuModel& cpu) {
  for (const TomlMember& member : table.members) {
    const std::string name = prefix + member.key;
    const bool known = std::ranges::find(kPriceKeys, name, &PriceKey::name) != std::end(kPriceKeys);
    const bool group = std::ranges::any_of(
        kPriceKeys, [&](const PriceKey& key) { return key.name.starts_with(name + "."); });
    if (group && member.value.is(Kind::Table)) {
      read_prices(member.value, name + ".", cpu);
    } else if (known) {
      cpu.prices.emplace(name, read_price(member.value, fmt::format("the price of '{}'", name)));
    } else {
      throw UserError(member.at, fmt::format("nothing called '{}' has a price{}", name,
                                             suggestion(name, price_names())));
    }
  }
}

void need_all_prices(const CpuModel& cpu, const SourcePosition& at) {
  for (const PriceKey& key : kPriceKeys) {
    if (key.on_use || cpu.prices.contains(key.name)) continue;
    const bool lacks = !key.feature.empty() && !has_feature(cpu, key.feature);
    if (lacks) continue;
    throw UserError(at, fmt::format("no price for '{}' ({}); add {} = {{ cycles = 1, evidence = "
                                    "\"assumed\", source = \"...\" }} to [prices]",
                                    key.name, key.meaning, key.name));
  }
}

/// `caches = [{ level = 1, holds = "data", kilobytes = 32, ways = 8 }, ...]`; lines of 64 bytes
/// where it does not say otherwise.
std::vector<Cache> read_caches(const TableReader& reader) {
  std::vector<Cache> caches;
  if (!reader.has("caches")) return caches;
  for (const TomlValue& item : reader.need("caches", Kind::Array).items) {
    if (!item.is(Kind::Table))
      throw UserError(
          item.at, "a cache is a table: { level = 1, holds = \"data\", kilobytes = 32, ways = 8 }");
    const TableReader row(item, "a cache", {"level", "holds", "kilobytes", "ways", "line_bytes"});
    const std::string holds = row.chosen("holds", {"data", "instructions", "both"});
    Cache cache;
    cache.level = static_cast<unsigned>(row.whole("level", 3));
    cache.holds = holds == "data"           ? Cache::Holds::Data
                  : holds == "instructions" ? Cache::Holds::Instructions
                                            : Cache::Holds::Both;
    cache.kilobytes = static_cast<unsigned>(row.whole("kilobytes", 1u << 20));
    cache.ways = static_cast<unsigned>(row.whole("ways", 128));
    if (row.has("line_bytes"))
      cache.line_bytes = static_cast<unsigned>(row.whole("line_bytes", 128));
    if (std::min({cache.level, cache.kilobytes, cache.ways, cache.line_bytes}) == 0)
      throw UserError(item.at, "a cache has no zero among its numbers; give its true geometry");
    caches.push_back(cache);
  }
  return caches;
}

/// Either LLVM's scheduling model or a table of the file's own.
void read_execution(const TableReader& reader, CpuModel& cpu) {
  if (reader.has("core") != reader.has("instructions") || reader.has("core") == reader.has("llvm"))
    throw UserError(
        reader.at(),
        "the CPU model prices ordinary instructions either by llvm = \"NAME\" or by its "
        "own [core] and [instructions]; give one of the two");
  if (reader.has("llvm")) {
    cpu.llvm_cpu = reader.text("llvm");
  } else {
    cpu.core = read_core_model(reader.need("core", Kind::Table),
                               reader.need("instructions", Kind::Table), cpu.features);
  }
}

std::uint64_t read_khz(const TableReader& reader, std::string_view key) {
  return static_cast<std::uint64_t>(std::llround(reader.positive(key) * 1000));
}

}  // namespace

bool has_feature(const CpuModel& cpu, std::string_view feature) {
  return std::ranges::find(cpu.features, feature) != cpu.features.end();
}

CpuModel read_cpu_model(const TomlValue& root, std::string name) {
  const TableReader reader(
      root, "the CPU model",
      {"extends", "description", "vendor", "family", "model", "stepping", "brand", "mhz", "tsc_mhz",
       "llvm", "core", "instructions", "features", "caches", "mitigations", "prices"});
  CpuModel cpu;
  cpu.name = std::move(name);
  cpu.at = root.at;
  cpu.description = reader.text("description");
  cpu.vendor = reader.chosen("vendor", {"Intel", "AMD"}) == "AMD" ? Vendor::Amd : Vendor::Intel;
  // SDM vol. 2A, CPUID leaf 1: 4 + 8 bits of family, 4 + 4 of model, 4 of stepping.
  cpu.family = static_cast<unsigned>(reader.whole("family", 15 + 255));
  cpu.model = static_cast<unsigned>(reader.whole("model", 255));
  cpu.stepping = static_cast<unsigned>(reader.whole("stepping", 15));
  cpu.brand = reader.text("brand");
  if (cpu.brand.size() > kLongestBrand) {
    throw UserError(root.find("brand")->at,
                    fmt::format("'brand' in the CPU model has {} characters; CPUID has room for {}",
                                cpu.brand.size(), kLongestBrand));
  }
  cpu.core_khz = read_khz(reader, "mhz");
  cpu.tsc_khz = read_khz(reader, "tsc_mhz");
  cpu.features = reader.words("features");
  read_execution(reader, cpu);
  cpu.caches = read_caches(reader);
  cpu.mitigations = reader.words("mitigations");
  const TomlValue& prices = reader.need("prices", Kind::Table);
  read_prices(prices, "", cpu);
  need_all_prices(cpu, prices.at);
  return cpu;
}

}  // namespace ringfare
