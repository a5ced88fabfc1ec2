// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "tests/models/model_folder.hpp"

namespace ringfare {
namespace {

class Extends : public testing::Test {
 protected:
  KernelModel kernel(std::string_view text) const {
    folder_.write("kernels/mine.toml", text);
    return folder_.library().kernel("mine");
  }
  static std::string names(const KernelModel& kernel) {
    std::string text;
    for (const StageModel& stage : kernel.doors.at(0).stages) text += stage.name + "; ";
    return text;
  }

  ModelFolder folder_;
};

TEST_F(Extends, APriceIsReplacedAndTheRestStays) {
  folder_.write("cpus/mine.toml",
                "extends = \"plain\"\n[prices]\nswapgs = { cycles = 40, evidence = \"vendor\", "
                "source = \"mine\" }\n");
  const CpuModel base = folder_.library().cpu("plain"), cpu = folder_.library().cpu("mine");
  EXPECT_EQ(cpu.name, "mine");
  EXPECT_EQ(cpu.prices.at("swapgs").cycles.hundredths, 4000);
  EXPECT_EQ(cpu.prices.at("swapgs").source, "mine");
  EXPECT_EQ(cpu.prices.at("swapgs").at.file, folder_.path("cpus/mine.toml"));
  ASSERT_EQ(cpu.prices.size(), base.prices.size());
  for (const auto& [key, price] : base.prices) {
    if (key == "swapgs") continue;
    EXPECT_EQ(cpu.prices.at(key).cycles, price.cycles) << key;
    EXPECT_EQ(cpu.prices.at(key).at.file, folder_.path("cpus/plain.toml")) << key;
  }
}

TEST_F(Extends, GateStepsMergeByKey) {
  folder_.write(
      "cpus/mine.toml",
      "extends = \"plain\"\n[prices]\nsyscall.save = { cycles = 7, evidence = \"vendor\", "
      "source = \"mine\" }\n");
  const CpuModel cpu = folder_.library().cpu("mine");
  EXPECT_EQ(cpu.prices.at("syscall.save").cycles.hundredths, 700);
  EXPECT_EQ(cpu.prices.at("syscall.check").cycles.hundredths, 125);
}

TEST_F(Extends, ArraysAreReplacedAndChainsFollowed) {
  folder_.write("cpus/one.toml", "extends = \"plain\"\nfeatures = [\"avx\"]\nmhz = 2500\n");
  folder_.write("cpus/two.toml", "extends = \"one.toml\"\nmhz = 2600\n");
  const CpuModel cpu = folder_.library().cpu(folder_.path("cpus/two.toml"));
  EXPECT_EQ(cpu.features, std::vector<std::string>{"avx"});
  EXPECT_EQ(cpu.core_khz, 2'600'000u);
  EXPECT_EQ(cpu.tsc_khz, 1'000'000u);
}

TEST_F(Extends, AStageChangesInPlace) {
  const KernelModel mine = kernel(R"(extends = "plain"
[[stage]]
door = "syscall"
name = "page-table switch"
asm = '''
  nop
  nop
'''
)");
  EXPECT_EQ(names(mine), "swapgs in; page-table switch; swapgs out; ");
  const StageModel& stage = mine.doors[0].stages[1];
  EXPECT_EQ(stage.assembly, "  nop\n  nop\n");
  EXPECT_EQ(stage.assembly_line, 6u);
  EXPECT_EQ(stage.when, "pti, no-verw");
  EXPECT_EQ(stage.source, "a test");
  EXPECT_EQ(stage.at.file, folder_.path("kernels/mine.toml"));
}

TEST_F(Extends, AssemblyTakesThePlaceOfAPriceAndBack) {
  const KernelModel mine = kernel(R"(extends = "plain"
[[stage]]
door = "syscall"
name = "swapgs out"
asm = "swapgs"
[[stage]]
door = "syscall"
name = "swapgs in"
price = { cycles = 9, evidence = "assumed", source = "mine" }
)");
  EXPECT_EQ(mine.doors[0].stages[2].assembly, "swapgs");
  EXPECT_FALSE(mine.doors[0].stages[2].fixed);
  EXPECT_EQ(mine.doors[0].stages[0].assembly, "");
  EXPECT_EQ(mine.doors[0].stages[0].fixed->cycles.hundredths, 900);
}

TEST_F(Extends, StagesGoComeAndMove) {
  const KernelModel mine = kernel(R"(extends = "plain"
[[stage]]
door = "syscall"
name = "page-table switch"
remove = true
[[stage]]
door = "syscall"
name = "one nop"
after = "swapgs in"
side = "entry"
source = "mine"
asm = "nop"
[[stage]]
door = "syscall"
name = "first"
before = "swapgs in"
side = "entry"
source = "mine"
asm = "nop"
[[stage]]
door = "syscall"
name = "swapgs in"
after = "one nop"
)");
  EXPECT_EQ(names(mine), "first; one nop; swapgs in; swapgs out; ");
  EXPECT_EQ(mine.doors[0].stages[2].assembly, "  swapgs\n  nop");
}

TEST_F(Extends, ANewDoorIsAddedInOrder) {
  const KernelModel mine = kernel(R"(extends = "plain"
[[stage]]
door = "sysenter"
name = "b"
side = "entry"
source = "mine"
asm = "nop"
[[stage]]
door = "sysenter"
name = "a"
after = "b"
side = "exit"
source = "mine"
asm = "nop"
)");
  ASSERT_EQ(mine.doors.size(), 2u);
  EXPECT_EQ(mine.doors[1].name, "sysenter");
  EXPECT_EQ(mine.doors[1].stages[1].name, "a");
}

TEST_F(Extends, ServicesMergeByFileKind) {
  const KernelModel mine = kernel(R"(extends = "plain"
[services.read]
null = { cycles = 5, evidence = "assumed", source = "mine" }
)");
  EXPECT_EQ(mine.services.at("read").by_file_kind.at("null").cycles.hundredths, 500);
  EXPECT_EQ(mine.services.at("read").by_file_kind.at("pipe").cycles.hundredths, 15000);
  EXPECT_EQ(mine.services.at("read").fixed.cycles.hundredths, 10000);
}

}  // namespace
}  // namespace ringfare
