// SPDX-License-Identifier: MIT
#include "cpu/exception.hpp"
#include "cpu/kernel_space/layout.hpp"

namespace ringfare {

namespace {

/// A gate of an IDT (SDM vol. 3, figures 6-2 and 6-8).
struct GateWords {
  std::uint64_t low, high;
};
constexpr unsigned kInterruptGate = 14, kTrapGate = 15;

GateWords gate_words(std::uint16_t code, std::uint64_t offset, unsigned type, unsigned dpl) {
  const std::uint64_t rights = 0x80u | dpl << 5 | type;
  return {
      (offset & 0xffff) | std::uint64_t{code} << 16 | rights << 40 | (offset & 0xffff0000) << 32,
      offset >> 32};
}

}  // namespace

/// Exceptions and interrupts other than those a program may raise by INT are not executed here:
/// their gates lead to the end of the text, where a path must not come.
void KernelMemory::make_interrupt_table(const EntryPoints& entries) {
  constexpr std::uint8_t kSystemCall = 0x80;
  const std::uint64_t elsewhere = (layout_.text + kTextSize - 1).value;
  for (unsigned v = 0; v < kVectors; ++v) {
    const bool users =
        v == vector::kBreakpoint || v == vector::kOverflow || (v == kSystemCall && entries.int80);
    const bool door = v == kSystemCall && entries.int80;
    const unsigned type =
        door ? (entries.int80_is_trap ? kTrapGate : kInterruptGate) : kInterruptGate;
    const GateWords words = gate_words(
        plan_.selectors.kernel_code, door ? entries.int80->value : elsewhere, type, users ? 3 : 0);
    set_gate(static_cast<std::uint8_t>(v), words.low, words.high);
  }
}

void KernelMemory::boot_doors(SystemState& system, const EntryPoints& entries) const {
  const KernelSelectors& s = plan_.selectors;
  if (plan_.bits == 64) {
    // AMD APM vol. 2, figure 6-1: SYSCALL's CS in STAR[47:32], SYSRET's base in STAR[63:48].
    system.star = std::uint64_t{s.user_code32} << 48 | std::uint64_t{s.kernel_code} << 32;
    system.lstar = entries.syscall.value_or(KernelAddress{}).value;
    system.cstar = entries.syscall32.value_or(KernelAddress{}).value;
    system.fmask = flag::kArithmetic | flag::kTrap | flag::kInterrupt | flag::kDirection |
                   flag::kIopl | flag::kNestedTask | flag::kResume | flag::kAlignmentCheck |
                   flag::kIdentification;
  }
  system.sysenter_cs = entries.sysenter ? s.kernel_code : 0;
  system.sysenter_eip = entries.sysenter.value_or(KernelAddress{}).value;
  system.sysenter_esp =
      plan_.bits == 64 ? layout_.trampoline_stack.end.value : (layout_.tss + kTssLimit + 1).value;
  if (entries.fred) {
    system.fred_config = entries.fred->value;
    system.fred_rsp0 = layout_.stack.end.value;
    system.cr4 |= cr4::kFred;
  }
}

void KernelMemory::boot(SystemState& system, const EntryPoints& entries) {
  make_interrupt_table(entries);
  boot_doors(system, entries);
  constexpr std::uint64_t kEventWords = 16;  // of FRED's frame: event data, reserved
  above_pt_regs_ = entries.fred ? kEventWords : 0;
  system.gdtr = {layout_.gdt.value, kGdtLimit};
  system.ldtr = {layout_.gdt.value + kLdtOffset, kLdtLimit};
  system.idtr = {layout_.idt.value,
                 static_cast<std::uint32_t>(kVectors * (plan_.bits == 64 ? 16 : 8) - 1)};
  system.tr = {plan_.selectors.task, layout_.tss.value, kTssLimit};
  system.cr3 = cr3(PageTable::Kernel);
  if (plan_.bits == 64) {
    system.kernel_gs_base = layout_.per_cpu.value;
    system.cr4 |= cr4::kPcid;
  } else {
    system.efer = 0;
    system.cr4 = 0;
  }
}

}  // namespace ringfare
