// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cpu/kernel_space/kernel_descriptors.hpp"
#include "cpu/kernel_space/kernel_memory.hpp"
#include "cpu/ring0/ring0.hpp"
#include "cpu/state.hpp"

namespace ringfare {

/// The width of code by its code segment (SDM vol. 3, 3.4.5).
enum class CodeBits : std::uint8_t { Code16, Code32, Code64 };

constexpr CodeBits code_bits(const Segment& cs) {
  if (cs.long_mode) return CodeBits::Code64;
  return cs.default_size ? CodeBits::Code32 : CodeBits::Code16;
}

/// A read of user memory that is not there; raised before anything has changed.
struct UserFault {
  std::uint64_t address = 0;
};

/// An operand of a kernel instruction, ready to be used.
struct Operand {
  enum class Kind : std::uint8_t {
    None,
    Register,
    HighByte,  // AH, CH, DH, BH
    Immediate,
    Memory,
    Target,   // of a direct branch
    Control,  // CR0-CR8
    Segment,  // ES, CS, SS, DS, FS, GS
  };
  static constexpr std::int8_t kNoRegister = -1, kRip = 16;

  Kind kind = Kind::None;
  std::uint8_t size = 0;  // bytes
  std::int8_t reg = kNoRegister;
  std::int8_t base = kNoRegister, index = kNoRegister;
  std::uint8_t scale = 1;
  bool gs = false, fs = false;
  std::uint64_t value = 0;  // immediate, displacement or target
};

class Execution;

/// What ring 0 knows about a mnemonic: how to execute it and how the path goes on.
struct KernelInstructionRow {
  std::uint16_t mnemonic;  // ZydisMnemonic
  void (*execute)(Execution&, const DecodedKernelInstruction&);
  std::uint8_t detail = 0;  // condition code, bit operation
  bool ends_run = false;
  std::optional<Door> door = {};
};

/// The rows of the three families; each lives in the file of its functions.
std::span<const KernelInstructionRow> integer_instructions();
std::span<const KernelInstructionRow> flow_instructions();
std::span<const KernelInstructionRow> system_instructions();

struct DecodedKernelInstruction {
  const KernelInstructionRow* row = nullptr;
  std::uint8_t length = 0;
  std::uint8_t width = 8;      // bytes of its operands, of what it pushes and pops
  std::string_view price_key;  // "" for an ordinary instruction
  std::array<Operand, 3> operands{};
  std::uint8_t operand_count = 0;
};

/// The row of MOV to or from a control register; nullptr for an ordinary MOV.
const KernelInstructionRow* control_move(const DecodedKernelInstruction& decoded);

/// The row of MOV, PUSH or POP of a segment register; nullptr for an ordinary one.
const KernelInstructionRow* segment_move(const DecodedKernelInstruction& decoded);

/// ERETU and LKGS, which the decoder does not know.
const KernelInstructionRow& eretu_row();
const KernelInstructionRow& lkgs_row();

/// Decodes the instruction at `address`; throws PathError for one ring 0 does not know.
DecodedKernelInstruction decode_kernel_instruction(std::span<const std::uint8_t> code,
                                                   KernelAddress address, CodeBits bits);

constexpr std::uint64_t low_bits(unsigned bytes) {
  return bytes == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * bytes)) - 1;
}
constexpr std::uint64_t sign_extend(std::uint64_t value, unsigned bytes) {
  const unsigned shift = 64 - 8 * bytes;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value << shift) >> shift);
}

/// One instruction under execution: registers, memory and operands, for the function of its row.
class Execution {
 public:
  Execution(Registers& r, SystemState& s, KernelMemory& m, Origins& o, std::uint64_t time,
            KernelAddress at)
      : registers(r), system(s), origins(o), time_stamp(time), memory_(m), at_(at) {}

  Value read(const Operand& operand);
  void write(const Operand& operand, Value value);
  Value read(Gpr r) const { return {registers[r], origins.gpr[static_cast<std::size_t>(r)]}; }
  void write(Gpr r, Value value);

  KernelAddress address(const Operand& operand) const;
  Value load(KernelAddress address, unsigned size);
  void store(KernelAddress address, unsigned size, Value value);
  void push(Value value, unsigned size);
  Value pop(unsigned size);
  void move_stack(std::int64_t bytes);

  /// The segment register of an operand: ES 0, CS 1, SS 2, DS 3, FS 4, GS 5.
  Segment& segment(const Operand& operand);
  /// The segment `selector` names, checked as a load into `operand` is; refuses, naming the
  /// exception, where a check fails.
  Segment checked_segment(const Operand& operand, std::uint16_t selector) const;

  /// The bits of `mask` become those of `value`.
  void write_flags(std::uint64_t mask, std::uint64_t value, Provenance from);

  /// Condition code 0-15 (SDM vol. 1, appendix B).
  bool holds(unsigned condition) const;

  /// The way the path takes depends on a value of this provenance.
  void decide(Provenance from);
  void jump(std::uint64_t target, unsigned width = 8) { registers.rip = target & low_bits(width); }

  /// The page table CR3 selects; refuses where it selects none.
  PageTable table() const;
  bool code64() const { return registers.cs.long_mode; }

  [[noreturn]] void refuse(const std::string& why) const;

  Registers& registers;
  SystemState& system;
  Origins& origins;
  std::uint64_t time_stamp;
  std::optional<Stored> stored;
  std::uint16_t written = 0;
  std::string_view price_key;

 private:
  KernelMemory& memory_;
  KernelAddress at_;
};

}  // namespace ringfare
