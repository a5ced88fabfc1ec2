// SPDX-License-Identifier: MIT
#include "cpu/gate/gate.hpp"

#include <gtest/gtest.h>

#include <set>

#include "gate_world.hpp"

namespace ringfare {
namespace {

constexpr Door kDoorsInOrder[] = {Door::Syscall, Door::Interrupt, Door::Sysenter, Door::Fred,
                                  Door::Sysret,  Door::Iret,      Door::Sysexit,  Door::Eretu};

TEST(MicroSteps, EveryKeyOfAPassageIsChargedOnce) {
  for (const Door door : kDoorsInOrder)
    for (const Vendor vendor : {Vendor::Intel, Vendor::Amd}) {
      World world(door, vendor, Running::Code64);
      const GateState state{world, world, world.memory};
      std::set<std::string_view> keys, paid;
      Toll toll;
      for (const MicroStep& step : micro_steps(door)) {
        EXPECT_EQ(step.door, door);
        if (!applies(step, state)) continue;
        keys.insert(step.key);
        if (toll.charges(step)) {
          EXPECT_TRUE(paid.insert(step.key).second) << step.key;
        }
      }
      EXPECT_EQ(keys, paid);
      EXPECT_FALSE(keys.empty()) << to_string(door);
    }
}

TEST(MicroSteps, EveryDoorHasAName) {
  std::set<std::string_view> names;
  for (const Door door : kDoorsInOrder) EXPECT_TRUE(names.insert(to_string(door)).second);
  EXPECT_EQ(names.size(), kDoors);
}

/// In by one door and out by its counterpart: the user's state is back, but for what the door says
/// it clobbers.
struct RoundTrip {
  Door in, out;
  Vendor vendor;
  Running running;
  std::uint8_t width;
};

TEST(Doors, InAndOutAgain) {
  constexpr RoundTrip kTrips[] = {
      {Door::Interrupt, Door::Iret, Vendor::Intel, Running::Code64, 8},
      {Door::Interrupt, Door::Iret, Vendor::Amd, Running::Compat, 8},
      {Door::Interrupt, Door::Iret, Vendor::Intel, Running::Legacy, 4},
      {Door::Interrupt, Door::Iret, Vendor::Amd, Running::Virtual8086, 4},
      {Door::Fred, Door::Eretu, Vendor::Intel, Running::Code64, 8},
      {Door::Fred, Door::Eretu, Vendor::Intel, Running::Compat, 8},
      {Door::Syscall, Door::Sysret, Vendor::Intel, Running::Code64, 8},
      {Door::Syscall, Door::Sysret, Vendor::Amd, Running::Compat, 4},
  };
  for (const RoundTrip& trip : kTrips) {
    World world(trip.in, trip.vendor, trip.running);
    if (trip.running == Running::Virtual8086) world.rip = 0x1000;
    const Registers before = world;
    GateState in{world, world, world.memory, 2, 8, 0x80};
    ASSERT_EQ(pass(trip.in, in), std::nullopt) << to_string(trip.in);
    EXPECT_EQ(world.cpl, 0);
    GateState out{world, world, world.memory, 2, trip.width};
    ASSERT_EQ(pass(trip.out, out), std::nullopt) << to_string(trip.out);
    EXPECT_EQ(world.cpl, 3);
    EXPECT_EQ(world.rip, before.rip + 2);
    EXPECT_EQ(world.rflags, before.rflags);
    EXPECT_EQ(world.cs.selector, before.cs.selector);
    EXPECT_EQ(world.cs.long_mode, before.cs.long_mode);
    EXPECT_EQ(world.ss.selector, before.ss.selector);
    EXPECT_EQ(world[Gpr::Rsp], before[Gpr::Rsp]);
    EXPECT_EQ(world[Gpr::Rbx], before[Gpr::Rbx]);
  }
}

}  // namespace
}  // namespace ringfare
