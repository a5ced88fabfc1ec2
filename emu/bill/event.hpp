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
#include "emu/crossing/crossing.hpp"

namespace ringfare {

/// Whose an event is.
struct Origin {
  int thread = 0;                  // gettid(2)
  bool several = false;            // other threads or processes of the run are alive
  bool wide = true;                // 64-bit code
  std::uint64_t call_number = 0;   // of the thread's latest call
  std::uint64_t next_address = 0;  // where the thread goes on; 0: it is over
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
  std::chrono::nanoseconds took{};     // simulated, with what was slept
  const CrossingBill& bill;
  std::string_view by = {};   // "vdso", "vsyscall"; empty: a system call
  bool in_user_mode = false;  // served by the vDSO: the kernel was not entered for it
  bool priced = true;         // false: no guest made the call (the execve that begins the run)
  std::vector<std::string> below = {};  // lines for under it: data that moved, the stack
  bool detached = false;                // nothing more will be told of the process
  std::string begun = {};  // the part of `call` that a WaitEvent has told; empty: there was none
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
  std::vector<std::string> below = {};  // lines for under it: the stack
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
  bool wide = true;  // 64-bit calls from now on
  std::chrono::nanoseconds at{};
  Origin origin = {};
};

/// A thread or the process is over.
struct ExitEvent {
  std::optional<int> status;     // exit status, or
  std::optional<int> killed_by;  // the signal
  std::string signal;            // its name
  Origin origin = {};
  std::vector<std::string> below = {};  // lines for under it: the stack
};

using Event = std::variant<CallEvent, WaitEvent, SignalEvent, WarningEvent, ProcessEvent,
                           StartEvent, ModeEvent, ExitEvent>;

/// How much of a call a sink wants to hear: nothing, that it happened, or its text too.
enum class Interest : std::uint8_t { Nothing, Occurrence, Text };

/// Receives events in order; `now` is the cycles charged so far.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Interest interest(std::string_view call) const = 0;
  virtual void on(Cycles now, const Event& event) = 0;
  virtual void finish() {}
};

}  // namespace ringfare
