// SPDX-License-Identifier: MIT
#include "generator.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "cpu/base/failure.hpp"
#include "cpu/decoder.hpp"
#include "layout.hpp"
#include "operands.hpp"

namespace ringfare::lockstep {
namespace {

constexpr std::size_t kMostItems = 10;

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
Code point(CodeMode mode, std::uint8_t modrm, std::uint32_t displacement) {
  Code code = mode == CodeMode::Long64 ? raw(0x48, 0x8d, modrm) : raw(0x8d, modrm);
  append(code, displacement);
  return code;
}

Item draw_string(Random& random, CodeMode mode) {
  const StringRow& row = random.pick(string_rows());
  const auto place = [&random] {
    const std::size_t size = kData.size();
    return static_cast<std::uint32_t>(random.one_in(40) ? size - random.below(64)
                                                        : 256 + random.below(size / 2));
  };
  Item item;
  item.instructions.push_back(point(mode, 0xb3, place()));
  item.instructions.push_back(point(mode, 0xbb, place()));
  Code count = raw(0xb9);
  append(count, static_cast<std::uint32_t>(random.below(24)));
  item.instructions.push_back(count);
  const bool backward = random.one_in(4);
  if (backward) item.instructions.push_back(raw(0xfd));
  Code string;
  const std::size_t repeat = random.below(3);
  const auto width = random.below(mode == CodeMode::Long64 ? 4 : 3);
  if (width == 1) string.push_back(0x66);
  if (repeat != 0) string.push_back(row.compares && repeat == 2 ? 0xf2 : 0xf3);
  if (width == 3) string.push_back(0x48);
  string.push_back(static_cast<std::uint8_t>(row.opcode + (width == 0 ? 0 : 1)));
  item.instructions.push_back(string);
  if (backward) item.instructions.push_back(raw(0xfc));
  return item;
}

/// Divisors and dividends that mostly do not overflow; drawn freely they nearly always do.
Item draw_division(Random& random, CodeMode mode) {
  const auto wide = [mode](std::initializer_list<std::uint8_t> bytes) {
    Code code = mode == CodeMode::Long64 ? raw(0x48) : Code{};
    code.insert(code.end(), bytes);
    return code;
  };
  Item item;
  item.instructions.push_back(random.one_in(2) ? raw(0x31, 0xd2)    // xor %edx, %edx
                                               : wide({0x99}));     // cqo, cdq
  const auto reg = static_cast<std::uint8_t>(5 + random.below(3));  // BP, SI, DI
  const std::uint8_t operation = random.one_in(2) ? 0xf0 : 0xf8;    // DIV, IDIV
  const auto modrm = static_cast<std::uint8_t>(operation | reg);
  item.instructions.push_back(random.one_in(2) ? wide({0xf7, modrm}) : raw(0xf7, modrm));
  return item;
}

/// POPA and POPAD write the pointer to the data and the index as well, so that both are put back.
Item draw_pop_all(Random& random) {
  Item item;
  item.instructions.push_back(random.one_in(2) ? raw(0x61) : raw(0x66, 0x61));
  Code pointer = raw(0xbb), index = raw(0xbd);
  append(pointer, static_cast<std::uint32_t>(kData.begin.value));
  append(index, static_cast<std::uint32_t>(random.below(16)));
  item.instructions.push_back(pointer);
  item.instructions.push_back(index);
  return item;
}

/// PUSH of a segment register: those of flat segments, whose selectors are the same everywhere.
Item draw_push_segment(Random& random) {
  constexpr std::uint8_t kOpcodes[] = {0x06, 0x0e, 0x16, 0x1e};  // ES, CS, SS, DS
  return {{raw(random.pick(kOpcodes))}};
}

std::optional<Item> draw_item(Random& random, CodeMode mode) {
  if (random.one_in(24)) return draw_string(random, mode);
  if (random.one_in(40)) return draw_division(random, mode);
  if (mode == CodeMode::Compat32) {
    if (random.one_in(60)) return draw_pop_all(random);
    if (random.one_in(100)) return draw_push_segment(random);
  }
  const Row& row = random.pick(rows(mode));
  auto code = draw(random, row, mode);
  if (!code) return std::nullopt;
  return Item{{std::move(*code)}, row.where == Where::Everywhere};
}

struct Effects {
  std::uint64_t tested = 0, defined = 0, undefined = 0;
};

Effects effects_of(const Code& code, CodeMode mode) {
  const ZydisDecoder decoder = decoder_of(mode);
  ZydisDecodedInstruction insn;
  CHECK(ZYAN_SUCCESS(
            ZydisDecoderDecodeInstruction(&decoder, nullptr, code.data(), code.size(), &insn)),
        "does not decode");
  Effects effects;
  if (insn.cpu_flags == nullptr) return effects;
  const auto& flags = *insn.cpu_flags;
  effects.tested = flags.tested;
  constexpr std::array kPushes{ZYDIS_MNEMONIC_PUSHF, ZYDIS_MNEMONIC_PUSHFD, ZYDIS_MNEMONIC_PUSHFQ};
  if (std::ranges::find(kPushes, insn.mnemonic) != kPushes.end())
    effects.tested = flag::kArithmetic;
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
    text += "    " + disassemble(code, 0, Syntax::Att, mode) + "    #";
    for (const std::uint8_t byte : code) text += fmt::format(" {:02x}", byte);
    text += '\n';
  }
  return text;
}

ZydisDecoder decoder_of(CodeMode mode) {
  ZydisDecoder made;
  if (mode == CodeMode::Long64)
    ZydisDecoderInit(&made, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
  else
    ZydisDecoderInit(&made, ZYDIS_MACHINE_MODE_LONG_COMPAT_32, ZYDIS_STACK_WIDTH_32);
  return made;
}

std::vector<std::uint64_t> undefined_flags(const Draft& block) {
  std::vector<std::uint64_t> before{0};
  for (const Code& code : block.instructions()) {
    const Effects effects = effects_of(code, block.mode);
    before.push_back((before.back() & ~effects.defined) | effects.undefined);
  }
  return before;
}

std::optional<Code> draw(Random& random, const Row& row, CodeMode mode) {
  ZydisEncoderRequest request{};
  request.machine_mode =
      mode == CodeMode::Long64 ? ZYDIS_MACHINE_MODE_LONG_64 : ZYDIS_MACHINE_MODE_LONG_COMPAT_32;
  request.mnemonic = row.mnemonic;
  request.allowed_encodings = ZYDIS_ENCODABLE_ENCODING_DEFAULT;
  Operands operands(random, mode, draw_width(random, row.widths));
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

Draft draw_block(Random& random, CodeMode mode) {
  Draft block{.mode = mode};
  const std::size_t wanted = 1 + random.below(kMostItems);
  std::uint64_t undefined = 0;
  while (block.items.size() < wanted) {
    auto item = draw_item(random, mode);
    if (!item) continue;
    for (const Code& code : item->instructions) {
      const Effects effects = effects_of(code, mode);
      // What depends on an undefined flag is the same on the same processor only.
      if ((effects.tested & undefined) != 0) item->on_unicorn = false;
      undefined = (undefined & ~effects.defined) | effects.undefined;
    }
    block.items.push_back(std::move(*item));
  }
  return block;
}

}  // namespace ringfare::lockstep
