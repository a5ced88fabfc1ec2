// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cpu/state.hpp"
#include "emu/linux/abi/ending_call.hpp"
#include "emu/linux/abi/signal_info.hpp"

namespace ringfare {

class Process;

/// What became of the signals that were due on the way to user mode.
struct Delivery {
  std::vector<SignalInfo> taken;  // in order, also those that are ignored
  unsigned frames = 0;            // handlers that are about to run
  std::uint64_t bytes_out = 0;    // of their frames
  std::optional<int> killed_by;
  bool with_core = false;   // the signal is of the kind that leaves a core file
  bool call_again = false;  // RIP is at the gate instruction again
};

/// What Linux does between the end of the kernel's work and user mode: takes the signals that are
/// due for the process's current thread, builds a frame for each that has a handler, and settles
/// what becomes of an interrupted call. `thread` is in user mode's terms, behind the call.
Delivery deliver_signals(Process& process, Thread& thread, const std::optional<EndingCall>& call);

/// Whether `deliver_signals` has anything to do.
bool has_signal_work(const Process& process, std::int64_t result);

}  // namespace ringfare
