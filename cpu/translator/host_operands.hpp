// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "cpu/state.hpp"

namespace ringfare::translator {

/// What an instruction of translated code names by its address.
struct HostOperands {
  std::uint8_t length = 0;              // of the instruction; 0: it does not decode
  std::optional<std::uint64_t> memory;  // an operand in memory whose address no register changes
  std::optional<std::uint64_t> branch;  // where a direct branch goes
  std::optional<std::uint32_t> value;   // an immediate operand that is no address
};

/// `address`: where the instruction lies.
HostOperands host_operands(std::span<const std::uint8_t> code, std::uint64_t address,
                           CodeMode mode);

}  // namespace ringfare::translator
