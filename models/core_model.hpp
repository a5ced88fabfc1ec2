// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/evidence.hpp"

namespace ringfare {

struct TomlValue;

/// `cycles` of work that any one of the units can do: bit n is CoreModel::units[n].
struct UnitWork {
  std::uint64_t units = 0;
  std::uint16_t cycles = 1;

  bool operator==(const UnitWork&) const = default;
};

/// What one class of instructions costs (cpu/instruction_class.hpp), or a load or a store.
struct InstructionModel {
  std::uint16_t latency = 1;  // cycles until the result can be used
  std::uint8_t slots = 1;     // issue slots it takes, of `CoreModel::width` per cycle
  std::uint8_t joined = 1;    // load and store: slots it adds to an operation it comes with
  std::vector<UnitWork> work;
  Evidence evidence = Evidence::Assumed;
  std::string source;
};

/// The execution core of a processor that LLVM does not model: [core] and [instructions].
struct CoreModel {
  std::vector<std::string> units;
  std::uint8_t width = 1;      // slots per cycle
  std::uint16_t locked = 0;    // cycles a locked operation occupies the core
  std::uint16_t repeated = 0;  // cycles a short REP string operation occupies the core
  bool stack_engine = false;   // push, pop, call and ret do not wait for each other's ESP
  Evidence evidence = Evidence::Assumed;
  std::string source;
  std::vector<InstructionModel> instructions;  // by InstructionClass
  InstructionModel load, store;                // an explicit memory operand
};

/// `core` and `instructions` are the tables of that name; a row is needed for every class the
/// processor's `features` let it execute.
CoreModel read_core_model(const TomlValue& core, const TomlValue& instructions,
                          const std::vector<std::string>& features);

}  // namespace ringfare
