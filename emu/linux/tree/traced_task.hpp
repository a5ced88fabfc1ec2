// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "emu/linux/abi/call_request.hpp"
#include "emu/linux/abi/ending_call.hpp"
#include "emu/linux/abi/signal_info.hpp"
#include "emu/linux/tree/trace_state.hpp"

namespace ringfare {

/// A stop of a thread that is traced.
struct TraceStop {
  enum class Why : std::uint8_t { Signal, CallEntry, CallExit, OfEvent, Group };
  Why why = Why::OfEvent;
  std::int32_t status = 0;  // as TraceState has it
  std::uint64_t message = 0;
};

/// What a traced thread's own process keeps of that.
struct TracedTask {
  TraceOrder mode = TraceOrder::Continue;  // how it was last told to go on
  std::deque<TraceStop> due;               // on the way to user mode, before signals
  TraceStop stop;                          // the present or latest one
  SignalInfo info;                         // what comes with it
  std::optional<SignalInfo> let_through;   // by the tracer: it is acted on next
  std::optional<EndingCall> ending;        // the call on whose way out the thread has stopped
  std::optional<CallRequest> call;         // that is under way
  std::uint8_t gate_length = 0;            // bytes of the instruction that makes it
  bool at_entry = false;                   // stopped before it: the instruction is executed again
  bool skips = false;                      // the call is not made: its result is what RAX says
  std::uint64_t result = 0;                // there
  bool resumed = false;                    // has got an order since it was in user mode
  bool forced_trap = false;                // TF is the tracer's
  bool exit_told = false;                  // PTRACE_EVENT_EXIT
  std::uint64_t debug[8] = {};             // DR0 to DR7

  bool steps() const { return mode == TraceOrder::Step || mode == TraceOrder::EmulateStep; }
  bool tells_calls() const { return mode == TraceOrder::Calls; }
  bool emulates() const { return mode == TraceOrder::Emulate || mode == TraceOrder::EmulateStep; }
};

}  // namespace ringfare
