// SPDX-License-Identifier: MIT
// Laws that every model file we ship keeps.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "cpu/instruction_class.hpp"
#include "models/machine.hpp"
#include "models/price_keys.hpp"
#include "tests/models/model_folder.hpp"

namespace ringfare {
namespace {

const std::filesystem::path kSource = RINGFARE_SOURCE_DIR;

ModelLibrary shipped() {
  return ModelLibrary({kSource / "models"});
}

TEST(ShippedModels, AreThese) {
  EXPECT_EQ(shipped().cpu_names(),
            (std::vector<std::string>{
                "core2", "haswell", "ice-lake", "k7", "k8", "nehalem", "pentium", "pentium-4",
                "pentium-ii", "pentium-iii", "pentium-pro", "sandy-bridge", "sapphire-rapids",
                "sapphire-rapids-fred", "skylake", "zen1", "zen2", "zen3", "zen4"}));
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

TEST(ShippedModels, TheKernelsAreThese) {
  EXPECT_EQ(shipped().kernel_names(),
            (std::vector<std::string>{"linux-2.2", "linux-2.4", "linux-2.6-i386",
                                      "linux-2.6-x86_64", "linux-4.15", "linux-4.4", "linux-5.10",
                                      "linux-6.1", "linux-6.12", "linux-fred"}));
}

TEST(ShippedModels, EveryMitigationOfACpuIsKnownToSomeKernel) {
  const KernelModel kernel = shipped().kernel("linux-6.1");
  for (const std::string& name : shipped().cpu_names()) {
    for (const std::string& mitigation : shipped().cpu(name).mitigations) {
      EXPECT_NE(kernel.mitigation(mitigation), nullptr) << name << " " << mitigation;
    }
  }
}

TEST(ShippedModels, EveryStageOfAKernelHasASource) {
  for (const std::string& name : shipped().kernel_names())
    for (const DoorModel& door : shipped().kernel(name).doors)
      for (const StageModel& stage : door.stages)
        EXPECT_GE(stage.source.size(), 10u) << name << " " << stage.name;
}

/// What Linux says in vulnerabilities/spectre_v2 of these processors: "Retpolines" until something
/// better is known.
TEST(ShippedModels, RetpolinesAreOnWhereTheKernelHasNothingBetter) {
  struct Row {
    const char* cpu;
    std::set<std::string> on;  // kernels
  };
  for (const Row& row :
       {Row{"skylake", {"linux-4.15", "linux-5.10"}},
        Row{"haswell", {"linux-4.15", "linux-5.10", "linux-6.1"}}, Row{"ice-lake", {"linux-4.15"}},
        Row{"zen4", {"linux-4.15", "linux-5.10"}}})
    for (const char* kernel : {"linux-4.15", "linux-5.10", "linux-6.1"}) {
      const Machine machine =
          make_machine(shipped().cpu(row.cpu), shipped().kernel(kernel), "auto");
      EXPECT_EQ(machine.mitigations.contains("retpoline"), row.on.contains(kernel))
          << row.cpu << " " << kernel;
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
  const std::string needed = key.on_use            ? "on use"
                             : key.feature.empty() ? "always"
                                                   : fmt::format("with `{}`", key.feature);
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

TEST(ShippedModels, TheReferenceListsEveryClassOfInstructions) {
  std::ifstream file(kSource / "docs/models.md");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  for (const ClassRow& row : instruction_classes()) {
    if (row.id == InstructionClass::System) continue;
    const std::string needed =
        row.feature.empty() ? "always" : fmt::format("with `{}`", row.feature);
    const std::string line = fmt::format("| `{}` | {} | {} |\n", row.name, needed, row.meaning);
    EXPECT_NE(text.find(line), std::string::npos) << "docs/models.md should hold " << line;
  }
}

/// The TOML texts of docs/models.md that are complete files.
std::vector<std::string> worked_examples() {
  std::ifstream file(kSource / "docs/models.md");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::vector<std::string> examples;
  const std::string_view begin = "```toml\nextends";
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
    const std::size_t first = at + std::string_view("```toml\n").size();
    examples.push_back(text.substr(first, text.find("```", first) - first));
  }
  return examples;
}

TEST(ShippedModels, TheWorkedExamplesOfTheReferenceLoad) {
  const ModelFolder folder;
  const ModelLibrary library({folder.root(), kSource / "models"});
  const std::vector<std::string> examples = worked_examples();
  ASSERT_EQ(examples.size(), 2u);
  folder.write("cpus/mine.toml", examples[0]);
  EXPECT_EQ(folder.complaint([&] { library.cpu("mine"); }), "");
  folder.write("kernels/mine.toml", examples[1]);
  EXPECT_EQ(folder.complaint([&] { library.kernel("mine"); }), "");
}

}  // namespace
}  // namespace ringfare
