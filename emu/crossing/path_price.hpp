// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cpu/decoder.hpp"
#include "emu/crossing/crossing_bill.hpp"
#include "emu/crossing/kernel_path.hpp"
#include "models/machine.hpp"
#include "models/pricing/pricer.hpp"

namespace ringfare {

class DebugLog;

/// What a path costs (cycles, in hundredths) without the service and the copies, which differ from
/// call to call.
struct PricedPath {
  std::vector<StageCost> stages;  // in the order they were first executed
  std::vector<KernelStep> steps;  // only where steps were asked for
  Cycles total;
  /// Where the service stands, if the path has one: in `stages` the stage of its stub, to which the
  /// service's price is added; in `steps` the place its step goes to.
  std::optional<std::size_t> service_stage, service_step;
};

enum class Steps : std::uint8_t { Leave, Keep };

/// Puts prices on a path. Instructions are grouped into straight-line runs that end at branches,
/// system instructions and stage borders, and each run is priced once.
class PathPricer {
 public:
  PathPricer(const Machine& machine, Pricer& pricer, const KernelPath& path);

  /// Of the first `count` items of the path. Throws UserError for an instruction whose price key
  /// the CPU model has no price for.
  PricedPath price(std::size_t count, Steps steps, Syntax syntax);

  /// Writes down what is priced; nullptr: nothing.
  void log_to(DebugLog* log) { log_ = log; }

 private:
  class Pass;

  void log(const PricedPath& path) const;
  const RunCost& run(KernelAddress start, std::span<const std::uint8_t> lengths);
  Cycles key(std::string_view name) const;

  const Machine& machine_;
  Pricer& pricer_;
  const KernelPath& path_;
  std::vector<std::vector<const StageModel*>> fixed_before_;  // by index into KernelText::stages
  std::map<std::string, std::vector<const StageModel*>, std::less<>> fixed_last_;  // by door
  std::unordered_map<std::uint64_t, RunCost> runs_;
  DebugLog* log_ = nullptr;
};

}  // namespace ringfare
