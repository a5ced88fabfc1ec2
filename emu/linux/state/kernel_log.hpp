// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/base/debug_log.hpp"
#include "cpu/exception.hpp"
#include "emu/linux/abi/signal_info.hpp"
#include "emu/linux/signals/signal_state.hpp"
#include "emu/linux/tree/task.hpp"

namespace ringfare {

// What Linux does with threads and signals, as lines of the debug log. Whoever calls these has
// looked whether there is a log.

/// The thread begins a turn of at most so many instructions.
void log_turn(DebugLog& log, const Task& task, std::uint64_t instructions);
void log_wait(DebugLog& log, const Task& task);
void log_wake(DebugLog& log, const Task& task);
/// `id` is a new thread, or a new process.
void log_created(DebugLog& log, int id, bool process);
void log_end_of_thread(DebugLog& log, int id);
/// `wait_status` as wait(2) tells it.
void log_end_of_process(DebugLog& log, int id, std::int32_t wait_status);

/// The run ends here, as --max-instructions asks: with all registers, those of SSE and AVX as one
/// number, so that two runs can be compared.
void log_stop(DebugLog& log, const Registers& registers, std::uint64_t instructions);

/// A signal is sent to `thread`, or to the process where that is null. `pending`: it was not
/// ignored, and is no standard signal that was pending before.
void log_sent(DebugLog& log, const SignalInfo& info, const Task* thread, bool pending);
/// An exception of the processor becomes a signal; `rip` is where it was raised.
void log_exception(DebugLog& log, const Exception& exception, std::uint64_t rip,
                   const SignalInfo& info);
/// The thread takes a signal, with what the process does about it.
void log_taken(DebugLog& log, const SignalInfo& info, const SignalAction& action);
/// The handler's frame is on the stack: it begins next.
void log_frame(DebugLog& log, const SignalInfo& info, const Registers& registers);
/// A handler has returned; `registers` are those that go on.
void log_return(DebugLog& log, const Registers& registers);

}  // namespace ringfare
