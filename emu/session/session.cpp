// SPDX-License-Identifier: MIT
#include "emu/session/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "emu/linux/state/kernel_log.hpp"
#include "emu/processor/emulated_instructions.hpp"
#include "emu/session/calls.hpp"
#include "emu/session/faults.hpp"
#include "emu/session/page_calls.hpp"
#include "emu/session/process_life.hpp"
#include "emu/session/run_state.hpp"

namespace ringfare {
namespace {

constexpr Exception kSingleStep{.vector = vector::kDebug,
                                .debug_status = debug_status::kSingleStep};

}  // namespace

/// A session under way, as docs/architecture.md draws it.
class Session::Run {
 public:
  Run(Machine machine, const SessionInputs& inputs, std::vector<Sink*> sinks)
      : state_(std::move(machine), inputs, std::move(sinks)) {}

  Bill to_end();

 private:
  void on(const AtGate& gate);
  void on(const AtInstruction& instruction);
  void on(const AtFault& fault);
  void on(const BudgetSpent&);
  void on(const Interrupted& interrupted);

  Turn next_turn();
  Budget budget(const Turn& turn) const;
  void say_how();

  RunState state_;
  EmulatedInstructions emulated_{state_.machine().cpu, state_.cpuid, state_.clock, state_.random};
  ProcessLife life_{state_};
  Faults faults_{state_};
  PageCalls page_calls_{state_, faults_};
  SystemCalls calls_{state_, faults_, life_};
};

/// Runs user code until something happens that is not the engine's business, does that, goes on.
Bill Session::Run::to_end() {
  if (state_.inputs.verbose) say_how();
  life_.start();
  while (!state_.ending.over) {
    const Turn turn = next_turn();
    if (!turn.deadlock.empty()) {
      state_.end_in_deadlock(turn.deadlock);
    } else if (state_.personality.interrupts_user()) {
      faults_.interrupt();
    } else {
      state_.update_time();
      const Stop stop = state_.guest.run(budget(turn));
      std::visit([this](const auto& reason) { on(reason); }, stop);
      state_.guest.drop_changed_code();
    }
  }
  Bill bill = life_.end();
  state_.tracer.finish();
  return bill;
}

void Session::Run::on(const AtGate& gate) {
  constexpr std::uint8_t kSystemCall = 0x80;
  if (gate.gate == Gate::Interrupt && gate.vector != kSystemCall)
    faults_.refuse_interrupt(gate);
  else
    calls_.on(gate);
}

void Session::Run::on(const AtInstruction& instruction) {
  Thread& thread = state_.guest.thread();
  // SDM vol. 3, 18.3.1.4: TF as it was when the instruction began.
  const bool stepped = (thread.registers.rflags & flag::kTrap) != 0;
  state_.update_time();
  if (const auto raised = emulated_.execute(instruction, thread.registers))
    return faults_.raise(*raised);
  state_.machines.executed(instruction.which, thread.totals);
  if (stepped) faults_.raise(kSingleStep);
}

void Session::Run::on(const AtFault& fault) {
  if (page_calls_.serve(fault)) return;
  if (!fault.refusal.empty())
    state_.tell(WarningEvent{
        fmt::format("warning: the {} engine does not execute the instruction at {:#x}: "
                    "{}; the guest gets SIGILL",
                    state_.choice.name(), state_.guest.registers().rip, fault.refusal)});
  faults_.raise(fault);
}

void Session::Run::on(const BudgetSpent&) {
  const std::uint64_t executed = state_.guest.thread().totals[kInstructionLane];
  if (executed < state_.inputs.max_instructions) return;  // a turn is over
  if (state_.inputs.log != nullptr)
    log_stop(*state_.inputs.log, state_.guest.registers(), executed);
  state_.tell(WarningEvent{
      fmt::format("stopped after {} instructions, as --max-instructions says", executed)});
  state_.ending.over = true;
}

void Session::Run::on(const Interrupted& interrupted) {
  faults_.interrupt_by(interrupted.signal);
}

Turn Session::Run::next_turn() {
  state_.update_clock();
  state_.personality.expire_timers();
  return state_.personality.next_turn(state_.guest.thread(), state_.now());
}

/// To the end of the turn or of --max-instructions, but not past a timer: so few instructions that
/// they do not take until then unless one costs more than `kMostExpected` on average. What is left
/// is run in ever smaller steps; the signal comes at the first boundary after its time.
Budget Session::Run::budget(const Turn& turn) const {
  constexpr Cycles kMostExpected{16 * 100};
  std::uint64_t instructions = turn.instructions;
  if (const auto left = state_.personality.until_timer()) {
    const auto to_timer = std::max<std::int64_t>(left->hundredths / kMostExpected.hundredths, 1);
    instructions = std::min(instructions, static_cast<std::uint64_t>(to_timer));
  }
  if (state_.inputs.max_instructions != Turn::kEndless)
    instructions = std::min(instructions, state_.inputs.max_instructions -
                                              state_.guest.thread().totals[kInstructionLane]);
  return {instructions};
}

void Session::Run::say_how() {
  const EngineChoice& choice = state_.choice;
  const std::string because = choice.reason.empty() ? "" : fmt::format(": {}", choice.reason);
  state_.tell(
      WarningEvent{fmt::format("note: the {} engine runs the guest{}", choice.name(), because)});
  if (choice.kind == EngineKind::Translator && !Translator::why_no_wall().empty())
    state_.tell(WarningEvent{"note: " + Translator::why_no_wall()});
}

Session::Session(Machine machine, const SessionInputs& inputs, std::vector<Sink*> sinks)
    : run_(std::make_unique<Run>(std::move(machine), inputs, std::move(sinks))) {}
Session::~Session() = default;

Bill Session::run() {
  return run_->to_end();
}

}  // namespace ringfare
