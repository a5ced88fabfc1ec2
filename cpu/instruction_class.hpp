// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "cpu/state.hpp"

namespace ringfare {

/// Classes of instructions as the vendors' instruction tables list them.
enum class InstructionClass : std::uint8_t {
  Move,
  Integer,
  Carry,
  Shift,
  DoubleShift,
  Lea,
  Extend,
  Multiply,
  Divide,
  Divide64,
  ByteSwap,
  BitScan,
  BitTest,
  SetCondition,
  ConditionalMove,
  Exchange,
  SignExtension,
  Flags,
  Decimal,
  Push,
  Pop,
  PushAll,
  PopAll,
  Enter,
  Leave,
  Jump,
  ConditionalJump,
  IndirectJump,
  Call,
  IndirectCall,
  Return,
  Loop,
  String,
  Nop,
  X87Move,
  X87Add,
  X87Multiply,
  X87Divide,
  X87Other,
  VectorMove,
  VectorInteger,
  VectorMultiply,
  FloatAdd,
  FloatMultiply,
  FloatDivide,
  Convert,
  System,
  Other,
};

/// The name and meaning of a class. `feature`: only processors that have it execute the class.
struct ClassRow {
  InstructionClass id;
  std::string_view name;
  std::string_view feature;  // "" = of all
  std::string_view meaning;
};

/// In the order of the enumeration.
std::span<const ClassRow> instruction_classes();

/// Where an instruction keeps a value.
struct RegisterName {
  enum class File : std::uint8_t { General, Flags, Vector, Mmx, X87, Other };
  File file = File::General;
  std::uint8_t number = 0;
  bool narrow = false;   // 8 or 16 bits of a general register: a write keeps the rest
  bool address = false;  // read to form an address

  bool operator==(const RegisterName&) const = default;
};

/// What the price of an instruction depends on.
struct ClassifiedInstruction {
  static constexpr std::size_t kMost = 12;

  InstructionClass kind = InstructionClass::Other;
  std::string_view price_key;  // System: its key; "" where whoever executes it charges for it
  std::array<RegisterName, kMost> reads{}, writes{};
  std::uint8_t read_count = 0, write_count = 0;
  bool loads = false;   // an explicit memory operand is read
  bool stores = false;  // and written; what push, pop, call, ret and strings do is in their class
  bool names_stack_pointer = false;  // ESP as an explicit operand
  bool has_memory = false;
  /// The registers of the memory operand, -1 where there is none.
  std::int8_t base = -1, index = -1;
  std::uint8_t scale = 1, segment = 0;
  bool rip_relative = false;

  std::span<const RegisterName> read() const { return {reads.data(), read_count}; }
  std::span<const RegisterName> written() const { return {writes.data(), write_count}; }
};

/// Nothing where the bytes are no instruction of that mode.
std::optional<ClassifiedInstruction> classify(std::span<const std::uint8_t> code, CodeMode mode);

}  // namespace ringfare
