// SPDX-License-Identifier: MIT
#include "emu/session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <utility>

#include "cpu/decoder.hpp"
#include "cpu/failure.hpp"
#include "cpu/kernel_descriptors.hpp"
#include "cpu/segments.hpp"
#include "emu/account.hpp"
#include "emu/bill_ledger.hpp"
#include "emu/block_prices.hpp"
#include "emu/clock.hpp"
#include "emu/cpuid.hpp"
#include "emu/emulated.hpp"
#include "emu/further_machines.hpp"
#include "emu/guest_window.hpp"
#include "emu/kernel/names.hpp"
#include "emu/kernel/personality.hpp"
#include "emu/kernel/scripts.hpp"
#include "emu/kernel/signal_text.hpp"
#include "emu/kernel/syscall_table.hpp"
#include "emu/kernel_path.hpp"
#include "emu/loader.hpp"
#include "emu/vdso/probe.hpp"
#include "emu/vdso/vsyscall.hpp"
#include "emu/vdso/vsyscall_crossing.hpp"
#include "emu/vdso/ways.hpp"

namespace ringfare {
namespace {

constexpr int kInt80 = 0x80;
constexpr std::string_view kSignalWork = "signal";  // as kernel models call it
constexpr AtFault kGeneralProtection{.vector = 13, .signal = SIGSEGV, .code = SI_KERNEL};
constexpr AtFault kSingleStep{.vector = 1, .signal = SIGTRAP, .code = TRAP_TRACE};
constexpr std::size_t kNumberedCalls = 1024;  // larger numbers share the account slot behind

std::size_t slot_of(const CallRequest& request) {
  const std::size_t slot = std::min<std::uint64_t>(request.number, kNumberedCalls);
  return request.abi == Abi::Amd64 ? slot : kNumberedCalls + 1 + slot;
}

/// Linux takes the number from EAX.
CallRequest request_of(const Registers& r, Abi abi) {
  if (abi == Abi::I386)
    return {.abi = abi,
            .number = static_cast<std::uint32_t>(r[Gpr::Rax]),
            .args = {r[Gpr::Rbx], r[Gpr::Rcx], r[Gpr::Rdx], r[Gpr::Rsi], r[Gpr::Rdi], r[Gpr::Rbp]},
            .stack_pointer = r[Gpr::Rsp]};
  return {.abi = Abi::Amd64,
          .number = static_cast<std::uint32_t>(r[Gpr::Rax]),
          .args = {r[Gpr::Rdi], r[Gpr::Rsi], r[Gpr::Rdx], r[Gpr::R10], r[Gpr::R8], r[Gpr::R9]},
          .stack_pointer = r[Gpr::Rsp]};
}

/// What the kernel says by itself.
Served answered(const Registers& registers) {
  Served served;
  served.result = static_cast<std::int64_t>(registers[Gpr::Rax]);
  return served;
}

bool is_error(std::int64_t result) {
  return result < 0 && result >= -4095;
}

std::chrono::nanoseconds tick_of(const KernelModel& kernel) {
  return std::chrono::nanoseconds(std::chrono::seconds(1)) / kernel.ticks_per_second;
}

PersonalityOptions personality_options(const Machine& machine, const SessionInputs& inputs,
                                       std::uint64_t features) {
  return {.uname_release = machine.kernel.release,
          .uname_version = machine.kernel.version,
          .uname_machine = machine.kernel.bits == 64 ? "x86_64" : "i686",
          .vsyscall = vsyscall_permissions(machine.kernel.vsyscall),
          .clocksource = name_of(inputs.clocksource),
          .seed = inputs.seed,
          .schedule_seed = inputs.schedule_seed,
          .features = features};
}

}  // namespace

class Session::Run {
 public:
  Run(Machine machine, const SessionInputs& inputs, std::vector<Sink*> sinks);
  Bill to_end();

 private:
  void on(const AtGate& gate);
  void on(const AtInstruction& instruction);
  void on(const AtFault& fault);
  void on(const BudgetSpent&);
  void on(const Interrupted& interrupted);

  void system_call(const AtGate& gate);
  CallRequest request_at(const AtGate& gate) const;
  void shut_door(const AtGate& gate, const Exception& raised);
  void load(const std::string& program, const std::vector<std::string>& arguments,
            const std::vector<std::string>& environment);
  void execute(const ExecRequest& request);
  void begin_process();
  Bill end_process();
  void say_how();
  void map_vdso();
  void update_time();
  bool read_cue(const AtFault& fault);
  bool at_vdso_probe(const AtFault& fault);
  bool at_vsyscall_page(const AtFault& at);
  bool go_to_vsyscall_code();
  void serve_vsyscall(const VsyscallFetch& fetch);
  void tell_vdso_call(const VdsoCall& call);
  void end_in_deadlock(const std::string& who_waits);
  void refused_interrupt(const AtGate& gate);
  void fault(const AtFault& fault);
  void go_to_user_mode(const std::optional<EndingCall>& call);
  void update_clock();
  void charge(KernelEvent event);
  std::uint64_t instructions_to_timer() const;
  void tell(const Event& event);
  bool tells_of(const Origin& origin) const;
  Origin origin() const;
  void tell_of_wait(const CallRequest& request, const std::string& name, Interest wanted,
                    const Origin& origin);
  void tell_of_ends();
  Interest interest(std::string_view call) const;
  const std::string& name_of(const CallRequest& request);
  Cycles now() const;  // all cycles charged so far
  std::vector<Pricer*> all_pricers();
  Bill bill();

  Machine machine_;
  SessionInputs inputs_;
  std::vector<Sink*> sinks_;
  Pricer pricer_{machine_.cpu};
  Crossings crossings_{machine_, pricer_};
  VsyscallCrossing vsyscall_{machine_, pricer_};
  FurtherMachines further_{inputs_.further};
  BlockPrices prices_{all_pricers()};
  EngineChoice choice_ = choose_engine(inputs_.engine);
  Cpuid cpuid_{machine_.cpu, host_cpuid, choice_.executes(inputs_.isa)};
  SimulatedClock clock_{machine_.cpu.core_khz, machine_.cpu.tsc_khz, inputs_.epoch,
                        tick_of(machine_.kernel)};
  EmulatedInstructions emulated_{machine_.cpu, cpuid_, clock_};
  AddressSpace memory_;
  GuestWindow window_{memory_};
  ProgramImage image_;
  std::optional<Vdso> vdso_;
  std::uint64_t vdso_address_ = 0, kernel_vsyscall_ = 0;  // 0: none
  std::optional<VdsoProbe> vdso_probe_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Personality> linux_;
  CallDescription description_{memory_, inputs_.describe};
  Thread thread_;
  Account account_;
  std::vector<std::string> names_ = std::vector<std::string>(2 * (kNumberedCalls + 1));  // by slot
  BillLedger ledger_;
  std::uint64_t programs_ = 0;              // that execve has started
  std::uint64_t blocks_before_ = 0;         // translated before this process began
  std::uint64_t executions_before_ = 0;     // by engines this process has had before
  std::uint64_t executions_of_others_ = 0;  // counted by this engine
  bool over_ = false, deadlocked_ = false, frame_paid_ = false;
  std::optional<int> exit_status_, killed_by_;
  struct Waiting {
    std::chrono::nanoseconds entered{};
    std::string begun;  // as it was told
  };
  std::map<int, Waiting> waiting_;  // threads inside calls that wait
  int first_thread_ = 0;
};

namespace {

/// A kernel of 32 bits runs no program of 64.
void check_width(const Machine& machine, const ProgramImage& image) {
  if (machine.kernel.bits == 64 || image.layout.mode == CodeMode::Compat32) return;
  throw UserError(machine.kernel.at,
                  fmt::format("kernel {} has 32 bits and cannot run {}, a program of 64; choose "
                              "another --kernel, or build the program with -m32",
                              machine.kernel.name, image.path));
}

}  // namespace

Session::Run::Run(Machine machine, const SessionInputs& inputs, std::vector<Sink*> sinks)
    : machine_(std::move(machine)), inputs_(inputs), sinks_(std::move(sinks)) {
  crossings_.watch(inputs_.watch, inputs_.intel_syntax);
  clock_.set_waits(inputs_.real_time);
  crossings_.show_user(&window_);
  further_.show_user(&window_);
  ExecRequest first{.program = inputs_.program,
                    .name = inputs_.program,
                    .arguments = inputs_.arguments,
                    .environment = inputs_.environment};
  follow_scripts(first);  // what keeps it from being executed, the loader says
  load(first.program, first.arguments, first.environment);
  linux_ = std::make_unique<Personality>(memory_, clock_, image_,
                                         personality_options(machine_, inputs_, cpuid_.xcr0()));
  description_.name_descriptors(linux_->descriptor_names());
  first_thread_ = linux_->process_id();
}

/// The program is in memory, an engine is ready for it, and the thread stands at its start.
void Session::Run::load(const std::string& program, const std::vector<std::string>& arguments,
                        const std::vector<std::string>& environment) {
  image_ = load_program(memory_, program, layouts_of(machine_.kernel));
  check_width(machine_, image_);
  // Page tables of 32 bits have no bit against execution.
  if (machine_.kernel.bits == 32) image_.executable_stack = true;
  map_vdso();
  build_initial_stack(memory_, image_,
                      {.arguments = arguments,
                       .environment = environment,
                       .hwcap = cpuid_.leaf(1, 0).edx,
                       .hwcap2 = cpuid_.leaf(7, 0).ebx & 1 ? 2u : 0u,
                       .seed = inputs_.seed + programs_,
                       .vdso = vdso_address_,
                       .kernel_vsyscall = kernel_vsyscall_,
                       .uid = getuid(),
                       .euid = geteuid(),
                       .gid = getgid(),
                       .egid = getegid()});
  image_.name = program;
  image_.path = std::filesystem::canonical(image_.path);  // as /proc/self/exe names it
  engine_ =
      choice_.make(memory_, prices_,
                   {.lanes = 2 + static_cast<unsigned>(further_.size()), .counts = inputs_.counts});
  thread_.registers = {};
  thread_.descriptors = {.gdt = flat_segments(machine_.kernel.selectors)};
  if (image_.layout.mode == CodeMode::Compat32)
    enter_compatibility_mode(thread_.registers, image_.layout.code, image_.layout.data);
  thread_.registers.rip = image_.start.value;
  thread_.registers[Gpr::Rsp] = image_.stack_pointer.value;
}

void Session::Run::map_vdso() {
  const bool absent = inputs_.vdso == VdsoMode::Absent || !machine_.kernel.has_vdso;
  if (absent && machine_.kernel.vsyscall != VsyscallMode::Native) return;
  const bool wide = image_.layout.mode == CodeMode::Long64;
  const Abi abi = wide ? Abi::Amd64 : Abi::I386;
  auto features = vdso_features(machine_, crossings_, abi);
  if (further_.size() != 0) {  // other processors may not have the same door
    features.erase(std::string(kSysenter32));
    features.erase(std::string(kSyscall32));
    features.erase(std::string(kSyscall32Behind));
  }
  vdso_.emplace(memory_, image_.layout.mmap_top + kPageSize,
                VdsoOptions{.abi = abi,
                            .mode = absent ? VdsoMode::Real : inputs_.vdso,
                            .clocksource = inputs_.clocksource,
                            .only_vsyscall = absent,
                            .release = machine_.kernel.release,
                            .features = std::move(features)});
  if (absent) return;
  vdso_address_ = vdso_->base().value;
  if (!wide) {
    kernel_vsyscall_ = vdso_->kernel_vsyscall().value;
    crossings_.set_landing_pad(vdso_->landing_pad().value);
    image_.signal_returns = vdso_->signal_returns();
  }
  if (inputs_.vdso_calls) vdso_probe_.emplace(memory_, *vdso_);
}

/// Before anything that looks at the time: the clock as it is now, and its ticks where user code
/// sees them.
void Session::Run::update_time() {
  update_clock();
  if (vdso_) vdso_->publish(clock_);
}

Bill Session::Run::to_end() {
  if (inputs_.verbose) say_how();
  while (!over_) {
    update_clock();
    linux_->expire_timers();
    const Turn turn = linux_->next_turn(thread_, now());
    if (!turn.deadlock.empty()) {
      end_in_deadlock(turn.deadlock);
      break;
    }
    if (linux_->interrupts_user()) {
      charge(KernelEvent::Interrupt);
      go_to_user_mode(std::nullopt);
      continue;
    }
    update_time();
    Budget budget{std::min(turn.instructions, instructions_to_timer())};
    if (inputs_.max_instructions != Turn::kEndless)
      budget.instructions = std::min(budget.instructions,
                                     inputs_.max_instructions - thread_.totals[kInstructionLane]);
    const Stop stop = engine_->run(thread_, budget);
    std::visit([this](const auto& reason) { on(reason); }, stop);
    for (const GuestRange range : memory_.take_changed_code()) engine_->invalidate(range);
  }
  if (exit_status_ || killed_by_) tell_of_ends();
  const Bill all = linux_->has_tree() ? end_process() : bill();
  for (Sink* sink : sinks_) sink->finish();
  return all;
}

/// execve(2) is past what can fail: the guest has only itself to blame for what still does.
void Session::Run::execute(const ExecRequest& request) {
  for (const std::uint64_t times : engine_->executions()) executions_before_ += times;
  executions_before_ -= std::exchange(executions_of_others_, 0);
  engine_.reset();
  vdso_.reset();
  vdso_probe_.reset();
  vdso_address_ = kernel_vsyscall_ = 0;
  memory_.clear();
  ++programs_;
  try {
    load(request.program, request.arguments, request.environment);
  } catch (const UserError& error) {
    tell(WarningEvent{fmt::format("warning: execve: {}; the guest gets SIGKILL", error.what())});
    killed_by_ = SIGKILL;
    over_ = true;
    return;
  }
  inputs_.arguments = request.arguments;
  image_.name = request.name;
  linux_->start_program(image_);
}

/// This is a new process: it has been charged nothing so far.
void Session::Run::begin_process() {
  if (vdso_) vdso_->begin_process();
  account_ = {};
  waiting_.clear();
  further_.start_over();
  thread_.totals = {};
  executions_before_ = executions_of_others_ = 0;
  blocks_before_ = prices_.blocks();
  for (const std::uint64_t times : engine_->executions()) executions_of_others_ += times;
}

/// In the first process: the bill, with those of all others, when the last one has ended. Another
/// leaves its bill and does not come back.
Bill Session::Run::end_process() {
  linux_->end_process(exit_status_ ? *exit_status_ << 8 : killed_by_.value_or(0));
  if (!linux_->is_first()) {
    ledger_.add(bill());
    linux_->leave();
    std::fflush(nullptr);
    _exit(0);
  }
  Bill all = bill();
  if (const std::string who_waits = linux_->wait_for_others(); !who_waits.empty()) {
    end_in_deadlock(who_waits);
    all.deadlocked = true;
  }
  all.processes = ledger_.read();
  if (inputs_.follow)
    for (const Bill& process : all.processes) tell(ProcessEvent{process});
  return all;
}

/// So few that no timer is passed unless the code is dearer than this on the average; what is left
/// is run in ever smaller steps, and the signal comes at the first boundary after its time.
std::uint64_t Session::Run::instructions_to_timer() const {
  constexpr std::int64_t kDearest = 16 * 100;  // hundredths of a cycle
  const auto left = linux_->until_timer();
  if (!left) return Turn::kEndless;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(left->hundredths / kDearest, 1));
}

/// Slots behind those of the calls.
void Session::Run::charge(KernelEvent event) {
  const std::size_t slot = kNumberedCalls + 1 + static_cast<std::size_t>(event);
  account_.charge(slot, ringfare::name_of(event), false, event_bill(machine_.kernel, event));
  further_.happened(slot, event);
}

void Session::Run::update_clock() {
  clock_.set_busy(now());
  clock_.set_user(Cycles{static_cast<std::int64_t>(thread_.totals[kFirstCycleLane])});
}

void Session::Run::say_how() {
  const std::string because = choice_.reason.empty() ? "" : fmt::format(": {}", choice_.reason);
  tell(WarningEvent{fmt::format("note: the {} engine runs the guest{}", choice_.name(), because)});
  if (choice_.kind == EngineKind::Translator && !Translator::why_no_wall().empty())
    tell(WarningEvent{"note: " + Translator::why_no_wall()});
}

void Session::Run::on(const AtGate& gate) {
  if (gate.gate == Gate::Interrupt && gate.vector != kInt80) return refused_interrupt(gate);
  system_call(gate);
}

/// The call as its door hands it over. The fast 32-bit doors lose registers: the sixth argument is
/// on the caller's stack, and AMD's SYSCALL finds ECX in EBP.
CallRequest Session::Run::request_at(const AtGate& gate) const {
  const Registers& r = thread_.registers;
  const bool amd64 = gate.gate == Gate::Syscall && r.mode() == CodeMode::Long64;
  CallRequest request = request_of(r, amd64 ? Abi::Amd64 : Abi::I386);
  if (const auto pointer = sixth_argument(gate.gate, r.mode())) {
    if (gate.gate == Gate::Syscall) request.args[1] = r[Gpr::Rbp];
    request.args[5] = window_.load(r[*pointer] & 0xffffffff, 4).value_or(0);
  }
  return request;
}

/// A door that does not open.
void Session::Run::shut_door(const AtGate& gate, const Exception& raised) {
  const DoorSignal sent = door_signal(raised);
  constexpr std::string_view kNames[] = {"syscall", "sysenter", "int $0x80"};
  tell(WarningEvent{fmt::format("warning: {} at {:#x}: {} on {} has no such door for {}-bit code",
                                kNames[static_cast<std::size_t>(gate.gate)], thread_.registers.rip,
                                machine_.kernel.name, machine_.cpu.name,
                                thread_.registers.mode() == CodeMode::Long64 ? 64 : 32)});
  fault({.vector = raised.vector,
         .error_code = raised.error_code.value_or(0),
         .address = {},
         .signal = sent.signal,
         .code = sent.code});
}

/// INT n where Linux has a gate for user mode (#BP, #OF), and #GP where it has none.
void Session::Run::refused_interrupt(const AtGate& gate) {
  constexpr std::uint8_t kBreakpoint = 3, kOverflow = 4, kGeneralProtection = 13;
  if (gate.vector == kBreakpoint || gate.vector == kOverflow) {
    thread_.registers.rip += gate.length;
    return fault({.vector = gate.vector,
                  .signal = gate.vector == kBreakpoint ? SIGTRAP : SIGSEGV,
                  .code = SI_KERNEL});
  }
  // SDM vol. 3, 6.13: the gate's index, and that it is one of the IDT.
  const std::uint32_t selector = gate.vector * 8u + 2;
  fault(
      {.vector = kGeneralProtection, .error_code = selector, .signal = SIGSEGV, .code = SI_KERNEL});
}

void Session::Run::system_call(const AtGate& gate) {
  Registers& registers = thread_.registers;
  const CallRequest request = request_at(gate);
  const std::string& name = name_of(request);
  const Origin caller = origin();
  const Interest wanted = tells_of(caller) ? interest(name) : Interest::Nothing;
  update_clock();
  const auto entered = clock_.realtime();
  if (wanted == Interest::Text) description_.before(request);

  further_.enter(registers, gate.gate, gate.length);
  const Entered in = crossings_.enter(registers, gate.gate, gate.length, gate.vector);
  if (in.raised) return shut_door(gate, *in.raised);
  const Served served = in ? linux_->serve(thread_, request) : answered(registers);
  if (served.blocked) {
    --thread_.totals[kInstructionLane];  // it is executed again when the wait is over
    if (wanted != Interest::Nothing) tell_of_wait(request, name, wanted, caller);
    return;
  }
  const bool returned = !served.exit_status && !served.killed_by && !served.thread_over;
  const ServiceCharge charge{.call = name,
                             .file_kind = served.file_kind,
                             .bytes_in = served.bytes_in,
                             .bytes_out = served.bytes_out,
                             .entries = served.entries};
  const std::uint64_t number = registers[Gpr::Rax];
  frame_paid_ = returned && linux_->has_signal_work(served.result);
  if (frame_paid_) {
    crossings_.set_work(kSignalWork, true);
    further_.set_work(kSignalWork);
  }
  const CrossingBill& crossing =
      returned ? crossings_.leave(registers, served.result, charge) : crossings_.end(charge);
  if (served.newborn) begin_process();
  if (served.created) linux_->start_created(registers);
  const bool failed = returned && is_error(served.result);
  account_.charge(slot_of(request), name, failed, crossing);
  if (returned)
    further_.leave(slot_of(request), failed, served.result, charge);
  else
    further_.end(slot_of(request), charge);
  if (const auto warning = linux_->take_warning()) tell(WarningEvent{"warning: " + *warning});
  if (wanted != Interest::Nothing && !served.newborn) {
    clock_.set_busy(now());
    CallEvent event{.name = name,
                    .call = {},
                    .result = {},
                    .failed = failed,
                    .returned = returned,
                    .entered = entered,
                    .took = clock_.realtime() - entered,
                    .bill = crossing,
                    .origin = caller};
    if (const auto waited = waiting_.extract(caller.thread); !waited.empty()) {
      event.entered = waited.mapped().entered;
      event.took = clock_.realtime() - event.entered;
      event.begun = std::move(waited.mapped().begun);
    }
    if (wanted == Interest::Text) {
      event.call = description_.after(request, served.result);
      event.result = returned ? description_.result(request, served.result) : "?";
    }
    tell(event);
  }
  if (served.thread_over) {
    tell(ExitEvent{.status = static_cast<int>(request.args[0] & 0xff),
                   .killed_by = {},
                   .signal = {},
                   .origin = caller});
    return;
  }
  if (!returned) {
    killed_by_ = served.killed_by;
    exit_status_ = served.exit_status;
    over_ = true;
    return;
  }
  if (served.exec) return execute(*served.exec);
  if (served.registers) registers = *served.registers;
  if (!linux_->has_signal_work(served.result)) return;
  if (served.registers) return go_to_user_mode(std::nullopt);
  go_to_user_mode(EndingCall{.number = number, .length = gate.length, .result = served.result});
}

/// Signals that are due; the registers are user mode's.
void Session::Run::go_to_user_mode(const std::optional<EndingCall>& call) {
  const Delivery delivery = linux_->deliver(thread_, call);
  // A handler may look at the stack it has come from.
  if (vdso_probe_ && delivery.frames != 0) vdso_probe_->abandon();
  // The way out of a call has a stage for one frame.
  const unsigned paid = std::exchange(frame_paid_, false) ? 1 : 0;
  for (unsigned frame = paid; frame < delivery.frames; ++frame) charge(KernelEvent::SignalFrame);
  for (const SignalInfo& info : delivery.taken)
    tell(SignalEvent{signal_name(static_cast<std::uint64_t>(info.signal)), signal_info_text(info),
                     origin()});
  if (!delivery.killed_by) return;
  killed_by_ = delivery.killed_by;
  over_ = true;
}

void Session::Run::on(const AtInstruction& instruction) {
  // SDM vol. 3, 18.3.1.4: TF as it was when the instruction began.
  const bool stepped = (thread_.registers.rflags & flag::kTrap) != 0;
  update_time();
  const auto price = emulated_.execute(instruction, thread_.registers);
  if (!price) return fault(kGeneralProtection);
  thread_.totals[kFirstCycleLane] += static_cast<std::uint64_t>(price->hundredths);
  further_.executed(instruction.which, thread_.totals);
  if (stepped) fault(kSingleStep);
}

/// The load of the vDSO's cue, done in the processor's place.
bool Session::Run::read_cue(const AtFault& fault) {
  Registers& registers = thread_.registers;
  if (!vdso_ || !vdso_->is_cue(fault.address) ||
      !vdso_->code().contains(GuestAddress{registers.rip}))
    return false;
  update_time();
  const std::span code = vdso_->code_at({registers.rip});
  const auto load = decode_instruction(code, {registers.rip}, registers.mode());
  CHECK(load, "the vDSO's cue is read by no instruction");
  Block block{.id = 0,
              .mode = registers.mode(),
              .start = {registers.rip},
              .instructions = {*load},
              .bytes = {}};
  block.bytes.assign(code.begin(), code.begin() + load->length);
  const BlockPrice price = prices_.partial(block, 1);
  for (std::size_t lane = 0; lane < kLanes; ++lane) thread_.totals[lane] += price[lane];
  registers[Gpr::Rax] = vdso_->sequence();
  registers.rip += load->length;
  return true;
}

/// Where --vdso-calls has put something into the guest's way.
bool Session::Run::at_vdso_probe(const AtFault& fault) {
  if (!vdso_probe_) return false;
  update_clock();
  if (vdso_probe_->enter(fault.address, thread_, clock_.realtime())) return true;
  const auto call = vdso_probe_->leave(fault.address, thread_);
  if (!call) return vdso_probe_->abandon(), false;
  tell_vdso_call(*call);
  return true;
}

void Session::Run::tell_vdso_call(const VdsoCall& call) {
  if (interest(call.name) != Interest::Text) return;
  const Abi abi = vdso_->abi();
  const SyscallRow* const row = find_syscall(abi, std::string_view(call.name));
  CHECK(row != nullptr, "no system call '{}'", call.name);
  const std::int16_t number = abi == Abi::Amd64 ? row->amd64 : row->i386;
  const CallRequest request{
      .abi = abi, .number = static_cast<std::uint64_t>(number), .args = call.arguments};
  const auto cycles = thread_.totals[kFirstCycleLane] - call.entered[kFirstCycleLane];
  const auto instructions = thread_.totals[kInstructionLane] - call.entered[kInstructionLane];
  StageCost stage;
  stage.name = stage.side = "vdso";
  stage.cycles = Cycles{static_cast<std::int64_t>(cycles)};
  stage.instructions = static_cast<std::uint32_t>(instructions);
  const CrossingBill bill{.stages = {stage}, .steps = {}, .total = stage.cycles};
  description_.before(request);
  tell(CallEvent{.name = call.name,
                 .call = description_.after(request, call.result),
                 .result = description_.result(request, call.result),
                 .failed = is_error(call.result),
                 .returned = true,
                 .entered = call.began,
                 .took = clock_.realtime() - call.began,
                 .bill = bill,
                 .by = "vdso",
                 .in_user_mode = true,
                 .origin = origin()});
}

/// A fetch from the vsyscall page: the kernel's page-fault handler does what stands there.
bool Session::Run::at_vsyscall_page(const AtFault& at) {
  constexpr std::uint32_t kFetch = 1u << 4;  // of the error code, SDM vol. 3, 4.7
  if ((at.error_code & kFetch) == 0) return false;
  if (machine_.kernel.vsyscall == VsyscallMode::Native) return go_to_vsyscall_code();
  const auto fetch = vsyscall_fetch(machine_.kernel.vsyscall, memory_, thread_.registers);
  if (!fetch) return false;
  if (fetch->slot != nullptr) return serve_vsyscall(*fetch), true;
  AtFault refused{.vector = at.vector, .error_code = at.error_code, .signal = SIGSEGV};
  refused.code = fetch->kernel_address ? int{SEGV_MAPERR} : int{SI_KERNEL};
  refused.address = fetch->kernel_address.value_or(GuestAddress{});
  fault(refused);
  return true;
}

/// The executable page is not at its address here: its code lies elsewhere.
bool Session::Run::go_to_vsyscall_code() {
  for (const VsyscallSlot& slot : kVsyscallSlots) {
    if (thread_.registers.rip != kVsyscallPage.begin.value + slot.offset || !vdso_) continue;
    const auto code = vdso_->vsyscall_entry(slot.call);
    CHECK(code, "the vsyscall page has no code for {}", slot.call);
    thread_.registers.rip = code->value;
    return true;
  }
  return false;
}

void Session::Run::serve_vsyscall(const VsyscallFetch& fetch) {
  Registers& registers = thread_.registers;
  const SyscallRow* const row = find_syscall(Abi::Amd64, fetch.slot->call);
  CHECK(row != nullptr, "no system call '{}'", fetch.slot->call);
  CallRequest request = request_of(registers, Abi::Amd64);
  request.number = static_cast<std::uint64_t>(row->amd64);
  const std::string& name = name_of(request);
  update_time();
  const auto entered = clock_.realtime();
  const Interest wanted = interest(name);
  if (wanted == Interest::Text) description_.before(request);
  const Served served = linux_->serve(thread_, request);
  const ServiceCharge charge{
      .call = name, .file_kind = {}, .bytes_in = served.bytes_in, .bytes_out = served.bytes_out};
  const CrossingBill& crossing = vsyscall_.bill(served.result, charge);
  account_.charge(slot_of(request), name, is_error(served.result), crossing);
  further_.page_call(slot_of(request), is_error(served.result), served.result, charge);
  registers[Gpr::Rax] = static_cast<std::uint64_t>(served.result);
  registers.rip = fetch.return_address;
  registers[Gpr::Rsp] += sizeof fetch.return_address;
  if (wanted == Interest::Nothing) return;
  clock_.set_busy(now());
  CallEvent event{.name = name,
                  .call = {},
                  .result = {},
                  .failed = is_error(served.result),
                  .returned = true,
                  .entered = entered,
                  .took = clock_.realtime() - entered,
                  .bill = crossing,
                  .by = "vsyscall",
                  .origin = origin()};
  if (wanted == Interest::Text) {
    event.call = description_.after(request, served.result);
    event.result = description_.result(request, served.result);
  }
  tell(event);
}

void Session::Run::on(const AtFault& at) {
  if (read_cue(at) || at_vdso_probe(at) || at_vsyscall_page(at)) return;
  if (!at.refusal.empty())
    tell(WarningEvent{
        fmt::format("warning: the {} engine does not execute the instruction at {:#x}: "
                    "{}; the guest gets SIGILL",
                    choice_.name(), thread_.registers.rip, at.refusal)});
  fault(at);
}

void Session::Run::fault(const AtFault& at) {
  constexpr std::uint8_t kDebug = 1, kBreakpoint = 3, kOverflow = 4, kPageFault = 14;
  update_clock();
  // SDM vol. 3, 18.3.1.1: what a fault pushes has RF set, so that the instruction can be tried
  // again.
  if (at.vector != kDebug && at.vector != kBreakpoint && at.vector != kOverflow)
    thread_.registers.rflags |= flag::kResume;
  const std::uint64_t address = at.vector == kPageFault ? at.address.value : thread_.registers.rip;
  charge(at.vector == kPageFault ? KernelEvent::PageFault : KernelEvent::Exception);
  linux_->raise({at.vector, at.error_code, address, at.signal, at.code});
  go_to_user_mode(std::nullopt);
}

void Session::Run::on(const BudgetSpent&) {
  if (thread_.totals[kInstructionLane] < inputs_.max_instructions) return;  // a turn is over
  tell(WarningEvent{fmt::format("stopped after {} instructions, as --max-instructions says",
                                thread_.totals[kInstructionLane])});
  over_ = true;
}

void Session::Run::on(const Interrupted& interrupted) {
  linux_->raise(kernel_signal(interrupted.signal));
  go_to_user_mode(std::nullopt);
}

void Session::Run::end_in_deadlock(const std::string& who_waits) {
  tell(WarningEvent{"deadlock: nothing can wake anybody any more: " + who_waits});
  deadlocked_ = true;
  over_ = true;
}

void Session::Run::tell(const Event& event) {
  const bool told = std::visit(
      [this](const auto& of) {
        if constexpr (requires { of.origin; })
          return tells_of(of.origin);
        else
          return true;
      },
      event);
  if (!told) return;
  for (Sink* sink : sinks_) sink->on(now(), event);
}

bool Session::Run::tells_of(const Origin& origin) const {
  return inputs_.follow || origin.thread == first_thread_;
}

Origin Session::Run::origin() const {
  return {.thread = linux_->thread_id(), .several = !linux_->is_alone()};
}

/// A call that is made again after a wait and waits once more was told of before.
void Session::Run::tell_of_wait(const CallRequest& request, const std::string& name,
                                Interest wanted, const Origin& origin) {
  const auto [waiting, added] = waiting_.try_emplace(origin.thread);
  if (!added) return;
  waiting->second.entered = clock_.realtime();
  if (wanted != Interest::Text || !inputs_.follow || !origin.several) return;
  waiting->second.begun = description_.begun(request);
  tell(WaitEvent{.name = name,
                 .begun = waiting->second.begun,
                 .entered = waiting->second.entered,
                 .origin = origin});
}

/// Of all threads the process still has, its first one last.
void Session::Run::tell_of_ends() {
  ExitEvent event{.status = exit_status_, .killed_by = killed_by_, .signal = {}, .origin = {}};
  if (killed_by_) event.signal = signal_name(static_cast<std::uint64_t>(*killed_by_));
  std::vector<int> threads = linux_->thread_ids();
  std::ranges::sort(threads, std::greater<>());
  for (const int thread : threads) {
    event.origin = {.thread = thread, .several = thread != threads.back() || linux_->has_others()};
    tell(event);
  }
}

Interest Session::Run::interest(std::string_view call) const {
  Interest most = Interest::Nothing;
  for (const Sink* sink : sinks_) most = std::max(most, sink->interest(call));
  return most;
}

const std::string& Session::Run::name_of(const CallRequest& request) {
  std::string& name = names_[slot_of(request)];
  if (name.empty() || request.number >= kNumberedCalls)
    name = call_name(request.abi, request.number);
  return name;
}

Cycles Session::Run::now() const {
  return Cycles{static_cast<std::int64_t>(thread_.totals[kFirstCycleLane])} + account_.total();
}

std::vector<Pricer*> Session::Run::all_pricers() {
  std::vector<Pricer*> all = further_.pricers();
  all.insert(all.begin(), &pricer_);
  return all;
}

Bill Session::Run::bill() {
  update_clock();
  Bill bill;
  account_.fill(bill);
  bill.instructions = thread_.totals[kInstructionLane];
  bill.user = Cycles{static_cast<std::int64_t>(thread_.totals[kFirstCycleLane])};
  bill.blocks = prices_.blocks() - blocks_before_;
  for (const std::uint64_t times : engine_->executions()) bill.block_executions += times;
  bill.block_executions += executions_before_ - executions_of_others_;
  bill.pid = linux_->process_id();
  bill.simulated_time = clock_.since_start();
  bill.program = fmt::format("{}", fmt::join(inputs_.arguments, " "));
  bill.cpu = machine_.cpu.name;
  bill.core_khz = machine_.cpu.core_khz;
  bill.kernel_name = machine_.kernel.name;
  bill.engine = choice_.name();
  bill.version = RINGFARE_VERSION;
  bill.mitigations.assign(machine_.mitigations.begin(), machine_.mitigations.end());
  bill.further = further_.bills(thread_.totals);
  bill.exit_status = exit_status_;
  bill.killed_by = killed_by_;
  bill.deadlocked = deadlocked_;
  return bill;
}

Session::Session(Machine machine, const SessionInputs& inputs, std::vector<Sink*> sinks)
    : run_(std::make_unique<Run>(std::move(machine), inputs, std::move(sinks))) {}
Session::~Session() = default;

Bill Session::run() {
  return run_->to_end();
}

}  // namespace ringfare
