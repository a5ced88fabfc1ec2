// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emu/bill/event.hpp"
#include "emu/stack/stack_trace.hpp"
#include "emu/strace/describe.hpp"
#include "emu/strace/exec_text.hpp"

namespace ringfare {

/// A call under way, with what will be told of it. Keeps `call` by reference.
struct TracedCall {
  const Call& call;
  Origin origin;
  std::chrono::nanoseconds entered{};   // simulated CLOCK_REALTIME
  Interest wanted = Interest::Nothing;  // the most that any sink wants to hear of it
  std::vector<std::string> stack = {};  // where it was called from, if that is shown
};

/// How it came back.
struct TracedReturn {
  std::int64_t result = 0;
  bool returned = true;             // false: the process or thread ended inside it
  std::chrono::nanoseconds left{};  // simulated CLOCK_REALTIME
  const CrossingBill& bill;
  std::string_view by = {};   // as in CallEvent
  bool in_user_mode = false;  // as in CallEvent
  bool detached = false;      // nothing more is told of the process
};

/// Tells the sinks what happens: only of the threads and processes that are followed, and only with
/// as much text as some sink wants. `now`: cycles (in hundredths) charged to the process so far.
class Tracer {
 public:
  /// `follow`: of all threads and processes, not of the first thread alone.
  Tracer(std::vector<Sink*> sinks, bool follow, const AddressSpace& memory,
         const DescribeOptions& options)
      : sinks_(std::move(sinks)),
        follow_(follow),
        memory_(memory),
        options_(options),
        description_(memory, options) {}

  /// Whom a run that follows nobody tells of.
  void set_first_thread(int thread) { first_thread_ = thread; }
  /// Where the descriptors of a call are shown with what they stand for: who knows that.
  void name_descriptors(const DescriptorNames& names) { description_.name_descriptors(names); }
  /// Calls and signals are told with the stack they come from.
  void show_stacks() { stacks_.emplace(memory_); }
  /// This is a new process: none of its calls has begun.
  void begin_process() { waiting_.clear(); }
  /// The process has another program now: what was read of the old one is of no use.
  void begin_program() {
    if (stacks_) stacks_->forget();
  }

  void tell(Cycles now, const Event& event) const;
  /// No event follows.
  void finish() const;

  /// The call that has started the run.
  void starts(Cycles now, const ExecRequest& request, const ExecVectors& vectors,
              const Origin& origin, std::chrono::nanoseconds time) const;
  /// A thread makes a call of 64-bit code (`wide`) or of 32-bit code. Told where it differs from
  /// the call that this thread made before, and where the run begins with a 32-bit one.
  void meets_call(Cycles now, bool wide, const Origin& origin, std::chrono::nanoseconds time);
  /// A call begins. To be used while the guest's memory is what the kernel will read.
  TracedCall enter(const Call& call, const Origin& origin, std::chrono::nanoseconds now,
                   const Registers& registers);
  /// It waits. A call is made again after a wait, and may wait again: told the first time only.
  void waits(Cycles now, const TracedCall& call);
  /// It has come back.
  void leave(Cycles now, const TracedCall& call, const TracedReturn& end);
  /// Where the guest stands, as lines of a trace; empty where nobody wants to see it.
  std::vector<std::string> stack(const Registers& registers);
  /// The stack of the call in which `thread` has ended.
  std::vector<std::string> last_stack(int thread) const;

 private:
  struct Waiting {
    std::chrono::nanoseconds entered{};
    std::string begun;  // as it was told
  };
  /// A call, by its thread and the width of its code.
  struct Width {
    int thread = 0;
    bool wide = true;
  };

  bool tells_of(const Origin& origin) const {
    return !detached_ && (follow_ || origin.thread == first_thread_);
  }
  Interest interest(std::string_view call) const;

  const std::vector<Sink*> sinks_;
  const bool follow_;
  const AddressSpace& memory_;
  const DescribeOptions options_;
  std::optional<StackTrace> stacks_;
  CallDescription description_;
  int first_thread_ = 0;
  bool detached_ = false;
  std::map<int, std::vector<std::string>> last_stacks_;  // by thread
  Width latest_;                                         // of the run's latest call
  std::map<int, bool> widths_;                           // of each thread's latest call
  std::map<int, Waiting> waiting_;                       // by thread: inside a call that waits
};

}  // namespace ringfare
