// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emu/linux/abi/signal_info.hpp"
#include "emu/linux/tree/process_request.hpp"
#include "emu/linux/tree/resource_limits.hpp"
#include "emu/linux/tree/trace_state.hpp"
#include "emu/processor/clock.hpp"

namespace ringfare {

/// What others may ask or set of a thread of the guest, in memory that all of its processes share.
struct ThreadEntry {
  std::int32_t id = 0;       // 0: there is none
  std::int32_t process = 0;  // its number
  std::int32_t nice = 0;     // getpriority(2)
  std::uint32_t policy = 0;  // sched_setscheduler(2)
  std::uint32_t priority = 0;
  bool resets_on_fork = false;    // SCHED_RESET_ON_FORK
  std::uint8_t robust_words = 8;  // bytes of a pointer in its robust list
  std::int32_t io_priority = 0;   // ioprio_set(2)
  std::uint64_t robust_list = 0;  // set_robust_list(2)
  TraceState trace;               // ptrace(2)
};

/// A signal on its way to another process.
struct SentSignal {
  SignalInfo info;
  std::int32_t thread = 0;  // 0: to the process as a whole
};

/// What a process has in common with others, each thing by a number: what kcmp(2) compares.
struct SharedThings {
  std::uint32_t memory = 0, files = 0, directory = 0, handlers = 0, io = 0, semaphores = 0;
};

/// One process of the guest, in memory that all of its processes share.
struct ProcessEntry {
  enum class State : std::uint8_t { Free, Ready, Waiting, Stopped, Zombie };
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  State state = State::Free;
  bool awaits_signal = false;     // waits for a signal, which may also come from outside
  bool outside = false;           // waits for a file that somebody outside can make ready
  bool watches_files = false;     // waits for a file
  bool news = false;              // a child has changed or a signal has come, not yet noticed
  bool futex_woken = false;       // a thread of it was woken from a futex, not yet noticed
  bool executed = false;          // has started another program since it was made
  bool reaps = false;             // inherits its descendants' orphans: PR_SET_CHILD_SUBREAPER
  std::uint64_t child_flags = 0;  // sa_flags of its SIGCHLD
  bool ignores_children = false;  // SIGCHLD is ignored: no zombies
  bool traces = false;            // has traced a thread of another process
  bool stop_reported = true, continue_reported = true;  // to waitpid(2)
  std::int32_t pid = 0, parent = 0, group = 0, session = 0;
  std::int32_t host_pid = 0;
  std::uint32_t terminal = 0;     // its controlling terminal's device; Terminal::kHost: the host's
  std::int64_t began = 0;         // simulated nanoseconds
  std::array<char, 16> name{};    // as in /proc/PID/comm
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
  std::uint32_t inbox_first = 0, inbox_last = 0, inbox_size = 0;  // signals, by place
  std::uint64_t inbox_set = 0;  // of them, those to the process as a whole
  std::uint64_t queued = 0;     // signals it has taken from there that are pending
  std::uint32_t effective_user = 0, saved_user = 0;  // as kill(2) looks at them
  ResourceLimits limits;
  SharedThings things;
  std::uint64_t program_device = 0, program_inode = 0;  // stat(2) of what it runs
  std::array<char, 120> waits_for{};
};

/// A terminal that is some session's controlling terminal.
struct Terminal {
  static constexpr std::uint32_t kHost = 1;  // the one that the run was started on, if any

  std::uint32_t device = 0;             // st_rdev of the side that programs use; 0: free
  std::int32_t session = 0, group = 0;  // its session, and the group in the foreground
};

/// The processes of a guest. Each is a process of the host, too, made by fork(2). Exactly one of
/// them runs at a time, the one that has the turn; it passes the turn on at a moment that depends
/// on the guest alone, so that everything happens in the same order in every run. There is one
/// simulated processor: time that one process uses passes for the others, too.
class ProcessTree {
 public:
  /// A tree of one process, `pid`, which has the turn.
  ProcessTree(SimulatedClock& clock, std::int32_t pid);
  ~ProcessTree();
  ProcessTree(const ProcessTree&) = delete;
  ProcessTree& operator=(const ProcessTree&) = delete;

  static constexpr std::size_t kMost = 4096;

  ProcessEntry& self() { return *self_; }
  const ProcessEntry& self() const { return *self_; }
  /// Whether this is the process the tree began with, with which the run ends.
  bool is_first() const;
  /// Whether no other process is alive.
  bool alone() const;
  /// The number of a new process or thread; 0 where there are too many.
  std::int32_t next_id();
  /// A thread that has not ended, or the first one of a process that was not waited for.
  ThreadEntry* find_thread(std::int32_t id);
  bool has_thread(std::int32_t id) { return find_thread(id) != nullptr; }
  ThreadEntry& add_thread(std::int32_t id, const ThreadEntry& like);
  void end_thread(std::int32_t id);
  /// A traced thread that has ended was waited for.
  void reap_thread(ThreadEntry& thread) { thread = {}; }
  std::vector<ThreadEntry*> threads();
  /// A process that is alive, or has ended and was not waited for; null where there is none.
  ProcessEntry* find(std::int32_t pid);
  /// All of them by place: in the order in which they were made, but a free place is used again.
  std::vector<ProcessEntry*> all();

  /// A new child of this process, made by `thread`; null where there are too many.
  ProcessEntry* make_child(std::int32_t exit_signal, const ThreadEntry& thread);
  /// A number for things that a process has to itself.
  std::uint32_t next_thing();
  /// The host could not make the child: its entry is free again.
  void discard(ProcessEntry& child);
  /// Called in the parent: from now on the child can get the turn.
  void start(ProcessEntry& child, std::int32_t host_pid);
  /// Called in the child: waits for its first turn.
  void become(ProcessEntry& child);

  /// Asks another process that is alive, which sleeps, something; what its answerer says.
  std::string ask(ProcessEntry& whom, std::string_view question);
  /// Who answers in this process.
  void answer_with(std::function<std::string(std::string_view)> answerer);

  /// A place for each terminal.
  std::span<Terminal> terminals() const;

  /// Something has happened to a file: another process may wait for that.
  void files_changed();
  std::uint64_t files_changes() const;  // how often that was called
  /// Whether another process could run.
  bool contended() const;
  /// Whether another process waits for time to pass or for something outside.
  bool others_watch() const;
  /// Lets the others run; returns when this process has the turn again.
  void yield();

  struct Rest {
    std::optional<std::chrono::nanoseconds> until;
    bool watches_files = false, outside = false, awaits_signal = false;
    std::string_view what;               // "process 1000 waits for a child", for people
    std::chrono::nanoseconds passed{0};  // spent with looking at files in vain
  };
  /// No thread of this process can run: lets the other processes run. Returns when something may
  /// have ended a wait. `patience`: how long to wait in the host (nothing: for ever), where only
  /// something outside can end it. `deadlock`: nothing can end any wait; who waits for what.
  struct Rested {
    std::optional<std::chrono::nanoseconds> patience = std::chrono::nanoseconds(0);
    std::string deadlock;
  };
  Rested sleep(const Rest& rest);
  /// The process is stopped by a signal. True when it is continued; false where it is to be killed,
  /// its tracer has roused it, or nobody is left who could continue or kill it.
  bool stop(std::int32_t signal, bool by_terminal);

  /// Sends to another process, or to one of its threads. False where a real-time signal finds too
  /// many others (RLIMIT_SIGPENDING).
  bool send(ProcessEntry& to, const SignalInfo& signal, std::int32_t thread = 0);
  /// Takes the signals that were sent to this process.
  std::vector<SentSignal> take_signals();
  /// Something has happened to another process that it has to notice.
  void tell(ProcessEntry& entry);
  /// The same, and a process that is stopped by a signal looks at it, too.
  void rouse(ProcessEntry& entry);

  /// Who answers requests of other processes to this one.
  void answer_by(std::function<void(ProcessRequest&)> answer) { answer_ = std::move(answer); }
  /// Has another process, which has not ended, answer; it does so before anything else happens.
  /// False where it is gone.
  bool ask(ProcessEntry& other, ProcessRequest& request);
  /// Whether something has happened to a child since the last call of this.
  bool take_news();
  /// Tells the parent that this process has changed (ended, stopped, continued).
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
  void stop_all_on_host(std::int32_t signal);
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
  void empty_inbox(ProcessEntry& entry);
  void answer_request();
  std::int64_t now() const;

  void answer_question();

  SimulatedClock& clock_;
  std::function<std::string(std::string_view)> answerer_;
  Shared* shared_;
  ProcessEntry* self_;
  Cycles published_;
  std::function<void(ProcessRequest&)> answer_;
};

}  // namespace ringfare
