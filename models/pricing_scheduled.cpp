// SPDX-License-Identifier: MIT
#include "models/pricing_scheduled.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "models/pricing_core.hpp"
#include "models/pricing_schedule.hpp"

namespace ringfare {
namespace {

constexpr Place kStackPointer = 4;

/// Joins what LLVM's tables say of an instruction with what they do not.
class ScheduledForms final : public FormSource {
 public:
  ScheduledForms(const CpuModel& cpu, CodeMode mode)
      : prices_(cpu.prices),
        llvm_cpu_(cpu.llvm_cpu),
        core_(core_row(cpu.llvm_cpu)),
        schedule_(cpu, mode) {}

  Form build(std::span<const std::uint8_t> code, const Encoding& encoding) const override;

 private:
  std::uint8_t slots(const Seen& seen, const Ports& ports) const;
  void add_dependencies(const Seen& seen, Form& form) const;
  void add_read(const Seen& seen, unsigned reg, unsigned use, Form& form) const;
  void add_write(const Seen& seen, unsigned reg, unsigned definition, Form& form) const;
  void add_memory(const Seen& seen, Form& form) const;
  void price_system(const Seen& seen, std::string_view key, Form& form) const;
  void use_stack_engine(Form& form) const;
  void correct(const Seen& seen, const Encoding& encoding, Form& form) const;
  void correct_lea(const Seen& seen, const Encoding& encoding, Form& form) const;
  void correct_division(const Seen& seen, Form& form) const;
  void correct_register_tricks(const Seen& seen, Form& form) const;
  void note_fusion(const Seen& seen, Form& form) const;

  bool names(const Seen& seen, Place wanted) const {
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
std::uint8_t ScheduledForms::slots(const Seen& seen, const Ports& ports) const {
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

void ScheduledForms::add_read(const Seen& seen, unsigned reg, unsigned use, Form& form) const {
  const Place place = schedule_.where(reg).place;
  if (place == kNowhere) return;
  const int later = schedule_.read_advance(seen, use);
  form.reads.push({place, static_cast<std::int8_t>(std::clamp(later, -100, 100))});
}

void ScheduledForms::add_write(const Seen& seen, unsigned reg, unsigned definition,
                               Form& form) const {
  const Register written = schedule_.where(reg);
  if (written.place == kNowhere) return;
  const std::uint16_t cycles = schedule_.latency(seen, definition);
  form.writes.push({written.place, cycles});
  // The rest of the register is merged in by the last step of the operation.
  if (written.narrow)
    form.reads.push({written.place, static_cast<std::int8_t>(std::clamp(cycles - 1, 0, 100))});
}

void ScheduledForms::add_dependencies(const Seen& seen, Form& form) const {
  const unsigned operands = std::min(seen.desc->getNumOperands(), seen.inst.getNumOperands());
  const unsigned definitions = std::min(seen.desc->getNumDefs(), operands);
  for (unsigned i = definitions; i < operands; ++i)
    if (const auto& operand = seen.inst.getOperand(i); operand.isReg() && operand.getReg())
      add_read(seen, operand.getReg(), i - definitions, form);
  unsigned use = seen.desc->getNumOperands() - seen.desc->getNumDefs();
  for (const llvm::MCPhysReg reg : seen.desc->implicit_uses()) add_read(seen, reg, use++, form);
  for (unsigned i = 0; i < definitions; ++i)
    if (const auto& operand = seen.inst.getOperand(i); operand.isReg() && operand.getReg())
      add_write(seen, operand.getReg(), i, form);
  unsigned definition = definitions;
  for (const llvm::MCPhysReg reg : seen.desc->implicit_defs())
    add_write(seen, reg, definition++, form);
}

void ScheduledForms::add_memory(const Seen& seen, Form& form) const {
  if (seen.memory < 0 || !(seen.desc->mayLoad() || seen.desc->mayStore())) return;
  const auto operand = [&](int i) -> const llvm::MCOperand& {
    return seen.inst.getOperand(static_cast<unsigned>(seen.memory + i));
  };
  form.loads = seen.desc->mayLoad();
  form.stores = seen.desc->mayStore();
  form.memory.base = place(operand(0));
  form.memory.scale = static_cast<std::uint8_t>(operand(1).getImm());
  form.memory.index = place(operand(2));
  form.memory.segment = static_cast<std::uint8_t>(operand(4).getReg());
  form.memory.rip_relative = operand(0).getReg() && schedule_.name(operand(0).getReg()) == "RIP";
  // Data that is both loaded and stored has waited for the load; data that is only stored can be
  // forwarded as soon as it is there.
  if (form.loads && form.stores)
    form.store_latency = static_cast<std::uint16_t>(std::max(schedule_.latency(seen, 0) - 1, 0));
}

void ScheduledForms::price_system(const Seen& seen, std::string_view key, Form& form) const {
  std::string wanted(key);
  for (const llvm::MCOperand& operand : seen.inst)
    if (key.starts_with("mov_") && operand.isReg() && schedule_.name(operand.getReg()) == "CR3")
      wanted += '3';
  const auto found = prices_.find(wanted);
  if (!key.empty() && found == prices_.end()) return;  // as any instruction nobody prices
  form.kind = Form::Kind::Priced;
  form.slots = 0;
  form.ports = {};
  for (Write& write : form.writes) write.latency = 0;
  if (key.empty()) return;
  form.price = form.alternative = found->second.cycles.hundredths;
  if (key != "wrmsr") return;
  form.kind = Form::Kind::WriteMsr;
  const auto special = prices_.find("wrmsr_spec_ctrl");
  if (special != prices_.end()) form.alternative = special->second.cycles.hundredths;
}

/// Push, pop, call and ret: the stack engine adds to RSP before the instruction is issued.
void ScheduledForms::use_stack_engine(Form& form) const {
  Few<Read, 10> reads;
  Few<Write, 6> writes;
  for (const Read& read : form.reads)
    if (read.place != kStackPointer) reads.push(read);
  for (const Write& write : form.writes)
    if (write.place != kStackPointer) writes.push(write);
  form.reads = reads, form.writes = writes;
  form.moves_stack_pointer = true;
  for (PortUse& use : form.ports)
    if (!core_.has(Trait::MacroOperations) && use.units == schedule_.add() && use.cycles > 0) {
      --use.cycles;
      form.slots = static_cast<std::uint8_t>(form.slots > 1 ? form.slots - 1 : 1);
      break;
    }
}

void ScheduledForms::correct_lea(const Seen& seen, const Encoding& encoding, Form& form) const {
  if (!core_.has(Trait::SlowLea) || !seen.name.starts_with("LEA") || seen.memory != 1) return;
  if (encoding.displacement_size == 0 || !seen.inst.getOperand(1).getReg() ||
      !seen.inst.getOperand(3).getReg())
    return;
  form.ports = {};
  form.ports.push({schedule_.multiply(), 1});
  for (Write& write : form.writes) write.latency = 3;
}

void ScheduledForms::correct_division(const Seen& seen, Form& form) const {
  if (!seen.name.starts_with("DIV") && !seen.name.starts_with("IDIV")) return;
  const DivisionRow* row =
      division_row(llvm_cpu_, seen.name.substr(0, seen.name.find_first_of("rm")));
  if (!row) return;
  const std::uint16_t loading = seen.desc->mayLoad() ? 5 : 0;
  form.slots = row->slots;
  form.ports = {};
  form.ports.push({kIntegerDivider, row->occupied});
  if (loading) form.ports.push({schedule_.load(), 1});
  for (Write& write : form.writes)
    write.latency = static_cast<std::uint16_t>(row->latency + loading);
}

/// Registers cleared or copied without any unit's help, and destinations that are read in vain.
void ScheduledForms::correct_register_tricks(const Seen& seen, Form& form) const {
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
  if (clears) form.reads = {};
  if (clears || free_move) {
    form.ports = {};
    form.slots = 1;
    for (Write& write : form.writes) write.latency = 0;
  }
  const bool scans = seen.name.starts_with("POPCNT") || seen.name.starts_with("BSF") ||
                     seen.name.starts_with("BSR");
  if (scans && core_.has(Trait::ScanReadsDestination) && !form.writes.empty())
    form.reads.push({form.writes.begin()->place, 0});
}

void ScheduledForms::note_fusion(const Seen& seen, Form& form) const {
  form.fuses_with = fusible_conditions(seen.name, core_.has(Trait::WideFusion));
  if (seen.name == "JCC_1" || seen.name == "JCC_4")
    form.condition = static_cast<std::int8_t>(seen.inst.getOperand(1).getImm() & 15);
}

void ScheduledForms::correct(const Seen& seen, const Encoding& encoding, Form& form) const {
  correct_lea(seen, encoding, form);
  correct_division(seen, form);
  correct_register_tricks(seen, form);
  if (seen.name.starts_with("NOOP")) form.ports = {};
  const bool exchange = seen.name.starts_with("XCHG") && seen.memory >= 0;
  if (encoding.locked || exchange) form.ports.push({kWholeCore, core_.locked});
  if (encoding.repeated) form.ports.push({kWholeCore, core_.repeated});
  note_fusion(seen, form);
}

Form ScheduledForms::build(std::span<const std::uint8_t> code, const Encoding& encoding) const {
  Form form;
  const std::optional<Seen> seen = schedule_.decode(code);
  if (!seen) {  // the fallback: one micro-operation, no dependency
    form.ports.push({schedule_.add(), 1});
    return form;
  }
  form.ports = schedule_.ports(*seen);
  form.slots = slots(*seen, form.ports);
  add_dependencies(*seen, form);
  add_memory(*seen, form);
  const bool stack = seen->name.starts_with("PUSH") || seen->name.starts_with("POP6") ||
                     seen->name.starts_with("POP3") || seen->name.starts_with("POP1") ||
                     seen->name.starts_with("CALL") || seen->name.starts_with("RET");
  if (stack)
    use_stack_engine(form);
  else
    form.names_stack_pointer = core_.has(Trait::StackSynchronised) && names(*seen, kStackPointer);
  correct(*seen, encoding, form);
  if (form.slots == 0 && form.ports.empty()) form.slots = 1;
  if (const auto key = system_key(seen->name)) price_system(*seen, *key, form);
  return form;
}

}  // namespace

std::unique_ptr<FormSource> scheduled_forms(const CpuModel& cpu, CodeMode mode) {
  return std::make_unique<ScheduledForms>(cpu, mode);
}

}  // namespace ringfare
