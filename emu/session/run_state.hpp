// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cpu/base/debug_log.hpp"
#include "emu/bill/block_prices.hpp"
#include "emu/bill/event.hpp"
#include "emu/bill/priced_machines.hpp"
#include "emu/linux/personality.hpp"
#include "emu/processor/clock.hpp"
#include "emu/processor/cpuid.hpp"
#include "emu/processor/engine_choice.hpp"
#include "emu/session/guest_program.hpp"
#include "emu/session/session.hpp"
#include "emu/session/tracer.hpp"

namespace ringfare {

/// How the process ended. Nothing but `over`: its budget of instructions was used up.
struct Ending {
  bool over = false;
  bool deadlocked = false;  // all threads waited, and nothing could wake them
  std::optional<int> exit_status, killed_by;
};

/// What the parts of a run share: the machines it is priced for, the guest and its Linux, the one
/// clock, who is told of it, and how it ended. Each member uses those above it.
struct RunState {
  /// Loads the program. Throws UserError for a program or a machine that cannot be run.
  RunState(Machine deciding, const SessionInputs& its_inputs, std::vector<Sink*> sinks);

  const SessionInputs inputs;
  PricedMachines machines;
  BlockPrices prices{machines.pricers()};
  const EngineChoice choice = choose_engine(inputs.engine);
  const Cpuid cpuid{machine().cpu, host_cpuid, choice.executes(inputs.isa)};
  SimulatedClock clock{machine().cpu.core_khz, machine().cpu.tsc_khz, inputs.epoch,
                       machine().kernel.tick()};
  RandomSource random{random_stream(0)};  // of the processor
  GuestProgram guest{inputs, machines, prices, choice, cpuid};
  Personality personality;
  Tracer tracer;
  std::uint64_t latest_call = 0;  // number of the latest system call
  Ending ending;
  /// Lines of the debug log say when, and of which thread.
  const DebugLog::Stamping stamping{
      inputs.log, [this] { return LogStamp{.cycles = now(), .thread = personality.thread_id()}; }};

  /// Where the processor's random numbers begin in process `pid`; 0 stands for the first one.
  std::uint64_t random_stream(int pid) const {
    constexpr std::uint64_t kStream = 0x7264'7261'6e64;  // apart from the kernel's
    return inputs.seed ^ kStream ^ static_cast<std::uint64_t>(pid) << 48;
  }

  /// The machine that decides what the guest sees and when.
  const Machine& machine() const { return machines.deciding().machine(); }

  Cycles user_cycles() const {
    return Cycles{static_cast<std::int64_t>(guest.thread().totals[kFirstCycleLane])};
  }
  /// All cycles charged to the process so far.
  Cycles now() const { return user_cycles() + machines.deciding().charged(); }
  /// The clock shows the cycles charged so far.
  void update_clock() {
    clock.set_busy(now());
    clock.set_user(user_cycles());
  }
  /// The same, and user code sees the timer ticks that have passed. To be called before anything
  /// that looks at the time.
  void update_time() {
    update_clock();
    guest.pages().publish(clock);
  }

  void tell(const Event& event) const { tracer.tell(now(), event); }
  /// Of what the current thread does. `behind`: bytes of the instruction the thread stands at,
  /// where it goes on behind it.
  Origin origin(unsigned behind = 0) const;

  /// The process is over: by a signal, or because nothing can wake its threads any more.
  void end_by_signal(int signal);
  void end_in_deadlock(const std::string& who_waits);
};

}  // namespace ringfare
