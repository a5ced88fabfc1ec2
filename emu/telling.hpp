// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "emu/event.hpp"
#include "emu/kernel/describe.hpp"

namespace ringfare {

/// A call that has been entered, as long as somebody may want to hear of it.
struct ToldCall {
  const CallRequest& request;
  const std::string& name;
  Origin origin;
  std::chrono::nanoseconds entered{};  // simulated CLOCK_REALTIME
  Interest wanted = Interest::Nothing;
};

/// How it came back.
struct ToldReturn {
  std::int64_t result = 0;
  bool returned = true;             // false: the process or thread ended inside it
  std::chrono::nanoseconds left{};  // simulated CLOCK_REALTIME
  const CrossingBill& bill;
  std::string_view by = "";
  bool in_user_mode = false;
};

/// What a run tells its sinks: of whom, and in how many words.
class Telling {
 public:
  /// `follow`: of all threads and processes, not of the first thread alone.
  Telling(std::vector<Sink*> sinks, bool follow, const AddressSpace& memory,
          const DescribeOptions& options)
      : sinks_(std::move(sinks)), follow_(follow), description_(memory, options) {}

  void set_first_thread(int thread) { first_thread_ = thread; }
  void name_descriptors(const DescriptorNames& names) { description_.name_descriptors(names); }
  /// This is a new process: none of its calls has begun.
  void begin_process() { waiting_.clear(); }

  void tell(Cycles now, const Event& event) const;
  void finish() const;

  /// Call while the guest's memory is what the kernel will read.
  ToldCall enter(const CallRequest& request, const std::string& name, const Origin& origin,
                 std::chrono::nanoseconds now);
  /// It waits. One that is made again after a wait and waits once more was told of before.
  void waits(Cycles now, const ToldCall& call);
  void leave(Cycles now, const ToldCall& call, const ToldReturn& end);

 private:
  struct Waiting {
    std::chrono::nanoseconds entered{};
    std::string begun;  // as it was told
  };

  bool tells_of(const Origin& origin) const { return follow_ || origin.thread == first_thread_; }
  Interest interest(std::string_view call) const;

  const std::vector<Sink*> sinks_;
  const bool follow_;
  CallDescription description_;
  int first_thread_ = 0;
  std::map<int, Waiting> waiting_;  // threads inside calls that wait
};

}  // namespace ringfare
