// SPDX-License-Identifier: MIT
#include "machines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace ringfare {

Machine shipped(std::string_view cpu, std::string_view mitigations) {
  const ModelLibrary library({RINGFARE_SOURCE_DIR "/models"});
  return make_machine(library.cpu(cpu), library.kernel("linux-6.1"), mitigations);
}

StageModel& stage(Machine& machine, std::string_view name) {
  auto& stages = machine.kernel.doors.front().stages;
  const auto found = std::ranges::find(stages, name, &StageModel::name);
  EXPECT_NE(found, stages.end()) << name;
  return *found;
}

bool has_stage(const CrossingBill& bill, std::string_view name) {
  return std::ranges::find(bill.stages, name, &StageCost::name) != bill.stages.end();
}

const StageCost& stage(const CrossingBill& bill, std::string_view name) {
  const auto found = std::ranges::find(bill.stages, name, &StageCost::name);
  EXPECT_NE(found, bill.stages.end()) << name;
  return *found;
}

void remove_stage(Machine& machine, std::string_view name) {
  std::erase_if(machine.kernel.doors.front().stages,
                [&](const StageModel& s) { return s.name == name; });
}

const CrossingBill& Bench::cross(std::uint64_t number, std::int64_t result,
                                 const ServiceCharge& charge) {
  registers[Gpr::Rax] = number;
  served = crossings.enter(registers, Gate::Syscall, 2).served;
  return crossings.leave(registers, result, charge);
}

Registers Bench::user_registers(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Registers registers;
  for (std::uint64_t& r : registers.gpr) r = random();
  registers[Gpr::Rsp] = 0x7ffc00001000 + (random() & 0xff0);
  registers.rip = 0x401000;
  registers.rflags = flag::kFixed | flag::kInterrupt | (random() & flag::kArithmetic);
  registers.fs.base = 0x4c3380;
  registers.gs.base = random() >> 17;
  return registers;
}

}  // namespace ringfare
