// SPDX-License-Identifier: MIT
#include "emu/crossing/kernel_path.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cpu/base/failure.hpp"
#include "emu/crossing/doorway.hpp"
#include "emu/crossing/effect.hpp"

namespace ringfare {
namespace {

/// A path longer than this has lost its way.
constexpr std::size_t kLongestPath = 1'000'000;

/// More numbers than any kernel has, and few enough for the stubs to fit.
constexpr std::uint64_t kMostCalls = 65536;

/// Under this mitigation user mode runs on the user page table.
constexpr std::string_view kPageTableIsolation = "pti";

KernelPlan checked_plan(const KernelModel& kernel) {
  for (const std::uint64_t limit : {kernel.syscall_limit, kernel.compat_limit})
    if (limit > kMostCalls)
      throw UserError(kernel.at, fmt::format("syscall_limit = {} is too large; the most is {}",
                                             limit, kMostCalls));
  return {.bits = static_cast<std::uint8_t>(kernel.bits),
          .syscall_limit = kernel.syscall_limit,
          .compat_limit = kernel.compat_limit,
          .selectors = kernel.selectors,
          .entry_stack = kernel.entry_stack,
          .task = kernel.task};
}

std::map<std::string, std::uint64_t, std::less<>> symbols(const KernelModel& kernel,
                                                          const KernelMemory& memory) {
  auto names = memory.symbols();
  for (const auto& [name, number] : kernel.constants) {
    const auto value = kernel.bits == 32 ? static_cast<std::uint32_t>(number) : number;
    if (!names.emplace(name, static_cast<std::uint64_t>(value)).second)
      throw UserError(kernel.at, fmt::format("constant '{}' hides a symbol of the kernel's memory; "
                                             "give it another name",
                                             name));
  }
  return names;
}

std::vector<const StageModel*> active_stages(const Machine& machine) {
  std::vector<const StageModel*> stages;
  const auto conditions = machine.conditions();
  for (const DoorModel& door : machine.kernel.doors)
    for (const StageModel& stage : door.stages)
      if (!stage.fixed && stage.active(conditions)) stages.push_back(&stage);
  if (stages.empty()) throw UserError(machine.kernel.at, "the kernel has no code");
  return stages;
}

bool has_feature(const Machine& machine, std::string_view feature) {
  return std::ranges::find(machine.cpu.features, feature) != machine.cpu.features.end();
}

}  // namespace

IntegerRegisters IntegerRegisters::of(const Registers& r) {
  return {r.gpr, r.rip, r.rflags, r.cs, r.ss, r.ds, r.es, r.gs};
}

void IntegerRegisters::apply(Registers& r) const {
  r.gpr = gpr;
  r.rip = rip;
  r.rflags = rflags;
  r.cs = cs;
  r.ss = ss;
  r.ds = ds;
  r.es = es;
  r.gs = gs;
}

KernelPath::KernelPath(const Machine& machine)
    : machine_(machine),
      memory_(checked_plan(machine.kernel)),
      text_(assemble(active_stages(machine), memory_.layout().text,
                     symbols(machine.kernel, memory_), machine.kernel.bits)),
      ring0_(memory_, system_) {
  if (text_.code.size() > KernelMemory::kTextSize)
    throw UserError(machine.kernel.at,
                    fmt::format("the stages assemble to {} bytes; the most is {}",
                                text_.code.size(), KernelMemory::kTextSize));
  memory_.install_text(text_.code);
  memory_.boot(at_rest_, entry_points());
  at_rest_.vendor = machine.cpu.vendor;
  at_rest_.has_sysenter = has_feature(machine, "sep");
  at_rest_.has_syscall = has_feature(machine, "syscall");
  if (machine.mitigations.contains(kPageTableIsolation))
    at_rest_.cr3 = memory_.cr3(PageTable::User);
  system_ = at_rest_;
  for (const WorkModel& work : machine.kernel.work) work_places_.push_back(place_of(work));
}

/// A door begins with its first stage.
std::optional<KernelAddress> KernelPath::entry_point(std::string_view name) const {
  const DoorModel* door = machine_.kernel.door(name);
  if (!door || !door->open_on(machine_.cpu)) return {};
  for (const StageModel& stage : door->stages) {
    const auto index = std::ranges::find(text_.stages, &stage);
    if (index == text_.stages.end()) continue;
    const auto first = std::ranges::find(text_.instructions,
                                         static_cast<std::uint16_t>(index - text_.stages.begin()),
                                         &AssembledInstruction::stage);
    if (first != text_.instructions.end()) return first->address;
  }
  return {};
}

EntryPoints KernelPath::entry_points() const {
  const DoorModel* int80 = machine_.kernel.door(model_door::kInt80);
  const EntryPoints found{.syscall = entry_point(model_door::kSyscall),
                          .syscall32 = entry_point(model_door::kSyscall32),
                          .sysenter = entry_point(model_door::kSysenter),
                          .int80 = entry_point(model_door::kInt80),
                          .fred = entry_point(model_door::kFred),
                          .int80_is_trap = int80 && int80->trap_gate};
  if (!found.syscall && !found.int80 && !found.fred)
    throw UserError(machine_.kernel.at,
                    fmt::format("kernel {} has no door that a program on {} could use",
                                machine_.kernel.name, machine_.cpu.name));
  return found;
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

namespace {

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
  if (under_way_) {  // the process of the last crossing ended inside it
    system_ = at_rest_;
    settle();
  }
  under_way_ = true;
  items_.clear();
  effects_.clear();
  service_at_.reset();
  door_.reset();
  arrival_ = arrival;
  user_ = IntegerRegisters::of(registers);
  Entered entered;
  entered.raised = refused_by_kernel(registers);
  if (!entered.raised) {
    show_kernels_segments(registers);
    const DoorIn door = door_in(system_, registers, arrival.gate);
    door_name_ = door.name;
    entered.raised =
        take_gate(registers, gate_state(registers, system_, memory_, arrival), door.door);
    if (!entered.raised)
      as_user_error([&] {
        ring0_.begin(door.door);
        run_to_service(registers);
      });
  }
  if (entered.raised) {
    system_ = at_rest_;
    user_.apply(registers);
    under_way_ = false;
    return entered;
  }
  kernel_ = IntegerRegisters::of(registers);
  user_.apply(registers);
  entered.served = service_at_.has_value();
  if (!entered.served) registers[Gpr::Rax] = kernel_.gpr[static_cast<std::size_t>(Gpr::Rax)];
  return entered;
}

/// Ring 0 knows the flat segments of a 32-bit kernel and none the guest has made for itself.
void KernelPath::show_kernels_segments(Registers& r) const {
  if (memory_.plan().bits == 64) return;
  const KernelSelectors& s = memory_.plan().selectors;
  r.cs.selector = s.user_code32;
  r.ss.selector = r.ds.selector = r.es.selector = s.user_data;
}

void KernelPath::show_users_segments(Registers& r) {
  if (memory_.plan().bits == 64) return;
  const KernelSelectors& s = memory_.plan().selectors;
  const auto give_back = [](Segment& now, std::uint16_t kernels, const Segment& users) {
    if (now.selector == kernels) now = users;
  };
  give_back(r.cs, s.user_code32, user_.cs);
  give_back(r.ss, s.user_data, user_.ss);
  give_back(r.ds, s.user_data, user_.ds);
  give_back(r.es, s.user_data, user_.es);
}

void KernelPath::out(Registers& registers, std::uint64_t result) {
  CHECK(under_way_, "leaving a kernel that was not entered");
  if (memory_.plan().bits == 32) {
    user_.gs = kernel_.gs = registers.gs;
  } else if (registers.gs.base != user_.gs.base) {
    // While the kernel runs, the user's GS base is parked in KERNEL_GS_BASE.
    system_.kernel_gs_base = registers.gs.base;
    user_.gs.base = registers.gs.base;
  }
  kernel_.apply(registers);
  as_user_error([&] {
    if (service_at_) {
      ring0_.answer(registers, result);
      run_to_door(registers);
    }
    leave_by_door(registers);
    check_left_as_found(registers);
  });
  const Origins& origins = ring0_.origins();
  const bool answer_repeats =
      service_at_ || !(origins.gpr[static_cast<std::size_t>(Gpr::Rax)] & origin::kUnrepeatable);
  const bool replaced = settle();
  show_users_segments(registers);
  repeatable_ =
      origins.repeatable && answer_repeats && !replaced && find_sources(registers, result);
  work_wanted_ = false;
  for (std::size_t i = 0; i < work_places_.size(); ++i) {
    const WorkModel& work = machine_.kernel.work[i];
    const KernelAddress at = work_places_[i];
    const std::uint64_t now = memory_.load(at, 4, PageTable::Kernel)->bits;
    if (now & work.mask)
      work_wanted_ = true;
    else
      memory_.set_word(at, 4, now);
  }
  under_way_ = false;
}

bool KernelPath::has_door(Gate gate, CodeMode mode) const {
  const SystemState& s = at_rest_;
  const bool long64 = mode == CodeMode::Long64, lma = (s.efer & efer::kLma) != 0;
  if (long64 && !lma) return false;
  // Linux offers no fast 32-bit door under FRED: __kernel_vsyscall is int 0x80 there.
  if (s.cr4 & cr4::kFred) return gate == Gate::Interrupt || (gate == Gate::Syscall && long64);
  switch (gate) {
    case Gate::Interrupt:
      return entry_point(model_door::kInt80).has_value();
    case Gate::Sysenter:
      return s.has_sysenter && s.sysenter_cs != 0 && !(lma && s.vendor == Vendor::Amd);
    default:
      return s.has_syscall && (s.efer & efer::kSyscall) != 0 &&
             (long64 ? s.lstar != 0 : s.vendor == Vendor::Amd && s.cstar != 0);
  }
}

void KernelPath::set_landing_pad(std::uint64_t address) {
  const auto at = memory_.symbols().at("TASK_sysenter_return");
  memory_.set_word(memory_.layout().task + at, memory_.word(), address);
  ++generation_;
}

KernelAddress KernelPath::place_of(const WorkModel& work) const {
  if (work.variable.empty()) return memory_.layout().task + work.offset;
  const auto symbols = memory_.symbols();
  const auto at = symbols.find(work.variable);
  if (at == symbols.end())
    throw UserError(machine_.kernel.at, fmt::format("work '{}': the kernel's memory has no '{}'",
                                                    work.name, work.variable));
  const KernelAddress base = memory_.plan().bits == 64 ? memory_.layout().per_cpu : KernelAddress{};
  return base + at->second;
}

bool KernelPath::set_work(std::string_view name, bool on) {
  const auto& rows = machine_.kernel.work;
  const auto work = std::ranges::find(rows, name, &WorkModel::name);
  if (work == rows.end()) return false;
  const KernelAddress at = work_places_[static_cast<std::size_t>(work - rows.begin())];
  const std::uint64_t old = memory_.load(at, 4, PageTable::Kernel)->bits;
  const std::uint64_t wanted = on ? old | work->mask : old & ~std::uint64_t{work->mask};
  if (wanted == 0)
    memory_.set_word(at, 4, 0);
  else
    CHECK(memory_.store(at, 4, {wanted, origin::kLeftBehind}, PageTable::Kernel), "no task");
  work_wanted_ = work_wanted_ || on;
  return true;
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
  const AssembledInstruction* at = instruction(fault.address);
  const std::string* label = at ? &text_.stages[at->stage]->on_fault : nullptr;
  if (!label || label->empty())
    throw PathError(fault.address,
                    fmt::format("page fault: reading user memory at {:#x}, and the stage has no "
                                "'on_fault'",
                                fault.user_address));
  const auto target = text_.labels.find(*label);
  if (target == text_.labels.end())
    throw PathError(fault.address, fmt::format("on_fault: there is no label '{}'", *label));
  ring0_.depart();
  items_.push_back({.address = fault.address, .length = fault.length, .ends_run = true});
  if (recording_) effects_.push_back(fmt::format("page fault at {:#x}", fault.user_address));
  registers.rip = target->second.value;
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
  GateState state{registers, system_, memory_, door_->length, door_->width};
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
  expect(system_.cpl == 3, "CPL", system_.cpl, 3);
  expect(system_.cr3 == at_rest_.cr3, "CR3", system_.cr3, at_rest_.cr3);
  expect(registers.gs.base == user_.gs.base, "GS base", registers.gs.base, user_.gs.base);
  expect(system_.kernel_gs_base == at_rest_.kernel_gs_base, "KERNEL_GS_BASE",
         system_.kernel_gs_base, at_rest_.kernel_gs_base);
}

/// A register comes from what it equals, if what it was computed from allows it.
Source KernelPath::source(Gpr r, const Registers& registers, std::uint64_t result) const {
  const auto index = static_cast<std::size_t>(r);
  const std::uint64_t now = registers.gpr[index];
  const Provenance from = ring0_.origins().gpr[index];
  if (r == Gpr::Rax) {
    if (!service_at_) return Source::Answer;
    return now == result ? Source::Result : Source::Unknown;
  }
  if (arrival_.gate == Gate::Sysenter && (r == Gpr::Rcx || r == Gpr::Rsp) &&
      now == user_.gpr[static_cast<std::size_t>(Gpr::Rbp)])
    return Source::UserRbp;
  constexpr Provenance kGuests = origin::kUserRegister | origin::kPointer | origin::kUserMemory;
  if (r != Gpr::Rsp && !(from & kGuests))
    return from & origin::kUnrepeatable ? Source::Unknown : Source::Fixed;
  const auto pointer = sixth_argument(arrival_.gate, user_mode());
  if (pointer && r == Gpr::Rbp && (from & origin::kUserMemory)) {
    const auto word =
        memory_.load(KernelAddress{user_.gpr[static_cast<std::size_t>(*pointer)] & 0xffffffff}, 4,
                     PageTable::Kernel);
    return word && word->bits == now ? Source::SixthWord : Source::Unknown;
  }
  return now == user_.gpr[index] ? Source::Kept : Source::Unknown;
}

bool KernelPath::find_sources(const Registers& registers, std::uint64_t result) {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    sources_[i] = source(static_cast<Gpr>(i), registers, result);
    if (sources_[i] == Source::Unknown) return false;
  }
  return registers.ds == user_.ds && registers.es == user_.es;
}

}  // namespace ringfare
