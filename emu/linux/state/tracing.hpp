// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "cpu/state.hpp"
#include "emu/linux/abi/call_request.hpp"
#include "emu/linux/tree/task.hpp"

namespace ringfare {

class Process;

// ptrace(2) as the traced thread's own process sees it. A stop is a wait like any other: the thread
// leaves the queue and its tracer's order puts it back. The tracer writes the order into memory
// they share; its process takes it with other news. What the tracer asks about the thread meanwhile
// its process answers, as it does for process_vm_readv(2).

inline bool is_traced(const Task& task) {
  return task.entry->trace.tracer != 0;
}
/// Whether nothing may stop the thread any more.
bool is_being_killed(const Process& process, const Task& task);

/// The present thread stops and tells its tracer.
void stop_for_tracer(Process& process, const TraceStop& stop, const SignalInfo& info);
/// The same, with what Linux makes up for a stop that no signal has caused.
void stop_for_tracer(Process& process, const TraceStop& stop);
/// The present thread will stop on its way to user mode, where its tracer has asked for the event.
void note_event(Process& process, unsigned event, std::uint64_t message);
/// The present thread is about to end: whether it has stopped first. Then the call is made again.
bool stops_before_end(Process& process, std::uint64_t status);
/// The present thread makes a call: whether it stops first.
bool stops_before_call(Process& process, const CallRequest& call, std::uint8_t gate_length);
/// The call is over but for signals.
void note_end_of_call(Process& process);
/// execve(2) has put another program in place.
void note_program_started(Process& process);
/// All traced threads of this process stop with it, the present one among them.
void stop_group_for_tracers(Process& process, int signal);
/// A new thread or process that clone(2) of the present thread has made, with this PTRACE_EVENT:
/// whether the tracer of the one traces the other, too.
bool passes_on(const Process& process, unsigned event);
void trace_created(const Process& process, ThreadEntry& made);
/// Such a thread, in its own process, begins with a stop.
void begin_traced(Task& task);
/// Takes what tracers have ordered.
void take_orders(Process& process);
/// SIGCONT has come: a thread that listens tells its tracer.
void tell_of_continuing(Process& process);
/// A tracer ends: its threads go on without it, or are killed.
void release_traced(Process& process);
/// Sends SIGCHLD to a tracer and wakes it.
void tell_tracer(Process& process, const TraceState& trace, std::int32_t id, int code, int status);

}  // namespace ringfare
