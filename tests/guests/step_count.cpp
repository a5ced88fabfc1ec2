// SPDX-License-Identifier: MIT
// step_count PROG [ARGS...]: the instructions a static program retires on this machine, REP merged,
// and the raw traps.
#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "tests/guests/step_counter.hpp"

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: step_count PROG [ARGS...]\n");
    return 125;
  }
  try {
    ringfare::testing::Launch launch;
    launch.arguments.assign(argv + 1, argv + argc);
    const auto steps = ringfare::testing::count_steps(launch);
    fmt::print("{} instructions, {} steps\n", steps.instructions, steps.raw);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "step_count: {}\n", error.what());
    return 125;
  }
}
