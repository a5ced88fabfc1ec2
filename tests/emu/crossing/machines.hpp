// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cpu/state.hpp"
#include "emu/crossing/crossing.hpp"
#include "models/machine.hpp"
#include "models/pricing/pricer.hpp"

namespace ringfare {

/// A shipped CPU with the shipped kernel.
Machine shipped(std::string_view cpu, std::string_view mitigations = "auto");

/// The kernel of `machine` for editing: the stage of this name.
StageModel& stage(Machine& machine, std::string_view name);
bool has_stage(const CrossingBill& bill, std::string_view name);
const StageCost& stage(const CrossingBill& bill, std::string_view name);
void remove_stage(Machine& machine, std::string_view name);

/// A machine under test, and a guest thread at a SYSCALL.
struct Bench {
  explicit Bench(Machine m) : machine(std::move(m)) {}

  /// One whole crossing; `result` is what the service answers.
  const CrossingBill& cross(std::uint64_t number, std::int64_t result = 0,
                            const ServiceCharge& charge = {});

  Machine machine;
  Pricer pricer{machine.cpu};
  Crossings crossings{machine, pricer};
  Registers registers = user_registers(1);
  bool served = false;

  /// Registers of a guest at 0x401000 with values drawn from `seed`.
  static Registers user_registers(std::uint64_t seed);
};

/// What a text-only error looks like; "no error" where nothing was thrown.
template <class Body>
std::string error_of(Body body) {
  try {
    body();
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace ringfare
