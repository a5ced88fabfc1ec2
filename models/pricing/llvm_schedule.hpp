// SPDX-License-Identifier: MIT
#pragma once

#include <llvm/MC/MCAsmInfo.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCDisassembler/MCDisassembler.h>
#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCRegisterInfo.h>
#include <llvm/MC/MCSchedule.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/MCTargetOptions.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/cpu_model.hpp"
#include "models/pricing/instruction_cost.hpp"

namespace ringfare {

/// What LLVM knows of a register, as far as dependencies go.
struct LlvmRegister {
  Place place = kNowhere;
  bool narrow = false;  // 8 or 16 bits of a general register: a write keeps the rest
};

/// One decoded instruction with what LLVM says about it.
struct DecodedInstruction {
  llvm::MCInst inst;
  const llvm::MCInstrDesc* desc = nullptr;
  std::string_view name;                             // LLVM's opcode, "ADD32rm"
  const llvm::MCSchedClassDesc* schedule = nullptr;  // null where the model has nothing
  int memory = -1;                                   // index of the memory operand's base
};

using Ports = InlineVector<PortUse, 8>;

/// LLVM's scheduling tables for one core, read instruction by instruction.
class LlvmSchedule {
 public:
  /// Throws UserError for a `llvm_cpu` LLVM does not know or has no tables for.
  LlvmSchedule(const CpuModel& cpu, CodeMode mode);

  /// Nothing where the bytes are no instruction.
  std::optional<DecodedInstruction> decode(std::span<const std::uint8_t> code) const;

  /// The work per set of units; one cycle of an adder where the model has nothing.
  Ports ports(const DecodedInstruction& decoded) const;

  /// Cycles until a result is there; definitions count from 0, implicit ones last.
  std::uint16_t latency(const DecodedInstruction& decoded, unsigned definition) const;

  /// How many cycles after the start an operand is needed; uses count from 0, implicit ones last.
  int read_advance(const DecodedInstruction& decoded, unsigned use) const;

  LlvmRegister where(unsigned reg) const { return places_[reg]; }
  std::string_view name(unsigned reg) const { return registers_->getName(reg); }

  Units load() const { return load_; }          // units a plain load may use
  Units store() const { return store_; }        // a plain store
  Units add() const { return add_; }            // an addition
  Units multiply() const { return multiply_; }  // a multiplication
  Units dividers() const { return dividers_; }  // these are no ports: no micro-operation goes there

 private:
  const llvm::MCSchedClassDesc* scheduling_class(const DecodedInstruction& decoded) const;
  int memory_operand(const DecodedInstruction& decoded) const;

  llvm::MCTargetOptions options_;
  std::unique_ptr<llvm::MCRegisterInfo> registers_;
  std::unique_ptr<llvm::MCAsmInfo> info_;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget_;
  std::unique_ptr<llvm::MCInstrInfo> instructions_;
  std::unique_ptr<llvm::MCContext> context_;
  std::unique_ptr<llvm::MCDisassembler> disassembler_;
  std::vector<LlvmRegister> places_;
  std::vector<Units> masks_;  // by resource
  Units load_ = 0, store_ = 0, add_ = 0, multiply_ = 0, dividers_ = 0;
};

}  // namespace ringfare
