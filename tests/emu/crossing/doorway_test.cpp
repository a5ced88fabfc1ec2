// SPDX-License-Identifier: MIT
#include "emu/crossing/doorway.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace ringfare {
namespace {

constexpr CodeMode kModes[] = {CodeMode::Compat32, CodeMode::Long64};

TEST(Doorways, EveryGateHasItsRow) {
  for (const Gate gate : {Gate::Syscall, Gate::Sysenter, Gate::Interrupt})
    for (const CodeMode mode : kModes) {
      const Doorway& row = doorway(gate, mode);
      EXPECT_EQ(row.gate, gate);
      EXPECT_EQ(row.mode, mode);
      EXPECT_EQ(find_doorway(row.name, mode), &row);
    }
  EXPECT_EQ(find_doorway("int81", CodeMode::Long64), nullptr);
}

TEST(Doorways, SysenterFrom64BitCodeDoesNotLeadBack) {
  const Doorway& sysenter64 = doorway(Gate::Sysenter, CodeMode::Long64);
  EXPECT_EQ(all_doorways().size(), 5u);
  EXPECT_EQ(std::ranges::count(all_doorways(), sysenter64), 0);
}

TEST(Doorways, NumbersAreI386sExceptBehind64BitSyscall) {
  for (const Doorway& row : all_doorways())
    EXPECT_EQ(row.speaks_amd64(), row.name == "syscall" && row.bits() == 64) << row.name;
}

TEST(Doorways, FastDoorsOf32BitCodeLeaveTheSixthArgumentOnTheStack) {
  EXPECT_EQ(sixth_argument(Gate::Sysenter, CodeMode::Compat32), Gpr::Rbp);
  EXPECT_EQ(sixth_argument(Gate::Syscall, CodeMode::Compat32), Gpr::Rsp);
  EXPECT_EQ(sixth_argument(Gate::Syscall, CodeMode::Long64), std::nullopt);
  EXPECT_EQ(sixth_argument(Gate::Interrupt, CodeMode::Compat32), std::nullopt);
}

}  // namespace
}  // namespace ringfare
