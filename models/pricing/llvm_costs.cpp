// SPDX-License-Identifier: MIT
#include "models/pricing/llvm_costs.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "cpu/priced_instructions.hpp"
#include "models/pricing/core.hpp"
#include "models/pricing/llvm_schedule.hpp"

namespace ringfare {
namespace {

constexpr Place kStackPointer = 4;

/// Costs from LLVM's tables, corrected and completed by the rows of core.cpp.
class LlvmCosts final : public CostSource {
 public:
  LlvmCosts(const CpuModel& cpu, CodeMode mode)
      : prices_(cpu.prices),
        llvm_cpu_(cpu.llvm_cpu),
        core_(core_row(cpu.llvm_cpu)),
        mode_(mode),
        schedule_(cpu, mode) {}

  InstructionCost build(std::span<const std::uint8_t> code,
                        const Encoding& encoding) const override;

 private:
  std::uint8_t slots(const DecodedInstruction& decoded, const Ports& ports) const;
  void add_dependencies(const DecodedInstruction& decoded, InstructionCost& cost) const;
  void add_read(const DecodedInstruction& decoded, unsigned reg, unsigned use,
                InstructionCost& cost) const;
  void add_write(const DecodedInstruction& decoded, unsigned reg, unsigned definition,
                 InstructionCost& cost) const;
  void add_memory(const DecodedInstruction& decoded, InstructionCost& cost) const;
  void use_stack_engine(InstructionCost& cost) const;
  void correct(const DecodedInstruction& decoded, const Encoding& encoding,
               InstructionCost& cost) const;
  void correct_lea(const DecodedInstruction& decoded, const Encoding& encoding,
                   InstructionCost& cost) const;
  void correct_division(const DecodedInstruction& decoded, InstructionCost& cost) const;
  void correct_register_tricks(const DecodedInstruction& decoded, InstructionCost& cost) const;
  void note_fusion(const DecodedInstruction& decoded, InstructionCost& cost) const;

  bool names(const DecodedInstruction& decoded, Place wanted) const {
    return std::ranges::any_of(decoded.inst,
                               [&](const llvm::MCOperand& it) { return place(it) == wanted; });
  }
  Place place(const llvm::MCOperand& operand) const {
    return operand.isReg() && operand.getReg() ? schedule_.where(operand.getReg()).place : kNowhere;
  }

  const Prices prices_;
  const std::string llvm_cpu_;
  const CoreRow& core_;
  const CodeMode mode_;
  const LlvmSchedule schedule_;
};

/// Micro-operations as the renamer counts them: a load goes with its operation, a store's address
/// with its data (Intel Optimization Reference Manual, micro-fusion).
std::uint8_t LlvmCosts::slots(const DecodedInstruction& decoded, const Ports& ports) const {
  if (!decoded.schedule) return 1;
  const unsigned counted = decoded.schedule->NumMicroOps;
  if (core_.has(Trait::MacroOperations) || counted > 8) return static_cast<std::uint8_t>(counted);
  unsigned loads = 0, store_halves = 0, others = 0, total = 0;
  for (const PortUse& use : ports) {
    if ((use.units & ~schedule_.dividers()) == 0) continue;
    total += use.cycles;
    if (decoded.desc->mayLoad() && (use.units & ~schedule_.load()) == 0)
      loads += use.cycles;
    else if (decoded.desc->mayStore() && (use.units & ~schedule_.store()) == 0)
      store_halves += use.cycles;
    else
      others += use.cycles;
  }
  if (counted > total) others += counted - total;
  const unsigned fused = loads && others ? loads - 1 : loads;
  return static_cast<std::uint8_t>((store_halves + 1) / 2 + others + fused);
}

void LlvmCosts::add_read(const DecodedInstruction& decoded, unsigned reg, unsigned use,
                         InstructionCost& cost) const {
  const Place place = schedule_.where(reg).place;
  if (place == kNowhere) return;
  const int later = schedule_.read_advance(decoded, use);
  cost.reads.push({place, static_cast<std::int8_t>(std::clamp(later, -100, 100))});
}

void LlvmCosts::add_write(const DecodedInstruction& decoded, unsigned reg, unsigned definition,
                          InstructionCost& cost) const {
  const LlvmRegister written = schedule_.where(reg);
  if (written.place == kNowhere) return;
  const std::uint16_t cycles = schedule_.latency(decoded, definition);
  cost.writes.push({written.place, cycles});
  // The rest of the register is merged in by the last step of the operation.
  if (written.narrow)
    cost.reads.push({written.place, static_cast<std::int8_t>(std::clamp(cycles - 1, 0, 100))});
}

void LlvmCosts::add_dependencies(const DecodedInstruction& decoded, InstructionCost& cost) const {
  const unsigned operands = std::min(decoded.desc->getNumOperands(), decoded.inst.getNumOperands());
  const unsigned definitions = std::min(decoded.desc->getNumDefs(), operands);
  for (unsigned i = definitions; i < operands; ++i)
    if (const auto& operand = decoded.inst.getOperand(i); operand.isReg() && operand.getReg())
      add_read(decoded, operand.getReg(), i - definitions, cost);
  unsigned use = decoded.desc->getNumOperands() - decoded.desc->getNumDefs();
  for (const llvm::MCPhysReg reg : decoded.desc->implicit_uses())
    add_read(decoded, reg, use++, cost);
  for (unsigned i = 0; i < definitions; ++i)
    if (const auto& operand = decoded.inst.getOperand(i); operand.isReg() && operand.getReg())
      add_write(decoded, operand.getReg(), i, cost);
  unsigned definition = definitions;
  for (const llvm::MCPhysReg reg : decoded.desc->implicit_defs())
    add_write(decoded, reg, definition++, cost);
}

void LlvmCosts::add_memory(const DecodedInstruction& decoded, InstructionCost& cost) const {
  if (decoded.memory < 0 || !(decoded.desc->mayLoad() || decoded.desc->mayStore())) return;
  const auto operand = [&](int i) -> const llvm::MCOperand& {
    return decoded.inst.getOperand(static_cast<unsigned>(decoded.memory + i));
  };
  cost.loads = decoded.desc->mayLoad();
  cost.stores = decoded.desc->mayStore();
  cost.memory.base = place(operand(0));
  cost.memory.scale = static_cast<std::uint8_t>(operand(1).getImm());
  cost.memory.index = place(operand(2));
  cost.memory.segment = static_cast<std::uint8_t>(operand(4).getReg());
  cost.memory.rip_relative = operand(0).getReg() && schedule_.name(operand(0).getReg()) == "RIP";
  // Data that is both loaded and stored has waited for the load; data that is only stored can be
  // forwarded as soon as it is there.
  if (cost.loads && cost.stores)
    cost.store_latency = static_cast<std::uint16_t>(std::max(schedule_.latency(decoded, 0) - 1, 0));
}

/// Push, pop, call and ret: the stack engine adds to RSP before the instruction is issued.
void LlvmCosts::use_stack_engine(InstructionCost& cost) const {
  InlineVector<Read, 10> reads;
  InlineVector<Write, 6> writes;
  for (const Read& read : cost.reads)
    if (read.place != kStackPointer) reads.push(read);
  for (const Write& write : cost.writes)
    if (write.place != kStackPointer) writes.push(write);
  cost.reads = reads, cost.writes = writes;
  cost.moves_stack_pointer = true;
  for (PortUse& use : cost.ports)
    if (!core_.has(Trait::MacroOperations) && use.units == schedule_.add() && use.cycles > 0) {
      --use.cycles;
      cost.slots = static_cast<std::uint8_t>(cost.slots > 1 ? cost.slots - 1 : 1);
      break;
    }
}

void LlvmCosts::correct_lea(const DecodedInstruction& decoded, const Encoding& encoding,
                            InstructionCost& cost) const {
  if (!core_.has(Trait::SlowLea) || !decoded.name.starts_with("LEA") || decoded.memory != 1) return;
  if (encoding.displacement_size == 0 || !decoded.inst.getOperand(1).getReg() ||
      !decoded.inst.getOperand(3).getReg())
    return;
  cost.ports = {};
  cost.ports.push({schedule_.multiply(), 1});
  for (Write& write : cost.writes) write.latency = 3;
}

void LlvmCosts::correct_division(const DecodedInstruction& decoded, InstructionCost& cost) const {
  if (!decoded.name.starts_with("DIV") && !decoded.name.starts_with("IDIV")) return;
  const DivisionRow* row =
      division_row(llvm_cpu_, decoded.name.substr(0, decoded.name.find_first_of("rm")));
  if (!row) return;
  const std::uint16_t loading = decoded.desc->mayLoad() ? 5 : 0;
  cost.slots = row->slots;
  cost.ports = {};
  cost.ports.push({kIntegerDivider, row->occupied});
  if (loading) cost.ports.push({schedule_.load(), 1});
  for (Write& write : cost.writes)
    write.latency = static_cast<std::uint16_t>(row->latency + loading);
}

/// Registers that the renamer clears or copies without an execution unit, and instructions that
/// wait for a destination they do not use.
void LlvmCosts::correct_register_tricks(const DecodedInstruction& decoded,
                                        InstructionCost& cost) const {
  const unsigned operands = decoded.inst.getNumOperands();
  const auto reg = [&](unsigned i) {
    const llvm::MCOperand& operand = decoded.inst.getOperand(i);
    return operand.isReg() ? operand.getReg() : 0u;
  };
  const bool same = operands >= 2 && reg(operands - 1) && reg(operands - 1) == reg(operands - 2);
  const MoveRow* move = move_row(decoded.name);
  const bool free_move =
      move && !same && core_.has(move->vector ? Trait::FreeVectorMoves : Trait::FreeMoves);
  const bool clears = same && clears_by_itself(decoded.name);
  if (clears) cost.reads = {};
  if (clears || free_move) {
    cost.ports = {};
    cost.slots = 1;
    for (Write& write : cost.writes) write.latency = 0;
  }
  const bool scans = decoded.name.starts_with("POPCNT") || decoded.name.starts_with("BSF") ||
                     decoded.name.starts_with("BSR");
  if (scans && core_.has(Trait::ScanReadsDestination) && !cost.writes.empty())
    cost.reads.push({cost.writes.begin()->place, 0});
}

void LlvmCosts::note_fusion(const DecodedInstruction& decoded, InstructionCost& cost) const {
  cost.fuses_with = fusible_conditions(decoded.name, core_.has(Trait::WideFusion));
  if (decoded.name == "JCC_1" || decoded.name == "JCC_4")
    cost.condition = static_cast<std::int8_t>(decoded.inst.getOperand(1).getImm() & 15);
}

void LlvmCosts::correct(const DecodedInstruction& decoded, const Encoding& encoding,
                        InstructionCost& cost) const {
  correct_lea(decoded, encoding, cost);
  correct_division(decoded, cost);
  correct_register_tricks(decoded, cost);
  if (decoded.name.starts_with("NOOP")) cost.ports = {};
  const bool exchange = decoded.name.starts_with("XCHG") && decoded.memory >= 0;
  if (encoding.locked || exchange) cost.ports.push({kWholeCore, core_.locked});
  if (encoding.repeated) cost.ports.push({kWholeCore, core_.repeated});
  note_fusion(decoded, cost);
}

InstructionCost LlvmCosts::build(std::span<const std::uint8_t> code,
                                 const Encoding& encoding) const {
  InstructionCost cost;
  const std::optional<DecodedInstruction> decoded = schedule_.decode(code);
  if (!decoded) {  // the fallback: one micro-operation, no dependency
    cost.ports.push({schedule_.add(), 1});
    return cost;
  }
  cost.ports = schedule_.ports(*decoded);
  cost.slots = slots(*decoded, cost.ports);
  add_dependencies(*decoded, cost);
  add_memory(*decoded, cost);
  const bool stack = decoded->name.starts_with("PUSH") || decoded->name.starts_with("POP6") ||
                     decoded->name.starts_with("POP3") || decoded->name.starts_with("POP1") ||
                     decoded->name.starts_with("CALL") || decoded->name.starts_with("RET");
  if (stack)
    use_stack_engine(cost);
  else
    cost.names_stack_pointer =
        core_.has(Trait::StackSynchronised) && names(*decoded, kStackPointer);
  correct(*decoded, encoding, cost);
  if (cost.slots == 0 && cost.ports.empty()) cost.slots = 1;
  if (const auto key = program_price_key(code, mode_)) price_by_name(*key, prices_, cost);
  return cost;
}

}  // namespace

std::unique_ptr<CostSource> llvm_costs(const CpuModel& cpu, CodeMode mode) {
  return std::make_unique<LlvmCosts>(cpu, mode);
}

}  // namespace ringfare
