// SPDX-License-Identifier: MIT
#include "emu/processor/emulated_instructions.hpp"

#include "cpu/memory.hpp"
#include "cpu/priced_instructions.hpp"

namespace ringfare {
namespace {

void set_pair(Registers& registers, std::uint64_t value) {  // EDX:EAX
  registers[Gpr::Rax] = static_cast<std::uint32_t>(value);
  registers[Gpr::Rdx] = value >> 32;
}

void execute_cpuid(Registers& registers, const Cpuid& cpuid) {
  const CpuidResult leaf = cpuid.leaf(static_cast<std::uint32_t>(registers[Gpr::Rax]),
                                      static_cast<std::uint32_t>(registers[Gpr::Rcx]));
  registers[Gpr::Rax] = leaf.eax;
  registers[Gpr::Rbx] = leaf.ebx;
  registers[Gpr::Rcx] = leaf.ecx;
  registers[Gpr::Rdx] = leaf.edx;
}

/// The register operand of RDPID, F3 [REX] 0F C7 /7: ModRM.rm extended by REX.B.
std::size_t rdpid_register(const Registers& registers, std::uint8_t length) {
  const auto* code = reinterpret_cast<const std::uint8_t*>(AddressSpace::host({registers.rip}));
  const std::uint8_t before_opcode = code[length - 4];
  const bool extended = (before_opcode & 0xf0) == 0x40 && (before_opcode & 1) != 0;
  return (code[length - 1] & 7u) + (extended ? 8 : 0);
}

}  // namespace

EmulatedPrices::EmulatedPrices(const CpuModel& cpu) {
  for (std::size_t i = 0; i < prices_.size(); ++i)
    if (const auto price = cpu.prices.find(price_key(static_cast<SystemInstruction>(i)));
        price != cpu.prices.end())
      prices_[i] = price->second.cycles;
}

EmulatedInstructions::EmulatedInstructions(const CpuModel& cpu, const Cpuid& cpuid,
                                           const SimulatedClock& clock)
    : cpuid_(cpuid), clock_(clock), prices_(cpu) {}

std::optional<Cycles> EmulatedInstructions::execute(const AtInstruction& at,
                                                    Registers& registers) const {
  switch (at.which) {
    case SystemInstruction::Cpuid:
      execute_cpuid(registers, cpuid_);
      break;
    case SystemInstruction::Rdtsc:
      set_pair(registers, clock_.tsc());
      break;
    case SystemInstruction::Rdtscp:
      set_pair(registers, clock_.tsc());
      registers[Gpr::Rcx] = 0;  // IA32_TSC_AUX: processor 0 of node 0
      break;
    case SystemInstruction::Rdpid:
      registers.gpr[rdpid_register(registers, at.length)] = 0;
      break;
    case SystemInstruction::Xgetbv:
      if (static_cast<std::uint32_t>(registers[Gpr::Rcx]) != 0) return std::nullopt;
      set_pair(registers, cpuid_.xcr0());
      break;
  }
  registers.rip += at.length;
  return prices_.of(at.which);
}

}  // namespace ringfare
