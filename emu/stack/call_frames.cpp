// SPDX-License-Identifier: MIT
#include "emu/stack/call_frames.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "emu/stack/frame_expression.hpp"

namespace ringfare {
namespace {

// DWARF 4, figure 40; the last two are GNU's.
enum Instruction : std::uint8_t {
  kNop = 0x00,
  kSetLocation,
  kAdvance1,
  kAdvance2,
  kAdvance4,
  kOffsetExtended,
  kRestoreExtended,
  kUndefined,
  kSameValue,
  kRegister,
  kRememberState,
  kRestoreState,
  kDefineCfa,
  kDefineCfaRegister,
  kDefineCfaOffset,
  kDefineCfaExpression,
  kExpression,
  kOffsetExtendedSigned,
  kDefineCfaSigned,
  kDefineCfaOffsetSigned,
  kValueOffset,
  kValueOffsetSigned,
  kValueExpression,
  kGnuArgumentsSize = 0x2e,
  kGnuNegativeOffset = 0x2f,
  // Opcodes in the high two bits; the low six are an operand.
  kAdvance = 0x40,
  kOffset = 0x80,
  kRestore = 0xc0,
};

/// How to find the caller's value of a register.
struct Rule {
  enum class Kind : std::uint8_t {
    Same,
    Undefined,
    AtOffset,  // in memory, at an offset from the canonical frame address (CFA)
    Offset,    // the value is the CFA plus an offset
    Register,
    AtExpression,
    Expression
  };
  Kind kind = Kind::Same;
  std::int64_t value = 0;
  ByteReader expression{{}, 0};
};

struct Row {
  std::uint64_t cfa_register = 0;
  std::int64_t cfa_offset = 0;
  std::optional<ByteReader> cfa_expression;
  std::array<Rule, UnwoundRegisters::kCount> rules{};
};

/// Executes the call-frame instructions of a function up to an address (DWARF 4, 6.4.2).
class Table {
 public:
  Table(std::uint64_t code_unit, std::int64_t data_unit, bool wide, std::uint64_t address)
      : code_unit_(code_unit), data_unit_(data_unit), wide_(wide), address_(address) {}

  void begin_at(std::uint64_t location) { location_ = location; }
  void keep_initial() { initial_ = row_; }
  const Row& row() const { return row_; }
  bool fine() const { return fine_; }

  void run(ByteReader code, std::uint8_t pointer_encoding) {
    while (fine_ && code.ok() && !code.at_end() && location_ <= address_)
      execute(code, pointer_encoding);
    fine_ = fine_ && code.ok();
  }

 private:
  void set(std::uint64_t number, Rule rule) {
    if (number < row_.rules.size()) row_.rules[number] = rule;
  }
  void restore(std::uint64_t number) {
    if (number < row_.rules.size()) row_.rules[number] = initial_.rules[number];
  }
  std::int64_t scaled(std::uint64_t value) const {
    return static_cast<std::int64_t>(value) * data_unit_;
  }

  /// Begins the row of later code; `run` stops at the first one behind the address.
  void advance(std::uint64_t by) { location_ += by * code_unit_; }

  void execute(ByteReader& code, std::uint8_t pointer_encoding) {
    constexpr std::uint8_t kOperand = 0x3f;
    const auto byte = code.fixed<std::uint8_t>();
    const std::uint8_t operand = byte & kOperand;
    using Kind = Rule::Kind;
    switch (byte & ~kOperand) {
      case kAdvance:
        return advance(operand);
      case kOffset:
        return set(operand, {Kind::AtOffset, scaled(code.unsigned_leb())});
      case kRestore:
        return restore(operand);
      default:
        break;
    }
    switch (byte) {
      case kNop:
        return;
      case kSetLocation:
        if (const auto location = code.pointer(pointer_encoding, wide_))
          location_ = *location;
        else
          fine_ = false;
        return;
      case kAdvance1:
        return advance(code.fixed<std::uint8_t>());
      case kAdvance2:
        return advance(code.fixed<std::uint16_t>());
      case kAdvance4:
        return advance(code.fixed<std::uint32_t>());
      case kRememberState:
        return remembered_.push_back(row_);
      case kRestoreState:
        if (remembered_.empty()) return void(fine_ = false);
        row_ = remembered_.back();
        return remembered_.pop_back();
      case kGnuArgumentsSize:
        code.unsigned_leb();
        return;
      default:
        return byte >= kDefineCfa && byte <= kDefineCfaExpression ? define_cfa(byte, code)
               : byte == kDefineCfaSigned || byte == kDefineCfaOffsetSigned
                   ? define_cfa(byte, code)
                   : define_register(byte, code);
    }
  }

  void define_cfa(std::uint8_t instruction, ByteReader& code) {
    if (instruction == kDefineCfaExpression) {
      row_.cfa_expression = code.part(code.unsigned_leb());
      return;
    }
    row_.cfa_expression.reset();
    if (instruction != kDefineCfaOffset && instruction != kDefineCfaOffsetSigned)
      row_.cfa_register = code.unsigned_leb();
    if (instruction == kDefineCfa || instruction == kDefineCfaOffset)
      row_.cfa_offset = static_cast<std::int64_t>(code.unsigned_leb());
    if (instruction == kDefineCfaSigned || instruction == kDefineCfaOffsetSigned)
      row_.cfa_offset = code.signed_leb() * data_unit_;
  }

  void define_register(std::uint8_t instruction, ByteReader& code) {
    using Kind = Rule::Kind;
    const std::uint64_t number = code.unsigned_leb();
    switch (instruction) {
      case kOffsetExtended:
        return set(number, {Kind::AtOffset, scaled(code.unsigned_leb())});
      case kOffsetExtendedSigned:
        return set(number, {Kind::AtOffset, code.signed_leb() * data_unit_});
      case kGnuNegativeOffset:
        return set(number, {Kind::AtOffset, -scaled(code.unsigned_leb())});
      case kValueOffset:
        return set(number, {Kind::Offset, scaled(code.unsigned_leb())});
      case kValueOffsetSigned:
        return set(number, {Kind::Offset, code.signed_leb() * data_unit_});
      case kRestoreExtended:
        return restore(number);
      case kUndefined:
        return set(number, {Kind::Undefined});
      case kSameValue:
        return set(number, {Kind::Same});
      case kRegister:
        return set(number, {Kind::Register, static_cast<std::int64_t>(code.unsigned_leb())});
      case kExpression:
        return set(number, {Kind::AtExpression, 0, code.part(code.unsigned_leb())});
      case kValueExpression:
        return set(number, {Kind::Expression, 0, code.part(code.unsigned_leb())});
      default:
        fine_ = false;
    }
  }

  std::uint64_t code_unit_;
  std::int64_t data_unit_;
  bool wide_;
  std::uint64_t address_, location_ = 0;
  Row row_, initial_;
  std::vector<Row> remembered_;
  bool fine_ = true;
};

/// The caller's registers, by the rules of one row.
class Caller {
 public:
  Caller(const Row& row, const UnwoundRegisters& callee, const AddressSpace& memory)
      : row_(row), callee_(callee), memory_(memory) {}

  std::optional<UnwoundRegisters> registers(std::uint64_t return_register) const {
    const auto frame = frame_address();
    if (!frame || return_register >= UnwoundRegisters::kCount) return std::nullopt;
    UnwoundRegisters caller{.wide = callee_.wide};
    for (std::size_t i = 0; i < row_.rules.size(); ++i) caller.values[i] = value(i, *frame);
    // Without a rule, the caller's stack pointer is the CFA.
    if (row_.rules[caller.stack_pointer()].kind == Rule::Kind::Same)
      caller.values[caller.stack_pointer()] = *frame;
    const auto back = caller.values[return_register];
    if (row_.rules[return_register].kind == Rule::Kind::Undefined || !back || *back == 0)
      return std::nullopt;
    caller.values[caller.return_address()] = *back;
    return caller;
  }

 private:
  std::optional<std::uint64_t> frame_address() const {
    if (row_.cfa_expression) return evaluate(*row_.cfa_expression, callee_, memory_);
    if (row_.cfa_register >= UnwoundRegisters::kCount) return std::nullopt;
    const auto base = callee_.values[row_.cfa_register];
    if (!base) return std::nullopt;
    return *base + static_cast<std::uint64_t>(row_.cfa_offset);
  }

  std::optional<std::uint64_t> load(std::uint64_t address) const {
    if (callee_.wide) return memory_.load<std::uint64_t>({address});
    return memory_.load<std::uint32_t>({address & 0xffffffff});
  }

  std::optional<std::uint64_t> value(std::size_t number, std::uint64_t frame) const {
    const Rule& rule = row_.rules[number];
    const auto offset = frame + static_cast<std::uint64_t>(rule.value);
    switch (rule.kind) {
      case Rule::Kind::Same:
        return callee_.values[number];
      case Rule::Kind::Undefined:
        return std::nullopt;
      case Rule::Kind::AtOffset:
        return load(offset);
      case Rule::Kind::Offset:
        return offset;
      case Rule::Kind::Register:
        if (static_cast<std::uint64_t>(rule.value) >= UnwoundRegisters::kCount) return std::nullopt;
        return callee_.values[static_cast<std::size_t>(rule.value)];
      case Rule::Kind::AtExpression: {
        const auto at = evaluate(rule.expression, callee_, memory_, frame);
        return at ? load(*at) : std::nullopt;
      }
      case Rule::Kind::Expression:
        return evaluate(rule.expression, callee_, memory_, frame);
    }
    return std::nullopt;
  }

  const Row& row_;
  const UnwoundRegisters& callee_;
  const AddressSpace& memory_;
};

constexpr std::uint32_t kLongEntry = 0xffffffff;

}  // namespace

CallFrames::CallFrames(std::vector<std::byte> bytes, std::uint64_t address, bool wide)
    : bytes_(std::move(bytes)), address_(address), wide_(wide) {
  ByteReader section = reader();
  std::map<std::size_t, std::optional<Common>> commons;
  while (section.ok() && !section.at_end()) {
    const auto size = section.fixed<std::uint32_t>();
    if (size == 0 || size == kLongEntry) break;  // the terminator, or the 64-bit format
    const std::size_t begin = section.offset();
    ByteReader entry = section.part(size);
    const auto back = entry.fixed<std::uint32_t>();
    if (back == 0 || back > begin) continue;  // a CIE, or a damaged entry
    const std::size_t common = begin - back;
    const auto [known, added] = commons.try_emplace(common);
    if (added) known->second = read_common(common);
    if (!known->second) continue;
    Function function;
    function.common = *known->second;
    const auto first = entry.pointer(function.common.pointer_encoding, wide_);
    // The length has the pointer's format, but is relative to nothing.
    const auto length = entry.pointer(function.common.pointer_encoding & 0x0f, wide_);
    if (!first || !length) continue;
    function.begin = *first;
    function.end = *first + *length;
    if (function.common.has_augmentation) entry.part(entry.unsigned_leb());
    function.instructions = begin + entry.offset();
    function.size = size - std::min<std::size_t>(entry.offset(), size);
    if (entry.ok()) functions_.push_back(function);
  }
  std::ranges::sort(functions_, {}, &Function::begin);
}

/// The CIE whose length lies at `offset`.
std::optional<CallFrames::Common> CallFrames::read_common(std::size_t offset) const {
  ByteReader section = reader();
  section.go_to(offset);
  const auto size = section.fixed<std::uint32_t>();
  const std::size_t begin = section.offset();
  ByteReader entry = section.part(size);
  if (entry.fixed<std::uint32_t>() != 0) return std::nullopt;
  const auto version = entry.fixed<std::uint8_t>();
  const std::string augmentation = entry.string();
  Common common;
  common.code_unit = entry.unsigned_leb();
  common.data_unit = entry.signed_leb();
  common.return_register = version == 1 ? entry.fixed<std::uint8_t>() : entry.unsigned_leb();
  common.has_augmentation = augmentation.starts_with('z');
  if (!common.has_augmentation && !augmentation.empty()) return std::nullopt;
  if (common.has_augmentation) {
    ByteReader data = entry.part(entry.unsigned_leb());
    for (const char letter : augmentation.substr(1)) {
      if (letter == 'R') common.pointer_encoding = data.fixed<std::uint8_t>();
      if (letter == 'S') common.signal_frame = true;
      if (letter == 'L') data.fixed<std::uint8_t>();
      if (letter == 'P') data.pointer(data.fixed<std::uint8_t>(), wide_);
    }
  }
  common.instructions = begin + entry.offset();
  common.size = size - std::min<std::size_t>(entry.offset(), size);
  return entry.ok() && section.ok() ? std::optional(common) : std::nullopt;
}

const CallFrames::Function* CallFrames::find(std::uint64_t address) const {
  const auto behind = std::ranges::upper_bound(functions_, address, {}, &Function::begin);
  if (behind == functions_.begin()) return nullptr;
  const Function& function = *std::prev(behind);
  return address < function.end ? &function : nullptr;
}

bool CallFrames::is_signal_frame(std::uint64_t address) const {
  const Function* const function = find(address);
  return function != nullptr && function->common.signal_frame;
}

std::optional<UnwoundRegisters> CallFrames::caller(const UnwoundRegisters& callee, bool interrupted,
                                                   const AddressSpace& memory) const {
  // A return address may lie behind the end of its function: after a call that never returns.
  const std::uint64_t address = callee.instruction() - (interrupted ? 0 : 1);
  const Function* const function = find(address);
  if (function == nullptr) return std::nullopt;
  const Common& common = function->common;
  Table table(common.code_unit, common.data_unit, wide_, address);
  const auto instructions = [&](std::size_t offset, std::size_t size) {
    ByteReader section = reader();
    section.go_to(offset);
    return section.part(size);
  };
  table.run(instructions(common.instructions, common.size), common.pointer_encoding);
  table.keep_initial();
  table.begin_at(function->begin);
  table.run(instructions(function->instructions, function->size), common.pointer_encoding);
  if (!table.fine()) return std::nullopt;
  return Caller(table.row(), callee, memory).registers(common.return_register);
}

}  // namespace ringfare
