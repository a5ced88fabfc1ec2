// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ringfare {

/// How a thread that was stopped for its tracer goes on.
enum class TraceOrder : std::uint8_t { None, Continue, Calls, Step, Emulate, EmulateStep, Listen };

/// What ptrace(2) knows of a thread, in memory that the tracer and the thread's process share. The
/// tracer writes orders, the thread takes them at its process's next turn.
struct TraceState {
  std::int32_t tracer = 0;    // the process that traces it; 0: nobody
  std::uint32_t options = 0;  // PTRACE_SETOPTIONS
  bool seized = false;        // PTRACE_SEIZE
  bool stopped = false;       // holds still until it gets an order
  bool listening = false;     // PTRACE_LISTEN
  bool reported = true;       // that it stopped, to wait(2)
  bool of_group = false;      // stopped with its whole process
  bool interrupted = false;   // PTRACE_INTERRUPT
  bool detached = false;      // the order is the last one
  bool inherited = false;     // from who has made it, and it has not begun
  bool ended = false;         // the thread has ended and its process has not: a zombie
  TraceOrder order = TraceOrder::None;
  std::int32_t signal = 0;      // that comes with the order
  std::int32_t status = 0;      // why it stopped: a signal, and an event above it
  std::int32_t end_status = 0;  // as waitpid(2) says it, where the thread has ended
  std::uint64_t message = 0;    // PTRACE_GETEVENTMSG

  /// The last order: another process may trace the thread even before it is taken.
  void detach(std::int32_t with_signal) {
    tracer = 0;
    options = 0;
    seized = interrupted = false;
    order = TraceOrder::Continue;
    signal = with_signal;
    detached = true;
  }
  bool has(std::uint32_t option) const { return tracer != 0 && (options & option) != 0; }
};

}  // namespace ringfare
