// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "cpu/block.hpp"

namespace ringfare {

enum class Syntax : std::uint8_t { Att, Intel };

/// Decodes one instruction at `address` from `code`; nothing where the bytes end too early or are
/// no instruction.
std::optional<Instruction> decode_instruction(std::span<const std::uint8_t> code,
                                              GuestAddress address,
                                              CodeMode mode = CodeMode::Long64);

/// Whether `code` begins with more than 15 bytes of one instruction, which raises #GP (SDM vol. 2,
/// 2.3.11).
bool is_too_long(std::span<const std::uint8_t> code, CodeMode mode = CodeMode::Long64);

/// Whether an address with a SIB byte has no base, whatever REX.B says (SDM vol. 2, table 2-5).
constexpr bool has_no_base(std::uint8_t mod, std::uint8_t rm, std::uint8_t sib_base) {
  return mod == 0 && rm % 8 == 4 && sib_base % 8 == 5;
}

/// How many bytes of prefixes `code` begins with: in 64-bit code REX among them, which counts only
/// where it is the last (SDM vol. 2, 2.2.1).
std::size_t prefix_count(std::span<const std::uint8_t> code, CodeMode mode);
/// The REX prefix that counts; 0: none.
std::uint8_t rex_prefix(std::span<const std::uint8_t> code, CodeMode mode);

/// The general-purpose registers an instruction reads or writes, hidden ones included: bit n is the
/// register of encoding n. All ones where it does not decode.
std::uint16_t registers_used(std::span<const std::uint8_t> code, CodeMode mode = CodeMode::Long64);

/// What an instruction does with one general-purpose register, or a part of it.
enum class RegisterUse : std::uint8_t {
  None,
  Reads,
  Overwrites,  // all 64 bits, whatever they were
  Changes,     // reads and writes, or writes only sometimes or in part; also where it is not known
};

/// What the instruction in `code` does with the register of encoding `reg`.
RegisterUse register_use(std::span<const std::uint8_t> code, unsigned reg,
                         CodeMode mode = CodeMode::Long64);

/// One instruction as text; "(bad)" where it does not decode. `address` resolves relative targets.
std::string disassemble(std::span<const std::uint8_t> code, std::uint64_t address, Syntax syntax,
                        CodeMode mode = CodeMode::Long64);

}  // namespace ringfare
