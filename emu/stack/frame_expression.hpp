// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "cpu/memory.hpp"
#include "emu/stack/byte_reader.hpp"
#include "emu/stack/unwound_registers.hpp"

namespace ringfare {

/// The value of a DWARF expression (DWARF 4, 2.5) in a frame; `first` is pushed before it begins.
/// Nothing where it reads a register or memory that is unknown, or runs for too long.
std::optional<std::uint64_t> evaluate(ByteReader expression, const UnwoundRegisters& registers,
                                      const AddressSpace& memory,
                                      std::optional<std::uint64_t> first = std::nullopt);

}  // namespace ringfare
