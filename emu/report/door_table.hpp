// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emu/crossing/doors.hpp"
#include "emu/report/paint.hpp"

namespace ringfare {

/// One machine of a table, with the bill of each door and way it has.
struct DoorMachine {
  std::string cpu, kernel;
  std::uint64_t core_khz = 0;
  std::vector<std::string> mitigations;
  DoorComparison comparison;
};

DoorMachine described(const Machine& machine, DoorComparison comparison);

/// A line per machine: cycles through each door, and what the fast one saves.
///
///                               function     int80  sysenter     int80   syscall    saves    saves
///     processor   kernel            call    32-bit    32-bit    64-bit    64-bit   32-bit   64-bit
///     haswell     linux-6.1         1.25   1478.25    941.75   1478.25       910    36.3%    38.4%
///     k8          linux-6.1            2    347.21         -    347.21    259.88    24.7%    25.2%
std::string door_table(std::string_view call, const std::vector<DoorMachine>& machines,
                       const Paint& paint);

/// The same with the stages of each door, as JSON; cycles are numbers with at most two decimals:
///
///     {"program": "ringfare doors", "call": "getpid",
///      "machines": [{"machine": {"cpu": "haswell", "core_khz": 3400000, ...},
///                    "function_call": 1.25, "ways": [],
///                    "doors": [{"door": "int80", "bits": 32, "cycles": 1478.25, "ns": 434,
///                               "stages": [{"name": "int $0x80", "side": "gate", ...}]}]}]}
std::string doors_json(std::string_view call, const std::vector<DoorMachine>& machines);

}  // namespace ringfare
