// SPDX-License-Identifier: MIT
#include "emu/vdso/vsyscall_crossing.hpp"

#include <numeric>
#include <string>

#include "cpu/failure.hpp"

namespace ringfare {
namespace {

/// The sum of a door's micro-steps: of the keys that begin with `prefix`.
StageCost hardware_stage(const CpuModel& cpu, std::string_view name, std::string_view prefix) {
  StageCost stage;
  stage.name = name;
  stage.side = "gate";
  for (const auto& [key, price] : cpu.prices) {
    if (!key.starts_with(prefix)) continue;
    stage.cycles += price.cycles;
    stage.source = price.source;
  }
  return stage;
}

StageCost stage_of(std::string_view name, std::string_view side, const Price& price) {
  StageCost stage;
  stage.name = name;
  stage.side = side;
  stage.cycles = price.cycles;
  stage.source = price.source;
  return stage;
}

}  // namespace

VsyscallCrossing::VsyscallCrossing(const Machine& machine) : machine_(machine) {}

const CrossingBill& VsyscallCrossing::bill(std::string_view call) {
  const KernelModel& kernel = machine_.kernel;
  auto service = kernel.services.find(call);
  if (service == kernel.services.end()) service = kernel.services.find("default");
  CHECK(service != kernel.services.end(), "a kernel without a default service");
  bill_.stages = {hardware_stage(machine_.cpu, "page fault", "int."),
                  stage_of("fault handler", "entry", kernel.vsyscall_fault.value_or(Price{})),
                  stage_of("service", "service", service->second.fixed),
                  hardware_stage(machine_.cpu, "iretq", "iret.")};
  bill_.total =
      std::accumulate(bill_.stages.begin(), bill_.stages.end(), Cycles{},
                      [](Cycles sum, const StageCost& stage) { return sum + stage.cycles; });
  return bill_;
}

}  // namespace ringfare
