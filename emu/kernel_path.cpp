// SPDX-License-Identifier: MIT
#include "emu/kernel_path.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cpu/failure.hpp"
#include "emu/effect.hpp"

namespace ringfare {
namespace {

constexpr std::string_view kDoorName = "syscall";

/// A path longer than this has lost its way.
constexpr std::size_t kLongestPath = 1'000'000;

/// More numbers than any kernel has, and few enough for the stubs to fit.
constexpr std::uint64_t kMostCalls = 65536;

/// Under this mitigation user mode runs on the user page table.
constexpr std::string_view kPageTableIsolation = "pti";

std::uint64_t checked_limit(const KernelModel& kernel) {
  if (kernel.syscall_limit > kMostCalls)
    throw UserError(kernel.at, fmt::format("syscall_limit = {} is too large; the most is {}",
                                           kernel.syscall_limit, kMostCalls));
  return kernel.syscall_limit;
}

std::map<std::string, std::uint64_t, std::less<>> symbols(const KernelModel& kernel,
                                                          const KernelMemory& memory) {
  auto names = memory.symbols();
  for (const auto& [name, value] : kernel.constants) {
    if (!names.emplace(name, static_cast<std::uint64_t>(value)).second)
      throw UserError(kernel.at, fmt::format("constant '{}' hides a symbol of the kernel's memory; "
                                             "give it another name",
                                             name));
  }
  return names;
}

std::vector<const StageModel*> active_stages(const Machine& machine) {
  const auto& doors = machine.kernel.doors;
  const auto door = std::ranges::find(doors, kDoorName, &DoorModel::name);
  if (door == doors.end())
    throw UserError(machine.kernel.at,
                    fmt::format("kernel {} has no door '{}'", machine.kernel.name, kDoorName));
  std::vector<const StageModel*> stages;
  for (const StageModel& stage : door->stages)
    if (!stage.fixed && stage.active(machine.mitigations)) stages.push_back(&stage);
  if (stages.empty())
    throw UserError(machine.kernel.at, fmt::format("door '{}' has no code", kDoorName));
  return stages;
}

}  // namespace

IntegerRegisters IntegerRegisters::of(const Registers& r) {
  return {r.gpr, r.rip, r.rflags, r.cs, r.ss, r.gs};
}

void IntegerRegisters::apply(Registers& r) const {
  r.gpr = gpr;
  r.rip = rip;
  r.rflags = rflags;
  r.cs = cs;
  r.ss = ss;
  r.gs = gs;
}

KernelPath::KernelPath(const Machine& machine)
    : machine_(machine),
      memory_(checked_limit(machine.kernel)),
      text_(
          assemble(active_stages(machine), KernelMemory::kText, symbols(machine.kernel, memory_))),
      ring0_(memory_, system_) {
  if (text_.code.size() > KernelMemory::kTextSize)
    throw UserError(machine.kernel.at,
                    fmt::format("the stages assemble to {} bytes; the most is {}",
                                text_.code.size(), KernelMemory::kTextSize));
  memory_.install_text(text_.code);
  memory_.boot(at_rest_);
  at_rest_.vendor = machine.cpu.vendor;
  if (machine.mitigations.contains(kPageTableIsolation))
    at_rest_.cr3 = memory_.cr3(PageTable::User);
  system_ = at_rest_;
}

const AssembledInstruction* KernelPath::instruction(KernelAddress address) const {
  const auto found =
      std::ranges::lower_bound(text_.instructions, address, {}, &AssembledInstruction::address);
  return found != text_.instructions.end() && found->address == address ? &*found : nullptr;
}

void KernelPath::refuse(KernelAddress address, const std::string& what) const {
  const AssembledInstruction* at = instruction(address);
  for (auto item = items_.rbegin(); !at && item != items_.rend(); ++item)
    if (!item->step) at = instruction(item->address);
  if (!at) throw UserError(machine_.kernel.at, what);
  throw UserError(at->at, fmt::format("{}: {}", text_.stages[at->stage]->name, what));
}

template <class Body>
void KernelPath::as_user_error(Body body) const {
  try {
    body();
  } catch (const PathError& error) {
    refuse(error.at, error.what());
  }
}

bool KernelPath::in(Registers& registers, std::uint8_t length) {
  if (under_way_) {  // the process of the last crossing ended inside it
    system_ = at_rest_;
    settle();
  }
  under_way_ = true;
  items_.clear();
  effects_.clear();
  service_at_.reset();
  door_.reset();
  length_ = length;
  user_ = IntegerRegisters::of(registers);
  as_user_error([&] {
    take_gate(registers, Door::Syscall, length);
    ring0_.begin();
    run_to_service(registers);
  });
  kernel_ = IntegerRegisters::of(registers);
  user_.apply(registers);
  if (!service_at_) registers[Gpr::Rax] = kernel_.gpr[static_cast<std::size_t>(Gpr::Rax)];
  return service_at_.has_value();
}

void KernelPath::out(Registers& registers, std::uint64_t result) {
  CHECK(under_way_, "leaving a kernel that was not entered");
  // While the kernel runs, the user's GS base is parked in KERNEL_GS_BASE.
  if (registers.gs.base != user_.gs.base) {
    system_.kernel_gs_base = registers.gs.base;
    user_.gs.base = registers.gs.base;
  }
  kernel_.apply(registers);
  as_user_error([&] {
    if (service_at_) {
      ring0_.answer(registers, result);
      run_to_door(registers);
    }
    take_gate(registers, door_->door, door_->length);
    check_left_as_found(registers);
  });
  const Origins& origins = ring0_.origins();
  const bool answer_repeats =
      service_at_ || !(origins.gpr[static_cast<std::size_t>(Gpr::Rax)] & origin::kUnrepeatable);
  const bool replaced = settle();
  repeatable_ = origins.repeatable && answer_repeats && !replaced && restored(registers, result);
  under_way_ = false;
}

bool KernelPath::settle() {
  const bool changed = memory_.settle();
  if (changed) ++generation_;
  return changed;
}

bool KernelPath::step(Registers& registers) {
  if (items_.size() >= kLongestPath)
    throw PathError(KernelAddress{registers.rip},
                    fmt::format("the path does not end: {} instructions", kLongestPath));
  std::optional<Effect> before;
  if (recording_) before.emplace(registers, system_);
  const auto event = ring0_.step(registers);
  if (const auto* door = std::get_if<AtDoor>(&event)) {
    door_ = *door;
    items_.push_back(
        {.address = door->address, .length = door->length, .ends_run = true, .door = true});
    if (recording_) effects_.emplace_back();
    return false;
  }
  const Executed& done = std::get<Executed>(event);
  items_.push_back({.address = done.address,
                    .length = done.length,
                    .ends_run = done.ends_run,
                    .price_key = done.price_key});
  if (recording_) effects_.push_back(before->since(registers, system_, done));
  return true;
}

void KernelPath::run_to_service(Registers& registers) {
  do {
    if (memory_.service(KernelAddress{registers.rip})) {
      service_at_ = items_.size();
      return;
    }
  } while (step(registers));
}

void KernelPath::run_to_door(Registers& registers) {
  while (step(registers))
    if (memory_.service(KernelAddress{registers.rip}))
      throw PathError(items_.back().address, "a second service in one call");
}

void KernelPath::take_gate(Registers& registers, Door door, std::uint8_t length) {
  GateState state{registers, system_, memory_, length};
  for (const MicroStep& micro : micro_steps(door)) {
    if (!applies(micro, system_.vendor)) continue;
    const Effect before(registers, system_);
    const KernelAddress at{door_ ? door_->address : KernelAddress{}};
    if (const std::optional<Exception> raised = take(micro, state))
      throw PathError(at, fmt::format("{} raises exception {}: it needs {}", to_string(door),
                                      raised->vector, micro.what));
    items_.push_back({.step = &micro});
    if (recording_) effects_.push_back(before.since(registers, system_));
  }
}

void KernelPath::check_left_as_found(const Registers& registers) const {
  const auto expect = [&](bool good, std::string_view what, std::uint64_t is,
                          std::uint64_t should) {
    if (!good)
      throw PathError(door_->address, fmt::format("user mode is reached with {} = {:#x}; it was "
                                                  "entered with {:#x}",
                                                  what, is, should));
  };
  expect(system_.cpl == 3, "CPL", system_.cpl, 3);
  expect(system_.cr3 == at_rest_.cr3, "CR3", system_.cr3, at_rest_.cr3);
  expect(registers.gs.base == user_.gs.base, "GS base", registers.gs.base, user_.gs.base);
  expect(system_.kernel_gs_base == at_rest_.kernel_gs_base, "KERNEL_GS_BASE",
         system_.kernel_gs_base, at_rest_.kernel_gs_base);
}

bool KernelPath::restored(const Registers& registers, std::uint64_t result) const {
  IntegerRegisters expected = user_;
  const auto set = [&](Gpr r, std::uint64_t value) {
    expected.gpr[static_cast<std::size_t>(r)] = value;
  };
  set(Gpr::Rax, service_at_ ? result : registers[Gpr::Rax]);
  set(Gpr::Rcx, user_.rip + length_);
  set(Gpr::R11, user_.rflags & ~flag::kResume);
  return registers.gpr == expected.gpr && registers.rip == user_.rip + length_;
}

}  // namespace ringfare
