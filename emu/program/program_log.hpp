// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/base/debug_log.hpp"
#include "cpu/memory.hpp"
#include "emu/program/program_image.hpp"

namespace ringfare {

/// Writes down a program as it is about to start: what is mapped, where it begins, and the
/// auxiliary vector as it lies on its stack (getauxval(3)).
///
///     maps 0x401000-0x402000 r-x /tmp/prog, offset 0x1000
///     /tmp/prog starts at 0x401000, its stack at 0x7ffffffde2a0
///     AT_ENTRY 0x401000
void log_program(DebugLog& log, const AddressSpace& memory, const ProgramImage& image);

}  // namespace ringfare
