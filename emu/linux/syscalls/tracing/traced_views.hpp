// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "emu/linux/state/trace_question.hpp"

namespace ringfare {

/// struct user_regs_struct of i386.
inline constexpr std::size_t kWords32 = 17;
std::array<std::uint32_t, kWords32> narrow(const TracedRegisters& registers);
/// What of `words` is there replaces what `registers` has.
void widen(std::span<const std::uint32_t> words, TracedRegisters& registers);

/// One word of struct user as a 32-bit tracer finds it; its index in user_regs_struct of i386.
TracedRegisters::Index index32(std::size_t word);

/// The state of x87 as FSAVE stores it (struct user_i387_struct of i386), from FXSAVE's layout.
std::array<std::byte, 108> fsave_of(std::span<const std::byte> fxsave);
void load_fsave(std::span<const std::byte> fsave, std::span<std::byte> fxsave);

}  // namespace ringfare
