// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "cpu/kernel_memory.hpp"
#include "cpu/state.hpp"

namespace ringfare {

/// An instruction that changes rings.
enum class Door : std::uint8_t { Syscall, Sysretq, Iretq };

std::string_view to_string(Door door);

/// Which processors take a step.
enum class Vendors : std::uint8_t { All, Intel, Amd };

/// An exception as the processor raises it (SDM vol. 3, table 6-1).
struct Exception {
  std::uint8_t vector = 0;
  std::optional<std::uint32_t> error_code;

  bool operator==(const Exception&) const = default;
};

/// What a fault pushes as its error code.
enum class ErrorCode : std::uint8_t { None, Zero, CodeSelector, StackSelector };

/// The exception of a check before its selector is known.
struct Fault {
  std::uint8_t vector = 0;
  ErrorCode error_code = ErrorCode::None;
};

/// What a door works on: the registers, the system half, memory, and the processor's own
/// temporaries. RIP is the address of the instruction until a step replaces it.
struct GateState {
  Registers& registers;
  SystemState& system;
  const KernelMemory& memory;
  std::uint8_t length = 0;                // of the instruction
  std::array<std::uint64_t, 5> popped{};  // IRETQ: RIP, CS, RFLAGS, RSP, SS
};

/// One step of a door, in the order of the manuals: first the check, then the effect.
struct MicroStep {
  Door door;
  Vendors vendors;
  std::string_view key;     // of its price; charged at the first step of a door with this key
  std::string_view clause;  // where the manual says so
  std::string_view what;    // in words
  bool (*passes)(const GateState&);  // nullptr: cannot fail
  Fault fault;                       // raised where it does not pass
  void (*effect)(GateState&);        // nullptr: only a check
};

/// The steps of a door for all vendors.
std::span<const MicroStep> micro_steps(Door door);

bool applies(const MicroStep& step, Vendor vendor);

/// True when `step` carries the price of its key: the first of its door that applies.
bool charged(const MicroStep& step, Vendor vendor);

/// Takes one step: the exception it raised, or nothing and its effect is done.
std::optional<Exception> take(const MicroStep& step, GateState& state);

/// Takes all steps; stops at the first exception.
std::optional<Exception> pass(Door door, GateState& state);

}  // namespace ringfare
