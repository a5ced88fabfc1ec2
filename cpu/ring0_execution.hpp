// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cpu/kernel_memory.hpp"
#include "cpu/ring0.hpp"
#include "cpu/state.hpp"

namespace ringfare {

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

/// What ring 0 knows about a mnemonic: how to execute it, how the path goes on, whose price it has.
struct KernelInstructionRow {
  std::uint16_t mnemonic;  // ZydisMnemonic
  void (*execute)(Execution&, const DecodedKernelInstruction&);
  std::uint8_t detail = 0;  // condition code, bit operation
  bool ends_run = false;
  std::string_view price_key = "";
  std::optional<Door> door = {};
};

/// The rows of the three families; each lives in the file of its functions.
std::span<const KernelInstructionRow> integer_instructions();
std::span<const KernelInstructionRow> flow_instructions();
std::span<const KernelInstructionRow> system_instructions();

struct DecodedKernelInstruction {
  const KernelInstructionRow* row = nullptr;
  std::uint8_t length = 0;
  std::string_view price_key;
  std::array<Operand, 3> operands{};
  std::uint8_t operand_count = 0;
};

/// The row of MOV to or from a control register; nullptr for an ordinary MOV.
const KernelInstructionRow* control_move(const DecodedKernelInstruction& decoded);

/// Decodes the instruction at `address`; throws PathError for one ring 0 does not know.
DecodedKernelInstruction decode_kernel_instruction(std::span<const std::uint8_t> code,
                                                   KernelAddress address);

constexpr std::uint64_t low_bits(unsigned bytes) {
  return bytes == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * bytes)) - 1;
}
constexpr std::uint64_t sign_extend(std::uint64_t value, unsigned bytes) {
  const unsigned shift = 64 - 8 * bytes;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value << shift) >> shift);
}

/// What the functions of the instructions work on while one of them executes.
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
  void push(Value value);
  Value pop();

  /// The bits of `mask` become those of `value`.
  void write_flags(std::uint64_t mask, std::uint64_t value, Provenance from);

  /// Condition code 0-15 (SDM vol. 1, appendix B).
  bool holds(unsigned condition) const;

  /// The way the path takes depends on a value of this provenance.
  void decide(Provenance from);
  void jump(std::uint64_t target) { registers.rip = target; }

  /// The page table CR3 selects; refuses where it selects none.
  PageTable table() const;

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
