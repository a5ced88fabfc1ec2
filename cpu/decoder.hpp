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

/// Decodes one 64-bit instruction at `address` from `code`; nothing where the bytes end too early
/// or are no instruction.
std::optional<Instruction> decode_instruction(std::span<const std::uint8_t> code,
                                              GuestAddress address);

/// The general-purpose registers an instruction reads or writes, hidden ones included: bit n is the
/// register of encoding n. All ones where it does not decode.
std::uint16_t registers_used(std::span<const std::uint8_t> code);

/// One instruction as text; "(bad)" where it does not decode. `address` resolves relative targets.
std::string disassemble(std::span<const std::uint8_t> code, std::uint64_t address, Syntax syntax);

}  // namespace ringfare
