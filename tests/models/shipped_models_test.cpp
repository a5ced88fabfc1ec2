// SPDX-License-Identifier: MIT
// Laws that every model file we ship keeps.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "models/machine.hpp"
#include "models/price_keys.hpp"

namespace ringfare {
namespace {

const std::filesystem::path kSource = RINGFARE_SOURCE_DIR;

ModelLibrary shipped() {
  return ModelLibrary({kSource / "models"});
}

TEST(ShippedModels, AreThese) {
  EXPECT_EQ(shipped().cpu_names(), (std::vector<std::string>{"ice-lake", "skylake", "zen3"}));
}

TEST(ShippedModels, EveryCpuPricesEverythingWithASource) {
  for (const std::string& name : shipped().cpu_names()) {
    const CpuModel cpu = shipped().cpu(name);
    for (const auto& [key, price] : cpu.prices) {
      EXPECT_GE(price.source.size(), 10u) << name << " " << key;
      EXPECT_GT(price.at.line, 0u) << name << " " << key;
    }
    EXPECT_EQ(cpu.core_khz, cpu.tsc_khz) << name << ": one rate makes rdtsc count cycles";
  }
}

TEST(ShippedModels, EveryMitigationOfACpuIsKnownToEveryKernel) {
  for (const std::string& kernel_name : shipped().kernel_names()) {
    const KernelModel kernel = shipped().kernel(kernel_name);
    for (const std::string& name : shipped().cpu_names()) {
      for (const std::string& mitigation : shipped().cpu(name).mitigations) {
        EXPECT_NE(kernel.mitigation(mitigation), nullptr) << name << " " << mitigation;
      }
    }
  }
}

TEST(ShippedModels, EveryMitigationSwitchesSomeStage) {
  for (const std::string& kernel_name : shipped().kernel_names()) {
    const KernelModel kernel = shipped().kernel(kernel_name);
    for (const MitigationModel& mitigation : kernel.mitigations) {
      bool used = false;
      for (const DoorModel& door : kernel.doors) {
        for (const StageModel& stage : door.stages) {
          used |= stage.when.find(mitigation.name) != std::string::npos;
        }
      }
      EXPECT_TRUE(used) << kernel_name << " " << mitigation.name;
    }
  }
}

/// The row docs/models.md must have for a price key.
std::string documented(const PriceKey& key) {
  const std::string needed = key.feature.empty() ? "always" : fmt::format("with `{}`", key.feature);
  return fmt::format("| `{}` | {} | {} |\n", key.name, needed, key.meaning);
}

TEST(ShippedModels, TheReferenceListsEveryPrice) {
  std::ifstream file(kSource / "docs/models.md");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::string table;
  for (const PriceKey& key : kPriceKeys) table += documented(key);
  EXPECT_NE(text.find(table), std::string::npos) << "docs/models.md should hold this table:\n"
                                                 << table;
}

}  // namespace
}  // namespace ringfare
