// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "cpu/exception.hpp"
#include "cpu/memory.hpp"
#include "cpu/state.hpp"

namespace ringfare {

/// Registers and tables of a fresh 32-bit thread: flat segments of `code` and `data`.
void enter_compatibility_mode(Registers& registers, std::uint16_t code, std::uint16_t data);

/// What a segment register holds after loading `selector`; nothing where the selector names no
/// present code or data segment.
std::optional<Segment> named_segment(const DescriptorTables& tables, std::uint16_t selector);

/// Loads all segment registers by the selectors in them, as a return to user mode does. False where
/// CS or SS names no segment for that.
bool select_all_segments(Registers& registers, const DescriptorTables& tables);

/// The selectors that name descriptors which have changed are loaded again, as at the next return
/// from the kernel; where that fails they become null (SDM vol. 2, IRET; Linux, arch_prctl(2)).
void reload_segments(Registers& registers, const DescriptorTables& tables);

/// Executes the instruction of `Flow::Segment` at RIP, whose bytes are `code`, at CPL 3; RIP moves
/// behind it. A fault leaves everything as it was.
std::optional<Exception> execute_segment_instruction(Thread& thread, AddressSpace& memory,
                                                     std::span<const std::uint8_t> code);

}  // namespace ringfare
