// SPDX-License-Identifier: MIT
#pragma once

#include <Zydis/Zydis.h>

#include <cstdint>
#include <span>
#include <string_view>

#include "cpu/state.hpp"

namespace ringfare::lockstep {

/// Widths of general-purpose operands a row is drawn in.
enum Widths : std::uint8_t { k8 = 1, k16 = 2, k32 = 4, k64 = 8 };
inline constexpr std::uint8_t kAnyWidth = k8 | k16 | k32 | k64, kWord = k16 | k32 | k64,
                              kLarge = k32 | k64;

/// Which engines execute a row as the host does.
enum class Where : std::uint8_t {
  Everywhere,
  Translator,  // not on Unicorn, which refuses it or is a known difference
};

/// One kind of instruction. Each letter of `operands` is one operand:
///   G register, E register or memory, M memory, D memory of twice the width, L register other than
///   the counters, of the width;
///   e h l   register or memory of 8, 16, 32 bits;  y register of 32 or 64 bits
///   I immediate, b 8-bit immediate, p the same up to 7, C CL, 1 the constant
///   X xmm, W xmm or 128-bit memory, w d q xmm or 16-, 32-, 64-bit memory
///   Y ymm, V ymm or 256-bit memory
///   P mmx, Q mmx or 64-bit memory
///   t ST(0), s ST(i), 2 4 8 A memory of 16, 32, 64, 80 bits, O 128-bit aligned memory
struct Row {
  ZydisMnemonic mnemonic;
  std::string_view operands;
  std::uint8_t widths = 0;
  Where where = Where::Everywhere;
};

/// What code of `mode` is made of.
std::span<const Row> rows(CodeMode mode);

/// A string instruction, drawn with and without REP and with the pointers it needs.
struct StringRow {
  std::string_view name;
  std::uint8_t opcode;  // of the byte form; + 1: wider
  bool compares;        // REPE and REPNE instead of REP
};
std::span<const StringRow> string_rows();

}  // namespace ringfare::lockstep
