// SPDX-License-Identifier: MIT
#include "models/pricing/llvm_costs.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "models/pricing/core.hpp"
#include "models/pricing/llvm_schedule.hpp"

namespace ringfare {
namespace {

constexpr Place kStackPointer = 4;

/// Joins what LLVM's tables say of an instruction with what they do not.
class LlvmCosts final : public CostSource {
 public:
  LlvmCosts(const CpuModel& cpu, CodeMode mode)
      : prices_(cpu.prices),
        llvm_cpu_(cpu.llvm_cpu),
        core_(core_row(cpu.llvm_cpu)),
        schedule_(cpu, mode) {}

  InstructionCost build(std::span<const std::uint8_t> code,
                        const Encoding& encoding) const override;

 private:
  std::uint8_t slots(const DecodedInstruction& seen, const Ports& ports) const;
  void add_dependencies(const DecodedInstruction& seen, InstructionCost& cost) const;
  void add_read(const DecodedInstruction& seen, unsigned reg, unsigned use,
                InstructionCost& cost) const;
  void add_write(const DecodedInstruction& seen, unsigned reg, unsigned definition,
                 InstructionCost& cost) const;
  void add_memory(const DecodedInstruction& seen, InstructionCost& cost) const;
  void price_system(const DecodedInstruction& seen, std::string_view key,
                    InstructionCost& cost) const;
  void use_stack_engine(InstructionCost& cost) const;
  void correct(const DecodedInstruction& seen, const Encoding& encoding,
               InstructionCost& cost) const;
  void correct_lea(const DecodedInstruction& seen, const Encoding& encoding,
                   InstructionCost& cost) const;
  void correct_division(const DecodedInstruction& seen, InstructionCost& cost) const;
  void correct_register_tricks(const DecodedInstruction& seen, InstructionCost& cost) const;
  void note_fusion(const DecodedInstruction& seen, InstructionCost& cost) const;

  bool names(const DecodedInstruction& seen, Place wanted) const {
    return std::ranges::any_of(seen.inst,
                               [&](const llvm::MCOperand& it) { return place(it) == wanted; });
  }
  Place place(const llvm::MCOperand& operand) const {
    return operand.isReg() && operand.getReg() ? schedule_.where(operand.getReg()).place : kNowhere;
  }

  const std::map<std::string, Price, std::less<>> prices_;
  const std::string llvm_cpu_;
  const CoreRow& core_;
  const Schedule schedule_;
};

/// Micro-operations as the renamer counts them: a load goes with its operation, a store's address
/// with its data (Intel Optimization Reference Manual, micro-fusion).
std::uint8_t LlvmCosts::slots(const DecodedInstruction& seen, const Ports& ports) const {
  if (!seen.schedule) return 1;
  const unsigned counted = seen.schedule->NumMicroOps;
  if (core_.has(Trait::MacroOperations) || counted > 8) return static_cast<std::uint8_t>(counted);
  unsigned loads = 0, store_halves = 0, others = 0, total = 0;
  for (const PortUse& use : ports) {
    if ((use.units & ~schedule_.dividers()) == 0) continue;
    total += use.cycles;
    if (seen.desc->mayLoad() && (use.units & ~schedule_.load()) == 0)
      loads += use.cycles;
    else if (seen.desc->mayStore() && (use.units & ~schedule_.store()) == 0)
      store_halves += use.cycles;
    else
      others += use.cycles;
  }
  if (counted > total) others += counted - total;
  const unsigned fused = loads && others ? loads - 1 : loads;
  return static_cast<std::uint8_t>((store_halves + 1) / 2 + others + fused);
}

void LlvmCosts::add_read(const DecodedInstruction& seen, unsigned reg, unsigned use,
                         InstructionCost& cost) const {
  const Place place = schedule_.where(reg).place;
  if (place == kNowhere) return;
  const int later = schedule_.read_advance(seen, use);
  cost.reads.push({place, static_cast<std::int8_t>(std::clamp(later, -100, 100))});
}

void LlvmCosts::add_write(const DecodedInstruction& seen, unsigned reg, unsigned definition,
                          InstructionCost& cost) const {
  const Register written = schedule_.where(reg);
  if (written.place == kNowhere) return;
  const std::uint16_t cycles = schedule_.latency(seen, definition);
  cost.writes.push({written.place, cycles});
  // The rest of the register is merged in by the last step of the operation.
  if (written.narrow)
    cost.reads.push({written.place, static_cast<std::int8_t>(std::clamp(cycles - 1, 0, 100))});
}

void LlvmCosts::add_dependencies(const DecodedInstruction& seen, InstructionCost& cost) const {
  const unsigned operands = std::min(seen.desc->getNumOperands(), seen.inst.getNumOperands());
  const unsigned definitions = std::min(seen.desc->getNumDefs(), operands);
  for (unsigned i = definitions; i < operands; ++i)
    if (const auto& operand = seen.inst.getOperand(i); operand.isReg() && operand.getReg())
      add_read(seen, operand.getReg(), i - definitions, cost);
  unsigned use = seen.desc->getNumOperands() - seen.desc->getNumDefs();
  for (const llvm::MCPhysReg reg : seen.desc->implicit_uses()) add_read(seen, reg, use++, cost);
  for (unsigned i = 0; i < definitions; ++i)
    if (const auto& operand = seen.inst.getOperand(i); operand.isReg() && operand.getReg())
      add_write(seen, operand.getReg(), i, cost);
  unsigned definition = definitions;
  for (const llvm::MCPhysReg reg : seen.desc->implicit_defs())
    add_write(seen, reg, definition++, cost);
}

void LlvmCosts::add_memory(const DecodedInstruction& seen, InstructionCost& cost) const {
  if (seen.memory < 0 || !(seen.desc->mayLoad() || seen.desc->mayStore())) return;
  const auto operand = [&](int i) -> const llvm::MCOperand& {
    return seen.inst.getOperand(static_cast<unsigned>(seen.memory + i));
  };
  cost.loads = seen.desc->mayLoad();
  cost.stores = seen.desc->mayStore();
  cost.memory.base = place(operand(0));
  cost.memory.scale = static_cast<std::uint8_t>(operand(1).getImm());
  cost.memory.index = place(operand(2));
  cost.memory.segment = static_cast<std::uint8_t>(operand(4).getReg());
  cost.memory.rip_relative = operand(0).getReg() && schedule_.name(operand(0).getReg()) == "RIP";
  // Data that is both loaded and stored has waited for the load; data that is only stored can be
  // forwarded as soon as it is there.
  if (cost.loads && cost.stores)
    cost.store_latency = static_cast<std::uint16_t>(std::max(schedule_.latency(seen, 0) - 1, 0));
}

void LlvmCosts::price_system(const DecodedInstruction& seen, std::string_view key,
                             InstructionCost& cost) const {
  std::string wanted(key);
  for (const llvm::MCOperand& operand : seen.inst)
    if (key.starts_with("mov_") && operand.isReg() && schedule_.name(operand.getReg()) == "CR3")
      wanted += '3';
  const auto found = prices_.find(wanted);
  if (!key.empty() && found == prices_.end()) return;  // as any instruction nobody prices
  cost.kind = InstructionCost::Kind::Priced;
  cost.slots = 0;
  cost.ports = {};
  for (Write& write : cost.writes) write.latency = 0;
  if (key.empty()) return;
  cost.price = cost.alternative = found->second.cycles.hundredths;
  if (key != "wrmsr") return;
  cost.kind = InstructionCost::Kind::WriteMsr;
  const auto special = prices_.find("wrmsr_spec_ctrl");
  if (special != prices_.end()) cost.alternative = special->second.cycles.hundredths;
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

void LlvmCosts::correct_lea(const DecodedInstruction& seen, const Encoding& encoding,
                            InstructionCost& cost) const {
  if (!core_.has(Trait::SlowLea) || !seen.name.starts_with("LEA") || seen.memory != 1) return;
  if (encoding.displacement_size == 0 || !seen.inst.getOperand(1).getReg() ||
      !seen.inst.getOperand(3).getReg())
    return;
  cost.ports = {};
  cost.ports.push({schedule_.multiply(), 1});
  for (Write& write : cost.writes) write.latency = 3;
}

void LlvmCosts::correct_division(const DecodedInstruction& seen, InstructionCost& cost) const {
  if (!seen.name.starts_with("DIV") && !seen.name.starts_with("IDIV")) return;
  const DivisionRow* row =
      division_row(llvm_cpu_, seen.name.substr(0, seen.name.find_first_of("rm")));
  if (!row) return;
  const std::uint16_t loading = seen.desc->mayLoad() ? 5 : 0;
  cost.slots = row->slots;
  cost.ports = {};
  cost.ports.push({kIntegerDivider, row->occupied});
  if (loading) cost.ports.push({schedule_.load(), 1});
  for (Write& write : cost.writes)
    write.latency = static_cast<std::uint16_t>(row->latency + loading);
}

/// Registers cleared or copied without any unit's help, and destinations that are read in vain.
void LlvmCosts::correct_register_tricks(const DecodedInstruction& seen,
                                        InstructionCost& cost) const {
  const unsigned operands = seen.inst.getNumOperands();
  const auto reg = [&](unsigned i) {
    const llvm::MCOperand& operand = seen.inst.getOperand(i);
    return operand.isReg() ? operand.getReg() : 0u;
  };
  const bool same = operands >= 2 && reg(operands - 1) && reg(operands - 1) == reg(operands - 2);
  const MoveRow* move = move_row(seen.name);
  const bool free_move =
      move && !same && core_.has(move->vector ? Trait::FreeVectorMoves : Trait::FreeMoves);
  const bool clears = same && clears_by_itself(seen.name);
  if (clears) cost.reads = {};
  if (clears || free_move) {
    cost.ports = {};
    cost.slots = 1;
    for (Write& write : cost.writes) write.latency = 0;
  }
  const bool scans = seen.name.starts_with("POPCNT") || seen.name.starts_with("BSF") ||
                     seen.name.starts_with("BSR");
  if (scans && core_.has(Trait::ScanReadsDestination) && !cost.writes.empty())
    cost.reads.push({cost.writes.begin()->place, 0});
}

void LlvmCosts::note_fusion(const DecodedInstruction& seen, InstructionCost& cost) const {
  cost.fuses_with = fusible_conditions(seen.name, core_.has(Trait::WideFusion));
  if (seen.name == "JCC_1" || seen.name == "JCC_4")
    cost.condition = static_cast<std::int8_t>(seen.inst.getOperand(1).getImm() & 15);
}

void LlvmCosts::correct(const DecodedInstruction& seen, const Encoding& encoding,
                        InstructionCost& cost) const {
  correct_lea(seen, encoding, cost);
  correct_division(seen, cost);
  correct_register_tricks(seen, cost);
  if (seen.name.starts_with("NOOP")) cost.ports = {};
  const bool exchange = seen.name.starts_with("XCHG") && seen.memory >= 0;
  if (encoding.locked || exchange) cost.ports.push({kWholeCore, core_.locked});
  if (encoding.repeated) cost.ports.push({kWholeCore, core_.repeated});
  note_fusion(seen, cost);
}

InstructionCost LlvmCosts::build(std::span<const std::uint8_t> code,
                                 const Encoding& encoding) const {
  InstructionCost cost;
  const std::optional<DecodedInstruction> seen = schedule_.decode(code);
  if (!seen) {  // the fallback: one micro-operation, no dependency
    cost.ports.push({schedule_.add(), 1});
    return cost;
  }
  cost.ports = schedule_.ports(*seen);
  cost.slots = slots(*seen, cost.ports);
  add_dependencies(*seen, cost);
  add_memory(*seen, cost);
  const bool stack = seen->name.starts_with("PUSH") || seen->name.starts_with("POP6") ||
                     seen->name.starts_with("POP3") || seen->name.starts_with("POP1") ||
                     seen->name.starts_with("CALL") || seen->name.starts_with("RET");
  if (stack)
    use_stack_engine(cost);
  else
    cost.names_stack_pointer = core_.has(Trait::StackSynchronised) && names(*seen, kStackPointer);
  correct(*seen, encoding, cost);
  if (cost.slots == 0 && cost.ports.empty()) cost.slots = 1;
  if (const auto key = system_key(seen->name)) price_system(*seen, *key, cost);
  return cost;
}

}  // namespace

std::unique_ptr<CostSource> llvm_costs(const CpuModel& cpu, CodeMode mode) {
  return std::make_unique<LlvmCosts>(cpu, mode);
}

}  // namespace ringfare
