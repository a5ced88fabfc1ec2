// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace ringfare {

/// Properties of a core that LLVM's scheduling tables lack or have wrong.
enum class Trait : std::uint16_t {
  MacroOperations = 1 << 0,       // LLVM counts a load with its operation as one already
  FreeMoves = 1 << 1,             // moves between general registers are eliminated
  FreeVectorMoves = 1 << 2,       // the same, vector registers
  WideFusion = 1 << 3,            // add, sub, and, inc, dec fuse with jumps, not only cmp and test
  SlowLea = 1 << 4,               // base + index + displacement: the multiplier's port and 3 cycles
  StackSynchronised = 1 << 5,     // naming RSP after push or pop costs a micro-operation
  ScanReadsDestination = 1 << 6,  // bsf, bsr and popcnt wait for their destination
  QuickForwarding = 1 << 7,       // a load from a store under way takes a cycle less than from L1
};

constexpr std::uint16_t operator|(Trait a, Trait b) {
  return static_cast<std::uint16_t>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr std::uint16_t operator|(std::uint16_t a, Trait b) {
  return static_cast<std::uint16_t>(a | static_cast<unsigned>(b));
}

struct CoreRow {
  std::string_view llvm_cpu;  // beginning of the name
  std::uint8_t width;         // fused micro-operations renamed per cycle
  std::uint16_t locked;       // cycles a locked operation occupies the core
  std::uint16_t repeated;     // cycles a short REP string operation occupies the core
  std::uint16_t traits;

  constexpr bool has(Trait trait) const { return traits & static_cast<unsigned>(trait); }
};

/// The row of the scheduling model `llvm_cpu`; one for any core where it has none of its own.
const CoreRow& core_row(std::string_view llvm_cpu);

/// A division with a small quotient, as programs mostly have it; LLVM's tables give the worst case.
struct DivisionRow {
  std::string_view llvm_cpu;
  std::string_view opcode;  // LLVM's name without r or m
  std::uint16_t latency;
  std::uint16_t occupied;  // cycles the divider takes no other
  std::uint8_t slots;
};

const DivisionRow* division_row(std::string_view llvm_cpu, std::string_view opcode);

/// Whether the instruction, given one register as both sources, writes zero without reading it
/// (Intel Optimization Reference Manual, 3.5.1.7; AMD Software Optimization Guide, 2.9.2).
bool clears_by_itself(std::string_view opcode);

/// An opcode of LLVM's that only copies a register: a vector register or a general one.
struct MoveRow {
  std::string_view opcode;
  bool vector;
};
const MoveRow* move_row(std::string_view opcode);

/// The conditional jumps that fuse with the instruction before them into one micro-operation: bit c
/// for condition code c. `widely`: the core has Trait::WideFusion.
std::uint16_t fusible_conditions(std::string_view opcode, bool widely);

}  // namespace ringfare
