// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "cpu/exception.hpp"
#include "cpu/kernel_space/kernel_descriptors.hpp"
#include "cpu/kernel_space/kernel_memory.hpp"
#include "cpu/state.hpp"

namespace ringfare {

/// An instruction, or an event's delivery, that changes rings.
enum class Door : std::uint8_t {
  Syscall,
  Interrupt,  // INT n through the IDT
  Sysenter,
  Fred,  // event delivery: INT n, SYSCALL and SYSENTER with CR4.FRED
  Sysret,
  Iret,
  Sysexit,
  Eretu,
};
inline constexpr std::size_t kDoors = 8;

/// "syscall", "int", ...; without the width of its operands.
std::string_view to_string(Door door);

/// Which processors take a step.
enum class Vendors : std::uint8_t { All, Intel, Amd };

/// In which mode a step is taken, by EFER.LMA.
enum class Modes : std::uint8_t { All, Legacy, Long };

/// What a fault pushes as its error code.
enum class ErrorCode : std::uint8_t {
  None,
  Zero,
  Vector,  // of the IDT entry: vector * 8 + 2
  CodeSelector,
  StackSelector,
  Task,  // TR
};

/// What a check raises: the vector, and which selector its error code will name.
struct Fault {
  std::uint8_t vector = 0;
  ErrorCode error_code = ErrorCode::None;
};

/// An event's kind under FRED (FRED specification, table of event types).
enum class EventType : std::uint8_t { SoftwareInterrupt = 4, Other = 7 };

/// What the steps of a door work on: the registers, the system registers, memory, and what earlier
/// steps have read. RIP is the address of the instruction until a step replaces it.
struct GateState {
  Registers& registers;
  SystemState& system;
  KernelMemory& memory;
  std::uint8_t length = 0;  // of the instruction
  std::uint8_t width = 8;   // bytes of its operands: IRET, SYSRET, SYSEXIT; of INT n, of its gate
  std::uint8_t vector = 0;  // INT n: n
  EventType event = EventType::SoftwareInterrupt;

  // What earlier steps have read.
  std::array<std::uint64_t, 2> gate{};  // the IDT entry
  std::uint16_t code_selector = 0, stack_selector = 0;
  Descriptor code{}, stack{};
  std::uint64_t stack_pointer = 0;
  std::array<std::uint64_t, 9> frame{};  // what is popped, lowest word first

  bool lma() const { return (system.efer & efer::kLma) != 0; }
  /// 64-bit mode: not compatibility mode.
  bool code64() const { return lma() && registers.cs.long_mode; }
  bool protected_mode() const { return (system.cr0 & cr0::kProtection) != 0; }
  bool virtual_8086() const { return !lma() && (registers.rflags & flag::kVirtual8086) != 0; }
  std::uint64_t next_rip() const;

  std::optional<std::uint64_t> load(std::uint64_t address, unsigned size) const;
  bool store(std::uint64_t address, unsigned size, Value value);
};

/// One step of a door, in the order of the manuals: first the check, then the effect.
struct MicroStep {
  Door door = Door::Syscall;
  Vendors vendors = Vendors::All;
  Modes modes = Modes::All;
  std::string_view key;     // of its price; charged at the first step of a passage with this key
  std::string_view clause;  // where the manual says so
  std::string_view what;    // in words
  bool (*passes)(const GateState&) = nullptr;  // nullptr: cannot fail
  Fault fault{};                               // raised where it does not pass
  void (*effect)(GateState&) = nullptr;        // nullptr: only a check
  bool (*needed)(const GateState&) = nullptr;  // nullptr: always
};

/// The steps of a door for all vendors and modes.
std::span<const MicroStep> micro_steps(Door door);

bool applies(const MicroStep& step, const GateState& state);

/// Takes one step: the exception it raised, or nothing and its effect is done.
std::optional<Exception> take(const MicroStep& step, GateState& state);

/// Takes all steps; stops at the first exception.
std::optional<Exception> pass(Door door, GateState& state);

/// Which keys have been charged in one passage through a door: each is charged once.
class Toll {
 public:
  /// True for the first step with its key.
  bool charges(const MicroStep& step);

 private:
  std::array<std::string_view, 8> paid_{};
  std::size_t count_ = 0;
};

}  // namespace ringfare
