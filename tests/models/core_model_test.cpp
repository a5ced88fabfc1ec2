// SPDX-License-Identifier: MIT
// [core] and [instructions]: what is read, and every mistake with its place.
#include <gtest/gtest.h>

#include <filesystem>

#include "cpu/instruction_class.hpp"
#include "tests/models/model_folder.hpp"

namespace ringfare {
namespace {

const std::filesystem::path kModels = std::filesystem::path(RINGFARE_SOURCE_DIR) / "models";

struct CoreCase {
  const char* name;
  const char* text;     // behind extends = "pentium"
  const char* message;  // how it ends: a row of the extended file has its place there; "": none
};

std::ostream& operator<<(std::ostream& out, const CoreCase& c) {
  return out << c.name;
}

class CoreModels : public testing::TestWithParam<CoreCase> {};

TEST_P(CoreModels, SayWhereWhatAndHow) {
  const ModelFolder folder;
  const ModelLibrary library({folder.root(), kModels});
  folder.write("cpus/x.toml", "extends = \"pentium\"\n" + std::string(GetParam().text));
  const std::string said = folder.complaint([&] { library.cpu(folder.path("cpus/x.toml")); });
  const std::string_view wanted = GetParam().message;
  EXPECT_TRUE(wanted.empty() ? said.empty() : said.ends_with(wanted)) << said;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, CoreModels,
    testing::Values(
        CoreCase{"one_number", "[instructions]\ndivide = { latency = 20 }\n", ""},
        CoreCase{"own_source",
                 "[instructions]\nnop = { evidence = \"vendor\", source = \"the manual\" }\n", ""},
        CoreCase{"unknown_unit", "[instructions]\nnop = { work = [\"w\"] }\n",
                 "cpus/x.toml:3: 'work' in instruction class 'nop' names the unit 'w'; there "
                 "is u, v"},
        CoreCase{"no_unit", "[instructions]\nnop = { work = [\"3\"] }\n",
                 "cpus/x.toml:3: an item of 'work' in instruction class 'nop' names no unit or no "
                 "time; write it like \"3 u\""},
        CoreCase{"no_time", "[instructions]\nnop = { work = [\"0 u\"] }\n",
                 "cpus/x.toml:3: an item of 'work' in instruction class 'nop' names no unit or no "
                 "time; write it like \"3 u\""},
        CoreCase{"no_text", "[instructions]\nnop = { work = [3] }\n",
                 "cpus/x.toml:3: every item of 'work' in instruction class 'nop' must be a text, "
                 "not an integer"},
        CoreCase{"unknown_class", "[instructions]\ndevide = { latency = 1 }\n",
                 "cpus/x.toml:3: unknown key 'devide' in [instructions]; did you mean 'divide'?"},
        CoreCase{"joined", "[instructions]\nnop = { joined = 1 }\n",
                 "cpus/x.toml:3: 'joined' in instruction class 'nop': only load and store join "
                 "operations; remove it"},
        CoreCase{"too_slow", "[instructions]\nnop = { latency = 10001 }\n",
                 "cpus/x.toml:3: 'latency' in instruction class 'nop' is 10001; it goes from 0 to "
                 "10000"},
        CoreCase{"half_a_source", "[instructions]\nnop = { source = \"a manual\" }\n",
                 "missing key 'evidence' in instruction class 'nop'; add evidence = "
                 "\"...\""},
        CoreCase{"width", "[core]\nwidth = 0\n",
                 "cpus/x.toml:3: 'width' in [core] is 0; at least one slot per cycle"},
        CoreCase{"units", "[core]\nunits = []\n",
                 "cpus/x.toml:3: 'units' in [core] names 1 to 32 execution units"},
        CoreCase{"a_feature_needs_its_rows", "features = [\"fpu\", \"tsc\", \"mmx\"]\n",
                 "missing key 'vector_move' in [instructions]; add vector_move = { "
                 "... }"},
        CoreCase{"both", "llvm = \"skylake\"\n",
                 "cpus/x.toml: the CPU model prices ordinary instructions either by llvm = "
                 "\"NAME\" or by its own [core] and [instructions]; give one of the two"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(CoreModel, IsWhatTheFileSays) {
  const CpuModel cpu = ModelLibrary({kModels}).cpu("pentium-pro");
  ASSERT_TRUE(cpu.core);
  EXPECT_EQ(cpu.llvm_cpu, "");
  EXPECT_EQ(cpu.core->width, 3);
  EXPECT_EQ(cpu.core->units.size(), 5u);
  EXPECT_EQ(cpu.core->store.slots, 2);
  const InstructionModel& divide =
      cpu.core->instructions[static_cast<std::size_t>(InstructionClass::Divide)];
  EXPECT_EQ(divide.latency, 39);
  EXPECT_EQ(divide.work, (std::vector<UnitWork>{{1, 37}, {3, 3}}));
  EXPECT_EQ(divide.evidence, Evidence::Published);
}

TEST(CoreModel, EveryRowOfAShippedProcessorHasASource) {
  const ModelLibrary library({kModels});
  for (const std::string& name : library.cpu_names()) {
    const CpuModel cpu = library.cpu(name);
    if (!cpu.core) continue;
    EXPECT_GE(cpu.core->source.size(), 20u) << name;
    for (const ClassRow& row : instruction_classes()) {
      const InstructionModel& it = cpu.core->instructions[static_cast<std::size_t>(row.id)];
      if (it.work.empty()) continue;
      EXPECT_GE(it.source.size(), 20u) << name << " " << row.name;
    }
  }
}

}  // namespace
}  // namespace ringfare
