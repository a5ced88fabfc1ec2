// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cpu/base/quantity.hpp"
#include "emu/crossing/crossing_bill.hpp"

namespace ringfare {

/// The thread an event belongs to, and where that thread stands.
struct Origin {
  int thread = 0;                  // gettid(2)
  bool several = false;            // it is not the only thread alive: events name theirs
  bool wide = true;                // 64-bit code
  std::uint64_t call_number = 0;   // of the thread's latest call
  std::uint64_t next_address = 0;  // of its next instruction; 0: it has ended
  std::string_view command = {};   // the name of its program, as in /proc/PID/comm
};

/// A system call came back (or the process ended inside it: then `returned` is false).
struct CallEvent {
  std::string name;    // "write"
  std::string call;    // "write(1, \"hi\\n\", 3)"; empty where nobody asked for text
  std::string result;  // "3", "-1 ENOENT (No such file or directory)", "?"
  bool failed = false;
  bool returned = true;
  std::chrono::nanoseconds entered{};  // simulated CLOCK_REALTIME
  std::chrono::nanoseconds took{};     // simulated, sleep and waits included
  const CrossingBill& bill;            // good while the event is heard
  std::string_view by = {};            // who served it: "vdso", "vsyscall"; empty: a system call
  bool in_user_mode = false;           // served by the vDSO: the kernel was not entered for it
  bool priced = true;  // false: no guest made the call (the execve that begins the run)
  std::vector<std::string> below = {};  // lines to show below it: data that moved, the stack
  bool detached = false;                // nothing more will be told of the process
  std::string begun = {};  // the part of `call` that a WaitEvent has shown; empty: there was none
  Origin origin = {};
};

/// A system call waits, and others go on: strace's "wait4(-1,  <unfinished ...>".
struct WaitEvent {
  std::string name;
  std::string begun;  // "wait4(-1, ": the call as far as it is known
  std::chrono::nanoseconds entered{};
  Origin origin = {};
};

/// A signal was taken: strace's "--- SIGSEGV {si_signo=SIGSEGV, ...} ---".
struct SignalEvent {
  std::string name, details;
  Origin origin = {};
  std::vector<std::string> below = {};  // lines to show below it: the stack
};

struct WarningEvent {
  std::string text;
};

struct Bill;

/// Another process of the run has ended; told when the first one has, too.
struct ProcessEvent {
  const Bill& bill;
};

/// A thread or another process has begun.
struct StartEvent {
  Origin origin = {};
};

/// A thread makes calls of the other width than before.
struct ModeEvent {
  bool wide = true;  // 64-bit calls from now on; false: 32-bit ones
  std::chrono::nanoseconds at{};
  Origin origin = {};
};

/// A thread or the process is over.
struct ExitEvent {
  std::optional<int> status;     // exit status, or
  std::optional<int> killed_by;  // the signal
  std::string signal;            // its name
  Origin origin = {};
  std::vector<std::string> below = {};  // lines to show below it: the stack
};

using Event = std::variant<CallEvent, WaitEvent, SignalEvent, WarningEvent, ProcessEvent,
                           StartEvent, ModeEvent, ExitEvent>;

/// How much a sink wants to hear of calls of a name: nothing, that they happened, or their text
/// too. Text costs reading the guest's memory.
enum class Interest : std::uint8_t { Nothing, Occurrence, Text };

/// Receives events in order; `now` is the cycles (in hundredths) charged to the process so far.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Interest interest(std::string_view call) const = 0;
  virtual void on(Cycles now, const Event& event) = 0;
  virtual void finish() {}
};

}  // namespace ringfare
