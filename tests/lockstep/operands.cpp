// SPDX-License-Identifier: MIT
#include "operands.hpp"

#include <algorithm>

#include "cpu/base/failure.hpp"
#include "layout.hpp"

namespace ringfare::lockstep {
namespace {

constexpr std::uint8_t kFree64[] = {0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13},
                       kFree32[] = {0, 1, 2, 6, 7};
constexpr std::uint8_t kWithLowByte32[] = {0, 1, 2};
constexpr ZydisRegister kHighBytes[] = {ZYDIS_REGISTER_AH, ZYDIS_REGISTER_CH, ZYDIS_REGISTER_DH};

constexpr std::uint64_t kNowhere64[] = {0,
                                        0x1000,
                                        kData.begin.value,
                                        kData.begin.value - 64,
                                        0x2f00'0000'0000,
                                        0x0000'8000'0000'0000,
                                        0x8000'0000'0000'0000,
                                        0xffff'ffff'8000'0000};
constexpr std::uint64_t kNowhere32[] = {
    0, 0x1000, kData.begin.value, kData.begin.value - 64, 0xa000'0000, 0xffff'8000};

ZydisRegister general(unsigned encoding, unsigned width) {
  const auto nth = [encoding](ZydisRegister first) {
    return static_cast<ZydisRegister>(first + static_cast<int>(encoding));
  };
  switch (width) {
    case 8:  // AL CL DL BL AH CH DH BH SPL BPL SIL DIL R8B ...
      return encoding < 4
                 ? nth(ZYDIS_REGISTER_AL)
                 : static_cast<ZydisRegister>(ZYDIS_REGISTER_SPL + static_cast<int>(encoding) - 4);
    case 16:
      return nth(ZYDIS_REGISTER_AX);
    case 32:
      return nth(ZYDIS_REGISTER_EAX);
    default:
      return nth(ZYDIS_REGISTER_RAX);
  }
}

std::int64_t interesting(Random& random) {
  constexpr std::int64_t kValues[] = {0,    1,      -1,      2,          0x7f,          -0x80,
                                      0xff, 0x7fff, -0x8000, 0x7fffffff, -0x80000000ll, 0x10};
  return random.one_in(2) ? random.pick(kValues) : static_cast<std::int64_t>(random.next());
}

ZydisEncoderOperand named(ZydisRegister which) {
  ZydisEncoderOperand made{};
  made.type = ZYDIS_OPERAND_TYPE_REGISTER;
  made.reg.value = which;
  return made;
}

ZydisEncoderOperand fixed(std::uint64_t value) {
  ZydisEncoderOperand made{};
  made.type = ZYDIS_OPERAND_TYPE_IMMEDIATE;
  made.imm.u = value;
  return made;
}

}  // namespace

std::uint64_t draw_nowhere(Random& random, CodeMode mode) {
  return mode == CodeMode::Long64 ? random.pick(kNowhere64) : random.pick(kNowhere32);
}

ZydisEncoderOperand Operands::operand(char letter) {
  switch (letter) {
    case 'G':
    case 'L':
      return reg(width_);
    case 'E':
      return reg_or_memory(width_);
    case 'e':
      return reg_or_memory(8);
    case 'h':
      return reg_or_memory(16);
    case 'l':
      return reg_or_memory(32);
    case 'y':
      return reg(wide() && !random_.one_in(2) ? 64 : 32);
    case 'M':
      return memory(width_, false);
    case 'D':
      return memory(2 * width_, false);
    case 'I':
      return immediate();
    case 'b':
      return fixed(random_.next() & 0xff);
    case 'p':
      return fixed(random_.below(8));
    case '1':
      return fixed(1);
    case 'C':
      return named(ZYDIS_REGISTER_CL);
    case 't':
      return named(ZYDIS_REGISTER_ST0);
    case 's':
      return indexed(ZYDIS_REGISTER_ST0, 8);
    default:
      return vector_or_memory(letter);
  }
}

ZydisEncoderOperand Operands::indexed(ZydisRegister first, std::size_t count) {
  return named(static_cast<ZydisRegister>(first + static_cast<int>(random_.below(count))));
}

ZydisEncoderOperand Operands::reg(unsigned width) {
  if (width == 8 && random_.one_in(5)) return named(random_.pick(kHighBytes));
  if (wide()) return named(general(random_.pick(kFree64), width));
  return named(general(width == 8 ? random_.pick(kWithLowByte32) : random_.pick(kFree32), width));
}

ZydisEncoderOperand Operands::reg_or_memory(unsigned width) {
  return random_.one_in(3) ? memory(width, false) : reg(width);
}

ZydisEncoderOperand Operands::immediate() {
  const std::int64_t value = interesting(random_);
  ZydisEncoderOperand made = fixed(0);
  made.imm.s = width_ == 8    ? static_cast<std::int8_t>(value)
               : width_ == 16 ? static_cast<std::int16_t>(value)
                              : static_cast<std::int32_t>(value);
  return made;
}

ZydisEncoderOperand Operands::vector_or_memory(char letter) {
  struct Kind {
    char letter;
    ZydisRegister first;
    std::size_t registers;
    unsigned memory_bits;  // 0: no memory
  };
  constexpr Kind kKinds[] = {
      {'X', ZYDIS_REGISTER_XMM0, 16, 0},   {'W', ZYDIS_REGISTER_XMM0, 16, 128},
      {'w', ZYDIS_REGISTER_XMM0, 16, 16},  {'d', ZYDIS_REGISTER_XMM0, 16, 32},
      {'q', ZYDIS_REGISTER_XMM0, 16, 64},  {'Y', ZYDIS_REGISTER_YMM0, 16, 0},
      {'V', ZYDIS_REGISTER_YMM0, 16, 256}, {'P', ZYDIS_REGISTER_MM0, 8, 0},
      {'Q', ZYDIS_REGISTER_MM0, 8, 64},    {'2', ZYDIS_REGISTER_NONE, 0, 16},
      {'4', ZYDIS_REGISTER_NONE, 0, 32},   {'8', ZYDIS_REGISTER_NONE, 0, 64},
      {'A', ZYDIS_REGISTER_NONE, 0, 80},   {'O', ZYDIS_REGISTER_NONE, 0, 128}};
  const auto* const kind = std::ranges::find(kKinds, letter, &Kind::letter);
  CHECK(kind != std::end(kKinds), "operand letter {}", letter);
  const bool in_memory = kind->memory_bits != 0 && (kind->registers == 0 || random_.one_in(3));
  if (in_memory) return memory(kind->memory_bits, kind->memory_bits == 128);
  return indexed(kind->first, wide() ? kind->registers : std::min<std::size_t>(kind->registers, 8));
}

ZydisEncoderOperand Operands::memory(unsigned bits, bool aligned) {
  ZydisEncoderOperand made{};
  made.type = ZYDIS_OPERAND_TYPE_MEMORY;
  auto& where = made.mem;
  where.size = static_cast<ZyanU16>(bits / 8);
  if (!wide() && random_.one_in(40)) {
    point_by_word(made);
    return made;
  }
  if (random_.one_in(100)) {
    point_nowhere(made);
    return made;
  }
  point_to_data(made);
  if (aligned && !random_.one_in(16)) {
    where.index = ZYDIS_REGISTER_NONE;
    where.scale = 0;
    where.displacement &= ~15ll;
  }
  return made;
}

void Operands::point_nowhere(ZydisEncoderOperand& operand) {
  const auto offset = static_cast<std::int8_t>(random_.next());
  if (wide()) {
    operand.mem.base = ZYDIS_REGISTER_R14;
    operand.mem.displacement = offset;
  } else {
    operand.mem.displacement = static_cast<std::int32_t>(draw_nowhere(random_, mode_) +
                                                         static_cast<std::uint64_t>(offset));
  }
}

/// 16-bit addressing: nothing is mapped below 64 KiB, but LEA does not mind.
void Operands::point_by_word(ZydisEncoderOperand& operand) {
  constexpr ZydisRegister kBases[] = {ZYDIS_REGISTER_BX, ZYDIS_REGISTER_BP},
                          kIndices[] = {ZYDIS_REGISTER_SI, ZYDIS_REGISTER_DI};
  operand.mem.base = random_.pick(kBases);
  if (random_.one_in(2)) {
    operand.mem.index = random_.pick(kIndices);
    operand.mem.scale = 1;
  }
  operand.mem.displacement = static_cast<std::int16_t>(random_.next());
}

void Operands::point_to_data(ZydisEncoderOperand& operand) {
  auto& where = operand.mem;
  if (random_.one_in(4)) {
    where.base = wide() ? ZYDIS_REGISTER_RSP : ZYDIS_REGISTER_ESP;
    where.displacement = static_cast<std::int64_t>(random_.below(256)) - 64;
    return;
  }
  const std::uint64_t size = kData.size();
  where.displacement = static_cast<std::int64_t>(random_.one_in(60) ? size - random_.below(32)
                                                                    : random_.below(size / 8));
  if (!wide() && random_.one_in(4))
    where.displacement += static_cast<std::int64_t>(kData.begin.value);
  else
    where.base = wide() ? ZYDIS_REGISTER_RBX : ZYDIS_REGISTER_EBX;
  if (random_.one_in(4)) {
    constexpr std::uint8_t kScales[] = {1, 2, 4, 8};
    where.index = wide() ? ZYDIS_REGISTER_R15 : ZYDIS_REGISTER_EBP;
    where.scale = random_.pick(kScales);
  }
}

}  // namespace ringfare::lockstep
