// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cpu/state.hpp"
#include "layout.hpp"

namespace ringfare::lockstep {

/// How a block ended: at its end, or with an exception at one of its instructions.
struct Outcome {
  bool faulted = false;
  unsigned vector = 0;
  std::uint32_t error_code = 0;
  std::uint64_t address = 0;  // #PF
  int signal = 0, code = 0;
  std::uint64_t offset = 0;  // of RIP from the block's beginning

  bool operator==(const Outcome&) const = default;
};

/// Everything a block can read or change.
struct Snapshot {
  Registers registers;
  std::vector<std::byte> data, stack;
};

struct Result {
  Outcome outcome;
  Snapshot after;
  std::uint64_t retired = 0;  // engines
};

/// What may differ.
struct Tolerance {
  std::uint64_t flags = 0;
  std::uint32_t mxcsr = 0;
  std::uint16_t x87_status = 0;
  bool x87_exponents = false;
  bool x87_tags = false;
  bool nan_payloads = false;  // which NaN
};

/// The image as the processor would load it: components in their initial state are spelt out, what
/// is reserved or points to code is zero.
VectorState normalised(const VectorState& state);

/// The differences, one a line; empty where there are none.
std::string differences(const Result& expected, const Result& actual, const Tolerance& tolerance);

}  // namespace ringfare::lockstep
