// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emu/linux/abi/signal_info.hpp"
#include "emu/processor/clock.hpp"

namespace ringfare {

/// What everybody may know about one process of the guest's. Lives in memory that all share.
struct ProcessEntry {
  enum class State : std::uint8_t { Free, Ready, Waiting, Stopped, Zombie };
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  State state = State::Free;
  bool awaits_signal = false;     // of the host's at that, where nothing else comes
  bool outside = false;           // waits for a file that somebody else than a guest can make ready
  bool watches_files = false;     // waits for a file
  bool news = false;              // a child's fate or a signal: not looked at yet
  bool executed = false;          // has started another program since it was made
  bool reaps = false;             // inherits its descendants' orphans: PR_SET_CHILD_SUBREAPER
  std::uint64_t child_flags = 0;  // sa_flags of its SIGCHLD
  bool ignores_children = false;  // SIGCHLD is ignored: no zombies
  bool stop_reported = true, continue_reported = true;  // to waitpid(2)
  std::int32_t pid = 0, parent = 0, group = 0, session = 0;
  std::int32_t host_pid = 0;
  std::int32_t exit_signal = 0;   // what its parent gets when it ends
  std::int32_t death_signal = 0;  // what it gets when its parent ends: PR_SET_PDEATHSIG
  std::int32_t wait_status = 0;   // as waitpid(2) says it
  std::uint32_t user = 0;
  std::uint32_t has_turn = 0;    // the host's futex on which it sleeps
  std::uint64_t order = 0;       // among the ready: lowest first
  std::int64_t until = kNever;   // simulated nanoseconds
  std::uint64_t files_seen = 0;  // ProcessTree::files_changed when it last looked
  std::int64_t patience = 0;     // for its next look at its files: host nanoseconds, -1: endless
  std::int64_t busy = 0, children_busy = 0;  // hundredths of cycles; of children waited for
  std::array<SignalInfo, 32> inbox{};
  std::uint32_t inbox_size = 0;
  std::array<char, 120> waits_for{};
};

/// The processes of a guest. Each is a process of the host's too, made by fork(2), and exactly one
/// of them runs at a time: who has the turn passes it on at a moment that depends on nothing but
/// the guest, so that the order of all that happens repeats. All times are of one simulated
/// processor: what one process uses passes for the others.
class ProcessTree {
 public:
  /// With one process, `pid`, whose turn it is.
  ProcessTree(SimulatedClock& clock, std::int32_t pid);
  ~ProcessTree();
  ProcessTree(const ProcessTree&) = delete;
  ProcessTree& operator=(const ProcessTree&) = delete;

  static constexpr std::size_t kMost = 4096;

  ProcessEntry& self() { return *self_; }
  const ProcessEntry& self() const { return *self_; }
  /// The process the tree began with, on which the run ends.
  bool is_first() const;
  /// No other process is alive.
  bool alone() const;
  /// The number of a new process or thread.
  std::int32_t next_id();
  /// Alive, or dead and not waited for; nothing where there is no such process.
  ProcessEntry* find(std::int32_t pid);
  /// All of them, in the order in which they were made as far as places are not used again.
  std::vector<ProcessEntry*> all();

  /// A new child of this process; nothing where there are too many.
  ProcessEntry* make_child(std::int32_t exit_signal);
  /// It could not be made after all.
  void discard(ProcessEntry& child);
  /// In the parent: the child may have its turn some time.
  void start(ProcessEntry& child, std::int32_t host_pid);
  /// In the child: waits for its first turn.
  void become(ProcessEntry& child);

  /// What another process waits for may have happened.
  void files_changed();
  std::uint64_t files_changes() const;  // how often that was said
  /// Somebody else could run.
  bool contended() const;
  /// Somebody else could run when time has passed or something outside has happened.
  bool others_watch() const;
  /// The others first; returns when it is this one's turn again.
  void yield();

  struct Rest {
    std::optional<std::chrono::nanoseconds> until;
    bool watches_files = false, outside = false, awaits_signal = false;
    std::string_view what;               // "process 1000 waits for a child", for people
    std::chrono::nanoseconds passed{0};  // spent with looking at files in vain
  };
  /// Nothing to do here: the others go on. Returns when something may have ended the wait, with how
  /// long the host may be waited for (nothing: for ever) where only the outside can; or with text
  /// where nothing can end any wait: who waits for what.
  struct Rested {
    std::optional<std::chrono::nanoseconds> patience = std::chrono::nanoseconds(0);
    std::string deadlock;
  };
  Rested sleep(const Rest& rest);
  /// The process is stopped. True where it was continued, false where it is to be killed or nobody
  /// is left who could do either.
  bool stop(std::int32_t signal);

  /// Sends to another process. False where its inbox is full.
  bool send(ProcessEntry& to, const SignalInfo& signal);
  /// What was sent to this one.
  std::vector<SignalInfo> take_signals();
  /// Since the last time: something happened to a child.
  bool take_news();
  /// Something happened to this process that its parent waits for.
  void notify_parent();

  /// This process ends: it is a zombie, its children have another parent. It still has the turn.
  void end(std::int32_t wait_status, bool with_zombie);
  /// A child that was waited for.
  void reap(ProcessEntry& child);
  /// Passes the turn on and never has it again.
  void leave();
  /// The first process has ended: returns when all others have, too, or with who waits for what
  /// where they never will.
  std::string wait_for_all();

 private:
  struct Shared;

  std::span<ProcessEntry> entries() const;
  void make_ready(ProcessEntry& entry);
  void wake_due();
  ProcessEntry* next_ready() const;
  ProcessEntry* choose();
  ProcessEntry& first() const;
  void pass_to(ProcessEntry& next);
  void await_turn();
  void publish();
  void take_over();
  std::string who_waits() const;
  void bury_lost();
  void release(ProcessEntry& entry);
  ProcessEntry* reaper();
  void give_away(ProcessEntry& child, ProcessEntry* reaper);
  std::int64_t now() const;

  SimulatedClock& clock_;
  Shared* shared_;
  ProcessEntry* self_;
  Cycles published_;
};

}  // namespace ringfare
