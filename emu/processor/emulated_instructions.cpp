// SPDX-License-Identifier: MIT
#include "emu/processor/emulated_instructions.hpp"

#include <algorithm>
#include <span>
#include <string_view>

#include "cpu/decoder.hpp"
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

/// The register that the instruction at RIP names in ModRM.rm, and how many bytes of it are
/// written.
struct Destination {
  std::size_t reg;
  std::size_t bytes;
};

Destination destination(const Registers& registers, std::uint8_t length) {
  constexpr std::uint8_t kRexW = 8, kRexB = 1, kOperandSize = 0x66;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(AddressSpace::host({registers.rip}));
  const std::span code(bytes, length);
  const std::uint8_t rex = rex_prefix(code, registers.mode());
  const auto prefixes = code.first(prefix_count(code, registers.mode()));
  const bool narrow = std::ranges::find(prefixes, kOperandSize) != prefixes.end();
  return {(code.back() & 7u) + ((rex & kRexB) != 0 ? 8 : 0), (rex & kRexW) != 0 ? 8u
                                                             : narrow           ? 2u
                                                                                : 4u};
}

/// As every instruction writes: 32 bits clear the upper half, 16 leave the rest alone.
void set_register(Registers& registers, Destination to, std::uint64_t value) {
  constexpr std::uint64_t kWord = 0xffff;
  std::uint64_t& reg = registers.gpr[to.reg];
  if (to.bytes == 2)
    reg = (reg & ~kWord) | (value & kWord);
  else
    reg = to.bytes == 4 ? static_cast<std::uint32_t>(value) : value;
}

/// SDM vol. 2B, RDRAND: CF says that there was a number; there always is.
void execute_random(Registers& registers, std::uint8_t length, RandomSource& random) {
  set_register(registers, destination(registers, length), random.next());
  registers.rflags = (registers.rflags & ~flag::kArithmetic) | flag::kCarry;
}

/// The feature without which a processor does not know the instruction; empty: all know it.
constexpr std::array<std::string_view, kSystemInstructions> kNeeds{
    "", "tsc", "rdtscp", "rdpid", "xsave", "rdrand", "rdseed"};

}  // namespace

EmulatedPrices::EmulatedPrices(const CpuModel& cpu) {
  for (std::size_t i = 0; i < prices_.size(); ++i)
    if (const auto price = cpu.prices.find(price_key(static_cast<SystemInstruction>(i)));
        price != cpu.prices.end())
      prices_[i] = price->second.cycles;
}

EmulatedInstructions::EmulatedInstructions(const CpuModel& cpu, const Cpuid& cpuid,
                                           const SimulatedClock& clock, RandomSource& random)
    : clock_(clock), cpuid_(cpuid), random_(random), prices_(cpu) {
  for (std::size_t i = 0; i < known_.size(); ++i)
    known_[i] = kNeeds[i].empty() || cpuid.has(kNeeds[i]);
}

std::optional<Exception> EmulatedInstructions::execute(const AtInstruction& at,
                                                       Registers& registers) const {
  if (!known_[static_cast<std::size_t>(at.which)])
    return Exception{.vector = vector::kInvalidOpcode};
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
      registers.gpr[destination(registers, at.length).reg] = 0;
      break;
    case SystemInstruction::Xgetbv:
      if (static_cast<std::uint32_t>(registers[Gpr::Rcx]) != 0) return general_protection();
      set_pair(registers, cpuid_.xcr0());
      break;
    case SystemInstruction::Rdrand:
    case SystemInstruction::Rdseed:
      execute_random(registers, at.length, random_);
      break;
  }
  registers.rip += at.length;
  return std::nullopt;
}

}  // namespace ringfare
