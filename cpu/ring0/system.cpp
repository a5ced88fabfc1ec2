// SPDX-License-Identifier: MIT
#include <Zydis/Zydis.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cpu/priced_instructions.hpp"
#include "cpu/ring0/execution.hpp"

namespace ringfare {
namespace {

using Decoded = DecodedKernelInstruction;

void swap_gs(Execution& x, const Decoded&) {
  if (x.system.cr4 & cr4::kFred) x.refuse("#UD: with CR4.FRED there is no swapgs");
  std::swap(x.registers.gs.base, x.system.kernel_gs_base);
}

/// A model-specific register and where its value lives.
struct ModelSpecificRegister {
  std::uint32_t number;
  std::string_view name;
  std::uint64_t& (*value)(Registers&, SystemState&);
};

using R = Registers;
using S = SystemState;

constexpr ModelSpecificRegister kModelSpecific[] = {
    {0x48, "IA32_SPEC_CTRL", [](R&, S& s) -> std::uint64_t& { return s.spec_ctrl; }},
    {0x49, "IA32_PRED_CMD", [](R&, S& s) -> std::uint64_t& { return s.pred_cmd; }},
    {0x174, "IA32_SYSENTER_CS", [](R&, S& s) -> std::uint64_t& { return s.sysenter_cs; }},
    {0x175, "IA32_SYSENTER_ESP", [](R&, S& s) -> std::uint64_t& { return s.sysenter_esp; }},
    {0x176, "IA32_SYSENTER_EIP", [](R&, S& s) -> std::uint64_t& { return s.sysenter_eip; }},
    {0xc0000080, "IA32_EFER", [](R&, S& s) -> std::uint64_t& { return s.efer; }},
    {0xc0000081, "IA32_STAR", [](R&, S& s) -> std::uint64_t& { return s.star; }},
    {0xc0000082, "IA32_LSTAR", [](R&, S& s) -> std::uint64_t& { return s.lstar; }},
    {0xc0000083, "IA32_CSTAR", [](R&, S& s) -> std::uint64_t& { return s.cstar; }},
    {0xc0000084, "IA32_FMASK", [](R&, S& s) -> std::uint64_t& { return s.fmask; }},
    {0xc0000100, "IA32_FS_BASE", [](R& r, S&) -> std::uint64_t& { return r.fs.base; }},
    {0xc0000101, "IA32_GS_BASE", [](R& r, S&) -> std::uint64_t& { return r.gs.base; }},
    {0xc0000102, "IA32_KERNEL_GS_BASE",
     [](R&, S& s) -> std::uint64_t& { return s.kernel_gs_base; }},
};
static_assert(std::ranges::is_sorted(kModelSpecific, {}, &ModelSpecificRegister::number));

const ModelSpecificRegister& model_specific(const Execution& x) {
  const auto number = static_cast<std::uint32_t>(x.registers[Gpr::Rcx]);
  const auto row =
      std::ranges::lower_bound(kModelSpecific, number, {}, &ModelSpecificRegister::number);
  if (row == std::end(kModelSpecific) || row->number != number)
    x.refuse(fmt::format("MSR {:#x} is not modelled", number));
  return *row;
}

void write_msr(Execution& x, const Decoded&) {
  const ModelSpecificRegister& msr = model_specific(x);
  const std::uint64_t value = (x.registers[Gpr::Rax] & 0xffffffff) | x.registers[Gpr::Rdx] << 32;
  msr.value(x.registers, x.system) = value;
  x.price_key = wrmsr_price_key(msr.number);
}

void read_msr(Execution& x, const Decoded&) {
  const std::uint64_t value = model_specific(x).value(x.registers, x.system);
  x.write(Gpr::Rax, {value & 0xffffffff, 0});
  x.write(Gpr::Rdx, {value >> 32, 0});
}

std::uint64_t& control_register(Execution& x, std::int8_t number) {
  switch (number) {
    case 0:
      return x.system.cr0;
    case 2:
      return x.system.cr2;
    case 3:
      return x.system.cr3;
    case 4:
      return x.system.cr4;
    default:
      x.refuse(fmt::format("CR{} is not modelled", number));
  }
}

/// Bit 63 of the source asks not to flush and is not kept (SDM vol. 3, 4.10.4.1).
void move_to_control(Execution& x, const Decoded& d) {
  constexpr std::uint64_t kNoFlush = 1ULL << 63;
  const Value source = x.read(d.operands[1]);
  const bool cr3 = d.operands[0].reg == 3;
  control_register(x, d.operands[0].reg) = cr3 ? source.bits & ~kNoFlush : source.bits;
  if (cr3) x.table();
}

void move_from_control(Execution& x, const Decoded& d) {
  x.write(d.operands[0], {control_register(x, d.operands[1].reg), 0});
}

/// VERW: ZF tells whether the selector names a writable segment; clearing buffers has no effect
/// that a program sees.
void verify_writable(Execution& x, const Decoded& d) {
  const Value selector = x.read(d.operands[0]);
  bool writable = false;
  if ((selector.bits & ~7u) != 0 && (selector.bits | 7) <= x.system.gdtr.limit) {
    const KernelAddress at{x.system.gdtr.base + (selector.bits & 0xfff8)};
    constexpr std::uint64_t kTypeMask = 0x1aULL << 40, kWritableData = 0x12ULL << 40;
    writable = (x.load(at, 8).bits & kTypeMask) == kWritableData;
  }
  x.write_flags(flag::kZero, writable ? flag::kZero : 0, selector.from);
}

void write_flag(Execution& x, std::uint64_t flag, bool value) {
  x.registers.rflags = value ? x.registers.rflags | flag : x.registers.rflags & ~flag;
}

constexpr std::uint64_t kSettable[] = {flag::kInterrupt, flag::kAlignmentCheck, flag::kDirection,
                                       flag::kCarry};
void clear_flag(Execution& x, const Decoded& d) {
  write_flag(x, kSettable[d.row->detail], false);
}
void set_flag(Execution& x, const Decoded& d) {
  write_flag(x, kSettable[d.row->detail], true);
}

/// The image on the stack has neither RF nor VM (SDM vol. 2B, PUSHF).
void push_flags(Execution& x, const Decoded& d) {
  x.push({x.registers.rflags & ~(flag::kResume | flag::kVirtual8086), x.origins.flags}, d.width);
}

/// At CPL 0 everything but VM is loaded; RF becomes 0 (SDM vol. 2B, POPF).
void pop_flags(Execution& x, const Decoded& d) {
  constexpr std::uint64_t kLoaded = 0x247fd5;
  const Value image = x.pop(d.width);
  if (d.width == 2)
    x.write_flags(kLoaded & 0xffff, image.bits, image.from);
  else
    x.write_flags(kLoaded | flag::kResume, image.bits & ~flag::kResume, image.from);
}

void read_time_stamp(Execution& x, const Decoded& d) {
  x.write(Gpr::Rax, {x.time_stamp & 0xffffffff, origin::kTime});
  x.write(Gpr::Rdx, {x.time_stamp >> 32, origin::kTime});
  if (d.row->detail) x.write(Gpr::Rcx, {0, 0});  // IA32_TSC_AUX of processor 0
}

/// INVPCID reads its descriptor; translations are not cached here.
void invalidate_translations(Execution& x, const Decoded& d) {
  const KernelAddress at = x.address(d.operands[1]);
  x.load(at, 8);
  x.load(at + 8, 8);
}

/// A selector in a register is zero-extended, in memory it has two bytes.
void move_from_segment(Execution& x, const Decoded& d) {
  x.write(d.operands[0], {x.segment(d.operands[1]).selector, origin::kUserRegister});
}
void push_segment(Execution& x, const Decoded& d) {
  x.push({x.segment(d.operands[0]).selector, origin::kUserRegister}, d.width);
}

/// CS cannot be loaded this way (SDM vol. 2B, MOV).
void load_segment(Execution& x, const Operand& target, Value selector) {
  constexpr std::int8_t kCode = 1;
  if (target.reg == kCode) x.refuse("#UD: CS is no destination");
  x.segment(target) = x.checked_segment(target, static_cast<std::uint16_t>(selector.bits));
}
void move_to_segment(Execution& x, const Decoded& d) {
  load_segment(x, d.operands[0], x.read(d.operands[1]));
}
void pop_segment(Execution& x, const Decoded& d) {
  const Value selector = x.load(KernelAddress{x.registers[Gpr::Rsp]}, d.width);
  load_segment(x, d.operands[0], selector);
  x.move_stack(d.width);
}

/// LKGS loads GS and puts the base of its segment where SWAPGS finds it.
void load_kernel_gs(Execution& x, const Decoded& d) {
  constexpr Operand kGs{.kind = Operand::Kind::Segment, .size = 2, .reg = 5};
  const Segment loaded =
      x.checked_segment(kGs, static_cast<std::uint16_t>(x.read(d.operands[0]).bits));
  const std::uint64_t base = x.registers.gs.base;
  x.registers.gs = loaded;
  x.system.kernel_gs_base = loaded.base;
  x.registers.gs.base = base;
}

void nothing(Execution&, const Decoded&) {}

constexpr KernelInstructionRow kRows[] = {
    {ZYDIS_MNEMONIC_SWAPGS, swap_gs},
    {ZYDIS_MNEMONIC_WRMSR, write_msr},
    {ZYDIS_MNEMONIC_RDMSR, read_msr},
    {ZYDIS_MNEMONIC_VERW, verify_writable},
    {ZYDIS_MNEMONIC_LFENCE, nothing},
    {ZYDIS_MNEMONIC_MFENCE, nothing},
    {ZYDIS_MNEMONIC_SFENCE, nothing},
    {ZYDIS_MNEMONIC_PAUSE, nothing},
    {ZYDIS_MNEMONIC_ENDBR64, nothing},
    {ZYDIS_MNEMONIC_CLI, clear_flag},
    {ZYDIS_MNEMONIC_CLAC, clear_flag, 1},
    {ZYDIS_MNEMONIC_CLD, clear_flag, 2},
    {ZYDIS_MNEMONIC_CLC, clear_flag, 3},
    {ZYDIS_MNEMONIC_STI, set_flag},
    {ZYDIS_MNEMONIC_STAC, set_flag, 1},
    {ZYDIS_MNEMONIC_STD, set_flag, 2},
    {ZYDIS_MNEMONIC_STC, set_flag, 3},
    {ZYDIS_MNEMONIC_PUSHFQ, push_flags},
    {ZYDIS_MNEMONIC_PUSHFD, push_flags},
    {ZYDIS_MNEMONIC_PUSHF, push_flags},
    {ZYDIS_MNEMONIC_POPFQ, pop_flags},
    {ZYDIS_MNEMONIC_POPFD, pop_flags},
    {ZYDIS_MNEMONIC_POPF, pop_flags},
    {ZYDIS_MNEMONIC_RDTSC, read_time_stamp},
    {ZYDIS_MNEMONIC_RDTSCP, read_time_stamp, 1},
    {ZYDIS_MNEMONIC_INVPCID, invalidate_translations},
    {ZYDIS_MNEMONIC_SYSRET, nullptr, 0, true, Door::Sysret},
    {ZYDIS_MNEMONIC_SYSEXIT, nullptr, 0, true, Door::Sysexit},
    {ZYDIS_MNEMONIC_IRET, nullptr, 0, true, Door::Iret},
    {ZYDIS_MNEMONIC_IRETD, nullptr, 0, true, Door::Iret},
    {ZYDIS_MNEMONIC_IRETQ, nullptr, 0, true, Door::Iret},
};

constexpr std::uint16_t kNotInTheDecoder = 0;
constexpr KernelInstructionRow kEretu{kNotInTheDecoder, nullptr, 0, true, Door::Eretu};
constexpr KernelInstructionRow kLoadKernelGs{kLkgs, load_kernel_gs};

constexpr KernelInstructionRow kMoveToSegment{ZYDIS_MNEMONIC_MOV, move_to_segment};
constexpr KernelInstructionRow kMoveFromSegment{ZYDIS_MNEMONIC_MOV, move_from_segment};
constexpr KernelInstructionRow kPushSegment{ZYDIS_MNEMONIC_PUSH, push_segment};
constexpr KernelInstructionRow kPopSegment{ZYDIS_MNEMONIC_POP, pop_segment};

constexpr KernelInstructionRow kMoveToControl{ZYDIS_MNEMONIC_MOV, move_to_control};
constexpr KernelInstructionRow kMoveFromControl{ZYDIS_MNEMONIC_MOV, move_from_control};

}  // namespace

std::span<const KernelInstructionRow> system_instructions() {
  return kRows;
}

const KernelInstructionRow* segment_move(const DecodedKernelInstruction& decoded) {
  const bool first = decoded.operands[0].kind == Operand::Kind::Segment;
  if (decoded.row->mnemonic == ZYDIS_MNEMONIC_PUSH && first) return &kPushSegment;
  if (decoded.row->mnemonic == ZYDIS_MNEMONIC_POP && first) return &kPopSegment;
  if (first) return &kMoveToSegment;
  if (decoded.operands[1].kind == Operand::Kind::Segment) return &kMoveFromSegment;
  return nullptr;
}

const KernelInstructionRow& eretu_row() {
  return kEretu;
}
const KernelInstructionRow& lkgs_row() {
  return kLoadKernelGs;
}

const KernelInstructionRow* control_move(const DecodedKernelInstruction& decoded) {
  if (decoded.operands[0].kind == Operand::Kind::Control) return &kMoveToControl;
  if (decoded.operands[1].kind == Operand::Kind::Control) return &kMoveFromControl;
  return nullptr;
}

}  // namespace ringfare
