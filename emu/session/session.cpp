// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <utility>

#include "cpu/base/failure.hpp"
#include "cpu/kernel_space/kernel_descriptors.hpp"
#include "cpu/segments.hpp"
#include "emu/crossing/kernel_path.hpp"
#include "emu/program/scripts.hpp"
#include "emu/session/run.hpp"
#include "emu/strace/names.hpp"
#include "emu/vdso/ways.hpp"

namespace ringfare {
namespace {

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
    : machine_(std::move(machine)),
      inputs_(inputs),
      tracer_(std::move(sinks), inputs.follow, memory_, inputs.describe) {
  crossings_.watch(inputs_.watch, inputs_.intel_syntax);
  clock_.set_waits(inputs_.real_time);
  if (inputs_.traced && !set_work("traced"))
    throw UserError(machine_.kernel.at,
                    fmt::format("kernel {} has no [work.traced], which --traced asks for",
                                machine_.kernel.name));
  crossings_.show_user(&window_);
  further_.show_user(&window_);
  ExecRequest first{.program = inputs_.program,
                    .name = inputs_.program,
                    .arguments = inputs_.arguments,
                    .environment = inputs_.environment};
  follow_scripts(first);  // what keeps it from being executed, the loader says
  load(first);
  linux_ = std::make_unique<Personality>(memory_, clock_, image_,
                                         personality_options(machine_, inputs_, cpuid_.xcr0()));
  tracer_.name_descriptors(linux_->descriptor_names());
  tracer_.set_first_thread(linux_->process_id());
  if (inputs_.stacks) tracer_.show_stacks();
}

/// The program is in memory, an engine is ready for it, and the thread stands at its start.
void Session::Run::load(const ExecRequest& request) {
  image_ = load_program(memory_, request.program, layouts_of(machine_.kernel));
  check_width(machine_, image_);
  map_kernel_pages();
  const Vdso* const vdso = pages_.vdso();
  build_initial_stack(
      memory_, image_,
      {.file_name = request.name.empty() ? request.program : request.name,
       .arguments = request.arguments,
       .environment = request.environment,
       .hwcap = cpuid_.leaf(1, 0).edx,
       .hwcap2 = cpuid_.leaf(7, 0).ebx & 1 ? 2u : 0u,
       .seed = inputs_.seed + programs_,
       .vdso = vdso != nullptr ? vdso->base().value : 0,
       .kernel_vsyscall =
           vdso != nullptr && vdso->abi() == Abi::I386 ? vdso->kernel_vsyscall().value : 0,
       .uid = getuid(),
       .euid = geteuid(),
       .gid = getgid(),
       .egid = getegid()});
  image_.name = request.name;
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

void Session::Run::map_kernel_pages() {
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
  pages_.map(image_.layout.mmap_top + kPageSize,
             {.abi = abi,
              .mode = absent ? VdsoMode::Real : inputs_.vdso,
              .clocksource = inputs_.clocksource,
              .only_vsyscall = absent,
              .release = machine_.kernel.release,
              .features = std::move(features)},
             inputs_.vdso_calls);
  if (absent || wide) return;
  crossings_.set_landing_pad(pages_.vdso()->landing_pad().value);
  image_.signal_returns = pages_.vdso()->signal_returns();
}

/// Before anything that looks at the time: the clock as it is now, and its ticks where user code
/// sees them.
void Session::Run::update_time() {
  update_clock();
  pages_.publish(clock_);
}

Bill Session::Run::to_end() {
  if (inputs_.verbose) say_how();
  tell_of_start();
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
  tracer_.finish();
  return all;
}

/// execve(2) is past what can fail: the guest has only itself to blame for what still does.
void Session::Run::execute(const ExecRequest& request) {
  for (const std::uint64_t times : engine_->executions()) executions_before_ += times;
  executions_before_ -= std::exchange(executions_of_others_, 0);
  if (std::exchange(has_inherited_engine_, false) && left_behind_++ < kMostLeftBehind)
    engine_->leave_behind();
  engine_.reset();
  pages_.forget();
  memory_.clear();
  ++programs_;
  try {
    load(request);
  } catch (const UserError& error) {
    tell(WarningEvent{fmt::format("warning: execve: {}; the guest gets SIGKILL", error.what())});
    killed_by_ = SIGKILL;
    over_ = true;
    return;
  }
  inputs_.arguments = request.arguments;
  tracer_.begin_program();
  linux_->start_program(image_);
}

/// This is a new process: it has been charged nothing so far.
void Session::Run::begin_process() {
  pages_.begin_process();
  account_ = {};
  tracer_.begin_process();
  tell(StartEvent{origin()});
  further_.start_over();
  thread_.totals = {};
  executions_before_ = executions_of_others_ = 0;
  has_inherited_engine_ = true;
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

/// `behind`: bytes of the instruction the thread stands at, where it goes on behind it.
Origin Session::Run::origin(unsigned behind) const {
  const Registers& registers = thread_.registers;
  return {.thread = linux_->thread_id(),
          .several = !linux_->is_alone(),
          .wide = registers.mode() == CodeMode::Long64,
          .call_number = latest_call_,
          .next_address = registers.rip + behind,
          .command = linux_->command()};
}

/// The execve(2) that has brought the program here, which no guest has made: it has no price.
void Session::Run::tell_of_start() {
  constexpr std::uint64_t kExecve = 59;
  latest_call_ = kExecve;
  const bool wide = image_.layout.mode == CodeMode::Long64;
  // Behind the number of arguments, the arguments and a null pointer (System V ABI, figure 3.9).
  const auto arguments = memory_.load<std::uint32_t>(image_.stack_pointer).value_or(0);
  const unsigned word = wide ? 8 : 4;
  const ExecVectors vectors{.path = image_.file_name,
                            .arguments = image_.stack_pointer + word,
                            .environment = image_.stack_pointer + word * (arguments + 2)};
  tracer_.starts(now(),
                 {.program = inputs_.program,
                  .name = inputs_.program,
                  .arguments = inputs_.arguments,
                  .environment = inputs_.environment},
                 vectors, origin(), clock_.realtime());
}

/// Of all threads the process still has, its first one last.
void Session::Run::tell_of_ends() {
  std::vector<int> threads = linux_->thread_ids();
  std::ranges::sort(threads, std::greater<>());
  for (const int thread : threads)
    tell_of_end(exit_status_, killed_by_,
                {.thread = thread,
                 .several = thread != threads.back() || linux_->has_others(),
                 .wide = thread_.registers.mode() == CodeMode::Long64,
                 .call_number = latest_call_,
                 .command = linux_->command()});
}

void Session::Run::tell_of_end(std::optional<int> status, std::optional<int> killed_by,
                               const Origin& origin) {
  const std::string signal =
      killed_by ? signal_name(static_cast<std::uint64_t>(*killed_by)) : std::string();
  tell(ExitEvent{.status = status,
                 .killed_by = killed_by,
                 .signal = signal,
                 .origin = origin,
                 .below = tracer_.last_stack(origin.thread)});
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
