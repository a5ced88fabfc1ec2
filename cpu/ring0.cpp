// SPDX-License-Identifier: MIT
#include "cpu/ring0.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "cpu/ring0_execution.hpp"

namespace ringfare {

/// Instructions decoded so far, by address.
class Ring0::Cache {
 public:
  const DecodedKernelInstruction& at(KernelAddress address, std::span<const std::uint8_t> code) {
    const auto found = decoded_.find(address);
    if (found != decoded_.end()) return found->second;
    return decoded_.emplace(address, decode_kernel_instruction(code, address)).first->second;
  }

 private:
  std::unordered_map<KernelAddress, DecodedKernelInstruction> decoded_;
};

Ring0::Ring0(KernelMemory& memory, SystemState& system)
    : memory_(memory), system_(system), cache_(std::make_unique<Cache>()) {}

Ring0::~Ring0() = default;

void Ring0::begin() {
  origins_ = {};
  origins_.gpr.fill(origin::kUserRegister);
  origins_.gpr[static_cast<std::size_t>(Gpr::Rax)] = origin::kNumber;
  origins_.gpr[static_cast<std::size_t>(Gpr::Rcx)] = origin::kReturn;
  origins_.gpr[static_cast<std::size_t>(Gpr::R11)] = origin::kFlags;
  origins_.flags = origin::kFlags;
}

std::variant<Executed, AtDoor> Ring0::step(Registers& registers) {
  const KernelAddress at{registers.rip};
  const std::optional<PageTable> table = memory_.table(system_.cr3);
  const std::span<const std::uint8_t> code =
      table ? memory_.fetch(at, *table) : std::span<const std::uint8_t>{};
  if (code.empty())
    throw PathError(
        at, fmt::format("page fault: no code at {:#x} with CR3 = {:#x}", at.value, system_.cr3));
  const DecodedKernelInstruction& decoded = cache_->at(at, code);
  if (decoded.row->door) return AtDoor{*decoded.row->door, at, decoded.length};

  Execution execution(registers, system_, memory_, origins_, executed_, at);
  execution.price_key = decoded.price_key;
  registers.rip += decoded.length;
  decoded.row->execute(execution, decoded);
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
