// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "emu/bill/bill.hpp"
#include "emu/bill/event.hpp"
#include "emu/crossing/crossing.hpp"
#include "emu/processor/engine_choice.hpp"
#include "emu/strace/describe.hpp"
#include "emu/vdso/vdso.hpp"
#include "models/machine.hpp"

namespace ringfare {

class DebugLog;

/// Everything that decides a run; the same inputs give the same bytes.
struct SessionInputs {
  std::string program;                   // host path of the executable
  std::vector<std::string> arguments;    // argv[0] first
  std::vector<std::string> environment;  // "NAME=value"
  std::vector<int> descriptors;          // above 2, that the guest inherits
  bool host_limits = false;              // resource limits and priority of the host's
  std::uint64_t seed = 1;
  std::uint64_t schedule_seed = 0;  // 0: every turn of a thread is equally long
  std::uint64_t max_instructions = std::numeric_limits<std::uint64_t>::max();
  VdsoMode vdso = VdsoMode::Real;
  bool vdso_calls = false;  // tell of calls of the vDSO too
  Clocksource clocksource = Clocksource::Tsc;
  std::chrono::nanoseconds epoch = SimulatedClock::kDefaultEpoch;
  bool real_time = false;  // sleeping takes the host's time too
  bool traced = false;     // as under a tracer: each call stops on the way in and out
  bool follow = false;     // tell of all threads and processes, not of the first thread alone
  DescribeOptions describe;
  bool stacks = false;               // tell the guest's stack with every call
  bool detach_on_exec = false;       // tell no more of a process that calls execve
  std::vector<Machine> also_priced;  // the machines of --also-cpu
  EngineKind engine = EngineKind::Automatic;
  Isa isa = Isa::Host;
  bool counts = true;    // of what user code executes; false measures what counting costs
  bool verbose = false;  // says how the run is done
  Watch watch = Watch::Nothing;
  bool intel_syntax = false;
  bool network = true;                             // the guest may have other sockets than AF_UNIX
  bool confined = false;                           // it sees nothing of the host in /proc
  DebugLog* log = nullptr;                         // for those who work on the emulator
  std::vector<TranslationWatcher*> watchers = {};  // likewise
};

/// One guest program on one machine: engine, ring 0, Linux and prices at work together.
class Session {
 public:
  /// Loads the program. Throws UserError for a program or a machine that cannot be run.
  Session(Machine machine, const SessionInputs& inputs, std::vector<Sink*> sinks);
  ~Session();

  /// Runs to the end; call once. A bill without exit status and signal: the budget was used up.
  Bill run();

 private:
  class Run;
  std::unique_ptr<Run> run_;
};

}  // namespace ringfare
