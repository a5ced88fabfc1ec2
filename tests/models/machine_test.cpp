// SPDX-License-Identifier: MIT
#include "models/machine.hpp"

#include <gtest/gtest.h>

#include "tests/models/model_folder.hpp"

namespace ringfare {
namespace {

class MachineTest : public testing::Test {
 protected:
  Machine make(std::string_view choice, std::optional<std::uint64_t> mhz = {}) const {
    return make_machine(folder_.library().cpu("plain"), folder_.library().kernel("plain"), choice,
                        mhz);
  }
  std::string on(std::string_view choice) const {
    std::string names;
    for (const std::string& name : make(choice).mitigations) names += name + " ";
    return names;
  }

  ModelFolder folder_;
};

TEST_F(MachineTest, ReadsACpu) {
  const CpuModel cpu = folder_.library().cpu("plain");
  EXPECT_EQ(cpu.name, "plain");
  EXPECT_EQ(cpu.description, "a plain processor");
  EXPECT_EQ(cpu.vendor, Vendor::Intel);
  EXPECT_EQ(cpu.model, 94u);
  EXPECT_EQ(cpu.core_khz, 2'000'000u);
  EXPECT_EQ(cpu.tsc_khz, 1'000'000u);
  EXPECT_EQ(cpu.llvm_cpu, "skylake");
  EXPECT_EQ(cpu.features, (std::vector<std::string>{"fpu", "sse2"}));
  EXPECT_EQ(cpu.prices.at("swapgs").cycles.hundredths, 125);
  EXPECT_EQ(cpu.prices.at("syscall.check").evidence, Evidence::Assumed);
  EXPECT_EQ(cpu.prices.at("swapgs").at.line, 13u);
  EXPECT_FALSE(cpu.prices.contains("rdpid"));
}

TEST_F(MachineTest, ReadsAKernel) {
  const KernelModel kernel = folder_.library().kernel(folder_.path("kernels/plain.toml"));
  EXPECT_EQ(kernel.name, "plain");
  EXPECT_EQ(kernel.release, "6.1.0");
  EXPECT_EQ(kernel.syscall_limit, 451u);
  EXPECT_EQ(kernel.constants.at("USER_DS"), 0x2b);
  ASSERT_EQ(kernel.doors.size(), 1u);
  ASSERT_EQ(kernel.doors[0].stages.size(), 3u);
  const StageModel& first = kernel.doors[0].stages[0];
  EXPECT_EQ(first.name, "swapgs in");
  EXPECT_EQ(first.note, "the kernel's own gs");
  EXPECT_EQ(first.assembly, "  swapgs\n  nop");
  EXPECT_EQ(first.assembly_line, first.at.line + 7);
  EXPECT_FALSE(first.fixed);
  EXPECT_EQ(kernel.doors[0].stages[2].fixed->cycles.hundredths, 300);
  EXPECT_EQ(kernel.services.at("read").by_file_kind.at("pipe").cycles.hundredths, 15000);
  EXPECT_FALSE(kernel.services.at("read").by_file_kind.contains("null"));
  EXPECT_EQ(kernel.copy_to_user.per_byte.cycles.hundredths, 7);
}

TEST_F(MachineTest, AStageExistsWhileItsConditionHolds) {
  const KernelModel kernel = folder_.library().kernel("plain");
  const StageModel &always = kernel.doors[0].stages[0], &some = kernel.doors[0].stages[1];
  EXPECT_TRUE(always.active({}));
  EXPECT_TRUE(some.active({"pti"}));
  EXPECT_FALSE(some.active({}));
  EXPECT_FALSE(some.active({"pti", "verw"}));
}

TEST_F(MachineTest, ChoosesMitigations) {
  EXPECT_EQ(on("auto"), "pti verw ");
  EXPECT_EQ(on("off"), "");
  EXPECT_EQ(on("pti"), "pti ");
  EXPECT_EQ(on("verw,pti"), "pti verw ");
  EXPECT_EQ(on("auto,no-pti"), "verw ");
  EXPECT_EQ(on("off,verw"), "verw ");
  EXPECT_EQ(on("pti,no-pti"), "");
}

TEST_F(MachineTest, AutoTakesOnlyWhatTheKernelKnows) {
  folder_.write("cpus/odd.toml", "extends = \"plain\"\nmitigations = [\"pti\", \"later\"]\n");
  const Machine machine =
      make_machine(folder_.library().cpu("odd"), folder_.library().kernel("plain"), "auto");
  EXPECT_EQ(machine.mitigations, (std::set<std::string, std::less<>>{"pti"}));
}

TEST_F(MachineTest, LeavesOffWhatIsReplaced) {
  folder_.write("cpus/odd.toml", "extends = \"plain\"\nmitigations = [\"pti\", \"verw\"]\n");
  const auto on = [this](const std::string& unless, std::string_view choice) {
    folder_.write("kernels/odd.toml",
                  "extends = \"plain\"\n[mitigations.pti]\nunless = \"" + unless + "\"\n");
    return make_machine(folder_.library().cpu("odd"), folder_.library().kernel("odd"), choice)
        .mitigations;
  };
  using Set = std::set<std::string, std::less<>>;
  EXPECT_EQ(on("verw", "auto"), (Set{"verw"}));
  EXPECT_EQ(on("verw", "auto,pti"), (Set{"pti", "verw"}));
  EXPECT_EQ(on("cpu:sse2", "auto"), (Set{"verw"}));
  EXPECT_EQ(on("cpu:fred", "auto"), (Set{"pti", "verw"}));
  EXPECT_EQ(on("cpu:fred, verw", "auto"), (Set{"verw"}));
  EXPECT_THROW(on("werw", "auto"), UserError);
}

TEST_F(MachineTest, RefusesUnknownMitigations) {
  EXPECT_EQ(folder_.complaint([&] { make("auto,no-pit"); }),
            "--mitigations: kernel 'plain' knows no 'pit'; did you mean 'pti'?");
  EXPECT_EQ(folder_.complaint([&] { make("everything"); }),
            "--mitigations: kernel 'plain' knows no 'everything'; there is auto, off, pti, verw");
  EXPECT_EQ(folder_.complaint([&] { make("pti,auto"); }),
            "--mitigations: 'auto' can only stand first");
  EXPECT_EQ(folder_.complaint([&] { make(""); }),
            "--mitigations: an empty word; write auto, off or names with commas between them");
}

TEST_F(MachineTest, AnotherClockKeepsTheRatioOfTheTsc) {
  const Machine machine = make("auto", 3000);
  EXPECT_EQ(machine.cpu.core_khz, 3'000'000u);
  EXPECT_EQ(machine.cpu.tsc_khz, 1'500'000u);
  EXPECT_EQ(folder_.complaint([&] { make("auto", 0); }),
            "--mhz: 0 is no clock; it goes from 1 to 1000000");
}

TEST_F(MachineTest, ListsAndFindsModels) {
  folder_.write("cpus/another.toml", "extends = \"plain\"\n");
  EXPECT_EQ(folder_.library().cpu_names(), (std::vector<std::string>{"another", "plain"}));
  EXPECT_EQ(folder_.library().kernel_names(), (std::vector<std::string>{"plain"}));
  EXPECT_EQ(folder_.complaint([&] { folder_.library().cpu("plane"); }),
            "no CPU model is called 'plane'; did you mean 'plain'?");
  EXPECT_EQ(folder_.complaint([&] { folder_.library().kernel("bsd"); }),
            "no kernel model is called 'bsd'; there is plain");
  EXPECT_EQ(folder_.complaint([&] { folder_.library().cpu(folder_.path("none.toml")); }),
            "none.toml: cannot be read: No such file or directory");
  EXPECT_EQ(folder_.complaint([&] { folder_.library().cpu(folder_.path("cpus/")); }),
            "cpus/: is a folder; a model is a .toml file");
}

TEST_F(MachineTest, TheFirstFolderWins) {
  const ModelFolder mine;
  mine.write("cpus/plain.toml", "extends = \"plain\"\ndescription = \"mine\"\n");
  const ModelLibrary library({mine.root(), folder_.root()});
  EXPECT_EQ(library.cpu("plain").description, "mine");
  EXPECT_EQ(library.cpu("plain").brand, "Plain CPU");
}

}  // namespace
}  // namespace ringfare
