// SPDX-License-Identifier: MIT
#include "cpu/gate/rows.hpp"

namespace ringfare {
namespace {

using State = GateState;

/// Words IRET pops, lowest first.
enum Popped : std::size_t { kRip, kCs, kRflags, kRsp, kSs, kEs, kDs, kFs, kGs };

std::uint64_t frame_word(const State& s, std::size_t i) {
  const std::uint64_t base = s.lma() ? 0 : s.registers.ss.base;
  const std::uint64_t stack =
      s.code64() ? s.registers[Gpr::Rsp] : s.registers[Gpr::Rsp] & 0xffffffff;
  return base + stack + s.width * i;
}
bool mapped(const State& s, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    if (!s.load(frame_word(s, i), s.width)) return false;
  return true;
}
void pop(State& s, std::size_t from, std::size_t count) {
  for (std::size_t i = from; i < from + count; ++i) s.frame[i] = *s.load(frame_word(s, i), s.width);
}

/// To virtual-8086 mode: only legacy mode, at CPL 0, knows it.
bool to_virtual_8086(const State& s) {
  return !s.lma() && s.width == 4 && s.system.cpl == 0 &&
         (s.frame[kRflags] & flag::kVirtual8086) != 0;
}
bool to_segments(const State& s) {
  return !to_virtual_8086(s);
}
std::uint8_t rpl(const State& s) {
  return s.code_selector & kRequestedPrivilege;
}
bool outward(const State& s) {
  return to_segments(s) && rpl(s) > s.system.cpl;
}
/// SS and RSP are popped: always in long mode.
bool loads_stack(const State& s) {
  return to_segments(s) && (s.lma() || outward(s));
}
bool loads_ordinary_stack(const State& s) {
  return loads_stack(s) && !null_selector(s.stack_selector);
}

bool code_good(const State& s) {
  const auto d = find_descriptor(s.memory, s.system, s.code_selector);
  return d && d->code() && rpl(s) >= s.system.cpl &&
         (d->conforming() ? d->dpl() <= rpl(s) : d->dpl() == rpl(s)) &&
         !(s.lma() && d->long_mode() && d->default_size());
}
bool stack_good(const State& s) {
  const auto d = find_descriptor(s.memory, s.system, s.stack_selector);
  return d && d->writable_data() && (s.stack_selector & kRequestedPrivilege) == rpl(s) &&
         d->dpl() == rpl(s);
}
bool to_code64(const State& s) {
  return s.lma() && s.code.long_mode();
}
bool target_good(const State& s) {
  return to_code64(s) ? canonical(s.frame[kRip]) : (s.frame[kRip] & 0xffffffff) <= s.code.limit();
}

/// RFLAGS as the image, the ring and the operand size allow (SDM vol. 2A, IRET).
void load_flags(State& s) {
  constexpr std::uint64_t kAlways = flag::kArithmetic | flag::kTrap | flag::kDirection |
                                    flag::kNestedTask | flag::kResume | flag::kAlignmentCheck |
                                    flag::kIdentification;
  constexpr std::uint64_t kVirtualInterrupts = 3u << 19;
  std::uint64_t mask = kAlways;
  const std::uint64_t iopl = (s.registers.rflags & flag::kIopl) >> 12;
  if (s.system.cpl <= iopl) mask |= flag::kInterrupt;
  if (s.system.cpl == 0) mask |= flag::kIopl | kVirtualInterrupts;
  if (to_virtual_8086(s)) mask |= flag::kVirtual8086;
  if (s.width == 2) mask &= 0xffff;
  s.registers.rflags = (s.registers.rflags & ~mask) | (s.frame[kRflags] & mask) | flag::kFixed;
}

void load_stack(State& s) {
  Registers& r = s.registers;
  if (null_selector(s.stack_selector)) {
    r.ss = null_segment(s.stack_selector);
    r.ss.dpl = rpl(s);
  } else {
    r.ss = loaded_segment(s.stack_selector, s.stack);
  }
  // With a 16-bit stack only SP is loaded; the upper half of the kernel's ESP stays visible.
  const bool narrow = !to_code64(s) && !r.ss.default_size && !null_selector(s.stack_selector);
  const std::uint64_t kept = narrow ? r[Gpr::Rsp] & 0xffff0000 : 0;
  std::uint64_t stack = s.frame[kRsp];
  if (narrow) stack &= 0xffff;
  r[Gpr::Rsp] = kept | stack;
}

void load_segments(State& s) {
  Registers& r = s.registers;
  const std::uint8_t cpl = rpl(s);
  r.cs = loaded_segment(s.code_selector, s.code);
  r.rip = to_code64(s) ? s.frame[kRip] : s.frame[kRip] & 0xffffffff;
  if (loads_stack(s))
    load_stack(s);
  else
    r[Gpr::Rsp] += 3u * s.width;
  if (cpl > s.system.cpl)
    for (Segment* data : {&r.ds, &r.es, &r.fs, &r.gs})
      if (!null_selector(data->selector) && data->dpl < cpl) *data = null_segment(0);
  s.system.cpl = cpl;
}

Segment real_segment(std::uint64_t selector) {
  return {.selector = static_cast<std::uint16_t>(selector),
          .base = (selector & 0xffff) << 4,
          .limit = 0xffff,
          .dpl = 3};
}
void load_virtual_8086(State& s) {
  Registers& r = s.registers;
  r.cs = real_segment(s.frame[kCs]);
  r.ss = real_segment(s.frame[kSs]);
  r.es = real_segment(s.frame[kEs]);
  r.ds = real_segment(s.frame[kDs]);
  r.fs = real_segment(s.frame[kFs]);
  r.gs = real_segment(s.frame[kGs]);
  r.rip = s.frame[kRip] & 0xffff;
  r[Gpr::Rsp] = s.frame[kRsp];
  s.system.cpl = 3;
}

constexpr std::string_view kClause = "SDM vol. 2A, IRET; APM vol. 3, IRET";
constexpr Door kDoor = Door::Iret;

constexpr MicroStep kSteps[] = {
    {.door = kDoor,
     .modes = Modes::Legacy,
     .key = "iret.check",
     .clause = kClause,
     .what = "not in virtual-8086 mode, or IOPL = 3",
     .passes =
         [](const State& s) {
           return !s.virtual_8086() || (s.registers.rflags & flag::kIopl) == flag::kIopl;
         },
     .fault = kGeneralProtection},
    {.door = kDoor,
     .modes = Modes::Long,
     .key = "iret.check",
     .clause = kClause,
     .what = "NT = 0",
     .passes = [](const State& s) { return (s.registers.rflags & flag::kNestedTask) == 0; },
     .fault = kGeneralProtection},
    // With NT = 1 IRET goes back to the task in the TSS's back link. No kernel here has tasks: the
    // link never names a busy TSS.
    {.door = kDoor,
     .modes = Modes::Legacy,
     .key = "iret.check",
     .clause = kClause,
     .what = "NT = 0, or the back link names a task",
     .passes = [](const State& s) { return (s.registers.rflags & flag::kNestedTask) == 0; },
     .fault = {vector::kInvalidTss, ErrorCode::Zero}},
    {.door = kDoor,
     .modes = Modes::Legacy,
     .key = "iret.pop",
     .clause = kClause,
     .what = "pop EIP, CS, EFLAGS",
     .passes = [](const State& s) { return mapped(s, 3); },
     .fault = kPageFault,
     .effect =
         [](State& s) {
           pop(s, 0, 3);
           s.code_selector = static_cast<std::uint16_t>(s.frame[kCs]);
         }},
    {.door = kDoor,
     .modes = Modes::Long,
     .key = "iret.pop",
     .clause = kClause,
     .what = "pop RIP, CS, RFLAGS, RSP, SS",
     .passes = [](const State& s) { return mapped(s, 5); },
     .fault = kPageFault,
     .effect =
         [](State& s) {
           pop(s, 0, 5);
           s.code_selector = static_cast<std::uint16_t>(s.frame[kCs]);
           s.stack_selector = static_cast<std::uint16_t>(s.frame[kSs]);
         }},
    {.door = kDoor,
     .modes = Modes::Legacy,
     .key = "iret.pop",
     .clause = "SDM vol. 3, 20.2.2",
     .what = "pop ESP, SS, ES, DS, FS, GS",
     .passes = [](const State& s) { return mapped(s, 9); },
     .fault = kPageFault,
     .effect = [](State& s) { pop(s, kRsp, 6); },
     .needed = to_virtual_8086},
    {.door = kDoor,
     .key = "iret.check",
     .clause = kClause,
     .what = "CS is not null",
     .passes = [](const State& s) { return !null_selector(s.code_selector); },
     .fault = kGeneralProtection,
     .needed = to_segments},
    {.door = kDoor,
     .key = "iret.check",
     .clause = kClause,
     .what = "CS is code with RPL >= CPL and DPL = RPL",
     .passes = code_good,
     .fault = {vector::kProtection, ErrorCode::CodeSelector},
     .effect = [](State& s) { s.code = *find_descriptor(s.memory, s.system, s.code_selector); },
     .needed = to_segments},
    {.door = kDoor,
     .key = "iret.check",
     .clause = kClause,
     .what = "CS is present",
     .passes = [](const State& s) { return s.code.present(); },
     .fault = {vector::kNotPresent, ErrorCode::CodeSelector},
     .needed = to_segments},
    {.door = kDoor,
     .modes = Modes::Legacy,
     .key = "iret.pop",
     .clause = kClause,
     .what = "pop ESP, SS",
     .passes = [](const State& s) { return mapped(s, 5); },
     .fault = kPageFault,
     .effect =
         [](State& s) {
           pop(s, kRsp, 2);
           s.stack_selector = static_cast<std::uint16_t>(s.frame[kSs]);
         },
     .needed = outward},
    {.door = kDoor,
     .modes = Modes::Legacy,
     .key = "iret.check",
     .clause = kClause,
     .what = "SS is not null",
     .passes = [](const State& s) { return !null_selector(s.stack_selector); },
     .fault = kGeneralProtection,
     .needed = outward},
    {.door = kDoor,
     .modes = Modes::Long,
     .key = "iret.check",
     .clause = kClause,
     .what = "SS is not null, or the return is to 64-bit code above ring 3 with its RPL",
     .passes =
         [](const State& s) {
           return !null_selector(s.stack_selector) ||
                  (rpl(s) != 3 && s.code.long_mode() &&
                   (s.stack_selector & kRequestedPrivilege) == rpl(s));
         },
     .fault = kGeneralProtection},
    {.door = kDoor,
     .key = "iret.check",
     .clause = kClause,
     .what = "SS is writable data with RPL = DPL = RPL of CS",
     .passes = stack_good,
     .fault = {vector::kProtection, ErrorCode::StackSelector},
     .effect = [](State& s) { s.stack = *find_descriptor(s.memory, s.system, s.stack_selector); },
     .needed = loads_ordinary_stack},
    {.door = kDoor,
     .key = "iret.check",
     .clause = kClause,
     .what = "SS is present",
     .passes = [](const State& s) { return s.stack.present(); },
     .fault = {vector::kStack, ErrorCode::StackSelector},
     .needed = loads_ordinary_stack},
    {.door = kDoor,
     .key = "iret.check",
     .clause = kClause,
     .what = "RIP is canonical, EIP within the limit of CS",
     .passes = target_good,
     .fault = kGeneralProtection,
     .needed = to_segments},
    {.door = kDoor,
     .key = "iret.flags",
     .clause = kClause,
     .what = "RFLAGS = popped, as far as CPL and IOPL allow",
     .effect = load_flags},
    {.door = kDoor,
     .key = "iret.segments",
     .clause = kClause,
     .what = "CS:RIP, SS:RSP = popped; CPL = RPL of CS",
     .effect = load_segments,
     .needed = to_segments},
    {.door = kDoor,
     .modes = Modes::Legacy,
     .key = "iret.segments",
     .clause = "SDM vol. 3, 20.2.2",
     .what = "CS:IP, SS:SP and data segments of virtual-8086 mode; CPL = 3",
     .effect = load_virtual_8086,
     .needed = to_virtual_8086},
    {.door = kDoor,
     .key = "iret.serialize",
     .clause = "SDM vol. 3, 9.3; APM vol. 2, 7.6.4",
     .what = "wait for everything before"},
};
static_assert(says_everything(kSteps, kDoor));
static_assert(all_pay_the_same(kSteps));

}  // namespace

std::span<const MicroStep> iret_steps() {
  return kSteps;
}

}  // namespace ringfare
