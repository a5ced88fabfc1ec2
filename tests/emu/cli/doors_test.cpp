// SPDX-License-Identifier: MIT
// The verb that compares doors: one machine, tables of machines, JSON, refusals.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

Outcome doors(std::vector<std::string> words) {
  words.insert(words.begin(), {RINGFARE_BINARY_DIR "/ringfare", "doors"});
  return run({.arguments = std::move(words)});
}

bool has(const Outcome& outcome, const std::string& part) {
  return outcome.output.find(part) != std::string::npos;
}

TEST(Doors, StandSideBySide) {
  const Outcome out = doors({"--cpu", "k7", "--kernel", "linux-2.6-i386"});
  EXPECT_EQ(out.ending(), "exit 0") << out.errors;
  for (const char* part :
       {"getpid through every door of k7", "function call", "sysenter instead of int80 saves",
        "__kernel_vsyscall", "int80 from 32-bit code                          sysenter from"})
    EXPECT_TRUE(has(out, part)) << part << "\n" << out.output;
}

TEST(Doors, AsJsonEachIsTheSumOfItsStages) {
  const Outcome out =
      doors({"--cpu", "haswell", "--kernel", "linux-4.4", "--json", "read", "--file", "terminal"});
  ASSERT_EQ(out.ending(), "exit 0") << out.errors;
  const auto whole = nlohmann::json::parse(out.output);
  EXPECT_EQ(whole["call"], "read");
  ASSERT_EQ(whole["machines"].size(), 1u);
  const auto& machine = whole["machines"][0];
  EXPECT_EQ(machine["machine"]["cpu"], "haswell");
  EXPECT_GT(machine["function_call"], 0);
  ASSERT_GE(machine["doors"].size(), 3u);
  for (const auto& door : machine["doors"]) {
    double sum = 0;
    for (const auto& stage : door["stages"]) sum += stage["cycles"].get<double>();
    EXPECT_NEAR(sum, door["cycles"].get<double>(), 0.001) << door["door"];
  }
}

TEST(Doors, AreSetBesideTheWaysThatNeedNone) {
  const Outcome out = doors({"gettimeofday"});
  ASSERT_EQ(out.ending(), "exit 0") << out.errors;
  for (const char* part : {"vdso from 32-bit code", "vdso from 64-bit code",
                           "vsyscall from 64-bit code", "time-stamp counter", "fault handler"})
    EXPECT_TRUE(has(out, part)) << part << "\n" << out.output;
  EXPECT_FALSE(has(doors({"getpid"}), "vdso"));
  EXPECT_FALSE(has(doors({"--kernel", "linux-2.4", "--cpu", "k7", "gettimeofday"}), "vdso"));
}

/// On every machine: the vDSO costs a small part of any door, and the page is the dearest way
/// where a fault serves it, one of the cheapest where it is code.
TEST(Doors, CostSeveralTimesWhatTheVdsoDoes) {
  const Outcome out = doors({"--cpu", "all", "--kernel", "all", "--json", "gettimeofday"});
  ASSERT_EQ(out.ending(), "exit 0") << out.errors;
  std::size_t vdsos = 0, native = 0, faults = 0;
  const auto whole = nlohmann::json::parse(out.output);
  for (const auto& machine : whole["machines"])
    for (const auto& way : machine["ways"]) {
      const double cycles = way["cycles"];
      for (const auto& door : machine["doors"]) {
        const double through = door["cycles"];
        const bool page = way["door"] == "vsyscall";
        if (page && machine["machine"]["kernel"] != "linux-2.6-x86_64") {
          EXPECT_GT(cycles, through) << machine["machine"];
          ++faults;
        } else if (way["bits"] == door["bits"]) {
          EXPECT_GT(through, cycles * 2) << machine["machine"];
          ++(page ? native : vdsos);
        }
      }
    }
  EXPECT_GT(vdsos, 100u);
  EXPECT_GT(native, 5u);
  EXPECT_GT(faults, 100u);
}

TEST(Doors, ATableOfAllMachinesLeavesOutWhatCannotBe) {
  const Outcome out = doors({"--cpu", "all", "--kernel", "all", "--json"});
  ASSERT_EQ(out.ending(), "exit 0") << out.errors;
  bool old = false, latest = false;
  const auto whole = nlohmann::json::parse(out.output);
  for (const auto& machine : whole["machines"]) {
    const std::string cpu = machine["machine"]["cpu"], kernel = machine["machine"]["kernel"];
    old |= cpu == "pentium" && kernel == "linux-2.2";
    latest |= kernel == "linux-fred";
    EXPECT_FALSE(cpu == "pentium" && (kernel == "linux-6.1" || kernel == "linux-fred"));
  }
  EXPECT_TRUE(old && latest);
}

TEST(Doors, ImpossibleMachinesAreRefusedWithTheReason) {
  struct Refusal {
    const char* cpu;
    const char* kernel;
    const char* reason;
  };
  for (const Refusal& row :
       {Refusal{"pentium", "linux-fred", "needs a processor with 'lm', which pentium has not"},
        Refusal{"skylake", "linux-fred", "needs a processor with 'fred', which skylake has not"},
        Refusal{"k7", "linux-6.1", "needs a processor with 'lm', which k7 has not"}}) {
    const Outcome out = doors({"--cpu", row.cpu, "--kernel", row.kernel});
    EXPECT_EQ(out.ending(), "exit 125");
    EXPECT_NE(out.errors.find(row.reason), std::string::npos) << out.errors;
    EXPECT_NE(out.errors.find(std::string(row.kernel) + ".toml:"), std::string::npos) << out.errors;
  }
}

TEST(Doors, WordsThatAreWrongAreNamed) {
  EXPECT_EQ(doors({"gitpid"}).errors,
            "ringfare: doors: no system call 'gitpid'; did you mean 'getpid'?\n");
  EXPECT_EQ(doors({"read", "write"}).errors,
            "ringfare: doors: name one call, or none for getpid\n");
  EXPECT_EQ(doors({"--color", "blue"}).errors,
            "ringfare: --color blue: give one of auto, always, never\n");
}

}  // namespace
}  // namespace ringfare::testing
