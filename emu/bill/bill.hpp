// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cpu/base/quantity.hpp"

namespace ringfare {

/// Everything a run cost: the plain struct behind the bill's text and JSON. Cycles are in
/// hundredths.
struct Bill {
  struct Call {
    std::string name;
    std::uint64_t calls = 0, errors = 0;
    Cycles cycles, least, most;  // the sum; the cheapest and the most expensive one
  };
  struct Stage {
    std::string name, side;  // as in StageCost
    std::uint64_t times = 0, instructions = 0;
    Cycles cycles;
  };

  std::uint64_t instructions = 0;         // retired in user mode
  std::uint64_t kernel_instructions = 0;  // executed or charged at CPL 0
  std::uint64_t blocks = 0;               // translated
  std::uint64_t block_executions = 0;     // to their ends
  Cycles user, kernel;
  std::vector<Stage> stages;  // in path order
  std::vector<Call> calls;    // most expensive first
  std::chrono::nanoseconds simulated_time{};
  std::string program, cpu, kernel_name, engine, version;
  std::uint64_t core_khz = 0;
  std::vector<std::string> mitigations;
  std::optional<int> exit_status, killed_by;  // neither: the budget was used up
  int pid = 0;
  std::vector<Bill> processes;  // of the run's other processes, in the order in which they ended
  /// What the run costs on the machines of --also-cpu: their names, cycles, stages and calls.
  std::vector<Bill> also_priced;
  bool deadlocked = false;  // all threads waited, and nothing could wake them
};

/// Kernel cycles that were spent on getting in and out: everything but service and user copies.
Cycles crossing_cycles(const Bill& bill);

}  // namespace ringfare
