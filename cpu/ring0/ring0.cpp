// SPDX-License-Identifier: MIT
#include "cpu/ring0/ring0.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "cpu/ring0/execution.hpp"

namespace ringfare {

/// Instructions decoded so far, by address.
class Ring0::Cache {
 public:
  const DecodedKernelInstruction& at(KernelAddress address, std::span<const std::uint8_t> code,
                                     CodeBits bits) {
    auto& decoded = decoded_[static_cast<std::size_t>(bits)];
    const auto found = decoded.find(address);
    if (found != decoded.end()) return found->second;
    return decoded.emplace(address, decode_kernel_instruction(code, address, bits)).first->second;
  }

 private:
  std::array<std::unordered_map<KernelAddress, DecodedKernelInstruction>, 3> decoded_;
};

Ring0::Ring0(KernelMemory& memory, SystemState& system)
    : memory_(memory), system_(system), cache_(std::make_unique<Cache>()) {}

Ring0::~Ring0() = default;

void Ring0::begin(Door door) {
  const auto set = [&](Gpr r, Provenance from) {
    origins_.gpr[static_cast<std::size_t>(r)] = from;
  };
  origins_ = {};
  origins_.gpr.fill(origin::kUserRegister);
  set(Gpr::Rax, origin::kNumber);
  if (door == Door::Syscall) {
    set(Gpr::Rcx, origin::kReturn);
    set(Gpr::R11, origin::kFlags);
    set(Gpr::Rsp, origin::kPointer);
  } else {
    set(Gpr::Rsp, 0);  // the gate has loaded it
  }
  if (door == Door::Sysenter) set(Gpr::Rbp, origin::kPointer);
  origins_.flags = origin::kFlags;
}

std::variant<Executed, AtDoor, AtUserFault> Ring0::step(Registers& registers) {
  const KernelAddress at{registers.rip};
  const std::optional<PageTable> table = memory_.table(system_.cr3);
  const std::span<const std::uint8_t> code =
      table ? memory_.fetch(at, *table) : std::span<const std::uint8_t>{};
  if (code.empty())
    throw PathError(
        at, fmt::format("page fault: no code at {:#x} with CR3 = {:#x}", at.value, system_.cr3));
  const DecodedKernelInstruction& decoded = cache_->at(at, code, code_bits(registers.cs));
  if (decoded.row->door) return AtDoor{*decoded.row->door, at, decoded.length, decoded.width};

  Execution execution(registers, system_, memory_, origins_, executed_, at);
  execution.price_key = decoded.price_key;
  registers.rip += decoded.length;
  try {
    decoded.row->execute(execution, decoded);
  } catch (const UserFault& fault) {
    registers.rip = at.value;
    return AtUserFault{at, decoded.length, fault.address};
  }
  ++executed_;
  return Executed{at,
                  decoded.length,
                  decoded.row->ends_run,
                  execution.price_key,
                  execution.stored,
                  execution.written};
}

void Ring0::answer(Registers& registers, std::uint64_t result) {
  registers[Gpr::Rax] = result;
  origins_.gpr[static_cast<std::size_t>(Gpr::Rax)] = origin::kResult;
}

}  // namespace ringfare
