// SPDX-License-Identifier: MIT
// What the vsyscall page leaves of the registers (Linux, emulate_vsyscall: only RAX, RIP and RSP
// are written). Of the other doors tests/crossing/doors_test.cpp has it.
#include <gtest/gtest.h>

#include <string>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

const Launch kLaunch{.arguments = {guest("vsyscall_registers.freestanding")}};

TEST(VsyscallRegisters, AreKept) {
  for (const char* engine : {"translator", "unicorn"}) {
    const Outcome out = run(under_ringfare(kLaunch, {"run", "-q", "--engine", engine}));
    if (out.errors.find("built without") != std::string::npos) continue;
    EXPECT_EQ(out.ending(), "exit 0") << engine << out.errors;
  }
}

TEST(VsyscallRegisters, AreKeptOnTheBareMachine) {
  if (read_whole("/proc/self/maps").find("[vsyscall]") == std::string::npos)
    GTEST_SKIP() << "this kernel has no vsyscall page";
  EXPECT_EQ(run(kLaunch).ending(), "exit 0");
}

}  // namespace
}  // namespace ringfare::testing
