// SPDX-License-Identifier: MIT
#include "cpu/gate/rows.hpp"

namespace ringfare {
namespace {

using State = GateState;

/// Gate types in an IDT (SDM vol. 3, 6.11 and 6.14.1). A task gate would start a hardware task,
/// which no kernel does for a software interrupt: it counts as no gate.
constexpr unsigned kInterrupt16 = 6, kTrap16 = 7, kInterrupt32 = 14, kTrap32 = 15;

unsigned type(const State& s) {
  return s.gate[0] >> 40 & 0x1f;
}
unsigned stack_table(const State& s) {  // IST; 0: the stack of the inner ring
  return s.lma() ? s.gate[0] >> 32 & 7 : 0;
}
bool clears_if(const State& s) {
  return type(s) == kInterrupt16 || type(s) == kInterrupt32;
}
std::uint64_t entry_size(const State& s) {
  return s.lma() ? 16 : 8;
}
std::uint64_t offset(const State& s) {
  std::uint64_t at = s.gate[0] & 0xffff;
  if (s.width != 2) at |= (s.gate[0] >> 48) << 16;
  if (s.lma()) at |= s.gate[1] << 32;
  return at;
}

/// The ring changes.
bool inner(const State& s) {
  return !s.code.conforming() && s.code.dpl() < s.system.cpl;
}
bool new_stack(const State& s) {
  return inner(s) || stack_table(s) != 0;
}
std::uint8_t new_cpl(const State& s) {
  return s.code.conforming() ? s.system.cpl : s.code.dpl();
}

std::uint64_t entry(const State& s) {
  return s.system.idtr.base + s.vector * entry_size(s);
}
bool entry_mapped(const State& s) {
  return s.load(entry(s), 8) && (!s.lma() || s.load(entry(s) + 8, 8));
}
void read_entry(State& s) {
  s.gate[0] = *s.load(entry(s), 8);
  s.gate[1] = s.lma() ? *s.load(entry(s) + 8, 8) : 0;
  s.code_selector = static_cast<std::uint16_t>(s.gate[0] >> 16);
  s.width = s.lma() ? 8 : type(s) == kInterrupt16 || type(s) == kTrap16 ? 2 : 4;
}

bool code_good(const State& s) {
  const auto d = find_descriptor(s.memory, s.system, s.code_selector);
  return d && d->code() && d->dpl() <= s.system.cpl;
}
void take_code(State& s) {
  s.code = *find_descriptor(s.memory, s.system, s.code_selector);
}

std::uint64_t stack_slot(const State& s) {
  const unsigned table = stack_table(s);
  return table ? 28 + 8 * table : 4 + 8u * new_cpl(s);
}
bool slot_mapped(const State& s) {
  const std::uint64_t at = s.system.tr.base + stack_slot(s);
  return s.lma() ? s.load(at, 8).has_value() : s.load(at, 4) && s.load(at + 4, 2);
}
void read_slot(State& s) {
  const std::uint64_t at = s.system.tr.base + stack_slot(s);
  s.stack_pointer = *s.load(at, s.lma() ? 8 : 4);
  s.stack_selector = s.lma() ? 0 : static_cast<std::uint16_t>(*s.load(at + 4, 2));
}
bool stack_good(const State& s) {
  const auto d = find_descriptor(s.memory, s.system, s.stack_selector);
  return d && d->writable_data() && (s.stack_selector & kRequestedPrivilege) == new_cpl(s) &&
         d->dpl() == new_cpl(s);
}
void take_stack(State& s) {
  s.stack = *find_descriptor(s.memory, s.system, s.stack_selector);
}

unsigned words(const State& s) {
  if (s.virtual_8086()) return 9;
  return s.lma() || inner(s) ? 5 : 3;
}
/// Where the frame will end: the first byte above it.
std::uint64_t top(const State& s) {
  std::uint64_t at = new_stack(s) ? s.stack_pointer : s.registers[Gpr::Rsp];
  if (s.lma()) return at & ~std::uint64_t{15};
  return (at & 0xffffffff) + (new_stack(s) ? s.stack.base() : s.registers.ss.base);
}
bool room(const State& s) {
  const std::uint32_t limit = new_stack(s) ? s.stack.limit() : s.registers.ss.limit;
  const std::uint64_t at = (new_stack(s) ? s.stack_pointer : s.registers[Gpr::Rsp]) & 0xffffffff;
  if (limit == 0xffffffff) return true;
  return at >= words(s) * s.width && at - 1 <= limit;
}
bool frame_writable(const State& s) {
  const std::uint64_t size = words(s) * s.width;
  const auto table = s.memory.table(s.system.cr3);
  return table &&
         s.memory.writable(KernelAddress{top(s) - size}, static_cast<unsigned>(size), *table);
}
void push_frame(State& s) {
  const Registers& r = s.registers;
  const Value all[] = {{r.gs.selector, origin::kUserRegister},
                       {r.fs.selector, origin::kUserRegister},
                       {r.ds.selector, origin::kUserRegister},
                       {r.es.selector, origin::kUserRegister},
                       {r.ss.selector, 0},
                       {r[Gpr::Rsp], origin::kUserRegister},
                       {r.rflags, origin::kFlags},
                       {r.cs.selector, 0},
                       {s.next_rip(), origin::kReturn}};
  const unsigned count = words(s);
  std::uint64_t at = top(s);
  for (const Value& value : std::span(all).last(count)) {
    at -= s.width;
    s.store(at, s.width, value);
  }
  const bool switches = new_stack(s);
  if (switches && !s.lma()) {
    s.registers.ss = loaded_segment(s.stack_selector, s.stack);
  } else if (inner(s)) {  // SDM vol. 3, 6.14.2
    s.registers.ss = null_segment(new_cpl(s));
    s.registers.ss.dpl = new_cpl(s);
  }
  s.registers[Gpr::Rsp] = at - (s.lma() ? 0 : s.registers.ss.base);
}

void leave_virtual_8086(State& s) {
  Registers& r = s.registers;
  if (s.virtual_8086()) r.ds = r.es = r.fs = r.gs = null_segment(0);
}
void set_flags(State& s) {
  leave_virtual_8086(s);
  std::uint64_t& flags = s.registers.rflags;
  flags &= ~(flag::kTrap | flag::kNestedTask | flag::kResume | flag::kVirtual8086);
  if (clears_if(s)) flags &= ~flag::kInterrupt;
}
void jump(State& s) {
  const std::uint8_t cpl = new_cpl(s);
  s.registers.cs = loaded_segment(
      static_cast<std::uint16_t>((s.code_selector & ~kRequestedPrivilege) | cpl), s.code);
  s.registers.rip = offset(s);
  s.system.cpl = cpl;
}

constexpr std::string_view kClause = "SDM vol. 2A, INT n; APM vol. 2, 8.7 and 8.9";
constexpr auto kLegacy = Modes::Legacy, kLong = Modes::Long;
constexpr Door kDoor = Door::Interrupt;

constexpr MicroStep kSteps[] = {
    {.door = kDoor,
     .modes = kLegacy,
     .key = "int.check",
     .clause = "SDM vol. 3, 20.3.3",
     .what = "not in virtual-8086 mode, or IOPL = 3",
     .passes =
         [](const State& s) {
           return !s.virtual_8086() || (s.registers.rflags & flag::kIopl) == flag::kIopl;
         },
     .fault = kGeneralProtection},
    {.door = kDoor,
     .key = "int.check",
     .clause = kClause,
     .what = "the entry lies within the IDT",
     .passes =
         [](const State& s) {
           return s.vector * entry_size(s) + entry_size(s) - 1 <= s.system.idtr.limit;
         },
     .fault = {vector::kProtection, ErrorCode::Vector}},
    {.door = kDoor,
     .key = "int.check",
     .clause = kClause,
     .what = "IDT entry read",
     .passes = entry_mapped,
     .fault = kPageFault,
     .effect = read_entry},
    {.door = kDoor,
     .modes = kLegacy,
     .key = "int.check",
     .clause = kClause,
     .what = "an interrupt or trap gate",
     .passes =
         [](const State& s) {
           return type(s) == kInterrupt16 || type(s) == kTrap16 || type(s) == kInterrupt32 ||
                  type(s) == kTrap32;
         },
     .fault = {vector::kProtection, ErrorCode::Vector}},
    {.door = kDoor,
     .modes = kLong,
     .key = "int.check",
     .clause = kClause,
     .what = "a 64-bit interrupt or trap gate",
     .passes = [](const State& s) { return type(s) == kInterrupt32 || type(s) == kTrap32; },
     .fault = {vector::kProtection, ErrorCode::Vector}},
    {.door = kDoor,
     .key = "int.check",
     .clause = kClause,
     .what = "DPL of the gate >= CPL",
     .passes = [](const State& s) { return (s.gate[0] >> 45 & 3) >= s.system.cpl; },
     .fault = {vector::kProtection, ErrorCode::Vector}},
    {.door = kDoor,
     .key = "int.check",
     .clause = kClause,
     .what = "the gate is present",
     .passes = [](const State& s) { return (s.gate[0] >> 47 & 1) != 0; },
     .fault = {vector::kNotPresent, ErrorCode::Vector}},

    {.door = kDoor,
     .key = "int.gate",
     .clause = kClause,
     .what = "CS of the gate is not null",
     .passes = [](const State& s) { return !null_selector(s.code_selector); },
     .fault = kGeneralProtection},
    {.door = kDoor,
     .key = "int.gate",
     .clause = kClause,
     .what = "CS is code with DPL <= CPL",
     .passes = code_good,
     .fault = {vector::kProtection, ErrorCode::CodeSelector},
     .effect = take_code},
    {.door = kDoor,
     .modes = kLong,
     .key = "int.gate",
     .clause = "SDM vol. 3, 6.14.1; APM vol. 2, 8.9.1",
     .what = "CS is 64-bit code: L = 1, D = 0",
     .passes = [](const State& s) { return s.code.long_mode() && !s.code.default_size(); },
     .fault = {vector::kProtection, ErrorCode::CodeSelector}},
    {.door = kDoor,
     .key = "int.gate",
     .clause = kClause,
     .what = "CS is present",
     .passes = [](const State& s) { return s.code.present(); },
     .fault = {vector::kNotPresent, ErrorCode::CodeSelector}},
    {.door = kDoor,
     .modes = kLegacy,
     .key = "int.gate",
     .clause = "SDM vol. 3, 20.3.1.1",
     .what = "from virtual-8086 mode CS leads to ring 0",
     .passes = [](const State& s) { return inner(s) && s.code.dpl() == 0; },
     .fault = {vector::kProtection, ErrorCode::CodeSelector},
     .needed = [](const State& s) { return s.virtual_8086(); }},

    {.door = kDoor,
     .modes = kLegacy,
     .key = "int.stack",
     .clause = kClause,
     .what = "the TSS holds SS and ESP of the inner ring",
     .passes = [](const State& s) { return stack_slot(s) + 5 <= s.system.tr.limit; },
     .fault = {vector::kInvalidTss, ErrorCode::Task},
     .needed = new_stack},
    {.door = kDoor,
     .modes = kLong,
     .key = "int.stack",
     .clause = kClause,
     .what = "the TSS holds the stack pointer",
     .passes = [](const State& s) { return stack_slot(s) + 7 <= s.system.tr.limit; },
     .fault = {vector::kInvalidTss, ErrorCode::Task},
     .needed = new_stack},
    {.door = kDoor,
     .key = "int.stack",
     .clause = kClause,
     .what = "stack pointer read from the TSS",
     .passes = slot_mapped,
     .fault = kPageFault,
     .effect = read_slot,
     .needed = new_stack},
    {.door = kDoor,
     .modes = kLegacy,
     .key = "int.stack",
     .clause = kClause,
     .what = "SS of the inner ring is not null",
     .passes = [](const State& s) { return !null_selector(s.stack_selector); },
     .fault = {vector::kInvalidTss, ErrorCode::Zero},
     .needed = new_stack},
    {.door = kDoor,
     .modes = kLegacy,
     .key = "int.stack",
     .clause = kClause,
     .what = "SS is writable data with RPL = DPL = DPL of CS",
     .passes = stack_good,
     .fault = {vector::kInvalidTss, ErrorCode::StackSelector},
     .effect = take_stack,
     .needed = new_stack},
    {.door = kDoor,
     .modes = kLegacy,
     .key = "int.stack",
     .clause = kClause,
     .what = "SS is present",
     .passes = [](const State& s) { return s.stack.present(); },
     .fault = {vector::kStack, ErrorCode::StackSelector},
     .needed = new_stack},
    {.door = kDoor,
     .modes = kLong,
     .key = "int.stack",
     .clause = "SDM vol. 3, 6.14.2",
     .what = "the stack pointer is canonical",
     .passes = [](const State& s) { return canonical(s.stack_pointer); },
     .fault = {vector::kStack, ErrorCode::Zero},
     .needed = new_stack},
    {.door = kDoor,
     .modes = kLegacy,
     .key = "int.stack",
     .clause = kClause,
     .what = "the frame fits within the limit of SS",
     .passes = room,
     .fault = {vector::kStack, ErrorCode::StackSelector}},

    {.door = kDoor,
     .modes = kLegacy,
     .key = "int.push",
     .clause = kClause,
     .what = "the target lies within the limit of CS",
     .passes = [](const State& s) { return offset(s) <= s.code.limit(); },
     .fault = kGeneralProtection},
    {.door = kDoor,
     .modes = kLong,
     .key = "int.push",
     .clause = "SDM vol. 2A, INT n",
     .what = "the target is canonical",
     .passes = [](const State& s) { return canonical(offset(s)); },
     .fault = kGeneralProtection},
    {.door = kDoor,
     .key = "int.push",
     .clause = "SDM vol. 3, 6.12.1 and 6.14.2; APM vol. 2, 8.7.3 and 8.9.3",
     .what = "push SS, RSP, RFLAGS, CS, RIP",
     .passes = frame_writable,
     .fault = kPageFault,
     .effect = push_frame},
    {.door = kDoor,
     .key = "int.flags",
     .clause = "SDM vol. 3, 6.12.1.2 and 6.12.1.3",
     .what = "TF = NT = RF = VM = 0; an interrupt gate clears IF",
     .effect = set_flags},
    {.door = kDoor,
     .key = "int.target",
     .clause = kClause,
     .what = "CS:RIP of the gate; CPL = DPL of CS",
     .effect = jump},
};
static_assert(says_everything(kSteps, kDoor));
static_assert(all_pay_the_same(kSteps));

}  // namespace

std::span<const MicroStep> interrupt_steps() {
  return kSteps;
}

}  // namespace ringfare
