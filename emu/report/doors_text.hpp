// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "emu/crossing/doors.hpp"
#include "emu/report/paint.hpp"

namespace ringfare {

/// The doors of one machine compared: a table of totals, what the fast doors save, and the stages
/// of every door side by side on one scale.
std::string doors_text(const Machine& machine, std::string_view call,
                       const DoorComparison& comparison, const Paint& paint);

/// One machine of a table.
struct DoorMachine {
  std::string cpu, kernel;
  std::uint64_t core_khz = 0;
  std::vector<std::string> mitigations;
  DoorComparison comparison;
};

DoorMachine described(const Machine& machine, DoorComparison comparison);

/// A line per machine: cycles through each door, and what the fast one saves.
std::string door_table(std::string_view call, const std::vector<DoorMachine>& machines,
                       const Paint& paint);

/// The same and everything below it as JSON; cycles are numbers with at most two decimals.
std::string doors_json(std::string_view call, const std::vector<DoorMachine>& machines);

}  // namespace ringfare
