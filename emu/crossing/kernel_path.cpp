// SPDX-License-Identifier: MIT
#include "emu/crossing/kernel_path.hpp"

#include <fmt/format.h>

#include "cpu/base/failure.hpp"
#include "emu/crossing/doorway.hpp"
#include "emu/crossing/effect.hpp"

namespace ringfare {
namespace {

/// Instructions; a path with more does not end.
constexpr std::size_t kLongestPath = 1'000'000;

struct DoorIn {
  Door door;
  std::string_view name;  // in the kernel's model
};

DoorIn door_in(const SystemState& system, const Registers& registers, Gate gate) {
  if (system.cr4 & cr4::kFred) return {Door::Fred, model_door::kFred};
  const Doorway& row = doorway(gate, registers.mode());
  return {row.hardware, row.model};
}

/// What FRED delivers (FRED specification, table of event types): INT n by its number, SYSCALL as 1
/// and SYSENTER as 2 of the other events.
GateState gate_state(Registers& registers, SystemState& system, KernelMemory& memory,
                     const Arrival& arrival) {
  GateState state{registers, system, memory, arrival.length};
  state.vector = arrival.vector;
  if ((system.cr4 & cr4::kFred) && arrival.gate != Gate::Interrupt) {
    state.event = EventType::Other;
    state.vector = arrival.gate == Gate::Syscall ? 1 : 2;
  }
  return state;
}

}  // namespace

KernelPath::KernelPath(const Machine& machine)
    : kernel_(machine),
      work_(machine.kernel, kernel_.memory()),
      system_(kernel_.at_rest()),
      ring0_(kernel_.memory(), system_) {}

void KernelPath::refuse(KernelAddress address, const std::string& what) const {
  const AssembledInstruction* at = kernel_.instruction(address);
  for (auto item = items_.rbegin(); !at && item != items_.rend(); ++item)
    if (!item->step) at = kernel_.instruction(item->address);
  if (!at) throw UserError(kernel_.machine().kernel.at, what);
  throw UserError(at->at, fmt::format("{}: {}", kernel_.text().stages[at->stage]->name, what));
}

template <class Body>
void KernelPath::as_user_error(Body body) const {
  try {
    body();
  } catch (const PathError& error) {
    refuse(error.at, error.what());
  }
}

/// Events FRED delivers and the kernel answers with the exception that the IDT would have raised.
std::optional<Exception> KernelPath::refused_by_kernel(const Registers& registers) const {
  if (!(system_.cr4 & cr4::kFred)) return {};
  constexpr std::uint8_t kSystemCall = 0x80;
  if (arrival_.gate == Gate::Interrupt && arrival_.vector != kSystemCall)
    return Exception{vector::kProtection, arrival_.vector * 8u + 2u};
  if (arrival_.gate == Gate::Sysenter && registers.mode() == CodeMode::Long64)
    return Exception{vector::kInvalidOpcode, {}};
  return {};
}

Entered KernelPath::in(Registers& registers, Arrival arrival) {
  begin(registers, arrival);
  Entered entered;
  entered.raised = refused_by_kernel(registers);
  if (!entered.raised) entered.raised = go_in(registers);
  if (entered.raised) {
    system_ = kernel_.at_rest();
    users_.apply(registers);
    under_way_ = false;
    return entered;
  }
  kernels_ = IntegerRegisters::of(registers);
  users_.apply(registers);
  entered.served = service_at_.has_value();
  if (!entered.served) registers[Gpr::Rax] = kernels_[Gpr::Rax];
  return entered;
}

void KernelPath::begin(const Registers& registers, Arrival arrival) {
  if (under_way_) {  // the process of the last crossing ended inside it
    system_ = kernel_.at_rest();
    settle();
  }
  under_way_ = true;
  items_.clear();
  effects_.clear();
  service_at_.reset();
  door_.reset();
  sources_.reset();
  arrival_ = arrival;
  users_ = IntegerRegisters::of(registers);
}

/// Through the gate and as far as the service or the door out.
std::optional<Exception> KernelPath::go_in(Registers& registers) {
  show_kernels_segments(registers);
  const DoorIn door = door_in(system_, registers, arrival_.gate);
  door_name_ = door.name;
  const std::optional<Exception> raised =
      take_gate(registers, gate_state(registers, system_, memory(), arrival_), door.door);
  if (raised) return raised;
  as_user_error([&] {
    ring0_.begin(door.door);
    run_to_service(registers);
  });
  return {};
}

/// Ring 0 knows the flat segments of a 32-bit kernel and none the guest has made for itself.
void KernelPath::show_kernels_segments(Registers& r) const {
  if (!is_32_bit()) return;
  const KernelSelectors& s = kernel_.memory().plan().selectors;
  r.cs.selector = s.user_code32;
  r.ss.selector = r.ds.selector = r.es.selector = s.user_data;
}

void KernelPath::show_users_segments(Registers& r) const {
  if (!is_32_bit()) return;
  const KernelSelectors& s = kernel_.memory().plan().selectors;
  const auto give_back = [](Segment& now, std::uint16_t kernels, const Segment& users) {
    if (now.selector == kernels) now = users;
  };
  give_back(r.cs, s.user_code32, users_.cs);
  give_back(r.ss, s.user_data, users_.ss);
  give_back(r.ds, s.user_data, users_.ds);
  give_back(r.es, s.user_data, users_.es);
}

/// The service may have changed it.
void KernelPath::keep_users_gs(const Registers& registers) {
  if (is_32_bit()) {
    users_.gs = kernels_.gs = registers.gs;
  } else if (registers.gs.base != users_.gs.base) {
    // While the kernel runs, the user's GS base is parked in KERNEL_GS_BASE.
    system_.kernel_gs_base = registers.gs.base;
    users_.gs.base = registers.gs.base;
  }
}

void KernelPath::out(Registers& registers, std::uint64_t result) {
  CHECK(under_way_, "leaving a kernel that was not entered");
  keep_users_gs(registers);
  kernels_.apply(registers);
  as_user_error([&] {
    if (service_at_) {
      ring0_.answer(registers, result);
      run_to_door(registers);
    }
    leave_by_door(registers);
    check_left_as_found(registers);
  });
  const bool replaced = settle();
  show_users_segments(registers);
  if (ring0_.origins().repeatable && !replaced)
    sources_ = sources_of({.gate = arrival_.gate,
                           .before = users_,
                           .after = registers,
                           .origins = ring0_.origins(),
                           .memory = kernel_.memory(),
                           .result = service_at_ ? std::optional(result) : std::nullopt});
  work_.look_again();
  under_way_ = false;
}

void KernelPath::set_landing_pad(std::uint64_t address) {
  const auto at = memory().symbols().at("TASK_sysenter_return");
  memory().set_word(memory().layout().task + at, memory().word(), address);
  ++generation_;
}

bool KernelPath::settle() {
  const bool changed = memory().settle();
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
    items_.push_back({.address = door->address,
                      .length = door->length,
                      .ends_run = true,
                      .door = true,
                      .width = door->width});
    if (recording_) effects_.emplace_back();
    return false;
  }
  if (const auto* fault = std::get_if<AtUserFault>(&event)) {
    user_fault(registers, *fault);
    return true;
  }
  const Executed& done = std::get<Executed>(event);
  items_.push_back({.address = done.address,
                    .length = done.length,
                    .ends_run = done.ends_run,
                    .price_key = done.price_key});
  if (recording_) effects_.push_back(before->since(registers, system_, done));
  return true;
}

/// Linux finds the faulting instruction in its exception table and goes on at the fixup. The page
/// fault itself is not executed.
void KernelPath::user_fault(Registers& registers, const AtUserFault& fault) {
  const AssembledInstruction* at = kernel_.instruction(fault.address);
  const std::string* label = at ? &kernel_.text().stages[at->stage]->on_fault : nullptr;
  if (!label || label->empty())
    throw PathError(fault.address,
                    fmt::format("page fault: reading user memory at {:#x}, and the stage has no "
                                "'on_fault'",
                                fault.user_address));
  const auto target = kernel_.text().labels.find(*label);
  if (target == kernel_.text().labels.end())
    throw PathError(fault.address, fmt::format("on_fault: there is no label '{}'", *label));
  ring0_.depart();
  items_.push_back({.address = fault.address, .length = fault.length, .ends_run = true});
  if (recording_) effects_.push_back(fmt::format("page fault at {:#x}", fault.user_address));
  registers.rip = target->second.value;
}

void KernelPath::run_to_service(Registers& registers) {
  do {
    if (memory().service(KernelAddress{registers.rip})) {
      service_at_ = items_.size();
      return;
    }
  } while (step(registers));
}

void KernelPath::run_to_door(Registers& registers) {
  while (step(registers))
    if (memory().service(KernelAddress{registers.rip}))
      throw PathError(items_.back().address, "a second service in one call");
}

std::optional<Exception> KernelPath::take_gate(Registers& registers, GateState state, Door door) {
  Toll toll;
  for (const MicroStep& micro : micro_steps(door)) {
    if (!applies(micro, state)) continue;
    const Effect before(registers, system_);
    if (const std::optional<Exception> raised = take(micro, state)) {
      failed_ = &micro;
      return raised;
    }
    items_.push_back({.step = &micro, .charged = toll.charges(micro), .width = state.width});
    if (recording_) effects_.push_back(before.since(registers, system_));
  }
  return {};
}

void KernelPath::leave_by_door(Registers& registers) {
  GateState state{registers, system_, memory(), door_->length, door_->width};
  if (const std::optional<Exception> raised = take_gate(registers, state, door_->door))
    throw PathError(door_->address,
                    fmt::format("{} raises exception {}: it needs {}", to_string(door_->door),
                                raised->vector, failed_->what));
}

void KernelPath::check_left_as_found(const Registers& registers) const {
  const auto expect = [&](bool good, std::string_view what, std::uint64_t is,
                          std::uint64_t should) {
    if (!good)
      throw PathError(door_->address, fmt::format("user mode is reached with {} = {:#x}; it was "
                                                  "entered with {:#x}",
                                                  what, is, should));
  };
  const SystemState& found = kernel_.at_rest();
  expect(system_.cpl == 3, "CPL", system_.cpl, 3);
  expect(system_.cr3 == found.cr3, "CR3", system_.cr3, found.cr3);
  expect(registers.gs.base == users_.gs.base, "GS base", registers.gs.base, users_.gs.base);
  expect(system_.kernel_gs_base == found.kernel_gs_base, "KERNEL_GS_BASE", system_.kernel_gs_base,
         found.kernel_gs_base);
}

}  // namespace ringfare
