// SPDX-License-Identifier: MIT
#include "models/pricing_forms.hpp"

#include <llvm/MC/MCAsmInfo.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCDisassembler/MCDisassembler.h>
#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCRegisterInfo.h>
#include <llvm/MC/MCSchedule.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/MCTargetOptions.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <string>

namespace ringfare {
namespace {

constexpr const char* kTriple = "x86_64-unknown-linux-gnu";
constexpr std::size_t kFormsPerChunk = 128;
/// LLVM's way of saying "some system or microcoded instruction" in uops or latency.
constexpr unsigned kPlaceholder = 100;

const llvm::Target& x86_target() {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86Disassembler();
  std::string error;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(kTriple, error);
  CHECK(target, "{}", error);
  return *target;
}

/// What LLVM knows of a register, as far as dependencies go.
struct Register {
  Place place = kNowhere;
  bool narrow = false;  // 8 or 16 bits of a general register: a write keeps the rest
};

constexpr std::string_view kGeneral[] = {"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI",
                                         "R8",  "R9",  "R10", "R11", "R12", "R13", "R14", "R15"};
constexpr Place kStackPointer = 4;

Place place_of_whole(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kGeneral); ++i)
    if (kGeneral[i] == name) return static_cast<Place>(i);
  if (name == "EFLAGS") return kFlags;
  const auto number = [&](std::string_view prefix) {
    return static_cast<Place>(std::stoul(std::string(name.substr(prefix.size()))));
  };
  if (name.starts_with("ZMM")) return static_cast<Place>(kFirstVector + number("ZMM"));
  if (name.size() == 2 && name[0] == 'K')
    return static_cast<Place>(kOtherRegisters + name[1] - '0');
  return kNowhere;
}

bool is_narrow(std::string_view name) {
  const bool wide =
      name.front() == 'R' ? name.back() != 'B' && name.back() != 'W' : name.front() == 'E';
  return !wide;
}

/// The place and width of every register LLVM has.
std::vector<Register> register_places(const llvm::MCRegisterInfo& info) {
  std::vector<Register> out(info.getNumRegs());
  for (unsigned reg = 1; reg < info.getNumRegs(); ++reg) {
    unsigned whole = reg;
    for (const llvm::MCPhysReg above : info.superregs(reg)) whole = above;
    const Place place = place_of_whole(info.getName(whole));
    out[reg] = {place, place < kFlags && is_narrow(info.getName(reg))};
  }
  return out;
}

/// Bit masks for the resources of a scheduling model; a group is the union of its members.
std::vector<Units> unit_masks(const llvm::MCSchedModel& model) {
  std::vector<Units> masks(model.getNumProcResourceKinds());
  unsigned bit = 0;
  for (unsigned i = 1; i < masks.size(); ++i) {
    const llvm::MCProcResourceDesc& resource = *model.getProcResource(i);
    if (resource.SubUnitsIdxBegin) continue;
    for (unsigned unit = 0; unit < resource.NumUnits && bit < 64; ++unit, ++bit)
      masks[i] |= Units{1} << bit;
  }
  for (unsigned i = 1; i < masks.size(); ++i) {
    const llvm::MCProcResourceDesc& resource = *model.getProcResource(i);
    if (!resource.SubUnitsIdxBegin) continue;
    for (unsigned k = 0; k < resource.NumUnits; ++k)
      masks[i] |= masks[resource.SubUnitsIdxBegin[k]];
  }
  return masks;
}

constexpr Units kWholeCore = Units{1} << 63;  // held by locked operations

}  // namespace

/// One decoded instruction with what LLVM says about it.
struct Seen {
  llvm::MCInst inst;
  const llvm::MCInstrDesc* desc = nullptr;
  std::string_view name;
  const llvm::MCSchedClassDesc* schedule = nullptr;  // null where the model has nothing
  int memory = -1;                                   // index of the memory operand's base
};

class FormTable::Builder {
 public:
  Builder(const CpuModel& cpu, const CoreRow& core)
      : cpu_(cpu),
        core_(core),
        target_(x86_target()),
        registers_(target_.createMCRegInfo(kTriple)),
        info_(target_.createMCAsmInfo(*registers_, kTriple, options_)),
        subtarget_(target_.createMCSubtargetInfo(kTriple, cpu.llvm_cpu, "")),
        instructions_(target_.createMCInstrInfo()),
        context_(llvm::Triple(kTriple), info_.get(), registers_.get(), subtarget_.get()),
        disassembler_(target_.createMCDisassembler(*subtarget_, context_)),
        model_(subtarget_->getSchedModel()),
        places_(register_places(*registers_)),
        masks_(unit_masks(model_)) {
    learn_ports();
  }

  Form build(std::span<const std::uint8_t> code, const Encoding& encoding) const;

 private:
  std::optional<Seen> decode(std::span<const std::uint8_t> code) const;
  const llvm::MCSchedClassDesc* schedule(const Seen& seen) const;
  int memory_operand(const Seen& seen) const;
  void learn_ports();

  void price_system(const Seen& seen, std::string_view key, Form& form) const;
  Few<PortUse, 8> ports(const Seen& seen) const;
  std::uint8_t slots(const Seen& seen, const Few<PortUse, 8>& ports) const;
  std::uint16_t latency(const Seen& seen, unsigned definition) const;
  void add_dependencies(const Seen& seen, Form& form) const;
  void add_read(const Seen& seen, unsigned reg, unsigned use, Form& form) const;
  void add_write(const Seen& seen, unsigned reg, unsigned definition, Form& form) const;
  void add_memory(const Seen& seen, Form& form) const;
  void correct(const Seen& seen, const Encoding& encoding, Form& form) const;
  void correct_lea(const Seen& seen, const Encoding& encoding, Form& form) const;
  void correct_division(const Seen& seen, Form& form) const;
  void use_stack_engine(Form& form) const;
  bool names(const Seen& seen, Place place) const;
  Place place(const llvm::MCOperand& operand) const {
    return operand.isReg() && operand.getReg() ? places_[operand.getReg()].place : kNowhere;
  }

  const CpuModel& cpu_;
  const CoreRow& core_;
  const llvm::Target& target_;
  llvm::MCTargetOptions options_;
  std::unique_ptr<llvm::MCRegisterInfo> registers_;
  std::unique_ptr<llvm::MCAsmInfo> info_;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget_;
  std::unique_ptr<llvm::MCInstrInfo> instructions_;
  mutable llvm::MCContext context_;
  std::unique_ptr<llvm::MCDisassembler> disassembler_;
  const llvm::MCSchedModel& model_;
  std::vector<Register> places_;
  std::vector<Units> masks_;
  Units load_ = 0, store_ = 0, alu_ = 0, lea_slow_ = 0, counted_ = ~Units{0};
};

/// Which units load, store and add: read off the simplest instructions of each sort.
void FormTable::Builder::learn_ports() {
  if (!model_.hasInstrSchedModel()) return;
  constexpr std::uint8_t kLoad[] = {0x8b, 0x00};            // mov (%rax), %eax
  constexpr std::uint8_t kStore[] = {0x89, 0x00};           // mov %eax, (%rax)
  constexpr std::uint8_t kAdd[] = {0x01, 0xc0};             // add %eax, %eax
  constexpr std::uint8_t kMultiply[] = {0x0f, 0xaf, 0xc0};  // imul %eax, %eax
  const auto units = [&](std::span<const std::uint8_t> code) {
    Units all = 0;
    for (const PortUse& use : ports(*decode(code))) all |= use.units;
    return all;
  };
  load_ = units(kLoad);
  store_ = units(kStore);
  alu_ = units(kAdd);
  lea_slow_ = units(kMultiply);
  for (unsigned i = 1; i < masks_.size(); ++i)
    if (std::string_view(model_.getProcResource(i)->Name).ends_with("Divider"))
      counted_ &= ~masks_[i];
}

std::optional<Seen> FormTable::Builder::decode(std::span<const std::uint8_t> code) const {
  Seen seen;
  std::size_t at = 0;
  do {  // a LOCK or REP prefix may come as an instruction of its own
    std::uint64_t size = 0;
    seen.inst.clear();
    const llvm::ArrayRef<std::uint8_t> rest(code.data() + at, code.size() - at);
    if (disassembler_->getInstruction(seen.inst, size, rest, 0, llvm::nulls()) ==
            llvm::MCDisassembler::Fail ||
        size == 0)
      return {};
    at += size;
    const llvm::StringRef name = instructions_->getName(seen.inst.getOpcode());
    seen.name = {name.data(), name.size()};
    if (seen.name.ends_with("_REV")) seen.name.remove_suffix(4);  // the other encoding
  } while (at < code.size() && seen.name.ends_with("_PREFIX"));
  seen.desc = &instructions_->get(seen.inst.getOpcode());
  seen.schedule = schedule(seen);
  seen.memory = memory_operand(seen);
  return seen;
}

/// The scheduling class with variants resolved; null for none and for placeholders.
const llvm::MCSchedClassDesc* FormTable::Builder::schedule(const Seen& seen) const {
  if (!model_.hasInstrSchedModel()) return nullptr;
  unsigned id = seen.desc->getSchedClass();
  while (id && model_.getSchedClassDesc(id)->isVariant())
    id = subtarget_->resolveVariantSchedClass(id, &seen.inst, instructions_.get(),
                                              model_.getProcessorID());
  const llvm::MCSchedClassDesc* found = id ? model_.getSchedClassDesc(id) : nullptr;
  if (!found || !found->isValid() || found->NumMicroOps >= kPlaceholder) return nullptr;
  for (unsigned i = 0; i < found->NumWriteLatencyEntries; ++i)
    if (found->NumMicroOps == 1 &&
        subtarget_->getWriteLatencyEntry(found, i)->Cycles >= static_cast<int>(kPlaceholder))
      return nullptr;
  return found;
}

/// Base, scale, index, displacement and segment follow each other.
int FormTable::Builder::memory_operand(const Seen& seen) const {
  const unsigned count = std::min(seen.desc->getNumOperands(), seen.inst.getNumOperands());
  if (seen.name.starts_with("LEA") && count == 6) return 1;
  for (unsigned i = 0; i + 4 < count; ++i)
    if (seen.desc->operands()[i].OperandType == llvm::MCOI::OPERAND_MEMORY)
      return static_cast<int>(i);
  return -1;
}

/// The work per set of units. A group's cycles include those of the groups and units inside it;
/// taking these out leaves what any unit of the group may do.
Few<PortUse, 8> FormTable::Builder::ports(const Seen& seen) const {
  Few<PortUse, 8> out;
  if (!seen.schedule) {
    if (alu_) out.push({alu_, 1});
    return out;
  }
  Few<PortUse, 32> all;
  for (const auto* entry = subtarget_->getWriteProcResBegin(seen.schedule);
       entry != subtarget_->getWriteProcResEnd(seen.schedule); ++entry) {
    const int cycles = entry->ReleaseAtCycle - entry->AcquireAtCycle;
    if (cycles > 0) all.push({masks_[entry->ProcResourceIdx], static_cast<std::uint16_t>(cycles)});
  }
  std::stable_sort(all.begin(), all.end(), [](const PortUse& a, const PortUse& b) {
    return std::popcount(a.units) < std::popcount(b.units);
  });
  for (PortUse* inner = all.begin(); inner != all.end(); ++inner) {
    if (inner->cycles == 0) continue;
    for (PortUse* outer = inner + 1; outer != all.end(); ++outer)
      if ((inner->units & ~outer->units) == 0)
        outer->cycles =
            static_cast<std::uint16_t>(std::max(int{outer->cycles} - int{inner->cycles}, 0));
    out.push(*inner);
  }
  return out;
}

/// Micro-operations as the renamer counts them: a load goes with its operation, a store's address
/// with its data (Intel Optimization Reference Manual, micro-fusion).
std::uint8_t FormTable::Builder::slots(const Seen& seen, const Few<PortUse, 8>& ports) const {
  if (!seen.schedule) return 1;
  const unsigned counted = seen.schedule->NumMicroOps;
  if (core_.has(Trait::MacroOperations) || counted > 8) return static_cast<std::uint8_t>(counted);
  unsigned loads = 0, store_halves = 0, others = 0, total = 0;
  for (const PortUse& use : ports) {
    if ((use.units & counted_) == 0) continue;
    total += use.cycles;
    if (seen.desc->mayLoad() && (use.units & ~load_) == 0)
      loads += use.cycles;
    else if (seen.desc->mayStore() && (use.units & ~store_) == 0)
      store_halves += use.cycles;
    else
      others += use.cycles;
  }
  if (counted > total) others += counted - total;
  const unsigned fused = loads && others ? loads - 1 : loads;
  return static_cast<std::uint8_t>((store_halves + 1) / 2 + others + fused);
}

std::uint16_t FormTable::Builder::latency(const Seen& seen, unsigned definition) const {
  if (!seen.schedule) return 1;
  const unsigned count = seen.schedule->NumWriteLatencyEntries;
  if (count == 0) return 0;
  const int cycles =
      subtarget_->getWriteLatencyEntry(seen.schedule, std::min(definition, count - 1))->Cycles;
  return static_cast<std::uint16_t>(cycles < 0 ? kPlaceholder : cycles);
}

void FormTable::Builder::add_read(const Seen& seen, unsigned reg, unsigned use, Form& form) const {
  const Place place = places_[reg].place;
  if (place == kNowhere) return;
  const int later = seen.schedule ? subtarget_->getReadAdvanceCycles(seen.schedule, use, 0) : 0;
  form.reads.push({place, static_cast<std::int8_t>(std::clamp(later, -100, 100))});
}

void FormTable::Builder::add_write(const Seen& seen, unsigned reg, unsigned definition,
                                   Form& form) const {
  const Register& written = places_[reg];
  if (written.place == kNowhere) return;
  const std::uint16_t cycles = latency(seen, definition);
  form.writes.push({written.place, cycles});
  // The rest of the register is merged in by the last step of the operation.
  if (written.narrow)
    form.reads.push({written.place, static_cast<std::int8_t>(std::clamp(cycles - 1, 0, 100))});
}

void FormTable::Builder::add_dependencies(const Seen& seen, Form& form) const {
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

void FormTable::Builder::add_memory(const Seen& seen, Form& form) const {
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
  form.memory.rip_relative =
      operand(0).getReg() && std::string_view(registers_->getName(operand(0).getReg())) == "RIP";
  // Data that is both loaded and stored has waited for the load; data that is only stored can be
  // forwarded as soon as it is there.
  if (form.loads && form.stores)
    form.store_latency = static_cast<std::uint16_t>(std::max(latency(seen, 0) - 1, 0));
}

bool FormTable::Builder::names(const Seen& seen, Place wanted) const {
  for (const llvm::MCOperand& operand : seen.inst)
    if (place(operand) == wanted) return true;
  return false;
}

void FormTable::Builder::price_system(const Seen& seen, std::string_view key, Form& form) const {
  std::string wanted(key);
  for (const llvm::MCOperand& operand : seen.inst)
    if (key.starts_with("mov_") && operand.isReg() &&
        std::string_view(registers_->getName(operand.getReg())) == "CR3")
      wanted += '3';
  const auto found = cpu_.prices.find(wanted);
  if (!key.empty() && found == cpu_.prices.end()) return;  // as any instruction nobody prices
  form.kind = Form::Kind::Priced;
  form.slots = 0;
  form.ports = {};
  for (Write& write : form.writes) write.latency = 0;
  if (key.empty()) return;
  form.price = form.alternative = found->second.cycles.hundredths;
  if (key != "wrmsr") return;
  form.kind = Form::Kind::WriteMsr;
  const auto special = cpu_.prices.find("wrmsr_spec_ctrl");
  if (special != cpu_.prices.end()) form.alternative = special->second.cycles.hundredths;
}

/// Push, pop, call and ret: the stack engine adds to RSP before the instruction is issued.
void FormTable::Builder::use_stack_engine(Form& form) const {
  Few<Read, 10> reads;
  Few<Write, 6> writes;
  for (const Read& read : form.reads)
    if (read.place != kStackPointer) reads.push(read);
  for (const Write& write : form.writes)
    if (write.place != kStackPointer) writes.push(write);
  form.reads = reads, form.writes = writes;
  form.moves_stack_pointer = true;
  for (PortUse& use : form.ports)
    if (!core_.has(Trait::MacroOperations) && use.units == alu_ && use.cycles > 0) {
      --use.cycles;
      form.slots = static_cast<std::uint8_t>(form.slots > 1 ? form.slots - 1 : 1);
      break;
    }
}

void FormTable::Builder::correct_lea(const Seen& seen, const Encoding& encoding, Form& form) const {
  if (!core_.has(Trait::SlowLea) || !seen.name.starts_with("LEA") || seen.memory != 1) return;
  if (encoding.displacement_size == 0 || !seen.inst.getOperand(1).getReg() ||
      !seen.inst.getOperand(3).getReg())
    return;
  form.ports = {};
  form.ports.push({lea_slow_, 1});
  for (Write& write : form.writes) write.latency = 3;
}

void FormTable::Builder::correct_division(const Seen& seen, Form& form) const {
  if (!seen.name.starts_with("DIV") && !seen.name.starts_with("IDIV")) return;
  const DivisionRow* row =
      division_row(cpu_.llvm_cpu, seen.name.substr(0, seen.name.find_first_of("rm")));
  if (!row) return;
  const std::uint16_t loading = seen.desc->mayLoad() ? 5 : 0;
  form.slots = row->slots;
  form.ports = {};
  form.ports.push({Units{1} << 62, row->occupied});
  if (loading) form.ports.push({load_, 1});
  for (Write& write : form.writes)
    write.latency = static_cast<std::uint16_t>(row->latency + loading);
}

void FormTable::Builder::correct(const Seen& seen, const Encoding& encoding, Form& form) const {
  correct_lea(seen, encoding, form);
  correct_division(seen, form);
  const unsigned operands = seen.inst.getNumOperands();
  const bool same =
      operands >= 2 && seen.inst.getOperand(operands - 1).isReg() &&
      seen.inst.getOperand(operands - 2).isReg() &&
      seen.inst.getOperand(operands - 1).getReg() == seen.inst.getOperand(operands - 2).getReg();
  if (same && clears_by_itself(seen.name)) {
    form.ports = {};
    form.reads = {};
    form.slots = 1;
    for (Write& write : form.writes) write.latency = 0;
  }
  if (const MoveRow* move = move_row(seen.name);
      move && !same && core_.has(move->vector ? Trait::FreeVectorMoves : Trait::FreeMoves)) {
    form.ports = {};
    for (Write& write : form.writes) write.latency = 0;
  }
  if (core_.has(Trait::ScanReadsDestination) &&
      (seen.name.starts_with("POPCNT") || seen.name.starts_with("BSF") ||
       seen.name.starts_with("BSR")) &&
      !form.writes.empty())
    form.reads.push({form.writes.begin()->place, 0});
  if (seen.name.starts_with("NOOP")) form.ports = {};
  const bool exchange = seen.name.starts_with("XCHG") && seen.memory >= 0;
  if (encoding.locked || exchange) form.ports.push({kWholeCore, core_.locked});
  form.fuses_with = fusible_conditions(seen.name, core_.has(Trait::WideFusion));
  if (form.memory.rip_relative && encoding.fixed + 4u < 15 &&
      seen.name.find("mi") != seen.name.npos)
    form.fuses_with = 0;
  if (seen.name == "JCC_1" || seen.name == "JCC_4")
    form.condition = static_cast<std::int8_t>(seen.inst.getOperand(1).getImm() & 15);
}

Form FormTable::Builder::build(std::span<const std::uint8_t> code, const Encoding& encoding) const {
  Form form;
  const std::optional<Seen> seen = decode(code);
  if (!seen) {  // the fallback: one micro-operation, no dependency
    if (alu_) form.ports.push({alu_, 1});
    return form;
  }
  form.ports = ports(*seen);
  form.slots = slots(*seen, form.ports);
  add_dependencies(*seen, form);
  add_memory(*seen, form);
  const bool stack = seen->name.starts_with("PUSH") || seen->name.starts_with("POP6") ||
                     seen->name.starts_with("POP1") || seen->name.starts_with("CALL") ||
                     seen->name.starts_with("RET");
  if (stack)
    use_stack_engine(form);
  else
    form.names_stack_pointer = core_.has(Trait::StackSynchronised) && names(*seen, kStackPointer);
  correct(*seen, encoding, form);
  if (form.slots == 0 && form.ports.empty()) form.slots = 1;
  if (const auto key = system_key(seen->name)) price_system(*seen, *key, form);
  return form;
}

FormTable::FormTable(const CpuModel& cpu)
    : core_(core_row(cpu.llvm_cpu)),
      builder_(std::make_unique<Builder>(cpu, core_)),
      entries_(2048) {}

FormTable::~FormTable() = default;

const Form& FormTable::form(std::span<const std::uint8_t> code, const Encoding& encoding) {
  const FormKey key = form_key(code, encoding);
  const std::size_t mask = entries_.size() - 1;
  for (std::size_t at = key.hash() & mask;; at = (at + 1) & mask) {
    if (!entries_[at].form) break;
    if (entries_[at].key == key) return *entries_[at].form;
  }
  return build(key, code, encoding);
}

const Form& FormTable::build(const FormKey& key, std::span<const std::uint8_t> code,
                             const Encoding& encoding) {
  if (used_ * 2 >= entries_.size()) grow();
  if (used_ % kFormsPerChunk == 0) chunks_.push_back(std::make_unique<Form[]>(kFormsPerChunk));
  Form& form = chunks_.back()[used_ % kFormsPerChunk];
  form = builder_->build(code, encoding);
  ++used_;
  const std::size_t mask = entries_.size() - 1;
  std::size_t at = key.hash() & mask;
  while (entries_[at].form) at = (at + 1) & mask;
  entries_[at] = {key, &form};
  return form;
}

void FormTable::grow() {
  std::vector<Entry> old(entries_.size() * 2);
  old.swap(entries_);
  const std::size_t mask = entries_.size() - 1;
  for (const Entry& entry : old) {
    if (!entry.form) continue;
    std::size_t at = entry.key.hash() & mask;
    while (entries_[at].form) at = (at + 1) & mask;
    entries_[at] = entry;
  }
}

}  // namespace ringfare
