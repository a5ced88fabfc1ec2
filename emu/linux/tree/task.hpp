// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cpu/state.hpp"
#include "emu/linux/host/held_file.hpp"
#include "emu/linux/signals/signal_state.hpp"
#include "emu/linux/tree/process_tree.hpp"
#include "emu/linux/tree/traced_task.hpp"

namespace ringfare {

/// What a thread waits for inside a system call. Whatever comes first ends the wait: then the
/// instruction that made the call is executed again, and the call finds here how it ended.
struct Wait {
  std::string what;  // "futex 0x4c0310 to change from 2", for people
  std::optional<std::chrono::nanoseconds> until = std::nullopt;  // simulated time since start
  std::vector<pollfd> files = {};  // host descriptors and what they are watched for
  bool child = false;              // it may be ended by what happens to a child
  bool lock = false;               // whatever happens to a file may end it
  std::uint64_t files_seen = 0;    // ProcessTree::files_changes when it began
  bool outside = false;            // somebody who is not a guest can make one of `files` ready
  bool signals = false;            // one of `files` becomes ready by a signal
  bool traced = false;             // for an order of its tracer: only SIGKILL ends it otherwise

  /// How it ended: by another thread or a file, by its time limit, by a signal.
  enum class End : std::uint8_t { NotYet, Woken, Late, Interrupted };
  End end = End::NotYet;

  /// What the call answers where a signal ends the wait; nothing: its handler is called again.
  std::optional<std::int64_t> interrupted = -restart::kIfAsked;

  /// What a thread that waits for a semaphore waits for: see semop(2)'s handler.
  std::uint32_t mark = 0;

  /// Its place in FutexTable where it waits for a futex, the first where there are several.
  std::uint32_t futex = 0;
};

/// A thread of the guest, as Linux sees it.
struct Task {
  explicit Task(int number) : id(number) {}

  bool waits() const { return wait && wait->end == Wait::End::NotYet; }

  int id;                                               // gettid(2)
  Registers registers;                                  // while it is not on the processor
  DescriptorTables descriptors;                         // likewise
  std::uint64_t clear_child_tid = 0;                    // set_tid_address(2)
  ThreadEntry* entry = nullptr;                         // what others may ask of it
  std::string name;                                     // PR_SET_NAME: at most 15 bytes
  static constexpr std::uint64_t kTimerSlack = 50'000;  // nanoseconds, prctl(2)
  std::uint64_t timer_slack = kTimerSlack;              // PR_SET_TIMERSLACK
  bool confined = false;                                // seccomp(2), strict mode
  ThreadSignals signals;
  TracedTask traced;  // ptrace(2)

  std::optional<Wait> wait;  // until the call it was about has come back
  int child = 0;             // vfork(2): who has to end or to start another program
  std::uint64_t moved = 0;   // bytes a call has transferred before it had to wait
  HeldFile opening;          // open(2) of a FIFO: its end, until the other one is open
  Cycles cycles;             // charged to it in its earlier turns
};

}  // namespace ringfare
