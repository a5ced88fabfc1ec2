// SPDX-License-Identifier: MIT
#include "emu/stack/frame_expression.hpp"

#include <vector>

namespace ringfare {
namespace {

// DWARF 4, figure 24.
enum Operation : std::uint8_t {
  kAddress = 0x03,
  kDereference = 0x06,
  kConst1u = 0x08,
  kConst1s,
  kConst2u,
  kConst2s,
  kConst4u,
  kConst4s,
  kConst8u,
  kConst8s,
  kConstU,
  kConstS,
  kDup,
  kDrop,
  kOver,
  kPick,
  kSwap,
  kAbs = 0x19,
  kAnd,
  kMinus = 0x1c,
  kMul = 0x1e,
  kNeg,
  kNot,
  kOr,
  kPlus,
  kPlusConst,
  kShl,
  kShr,
  kShra,
  kXor,
  kBranch,
  kEqual,
  kGreaterEqual,
  kGreater,
  kLessEqual,
  kLess,
  kNotEqual,
  kSkip,
  kLiteral0 = 0x30,
  kRegister0 = 0x50,
  kBase0 = 0x70,
  kBaseX = 0x92,
  kDereferenceSize = 0x94,
  kNop = 0x96,
};

constexpr int kMostSteps = 1000;

class Evaluation {
 public:
  Evaluation(ByteReader code, const UnwoundRegisters& registers, const AddressSpace& memory)
      : code_(code), registers_(registers), memory_(memory) {}

  std::optional<std::uint64_t> run(std::optional<std::uint64_t> first) {
    if (first) push(*first);
    for (int step = 0; fine_ && code_.ok() && !code_.at_end(); ++step) {
      if (step == kMostSteps) return std::nullopt;
      execute(code_.fixed<std::uint8_t>());
    }
    if (!fine_ || !code_.ok() || stack_.empty()) return std::nullopt;
    return stack_.back();
  }

 private:
  void push(std::uint64_t value) { stack_.push_back(value); }
  void push_signed(std::int64_t value) { push(static_cast<std::uint64_t>(value)); }
  std::uint64_t pop() {
    if (stack_.empty()) return fine_ = false, 0;
    const std::uint64_t value = stack_.back();
    stack_.pop_back();
    return value;
  }
  std::uint64_t peek(std::size_t depth) {
    if (depth >= stack_.size()) return fine_ = false, 0;
    return stack_[stack_.size() - 1 - depth];
  }

  void based(std::uint64_t number) {
    const std::int64_t offset = code_.signed_leb();
    const bool known = number < UnwoundRegisters::kCount && registers_.values[number];
    if (!known) {
      fine_ = false;
      return;
    }
    push(*registers_.values[number] + static_cast<std::uint64_t>(offset));
  }

  void load(std::size_t size) {
    std::uint64_t value = 0;
    const GuestAddress at{pop()};
    if (size > sizeof value ||
        !memory_.read(at, std::as_writable_bytes(std::span(&value, 1)).first(size)))
      fine_ = false;
    push(value);
  }

  void go_on_at(std::int16_t distance) {
    const auto to = static_cast<std::int64_t>(code_.offset()) + distance;
    if (to < 0) fine_ = false;
    code_.go_to(static_cast<std::size_t>(to));
  }

  void execute(std::uint8_t operation) {
    if (operation >= kLiteral0 && operation < kRegister0) return push(operation - kLiteral0);
    if (operation >= kBase0 && operation < kBase0 + 32) return based(operation - kBase0);
    if (operation >= kAddress && operation <= kConstS) return constant(operation);
    if (operation >= kDup && operation <= kSwap) return arrange(operation);
    switch (operation) {
      case kBaseX:
        return based(code_.unsigned_leb());
      case kDereferenceSize:
        return load(code_.fixed<std::uint8_t>());
      case kPlusConst:
        return push(pop() + code_.unsigned_leb());
      case kNeg:
        return push(0 - pop());
      case kNot:
        return push(~pop());
      case kAbs: {
        const auto value = static_cast<std::int64_t>(pop());
        return push(value < 0 ? 0 - static_cast<std::uint64_t>(value)
                              : static_cast<std::uint64_t>(value));
      }
      case kSkip:
        return go_on_at(code_.fixed<std::int16_t>());
      case kBranch: {
        const auto distance = code_.fixed<std::int16_t>();
        if (pop() != 0) go_on_at(distance);
        return;
      }
      case kNop:
        return;
      default:
        return combine(operation);
    }
  }

  void constant(std::uint8_t operation) {
    switch (operation) {
      case kAddress:
        return push(registers_.wide ? code_.fixed<std::uint64_t>() : code_.fixed<std::uint32_t>());
      case kDereference:
        return load(registers_.word());
      case kConst1u:
        return push(code_.fixed<std::uint8_t>());
      case kConst1s:
        return push_signed(code_.fixed<std::int8_t>());
      case kConst2u:
        return push(code_.fixed<std::uint16_t>());
      case kConst2s:
        return push_signed(code_.fixed<std::int16_t>());
      case kConst4u:
        return push(code_.fixed<std::uint32_t>());
      case kConst4s:
        return push_signed(code_.fixed<std::int32_t>());
      case kConst8u:
      case kConst8s:
        return push(code_.fixed<std::uint64_t>());
      case kConstU:
        return push(code_.unsigned_leb());
      case kConstS:
        return push_signed(code_.signed_leb());
      default:
        fine_ = false;
    }
  }

  void arrange(std::uint8_t operation) {
    switch (operation) {
      case kDup:
        return push(peek(0));
      case kDrop:
        pop();
        return;
      case kOver:
        return push(peek(1));
      case kPick:
        return push(peek(code_.fixed<std::uint8_t>()));
      default: {  // kSwap
        const std::uint64_t above = pop(), below = pop();
        push(above);
        return push(below);
      }
    }
  }

  /// Two operands. Comparisons are signed.
  void combine(std::uint8_t operation) {
    const std::uint64_t right = pop(), left = pop();
    const auto a = static_cast<std::int64_t>(left), b = static_cast<std::int64_t>(right);
    constexpr std::uint64_t kBits = 64;
    switch (operation) {
      case kAnd:
        return push(left & right);
      case kOr:
        return push(left | right);
      case kXor:
        return push(left ^ right);
      case kPlus:
        return push(left + right);
      case kMinus:
        return push(left - right);
      case kMul:
        return push(left * right);
      case kShl:
        return push(right < kBits ? left << right : 0);
      case kShr:
        return push(right < kBits ? left >> right : 0);
      case kShra:
        return push_signed(a >> (right < kBits ? right : kBits - 1));
      case kEqual:
        return push(a == b);
      case kGreaterEqual:
        return push(a >= b);
      case kGreater:
        return push(a > b);
      case kLessEqual:
        return push(a <= b);
      case kLess:
        return push(a < b);
      case kNotEqual:
        return push(a != b);
      default:
        fine_ = false;
    }
  }

  ByteReader code_;
  const UnwoundRegisters& registers_;
  const AddressSpace& memory_;
  std::vector<std::uint64_t> stack_;
  bool fine_ = true;
};

}  // namespace

std::optional<std::uint64_t> evaluate(ByteReader expression, const UnwoundRegisters& registers,
                                      const AddressSpace& memory,
                                      std::optional<std::uint64_t> first) {
  return Evaluation(expression, registers, memory).run(first);
}

}  // namespace ringfare
