// SPDX-License-Identifier: MIT
#include "generator.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "cpu/decoder.hpp"
#include "cpu/failure.hpp"
#include "layout.hpp"

namespace ringfare::lockstep {
namespace {

/// RBX, RSP and R15 keep pointing to data and stack, R14 to where nothing is; no row writes them.
constexpr std::uint8_t kFree[] = {0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13};
constexpr std::size_t kMostItems = 10;

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

/// Draws the operands of one instruction.
class Operands {
 public:
  Operands(Random& random, unsigned width) : random_(random), width_(width) {}

  ZydisEncoderOperand operand(char letter) {
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
        return reg(random_.one_in(2) ? 32 : 64);
      case 'M':
        return memory(width_, false);
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

 private:
  static ZydisEncoderOperand named(ZydisRegister which) {
    ZydisEncoderOperand made{};
    made.type = ZYDIS_OPERAND_TYPE_REGISTER;
    made.reg.value = which;
    return made;
  }
  ZydisEncoderOperand indexed(ZydisRegister first, std::size_t count) {
    return named(static_cast<ZydisRegister>(first + static_cast<int>(random_.below(count))));
  }
  static ZydisEncoderOperand fixed(std::uint64_t value) {
    ZydisEncoderOperand made{};
    made.type = ZYDIS_OPERAND_TYPE_IMMEDIATE;
    made.imm.u = value;
    return made;
  }

  ZydisEncoderOperand reg(unsigned width) {
    constexpr ZydisRegister kHigh[] = {ZYDIS_REGISTER_AH, ZYDIS_REGISTER_CH, ZYDIS_REGISTER_DH};
    if (width == 8 && random_.one_in(5)) return named(random_.pick(kHigh));
    return named(general(random_.pick(kFree), width));
  }
  ZydisEncoderOperand reg_or_memory(unsigned width) {
    return random_.one_in(3) ? memory(width, false) : reg(width);
  }
  ZydisEncoderOperand immediate() {
    const std::int64_t value = interesting(random_);
    ZydisEncoderOperand made = fixed(0);
    made.imm.s = width_ == 8    ? static_cast<std::int8_t>(value)
                 : width_ == 16 ? static_cast<std::int16_t>(value)
                                : static_cast<std::int32_t>(value);
    return made;
  }

  ZydisEncoderOperand vector_or_memory(char letter) {
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
    return indexed(kind->first, kind->registers);
  }

  ZydisEncoderOperand memory(unsigned bits, bool aligned) {
    ZydisEncoderOperand made{};
    made.type = ZYDIS_OPERAND_TYPE_MEMORY;
    auto& where = made.mem;
    where.size = static_cast<ZyanU16>(bits / 8);
    if (random_.one_in(100)) {
      where.base = ZYDIS_REGISTER_R14;
      where.displacement = static_cast<std::int8_t>(random_.next());
      return made;
    }
    if (random_.one_in(4)) {
      where.base = ZYDIS_REGISTER_RSP;
      where.displacement = static_cast<std::int64_t>(random_.below(256)) - 64;
    } else {
      where.base = ZYDIS_REGISTER_RBX;
      const std::uint64_t size = kData.size();
      where.displacement = static_cast<std::int64_t>(random_.one_in(60) ? size - random_.below(32)
                                                                        : random_.below(size / 8));
      if (random_.one_in(4)) {
        constexpr std::uint8_t kScales[] = {1, 2, 4, 8};
        where.index = ZYDIS_REGISTER_R15;
        where.scale = random_.pick(kScales);
      }
    }
    if (aligned && !random_.one_in(16)) {
      where.index = ZYDIS_REGISTER_NONE;
      where.scale = 0;
      where.displacement &= ~15ll;
    }
    return made;
  }

  Random& random_;
  unsigned width_;
};

unsigned draw_width(Random& random, std::uint8_t widths) {
  if (widths == 0) return 64;
  for (;;)
    if (const auto bit = random.below(4); (widths >> bit & 1) != 0) return 8u << bit;
}

/// `bytes`, an instruction that needs no choice of operands.
template <class... Byte>
Code raw(Byte... bytes) {
  return {static_cast<std::uint8_t>(bytes)...};
}

void append(Code& code, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) code.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

/// lea disp32(%rbx), %rsi or %rdi
Code point(std::uint8_t modrm, std::uint32_t displacement) {
  Code code = raw(0x48, 0x8d, modrm);
  append(code, displacement);
  return code;
}

Item draw_string(Random& random) {
  const StringRow& row = random.pick(string_rows());
  const auto place = [&random] {
    const std::size_t size = kData.size();
    return static_cast<std::uint32_t>(random.one_in(40) ? size - random.below(64)
                                                        : 256 + random.below(size / 2));
  };
  Item item;
  item.instructions.push_back(point(0xb3, place()));
  item.instructions.push_back(point(0xbb, place()));
  Code count = raw(0xb9);
  append(count, static_cast<std::uint32_t>(random.below(24)));
  item.instructions.push_back(count);
  const bool backward = random.one_in(4);
  if (backward) item.instructions.push_back(raw(0xfd));
  Code string;
  const std::size_t repeat = random.below(3);
  const auto width = random.below(4);
  if (width == 1) string.push_back(0x66);
  if (repeat != 0) string.push_back(row.compares && repeat == 2 ? 0xf2 : 0xf3);
  if (width == 3) string.push_back(0x48);
  string.push_back(static_cast<std::uint8_t>(row.opcode + (width == 0 ? 0 : 1)));
  item.instructions.push_back(string);
  if (backward) item.instructions.push_back(raw(0xfc));
  return item;
}

/// Divisors and dividends that mostly do not overflow; drawn freely they nearly always do.
Item draw_division(Random& random) {
  Item item;
  item.instructions.push_back(random.one_in(2) ? raw(0x31, 0xd2)    // xor %edx, %edx
                                               : raw(0x48, 0x99));  // cqo
  const auto reg = static_cast<std::uint8_t>(5 + random.below(3));  // BP, SI, DI
  const std::uint8_t operation = random.one_in(2) ? 0xf0 : 0xf8;    // DIV, IDIV
  const auto modrm = static_cast<std::uint8_t>(operation | reg);
  item.instructions.push_back(random.one_in(2) ? raw(0x48, 0xf7, modrm) : raw(0xf7, modrm));
  return item;
}

std::optional<Item> draw_item(Random& random) {
  if (random.one_in(24)) return draw_string(random);
  if (random.one_in(40)) return draw_division(random);
  const Row& row = random.pick(rows());
  auto code = draw(random, row);
  if (!code) return std::nullopt;
  return Item{{std::move(*code)}, row.where == Where::Everywhere};
}

struct Effects {
  std::uint64_t tested = 0, defined = 0, undefined = 0;
};

Effects effects_of(const Code& code) {
  static const ZydisDecoder decoder = [] {
    ZydisDecoder made;
    ZydisDecoderInit(&made, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    return made;
  }();
  ZydisDecodedInstruction insn;
  CHECK(ZYAN_SUCCESS(
            ZydisDecoderDecodeInstruction(&decoder, nullptr, code.data(), code.size(), &insn)),
        "does not decode");
  Effects effects;
  if (insn.cpu_flags == nullptr) return effects;
  const auto& flags = *insn.cpu_flags;
  effects.tested = flags.tested;
  if (insn.mnemonic == ZYDIS_MNEMONIC_PUSHFQ) effects.tested = flag::kArithmetic;
  effects.undefined = flags.undefined & flag::kArithmetic;
  const bool may_leave_them = insn.meta.category == ZYDIS_CATEGORY_SHIFT ||
                              insn.meta.category == ZYDIS_CATEGORY_ROTATE ||
                              insn.meta.category == ZYDIS_CATEGORY_STRINGOP;
  constexpr std::array kCompares{ZYDIS_MNEMONIC_FCOMI, ZYDIS_MNEMONIC_FCOMIP, ZYDIS_MNEMONIC_FUCOMI,
                                 ZYDIS_MNEMONIC_FUCOMIP};
  // Cleared by hardware, left alone by Unicorn.
  if (std::ranges::find(kCompares, insn.mnemonic) != kCompares.end())
    effects.undefined |= flag::kOverflow | flag::kSign | flag::kAdjust;
  if (may_leave_them) {
    // A count of 0 leaves every flag; OF is defined for a count of 1, CF up to the width.
    if (insn.meta.category != ZYDIS_CATEGORY_STRINGOP)
      effects.undefined |= flag::kOverflow | flag::kAdjust | flag::kCarry;
  } else {
    effects.defined = (flags.modified | flags.set_0 | flags.set_1) & ~effects.undefined;
  }
  return effects;
}

}  // namespace

Code Draft::code() const {
  Code all;
  for (const Code& code : instructions()) all.insert(all.end(), code.begin(), code.end());
  return all;
}

std::vector<Code> Draft::instructions() const {
  std::vector<Code> all;
  for (const Item& item : items)
    all.insert(all.end(), item.instructions.begin(), item.instructions.end());
  return all;
}

bool Draft::on_unicorn() const {
  return std::ranges::all_of(items, &Item::on_unicorn);
}

std::string Draft::text() const {
  std::string text;
  for (const Code& code : instructions()) {
    text += "    " + disassemble(code, 0, Syntax::Att) + "    #";
    for (const std::uint8_t byte : code) text += fmt::format(" {:02x}", byte);
    text += '\n';
  }
  return text;
}

std::vector<std::uint64_t> undefined_flags(const std::vector<Code>& instructions) {
  std::vector<std::uint64_t> before{0};
  for (const Code& code : instructions) {
    const Effects effects = effects_of(code);
    before.push_back((before.back() & ~effects.defined) | effects.undefined);
  }
  return before;
}

std::optional<Code> draw(Random& random, const Row& row) {
  ZydisEncoderRequest request{};
  request.machine_mode = ZYDIS_MACHINE_MODE_LONG_64;
  request.mnemonic = row.mnemonic;
  request.allowed_encodings = ZYDIS_ENCODABLE_ENCODING_DEFAULT;
  Operands operands(random, draw_width(random, row.widths));
  for (const char letter : row.operands)
    request.operands[request.operand_count++] = operands.operand(letter);
  const bool to_memory =
      request.operand_count > 0 && request.operands[0].type == ZYDIS_OPERAND_TYPE_MEMORY;
  if (to_memory && random.one_in(6)) request.prefixes = ZYDIS_ATTRIB_HAS_LOCK;  // where it may be
  Code code(ZYDIS_MAX_INSTRUCTION_LENGTH);
  ZyanUSize length = code.size();
  if (!ZYAN_SUCCESS(ZydisEncoderEncodeInstruction(&request, code.data(), &length)))
    return std::nullopt;
  code.resize(length);
  return code;
}

Draft draw_block(Random& random) {
  Draft block;
  const std::size_t wanted = 1 + random.below(kMostItems);
  std::uint64_t undefined = 0;
  while (block.items.size() < wanted) {
    auto item = draw_item(random);
    if (!item) continue;
    for (const Code& code : item->instructions) {
      const Effects effects = effects_of(code);
      // What depends on an undefined flag is the same on the same processor only.
      if ((effects.tested & undefined) != 0) item->on_unicorn = false;
      undefined = (undefined & ~effects.defined) | effects.undefined;
    }
    block.items.push_back(std::move(*item));
  }
  return block;
}

}  // namespace ringfare::lockstep
