// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ringfare {

/// What LLVM's tables do not say, or say wrongly, about a family of cores.
struct CoreRow {
  std::string_view llvm_cpu;  // beginning of the name
  std::uint8_t width;         // fused micro-operations renamed per cycle
  bool macro_ops;           // LLVM counts a load with its operation as one (AMD); else we fuse them
  bool moves_are_free;      // register moves are eliminated: general registers
  bool vmoves_are_free;     // the same, vector registers
  bool fuses_jumps_widely;  // add, sub, and, inc, dec fuse with jumps, not only cmp and test
  bool slow_lea;            // base + index + displacement: port 1 and 3 cycles
  bool stack_sync;          // naming RSP after push/pop costs a micro-operation
  bool bit_scan_reads_destination;  // bsf, bsr and popcnt wait for their destination
  std::uint16_t locked;             // cycles a locked operation occupies the core
};

/// The row for a scheduling model; the last row fits anything.
const CoreRow& core_row(std::string_view llvm_cpu);

/// Dividers: LLVM has worst cases, programs mostly divide small numbers.
struct DivisionRow {
  std::string_view llvm_cpu;
  std::string_view opcode;  // LLVM's name without r or m
  std::uint16_t latency;
  std::uint16_t occupied;  // cycles the divider takes no other
  std::uint8_t slots;
};

const DivisionRow* division_row(std::string_view llvm_cpu, std::string_view opcode);

/// LLVM opcode -> key of CpuModel::prices; an empty key: costs nothing here, whoever executes it
/// charges for it.
std::optional<std::string_view> system_key(std::string_view opcode);

/// Writes zero whatever its two equal sources hold (Intel Optimization Manual 3.5.1.7, AMD SOG
/// 2.9.2).
bool clears_by_itself(std::string_view opcode);

/// Copies a register and nothing else; `vector` for vector registers.
struct MoveRow {
  std::string_view opcode;
  bool vector;
};
const MoveRow* move_row(std::string_view opcode);

/// Which jumps may follow it as one micro-operation: bit c for condition code c.
std::uint16_t fusible_conditions(std::string_view opcode, bool widely);

}  // namespace ringfare
