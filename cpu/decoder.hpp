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
