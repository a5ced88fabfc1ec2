// SPDX-License-Identifier: MIT
#include "models/pricing/file_costs.hpp"

#include <algorithm>

#include "cpu/instruction_class.hpp"

namespace ringfare {
namespace {

constexpr Place kStackPointer = 4;
constexpr Place kFirstMmx = kOtherRegisters;
constexpr Place kX87 = kOtherRegisters + 8;

Place place_of(const RegisterName& name) {
  switch (name.file) {
    case RegisterName::File::General:
      return name.number;
    case RegisterName::File::Flags:
      return kFlags;
    case RegisterName::File::Vector:
      return static_cast<Place>(kFirstVector + name.number);
    case RegisterName::File::Mmx:
      return static_cast<Place>(kFirstMmx + name.number);
    case RegisterName::File::X87:
      return kX87;
    case RegisterName::File::Other:
      return kNowhere;
  }
  return kNowhere;
}

std::int8_t later(unsigned cycles) {
  return static_cast<std::int8_t>(std::min(cycles, 100u));
}

class FileCosts final : public CostSource {
 public:
  FileCosts(const CpuModel& cpu, CodeMode mode)
      : core_(*cpu.core), prices_(cpu.prices), mode_(mode) {}

  InstructionCost build(std::span<const std::uint8_t> code,
                        const Encoding& encoding) const override;

 private:
  const InstructionModel& row(InstructionClass kind) const {
    return core_.instructions[static_cast<std::size_t>(kind)];
  }
  void add_work(const InstructionModel& row, InstructionCost& cost) const;
  void add_operation(const ClassifiedInstruction& it, InstructionCost& cost) const;
  void add_dependencies(const ClassifiedInstruction& it, InstructionCost& cost) const;
  void add_memory(const ClassifiedInstruction& it, InstructionCost& cost) const;

  const CoreModel core_;
  const Prices prices_;
  const CodeMode mode_;
};

/// A plain mov from or to memory is the load or the store and nothing else.
bool only_moves(const ClassifiedInstruction& it) {
  switch (it.kind) {
    case InstructionClass::Move:
    case InstructionClass::Extend:
    case InstructionClass::VectorMove:
      return it.loads != it.stores;
    default:
      return false;
  }
}

bool moves_stack_pointer(InstructionClass kind) {
  switch (kind) {
    case InstructionClass::Push:
    case InstructionClass::Pop:
    case InstructionClass::Call:
    case InstructionClass::IndirectCall:
    case InstructionClass::Return:
      return true;
    default:
      return false;
  }
}

void FileCosts::add_work(const InstructionModel& row, InstructionCost& cost) const {
  for (const UnitWork& work : row.work) cost.ports.push({work.units, work.cycles});
}

void FileCosts::add_operation(const ClassifiedInstruction& it, InstructionCost& cost) const {
  const bool plain = only_moves(it);
  unsigned slots = plain ? 0 : row(it.kind).slots;
  if (!plain) add_work(row(it.kind), cost);
  if (it.loads) {
    slots += plain ? core_.load.slots : core_.load.joined;
    add_work(core_.load, cost);
  }
  if (it.stores) {
    slots += plain ? core_.store.slots : core_.store.joined;
    add_work(core_.store, cost);
  }
  cost.slots = static_cast<std::uint8_t>(std::min(slots, 255u));
}

/// The operation begins when the load is back; registers other than those of the address are
/// needed only then. Push, pop, call and ret have the new stack pointer after one addition.
void FileCosts::add_dependencies(const ClassifiedInstruction& it, InstructionCost& cost) const {
  const unsigned loading = it.loads ? core_.load.latency : 0;
  const unsigned operation = only_moves(it) ? 0 : row(it.kind).latency;
  const bool free_stack = core_.stack_engine && moves_stack_pointer(it.kind);
  for (const RegisterName& name : it.read()) {
    const Place place = place_of(name);
    if (place == kNowhere || (free_stack && place == kStackPointer)) continue;
    cost.reads.push({place, name.address ? later(0) : later(loading)});
  }
  for (const RegisterName& name : it.written()) {
    const Place place = place_of(name);
    if (place == kNowhere || (free_stack && place == kStackPointer)) continue;
    const bool stack = place == kStackPointer && moves_stack_pointer(it.kind);
    cost.writes.push({place, static_cast<std::uint16_t>(stack ? 1 : loading + operation)});
    // The rest of the register is merged in by the last step of the operation.
    if (name.narrow)
      cost.reads.push({place, later(loading + operation == 0 ? 0 : loading + operation - 1)});
  }
  cost.moves_stack_pointer = moves_stack_pointer(it.kind);
  if (it.stores)
    cost.store_latency = static_cast<std::uint16_t>(loading + operation + core_.store.latency);
}

void FileCosts::add_memory(const ClassifiedInstruction& it, InstructionCost& cost) const {
  if (!it.loads && !it.stores) return;
  const auto place = [](std::int8_t number) {
    return number < 0 ? kNowhere : static_cast<Place>(number);
  };
  cost.loads = it.loads;
  cost.stores = it.stores;
  cost.memory = {place(it.base), place(it.index), it.scale, it.segment, it.rip_relative};
}

InstructionCost FileCosts::build(std::span<const std::uint8_t> code,
                                 const Encoding& encoding) const {
  InstructionCost cost;
  auto classified = classify(code, mode_);
  if (!classified) {  // bytes that are no instruction cost what class Other does
    add_work(row(InstructionClass::Other), cost);
    return cost;
  }
  const bool system = classified->kind == InstructionClass::System;
  if (system) classified->kind = InstructionClass::Other;
  add_operation(*classified, cost);
  add_dependencies(*classified, cost);
  add_memory(*classified, cost);
  const bool exchange = classified->kind == InstructionClass::Exchange && classified->loads;
  if (encoding.locked || (exchange && (code[0] & 0xfe) == 0x86))
    cost.ports.push({kWholeCore, core_.locked});
  if (encoding.repeated) cost.ports.push({kWholeCore, core_.repeated});
  if (system) price_by_name(classified->price_key, prices_, cost);
  return cost;
}

}  // namespace

std::unique_ptr<CostSource> file_costs(const CpuModel& cpu, CodeMode mode) {
  return std::make_unique<FileCosts>(cpu, mode);
}

CoreRow core_row(const CoreModel& core) {
  return {.llvm_cpu = "",
          .width = core.width,
          .locked = core.locked,
          .repeated = core.repeated,
          .traits = 0};
}

}  // namespace ringfare
