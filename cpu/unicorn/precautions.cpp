// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include "cpu/unicorn/access_fault.hpp"
#include "cpu/unicorn/engine_core.hpp"

namespace ringfare {

using namespace unicorn;

namespace {

constexpr std::uint64_t kX87Rounding = 0xc00;  // of the control word, SDM vol. 1, figure 8-6

}  // namespace

const std::vector<Precaution>& UnicornEngine::Core::precautions(const CodeMap::Entry& entry) {
  const Block& block = entry.block;
  if (block.id >= precautions_.size()) precautions_.resize(block.id + 1);
  if (precautions_[block.id]) return *precautions_[block.id];
  std::vector<Precaution>& made = precautions_[block.id].emplace();
  bool any = false;
  std::size_t offset = 0;
  for (const Instruction& insn : block.instructions) {
    made.push_back(precaution_for(std::span(block.bytes).subspan(offset, insn.length),
                                  block.start + offset, block.mode));
    any |= made.back().duty != Duty::None || made.back().segment_bytes != 0;
    offset += insn.length;
  }
  if (!any) made.clear();
  return made;
}

void UnicornEngine::Core::heed_precaution() {
  const Precaution& precaution = (*entry_precautions_)[index_];
  if (precaution.segment_bytes != 0) heed_limit(precaution);
  if (stop_) return;
  switch (precaution.duty) {
    case Duty::None:
      return;
    case Duty::Privileged:
      return fault(general_protection());
    case Duty::Refuse:
      return refuse(precaution.why);
    case Duty::Aligned16:
      if (precaution.operand.in(machine_).value % 16 != 0) fault(general_protection());
      return;
    case Duty::SplitLoad:
      return heed_page_border(precaution.operand.in(machine_));
    case Duty::Control:
      return heed_control(precaution);
    case Duty::Lengths:
      if (!has_short_length(Gpr::Rax, precaution.wide) ||
          !has_short_length(Gpr::Rdx, precaution.wide))
        refuse("Unicorn takes no string lengths beyond 31 bits");
      return;
    case Duty::Truncated:
      kept_x87_ = machine_.x87_tops();
      if (!(std::fabs(machine_.x87_top()) < std::ldexp(1.0L, precaution.bits - 1)))
        refuse("Unicorn truncates what is out of range to the wrong integer");
      return;
    case Duty::Constant:
      if ((machine_.x87_control() & kX87Rounding) != 0)
        refuse("Unicorn knows the constant rounded to nearest only");
      return;
    case Duty::KeepX87:
      kept_x87_ = machine_.x87_tops();
      return;
    case Duty::Dividend: {
      // No 32-bit quotient is large enough (SDM vol. 2, IDIV), and the host has none for -1.
      const auto low = [this](Gpr reg) { return static_cast<std::uint32_t>(machine_.read(reg)); };
      if (low(Gpr::Rdx) == 0x80000000 && low(Gpr::Rax) == 0)
        fault({.vector = vector::kDivideError});
      return;
    }
    case Duty::Accumulator:
      kept_flags_ = machine_.read(UC_X86_REG_RFLAGS);
      if (machine_.read(Gpr::Rax) >> 32 != 0) refuse("Unicorn clears the upper half of RAX");
      return;
    case Duty::KeepFlags:
      kept_flags_ = machine_.read(UC_X86_REG_RFLAGS);
      return;
  }
}

/// Unicorn checks no limits, nor whether there is a segment at all.
void UnicornEngine::Core::heed_limit(const Precaution& precaution) {
  const bool is_fs = precaution.operand.segment_base == UC_X86_REG_FS_BASE;
  const Segment& segment = is_fs ? thread_->registers.fs : thread_->registers.gs;
  const std::uint64_t last =
      precaution.operand.offset_in(machine_) + (precaution.segment_bytes - 1);
  if ((segment.selector & ~3) == 0 || last > segment.limit) fault(general_protection());
}

void UnicornEngine::Core::heed_page_border(GuestAddress operand) {
  constexpr std::uint64_t kSize = 16;
  const bool crosses = operand.value % kPageSize > kPageSize - kSize;
  if (!crosses || memory_.readable(operand, kSize)) return;
  const GuestAddress second{page_down(operand.value + kSize)};
  const GuestAddress forbidden = memory_.readable(operand, 1) ? second : operand;
  fault(access_fault(memory_, forbidden, memory_use(machine_, code(), address(), code_.mode())));
}

void UnicornEngine::Core::heed_control(const Precaution& precaution) {
  const GuestAddress operand = precaution.operand.in(machine_);
  const auto& [mxcsr, x87, aligned] = precaution.control;
  if (aligned && operand.value % 16 != 0) return fault(general_protection());
  if (x87 != ControlPlace::kNowhere) {
    kept_x87_ = machine_.x87_tops();
    const auto value = memory_.load<std::uint16_t>(operand + static_cast<unsigned>(x87));
    if (!value) return;  // it faults
    if (const auto why = refusal_of_x87_control(*value); !why.empty()) return refuse(why);
  }
  if (mxcsr != ControlPlace::kNowhere) {
    const auto value = memory_.load<std::uint32_t>(operand + static_cast<unsigned>(mxcsr));
    if (!value) return;
    constexpr std::uint32_t kReserved = 0xffff'0000;  // SDM vol. 1, figure 10-3
    if ((*value & kReserved) != 0) return fault(general_protection());
    if (const auto why = refusal_of_mxcsr(*value); !why.empty()) refuse(why);
  }
}

bool UnicornEngine::Core::has_short_length(Gpr reg, bool wide) const {
  const auto value = static_cast<std::int64_t>(machine_.read(reg));
  const std::int64_t length = wide ? value : static_cast<std::int32_t>(value);
  return length > INT32_MIN && length <= INT32_MAX;
}

}  // namespace ringfare
