// SPDX-License-Identifier: MIT
#include "models/pricing/llvm_schedule.hpp"

#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <bit>

#include "cpu/base/failure.hpp"
#include "models/machine.hpp"

namespace ringfare {
namespace {

constexpr const char* kTriple = "x86_64-unknown-linux-gnu";

const char* triple_of(CodeMode mode) {
  return mode == CodeMode::Long64 ? kTriple : "i386-unknown-linux-gnu";
}

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

constexpr std::string_view kGeneral[] = {"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI",
                                         "R8",  "R9",  "R10", "R11", "R12", "R13", "R14", "R15"};

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
std::vector<LlvmRegister> register_places(const llvm::MCRegisterInfo& info) {
  std::vector<LlvmRegister> out(info.getNumRegs());
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
    CHECK(bit + resource.NumUnits <= kLastUnits, "{} units and more", bit);
    for (unsigned unit = 0; unit < resource.NumUnits; ++unit, ++bit) masks[i] |= Units{1} << bit;
  }
  for (unsigned i = 1; i < masks.size(); ++i) {
    const llvm::MCProcResourceDesc& resource = *model.getProcResource(i);
    if (!resource.SubUnitsIdxBegin) continue;
    for (unsigned k = 0; k < resource.NumUnits; ++k)
      masks[i] |= masks[resource.SubUnitsIdxBegin[k]];
  }
  return masks;
}

/// Throws UserError for a processor LLVM does not know or has no scheduling model for.
void check_name(const llvm::Target& target, const CpuModel& cpu) {
  const std::unique_ptr<llvm::MCSubtargetInfo> any(target.createMCSubtargetInfo(kTriple, "", ""));
  if (any->isCPUStringValid(cpu.llvm_cpu)) {
    if (any->getSchedModelForCPU(cpu.llvm_cpu).hasInstrSchedModel()) return;
    throw UserError(cpu.at, fmt::format("LLVM has no scheduling model for '{}': name a processor "
                                        "like it that has one, or 'x86-64'",
                                        cpu.llvm_cpu));
  }
  std::vector<std::string> known;
  for (const llvm::SubtargetSubTypeKV& row : any->getAllProcessorDescriptions())
    known.emplace_back(row.Key);
  const auto near = nearest(cpu.llvm_cpu, known);
  throw UserError(cpu.at, fmt::format("LLVM does not know the processor '{}'", cpu.llvm_cpu) +
                              (near ? fmt::format("; did you mean '{}'?", *near) : ""));
}

}  // namespace

LlvmSchedule::LlvmSchedule(const CpuModel& cpu, CodeMode mode) {
  const char* const triple = triple_of(mode);
  const llvm::Target& target = x86_target();
  check_name(target, cpu);
  registers_.reset(target.createMCRegInfo(triple));
  info_.reset(target.createMCAsmInfo(*registers_, triple, options_));
  subtarget_.reset(target.createMCSubtargetInfo(triple, cpu.llvm_cpu, ""));
  instructions_.reset(target.createMCInstrInfo());
  context_ = std::make_unique<llvm::MCContext>(llvm::Triple(triple), info_.get(), registers_.get(),
                                               subtarget_.get());
  disassembler_.reset(target.createMCDisassembler(*subtarget_, *context_));
  places_ = register_places(*registers_);
  const llvm::MCSchedModel& model = subtarget_->getSchedModel();
  masks_ = unit_masks(model);
  for (unsigned i = 1; i < masks_.size(); ++i)
    if (std::string_view(model.getProcResource(i)->Name).ends_with("Divider"))
      dividers_ |= masks_[i];
  // Which units do what is read off the simplest instruction of each sort.
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
  add_ = units(kAdd);
  multiply_ = units(kMultiply);
}

std::optional<DecodedInstruction> LlvmSchedule::decode(std::span<const std::uint8_t> code) const {
  DecodedInstruction decoded;
  std::size_t at = 0;
  do {  // a LOCK or REP prefix may come as an instruction of its own
    std::uint64_t size = 0;
    decoded.inst.clear();
    const llvm::ArrayRef<std::uint8_t> rest(code.data() + at, code.size() - at);
    if (disassembler_->getInstruction(decoded.inst, size, rest, 0, llvm::nulls()) ==
            llvm::MCDisassembler::Fail ||
        size == 0)
      return {};
    at += size;
    const llvm::StringRef name = instructions_->getName(decoded.inst.getOpcode());
    decoded.name = {name.data(), name.size()};
    if (decoded.name.ends_with("_REV")) decoded.name.remove_suffix(4);  // the other encoding
  } while (at < code.size() && decoded.name.ends_with("_PREFIX"));
  decoded.desc = &instructions_->get(decoded.inst.getOpcode());
  decoded.schedule = scheduling_class(decoded);
  decoded.memory = memory_operand(decoded);
  return decoded;
}

/// The scheduling class with variants resolved; null for none and for placeholders.
const llvm::MCSchedClassDesc* LlvmSchedule::scheduling_class(
    const DecodedInstruction& decoded) const {
  const llvm::MCSchedModel& model = subtarget_->getSchedModel();
  unsigned id = decoded.desc->getSchedClass();
  while (id && model.getSchedClassDesc(id)->isVariant())
    id = subtarget_->resolveVariantSchedClass(id, &decoded.inst, instructions_.get(),
                                              model.getProcessorID());
  const llvm::MCSchedClassDesc* found = id ? model.getSchedClassDesc(id) : nullptr;
  if (!found || !found->isValid() || found->NumMicroOps >= kPlaceholder) return nullptr;
  for (unsigned i = 0; i < found->NumWriteLatencyEntries; ++i)
    if (found->NumMicroOps == 1 &&
        subtarget_->getWriteLatencyEntry(found, i)->Cycles >= static_cast<int>(kPlaceholder))
      return nullptr;
  return found;
}

/// Base, scale, index, displacement and segment follow each other.
int LlvmSchedule::memory_operand(const DecodedInstruction& decoded) const {
  const unsigned count = std::min(decoded.desc->getNumOperands(), decoded.inst.getNumOperands());
  if (decoded.name.starts_with("LEA") && count == 6) return 1;
  for (unsigned i = 0; i + 4 < count; ++i)
    if (decoded.desc->operands()[i].OperandType == llvm::MCOI::OPERAND_MEMORY)
      return static_cast<int>(i);
  return -1;
}

/// The work per set of units. A group's cycles include those of the groups and units inside it;
/// taking these out leaves what any unit of the group may do.
Ports LlvmSchedule::ports(const DecodedInstruction& decoded) const {
  Ports out;
  if (!decoded.schedule) {
    out.push({add_, 1});
    return out;
  }
  InlineVector<PortUse, 32> all;
  for (const auto* entry = subtarget_->getWriteProcResBegin(decoded.schedule);
       entry != subtarget_->getWriteProcResEnd(decoded.schedule); ++entry) {
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

std::uint16_t LlvmSchedule::latency(const DecodedInstruction& decoded, unsigned definition) const {
  if (!decoded.schedule) return 1;
  const unsigned count = decoded.schedule->NumWriteLatencyEntries;
  if (count == 0) return 0;
  const int cycles =
      subtarget_->getWriteLatencyEntry(decoded.schedule, std::min(definition, count - 1))->Cycles;
  return static_cast<std::uint16_t>(cycles < 0 ? kPlaceholder : cycles);
}

int LlvmSchedule::read_advance(const DecodedInstruction& decoded, unsigned use) const {
  return decoded.schedule ? subtarget_->getReadAdvanceCycles(decoded.schedule, use, 0) : 0;
}

}  // namespace ringfare
