// SPDX-License-Identifier: MIT
// The doors of a machine side by side: which there are, and what the fast ones save.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "emu/crossing/doors.hpp"
#include "models/machine.hpp"

namespace ringfare {
namespace {

const ModelLibrary kLibrary({std::filesystem::path(RINGFARE_SOURCE_DIR) / "models"});

constexpr AskedCall kGetpid = {.amd64 = 39, .i386 = 20, .charge = {.call = "getpid"}};

Machine machine(const std::string& cpu, const std::string& kernel) {
  return make_machine(kLibrary.cpu(cpu), kLibrary.kernel(kernel), "auto");
}

struct Doorways {
  const char* cpu;
  const char* kernel;
  std::vector<std::string> doors;
};

TEST(Doors, AreThoseOfProcessorAndKernel) {
  const Doorways rows[] = {
      {"pentium", "linux-2.2", {"int80/32"}},
      {"pentium-ii", "linux-2.4", {"int80/32"}},
      {"k7", "linux-2.4", {"int80/32"}},
      {"pentium", "linux-2.6-i386", {"int80/32"}},
      {"pentium-pro", "linux-2.6-i386", {"int80/32"}},
      {"pentium-ii", "linux-2.6-i386", {"int80/32", "sysenter/32"}},
      {"pentium-4", "linux-2.6-i386", {"int80/32", "sysenter/32"}},
      {"k7", "linux-2.6-i386", {"int80/32", "sysenter/32"}},
  };
  for (const Doorways& row : rows) {
    std::vector<std::string> found;
    for (const DoorBill& it : compare_doors(machine(row.cpu, row.kernel), kGetpid).bills)
      found.push_back(fmt::format("{}/{}", it.door.name, it.door.bits()));
    EXPECT_EQ(found, row.doors) << row.cpu << " " << row.kernel;
  }
}

TEST(Doors, ABillIsTheSumOfItsStages) {
  const DoorComparison comparison = compare_doors(machine("k7", "linux-2.6-i386"), kGetpid);
  ASSERT_FALSE(comparison.bills.empty());
  for (const DoorBill& it : comparison.bills) {
    Cycles sum;
    for (const StageCost& stage : it.bill.stages) sum += stage.cycles;
    EXPECT_EQ(sum, it.bill.total) << it.door.name;
    EXPECT_GT(it.bill.total, comparison.function * 10) << it.door.name;
  }
}

/// "Roughly a quarter less": on the processors of the time of sysenter, between a tenth and a half;
/// the Pentium 4, for which it was taken up, gains more.
TEST(Doors, TheFastOneCostsRoughlyAQuarterLess) {
  for (const char* cpu : {"pentium-ii", "pentium-iii", "k7"}) {
    const DoorComparison it = compare_doors(machine(cpu, "linux-2.6-i386"), kGetpid);
    const DoorBill *interrupt = it.find("int80", CodeMode::Compat32),
                   *fast = it.fast(CodeMode::Compat32);
    ASSERT_TRUE(interrupt && fast) << cpu;
    const double ratio = static_cast<double>(fast->bill.total.hundredths) /
                         static_cast<double>(interrupt->bill.total.hundredths);
    EXPECT_NEAR(ratio, 0.75, 0.05) << cpu;
  }
  const DoorComparison slow = compare_doors(machine("pentium-4", "linux-2.6-i386"), kGetpid);
  EXPECT_LT(slow.fast(CodeMode::Compat32)->bill.total * 2,
            slow.find("int80", CodeMode::Compat32)->bill.total);
}

TEST(Doors, ACallThatAnAbiLacksHasNoBillThere) {
  constexpr AskedCall kWaitpid = {.amd64 = -1, .i386 = 7, .charge = {.call = "waitpid"}};
  for (const DoorBill& it : compare_doors(machine("skylake", "linux-6.1"), kWaitpid).bills)
    EXPECT_FALSE(it.door.speaks_amd64());
}

}  // namespace
}  // namespace ringfare
