// SPDX-License-Identifier: MIT
#include "emu/linux/state/tracing.hpp"

#include <linux/ptrace.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kNoChildStop = 1;                    // SA_NOCLDSTOP
constexpr std::int32_t kEntryMessage = 1, kExitMessage = 2;  // PTRACE_EVENTMSG_SYSCALL_*

constexpr std::int32_t event_status(int signal, unsigned event) {
  return signal | static_cast<std::int32_t>(event << 8);
}

std::int32_t call_status(const TraceState& trace) {
  return trace.has(PTRACE_O_TRACESYSGOOD) ? SIGTRAP | 0x80 : SIGTRAP;
}

SignalInfo of_trap(const Process& process, std::int32_t code) {
  return make_signal(code & 0x7f, code,
                     SignalInfo::Sender{.pid = process.task->id, .uid = process.tree.self().user});
}

/// The thread leaves its stop.
void resume(Process& process, Task& task) {
  task.entry->trace.stopped = task.entry->trace.listening = false;
  task.entry->trace.reported = true;
  process.wake(task, Wait::End::Woken);
}

void obey(Process& process, Task& task) {
  TraceState& shared = task.entry->trace;
  TracedTask& own = task.traced;
  const TraceOrder order = std::exchange(shared.order, TraceOrder::None);
  const int signal = std::exchange(shared.signal, 0);
  const bool detached = std::exchange(shared.detached, false);
  if (!shared.stopped && !detached) return;
  if (order == TraceOrder::Listen) {
    shared.listening = true;
    return;
  }
  const bool stopped = shared.stopped;
  own.mode = order;
  own.resumed = true;
  const SignalInfo sent = make_signal(
      signal, SI_USER, SignalInfo::Sender{.pid = shared.tracer, .uid = process.tree.self().user});
  if (stopped && signal != 0) {
    if (own.stop.why == TraceStop::Why::Signal)
      own.let_through = signal == own.info.signal ? own.info : sent;
    else if (own.stop.why == TraceStop::Why::CallEntry || own.stop.why == TraceStop::Why::CallExit)
      task.signals.pending.raise(sent);
  }
  const int group_signal = shared.of_group ? shared.status & 0x7f : 0;
  if (stopped) resume(process, task);
  if (!detached) return;
  shared.of_group = false;
  own.due.clear();
  // Nobody traces it any more: a stop that was the whole process's goes on.
  if (group_signal != 0 && signal != 0)
    own.let_through = make_signal(signal, SI_USER, SignalInfo::Sender{});
}

/// A tracer wants to see it stop, whatever it does.
void interrupt(Process& process, Task& task) {
  TraceState& shared = task.entry->trace;
  shared.interrupted = false;
  if (shared.stopped && !shared.listening) return;
  const TraceStop stop{.why = TraceStop::Why::OfEvent,
                       .status = event_status(SIGTRAP, PTRACE_EVENT_STOP)};
  if (shared.listening) {
    shared.listening = shared.of_group = false;
    shared.reported = false;
    shared.status = stop.status;
    task.traced.stop = stop;
    tell_tracer(process, shared, task.id, CLD_TRAPPED, SIGTRAP);
    return;
  }
  task.traced.due.push_back(stop);
  if (task.waits()) process.wake(task, Wait::End::Interrupted);
}

}  // namespace

bool is_being_killed(const Process& process, const Task& task) {
  return ((process.signals.pending.set() | task.signals.pending.set()) &
          SignalState::bit(SIGKILL)) != 0;
}

void tell_tracer(Process& process, const TraceState& trace, std::int32_t id, int code, int status) {
  ProcessEntry* const tracer = process.tree.find(trace.tracer);
  if (tracer == nullptr || tracer->state == ProcessEntry::State::Zombie) return;
  const SignalInfo::Child child{.pid = id, .uid = process.tree.self().user, .status = status};
  const bool stops = code == CLD_TRAPPED || code == CLD_STOPPED;
  if (!stops || (tracer->child_flags & kNoChildStop) == 0)
    process.tree.send(*tracer, make_signal(SIGCHLD, code, child));
  process.tree.tell(*tracer);
}

void stop_for_tracer(Process& process, const TraceStop& stop, const SignalInfo& info) {
  Task& task = *process.task;
  TraceState& shared = task.entry->trace;
  TracedTask& own = task.traced;
  if (std::exchange(own.forced_trap, false)) process.thread->registers.rflags &= ~flag::kTrap;
  own.stop = stop;
  own.info = info;
  own.resumed = false;
  shared.stopped = true;
  shared.reported = shared.listening = false;
  shared.of_group = stop.why == TraceStop::Why::Group;
  shared.status = stop.status;
  shared.message = stop.message;
  shared.order = TraceOrder::None;
  process.block({.what = "its tracer", .traced = true, .interrupted = std::nullopt});
  tell_tracer(process, shared, task.id, shared.of_group ? CLD_STOPPED : CLD_TRAPPED,
              stop.status & 0x7f);
}

void stop_for_tracer(Process& process, const TraceStop& stop) {
  stop_for_tracer(process, stop, of_trap(process, stop.status));
}

void note_event(Process& process, unsigned event, std::uint64_t message) {
  if (process.task->entry->trace.has(1u << event))
    process.task->traced.due.push_back({.why = TraceStop::Why::OfEvent,
                                        .status = event_status(SIGTRAP, event),
                                        .message = message});
}

bool stops_before_end(Process& process, std::uint64_t status) {
  Task& task = *process.task;
  if (!task.entry->trace.has(PTRACE_O_TRACEEXIT) || std::exchange(task.traced.exit_told, true))
    return false;
  stop_for_tracer(process, {.why = TraceStop::Why::OfEvent,
                            .status = event_status(SIGTRAP, PTRACE_EVENT_EXIT),
                            .message = status});
  return true;
}

bool stops_before_call(Process& process, const CallRequest& call, std::uint8_t gate_length) {
  Task& task = *process.task;
  TracedTask& own = task.traced;
  own.at_entry = false;
  if (!is_traced(task) || own.call) {
    own.resumed = false;
    return false;
  }
  own.call = call;
  own.gate_length = gate_length;
  own.skips = own.emulates();
  own.result = static_cast<std::uint64_t>(-ENOSYS);
  if ((!own.tells_calls() && !own.emulates()) || is_being_killed(process, task)) return false;
  own.at_entry = true;
  stop_for_tracer(process, {.why = TraceStop::Why::CallEntry,
                            .status = call_status(task.entry->trace),
                            .message = kEntryMessage});
  return true;
}

void note_end_of_call(Process& process) {
  Task& task = *process.task;
  TracedTask& own = task.traced;
  if (!own.call) return;
  own.call.reset();
  own.skips = own.at_entry = false;
  if (!is_traced(task)) return;
  if (own.tells_calls())
    own.due.push_back({.why = TraceStop::Why::CallExit,
                       .status = call_status(task.entry->trace),
                       .message = kExitMessage});
  else if (own.steps())
    force_signal(process.signals, task.signals,
                 fault_signal(SIGTRAP, TRAP_BRKPT, process.thread->registers.rip));
}

void note_program_started(Process& process) {
  Task& task = *process.task;
  TracedTask& own = task.traced;
  own.ending.reset();
  if (!is_traced(task)) return;
  const bool tells = task.entry->trace.has(PTRACE_O_TRACEEXEC);
  const bool wide = process.image.layout.mode == CodeMode::Long64;
  own.ending = EndingCall{.number = wide ? 59u : 11u, .length = 2, .result = 0};
  // The event comes inside the call, its end later.
  const auto ends = std::exchange(own.due, {});
  if (tells) note_event(process, PTRACE_EVENT_EXEC, static_cast<std::uint64_t>(task.id));
  own.due.insert(own.due.end(), ends.begin(), ends.end());
  if (!tells && !task.entry->trace.seized)
    process.send_to_thread(user_signal(process, SIGTRAP, SI_USER));
}

void stop_group_for_tracers(Process& process, int signal) {
  for (const auto& [id, each] : process.tasks) {
    if (!is_traced(*each) || each->entry->trace.stopped) continue;
    const unsigned event = each->entry->trace.seized ? PTRACE_EVENT_STOP : 0;
    each->traced.due.push_back(
        {.why = TraceStop::Why::Group, .status = event_status(signal, event)});
    if (each->waits()) process.wake(*each, Wait::End::Interrupted);
  }
}

bool passes_on(const Process& process, unsigned event) {
  return process.task->entry->trace.has(1u << event);
}

void trace_created(const Process& process, ThreadEntry& made) {
  const TraceState& like = process.task->entry->trace;
  made.trace = {
      .tracer = like.tracer, .options = like.options, .seized = like.seized, .inherited = true};
}

void begin_traced(Task& task) {
  task.traced = {};
  if (!std::exchange(task.entry->trace.inherited, false)) return;
  if (task.entry->trace.seized)
    task.traced.due.push_back(
        {.why = TraceStop::Why::OfEvent, .status = event_status(SIGTRAP, PTRACE_EVENT_STOP)});
  else
    task.signals.pending.raise(make_signal(SIGSTOP, SI_USER, SignalInfo::Sender{}));
}

void take_orders(Process& process) {
  for (const auto& [id, each] : process.tasks) {
    TraceState& shared = each->entry->trace;
    if (shared.order != TraceOrder::None) obey(process, *each);
    if (shared.interrupted) interrupt(process, *each);
  }
}

void tell_of_continuing(Process& process) {
  for (const auto& [id, each] : process.tasks)
    if (each->entry->trace.listening) interrupt(process, *each);
}

void release_traced(Process& process) {
  if (!process.tree.self().traces) return;
  for (ThreadEntry* const thread : process.tree.threads()) {
    TraceState& trace = thread->trace;
    if (trace.tracer != process.pid()) continue;
    ProcessEntry* const owner = process.tree.find(thread->process);
    if (owner == nullptr || owner->state == ProcessEntry::State::Zombie) {
      trace = {};
      continue;
    }
    if (trace.has(PTRACE_O_EXITKILL)) process.tree.send(*owner, kernel_signal(SIGKILL));
    trace.detach(0);
    process.tree.tell(*owner);
  }
}

}  // namespace ringfare
