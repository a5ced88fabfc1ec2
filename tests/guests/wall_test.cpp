// SPDX-License-Identifier: MIT
// A guest that pokes at every address it can find; needs a host with protection keys
// (tests/guests/wall_in_vm brings one where the machine has none).
#include <cpuid.h>
#include <gtest/gtest.h>

#include "tests/guests/child_process.hpp"

namespace ringfare::testing {
namespace {

bool host_has_protection_keys() {
  unsigned eax, ebx, ecx, edx;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (ecx >> 4 & 1) != 0;
}

TEST(Wall, NothingOfTheEmulatorsIsWithinReach) {
  if (!host_has_protection_keys()) GTEST_SKIP() << "this host has no protection keys";
  const Outcome inside = run(under_ringfare({.arguments = {guest("poke.musl")}}));
  EXPECT_NE(inside.output.find("beyond: 0 read, 0 written"), std::string::npos) << inside.output;
  // It has written to the counters of exits: a bill, if there is one, was not made from them.
  const bool noticed =
      inside.errors.find("has overwritten the emulator's counters") != std::string::npos;
  EXPECT_TRUE(noticed || inside.ending() == "exit 0") << inside.ending() << '\n' << inside.errors;
}

TEST(Wall, MissingKeysAreSaid) {
  const Outcome inside = run(under_ringfare({.arguments = {guest("hello.musl")}}, {"run", "-v"}));
  const bool said = inside.errors.find("no protection keys") != std::string::npos;
  EXPECT_NE(said, host_has_protection_keys());
}

}  // namespace
}  // namespace ringfare::testing
