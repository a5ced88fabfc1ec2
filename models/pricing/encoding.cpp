// SPDX-License-Identifier: MIT
#include "models/pricing/encoding.hpp"

#include <algorithm>
#include <cstring>

namespace ringfare {
namespace {

using OpcodeSet = std::array<bool, 256>;

struct Opcodes {
  std::uint8_t first;
  std::uint8_t last;
};

template <std::size_t N>
constexpr OpcodeSet opcode_set(const Opcodes (&rows)[N]) {
  OpcodeSet set{};
  for (const Opcodes& row : rows)
    for (unsigned op = row.first; op <= row.last; ++op) set[op] = true;
  return set;
}

/// One-byte opcodes with a ModRM byte (SDM vol. 2, table A-2). 62, C4 and C5 are prefixes in 64-bit
/// mode and wherever a register operand would follow; only 32-bit code gets here with them.
constexpr Opcodes kOneByteRows[] = {
    {0x00, 0x03}, {0x08, 0x0b}, {0x10, 0x13}, {0x18, 0x1b}, {0x20, 0x23}, {0x28, 0x2b},
    {0x30, 0x33}, {0x38, 0x3b}, {0x62, 0x63}, {0x69, 0x69}, {0x6b, 0x6b}, {0x80, 0x8f},
    {0xc0, 0xc1}, {0xc4, 0xc7}, {0xd0, 0xd3}, {0xd8, 0xdf}, {0xf6, 0xf7}, {0xfe, 0xff},
};
constexpr OpcodeSet kOneByte = opcode_set(kOneByteRows);

/// Two-byte opcodes (0F xx) without one (SDM vol. 2, table A-3).
constexpr Opcodes kBareTwoByteRows[] = {
    {0x04, 0x0c}, {0x0e, 0x0e}, {0x30, 0x37}, {0x77, 0x77},
    {0x80, 0x8f}, {0xa0, 0xa2}, {0xa8, 0xaa}, {0xc8, 0xcf},
};
constexpr OpcodeSet kBareTwoByte = opcode_set(kBareTwoByteRows);

bool is_prefix(std::uint8_t byte) {
  switch (byte) {
    case 0x26:
    case 0x2e:
    case 0x36:
    case 0x3e:
    case 0x64:
    case 0x65:
    case 0x66:
    case 0x67:
    case 0xf0:
    case 0xf2:
    case 0xf3:
      return true;
    default:
      return false;
  }
}

/// movs, cmps, stos, lods and scas.
bool is_string(std::uint8_t op) {
  return (op >= 0xa4 && op <= 0xa7) || (op >= 0xaa && op <= 0xaf);
}

/// A cursor over one instruction; past the end it reads zeros.
struct Cursor {
  std::span<const std::uint8_t> code;
  std::size_t at = 0;

  std::uint8_t peek(std::size_t ahead = 0) const {
    return at + ahead < code.size() ? code[at + ahead] : 0;
  }
  std::uint8_t next() {
    const std::uint8_t byte = peek();
    ++at;
    return byte;
  }
};

enum class Operands { None, ModRm, WithOpcodeInImmediate };

/// Whether C4, C5 or 62 begins a vector prefix: always in 64-bit mode; else LES, LDS and BOUND
/// have a memory operand (SDM vol. 2A, 2.3.5).
bool is_vector_prefix(std::uint8_t op, const Cursor& cursor, CodeMode mode) {
  if (op != 0xc5 && op != 0xc4 && op != 0x62) return false;
  return mode == CodeMode::Long64 || cursor.peek() >= 0xc0;
}

/// Moves over VEX, EVEX, REX and the opcode bytes.
Operands skip_opcode(Cursor& cursor, CodeMode mode) {
  std::uint8_t op = cursor.next();
  if (is_vector_prefix(op, cursor, mode)) {
    const unsigned map = op == 0xc5 ? 1 : cursor.peek() & (op == 0xc4 ? 0x1f : 0x07);
    cursor.at += op == 0xc5 ? 1 : op == 0xc4 ? 2 : 3;
    op = cursor.next();
    if (map == 3) return Operands::WithOpcodeInImmediate;  // may name a fourth register
    return map == 1 && op == 0x77 ? Operands::None : Operands::ModRm;
  }
  if (mode == CodeMode::Long64 && (op & 0xf0) == 0x40) op = cursor.next();
  if (op == 0x8f && (cursor.peek() & 0x38) != 0) return Operands::WithOpcodeInImmediate;  // XOP
  if (op != 0x0f) return kOneByte[op] ? Operands::ModRm : Operands::None;
  op = cursor.next();
  if (op == 0x38) return cursor.next(), Operands::ModRm;
  if (op == 0x3a) return cursor.next(), Operands::ModRm;
  if (op == 0x0f) return Operands::WithOpcodeInImmediate;  // 3DNow!
  return kBareTwoByte[op] ? Operands::None : Operands::ModRm;
}

/// ModRM, SIB and how long a displacement they announce.
std::uint8_t skip_modrm(Cursor& cursor, bool short_addresses) {
  const std::uint8_t modrm = cursor.next();
  const unsigned mod = modrm >> 6, rm = modrm & 7;
  if (short_addresses) return mod == 1 ? 1 : mod == 2 || (mod == 0 && rm == 6) ? 2 : 0;
  const bool sib = mod != 3 && rm == 4;
  const unsigned base = sib ? cursor.next() & 7 : rm;
  return mod == 1 ? 1 : mod == 2 || (mod == 0 && base == 5) ? 4 : 0;
}

}  // namespace

Encoding encoding_of(std::span<const std::uint8_t> code, CodeMode mode) {
  Encoding out;
  bool short_addresses = false;
  Cursor cursor{code};
  while (is_prefix(cursor.peek())) {
    const std::uint8_t prefix = cursor.next();
    out.locked |= prefix == 0xf0;
    out.repeated |= prefix == 0xf2 || prefix == 0xf3;
    short_addresses |= prefix == 0x67 && mode == CodeMode::Compat32;
  }
  const Operands operands = skip_opcode(cursor, mode);
  if (operands == Operands::ModRm) {
    out.displacement_size = skip_modrm(cursor, short_addresses);
  } else if (operands == Operands::WithOpcodeInImmediate) {
    cursor.at = code.size();
  } else if (cursor.at <= code.size()) {
    out.repeated &= is_string(code[cursor.at - 1]);
  }
  if (operands != Operands::None) out.repeated = false;
  out.fixed = static_cast<std::uint8_t>(std::min(cursor.at, code.size()));
  out.displacement = out.fixed;
  if (out.displacement + out.displacement_size > code.size()) out.displacement_size = 0;
  return out;
}

std::int32_t displacement(std::span<const std::uint8_t> code, const Encoding& encoding) {
  if (encoding.displacement_size == 1) return static_cast<std::int8_t>(code[encoding.displacement]);
  if (encoding.displacement_size == 2) {
    std::int16_t value;
    std::memcpy(&value, code.data() + encoding.displacement, sizeof value);
    return value;
  }
  std::int32_t value = 0;
  if (encoding.displacement_size == 4)
    std::memcpy(&value, code.data() + encoding.displacement, sizeof value);
  return value;
}

EncodingKey encoding_key(std::span<const std::uint8_t> code, const Encoding& encoding,
                         CodeMode mode) {
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), code.data(), std::min<std::size_t>(encoding.fixed, 15));
  bytes[15] = static_cast<std::uint8_t>(code.size() | encoding.displacement_size << 4 |
                                        (mode == CodeMode::Compat32 ? 0x80u : 0u));
  EncodingKey key;
  std::memcpy(key.words.data(), bytes.data(), sizeof bytes);
  return key;
}

}  // namespace ringfare
