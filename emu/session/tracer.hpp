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

/// A call that has been entered, as long as somebody may want to hear of it.
struct TracedCall {
  const Call& call;
  Origin origin;
  std::chrono::nanoseconds entered{};  // simulated CLOCK_REALTIME
  Interest wanted = Interest::Nothing;
  std::vector<std::string> stack = {};  // where it was called from, if that is shown
};

/// How it came back.
struct TracedReturn {
  std::int64_t result = 0;
  bool returned = true;             // false: the process or thread ended inside it
  std::chrono::nanoseconds left{};  // simulated CLOCK_REALTIME
  const CrossingBill& bill;
  std::string_view by = {};
  bool in_user_mode = false;
  bool detached = false;  // nothing more is told of the process
};

/// What a run tells its sinks: of whom, and in how many words.
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

  void set_first_thread(int thread) { first_thread_ = thread; }
  void name_descriptors(const DescriptorNames& names) { description_.name_descriptors(names); }
  void show_stacks() { stacks_.emplace(memory_); }
  /// This is a new process: none of its calls has begun.
  void begin_process() { waiting_.clear(); }
  /// Its program is another one.
  void begin_program() {
    if (stacks_) stacks_->forget();
  }

  void tell(Cycles now, const Event& event) const;
  void finish() const;

  /// The call that has started the run.
  void starts(Cycles now, const ExecRequest& request, const ExecVectors& vectors,
              const Origin& origin, std::chrono::nanoseconds time) const;
  /// Who has made a call of which width; told where it is not that of the thread's call before, and
  /// where the first of the run is not 64-bit.
  void meets_call(Cycles now, bool wide, const Origin& origin, std::chrono::nanoseconds time);
  /// Call while the guest's memory is what the kernel will read.
  TracedCall enter(const Call& call, const Origin& origin, std::chrono::nanoseconds now,
                   const Registers& registers);
  /// It waits. One that is made again after a wait and waits once more was told of before.
  void waits(Cycles now, const TracedCall& call);
  void leave(Cycles now, const TracedCall& call, const TracedReturn& end);
  /// Where the guest stands, as lines of a trace; empty where nobody wants to see it.
  std::vector<std::string> stack(const Registers& registers);
  /// Of the call in which `thread` has ended.
  std::vector<std::string> last_stack(int thread) const;

 private:
  struct Waiting {
    std::chrono::nanoseconds entered{};
    std::string begun;  // as it was told
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
  std::map<int, std::vector<std::string>> last_stacks_;
  struct Width {
    int thread = 0;
    bool wide = true;
  };
  Width latest_;                    // call
  std::map<int, bool> widths_;      // of the latest calls of threads
  std::map<int, Waiting> waiting_;  // threads inside calls that wait
};

}  // namespace ringfare
