// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cpu/memory.hpp"
#include "cpu/state.hpp"
#include "emu/linux/abi/served_entry.hpp"
#include "emu/linux/abi/syscall_row.hpp"
#include "emu/linux/abi/user_memory.hpp"
#include "emu/linux/signals/signal_state.hpp"
#include "emu/linux/state/async_io.hpp"
#include "emu/linux/state/broken_pipes.hpp"
#include "emu/linux/state/descriptors.hpp"
#include "emu/linux/state/file_times.hpp"
#include "emu/linux/state/own_file.hpp"
#include "emu/linux/state/path_resolution.hpp"
#include "emu/linux/state/personality_options.hpp"
#include "emu/linux/state/proc_setting.hpp"
#include "emu/linux/state/queue_note.hpp"
#include "emu/linux/tree/futex_table.hpp"
#include "emu/linux/tree/memory_policy.hpp"
#include "emu/linux/tree/process_tree.hpp"
#include "emu/linux/tree/resource_limits.hpp"
#include "emu/linux/tree/run_queue.hpp"
#include "emu/linux/tree/task.hpp"
#include "emu/linux/tree/timers.hpp"
#include "emu/linux/tree/waiting_threads.hpp"
#include "emu/processor/clock.hpp"
#include "emu/processor/random_source.hpp"
#include "emu/program/exec_request.hpp"
#include "emu/program/program_image.hpp"

namespace ringfare {

/// A handler's answer where the thread has to wait: see `Process::block`.
inline constexpr std::int64_t kBlocked = std::numeric_limits<std::int64_t>::min();

/// A thread that clone(2) has made and that has no registers yet, of this process or of a new one.
struct CreatedTask {
  Task* task = nullptr;
  std::uint64_t stack = 0;           // its stack pointer; 0: as its maker's
  std::optional<std::uint64_t> tls;  // its FS base
};

class IpcObjects;

/// What Linux keeps about the guest between calls. Handlers are free functions on it.
class Process {
 public:
  Process(AddressSpace& space, SimulatedClock& simulated_clock, const ProgramImage& program,
          const PersonalityOptions& choices);

  /// The host descriptor of an argument that names one; -1 for one the guest does not have.
  int host_fd(std::uint64_t argument) { return descriptors.host(static_cast<int>(argument)); }
  /// The same where AT_FDCWD is allowed.
  int host_directory(std::uint64_t argument);

  /// Opens for the guest: the new descriptor's number or -errno.
  std::int64_t install(std::int64_t host_result, std::uint64_t flags,
                       Descriptor::Source source = Descriptor::Source::Host, std::string path = {});

  /// The same for two, whose numbers go to `address`.
  std::int64_t install_pair(const int (&host)[2], std::uint64_t flags, std::uint64_t address);

  /// The path at `address` as the host's kernel should see it, seen from `directory`: what a
  /// process finds under its own name (/proc/self, /dev/stdin) is the guest's. Valid during the
  /// current call. Where it leads nowhere, `path_error` says why, and the host's kernel finds none.
  const char* host_path(std::uint64_t address, std::uint64_t directory = kHere,
                        LastLink last = LastLink::Followed);
  /// AT_FDCWD.
  static constexpr std::uint64_t kHere = static_cast<std::uint64_t>(-100);

  /// PR_SET_NAME, execve(2): others see the name, too.
  void set_name(const std::string& text);

  /// The process is over after the current call.
  void exit(int status) { exit_status = status; }
  void kill(int signal) { killed_by = signal; }

  /// Whether there are other threads or processes: a call that waits must let them go on.
  bool shares() const { return tasks.size() > 1 || !tree.alone(); }
  /// Whether somebody who is not a guest can make one of the host's files ready.
  bool any_outside(const std::vector<pollfd>& files);
  void files_changed() { tree.files_changed(); }

  /// The thread waits: the handler's answer, and it is called again when the wait has ended, with
  /// `task->wait` saying how.
  std::int64_t block(Wait wait);
  /// The present call is over: forgets the wait it may have had.
  void end_wait();

  /// A new thread; it does not run yet. Null where there are too many.
  Task* add_task();
  Task* find_task(int id);
  /// The present thread ends, others go on: whoever waits for that is told.
  void end_task();

  int pid() const { return tree.self().pid; }
  int parent_pid() const { return tree.self().parent; }
  int group() const { return tree.self().group; }      // process group
  int session() const { return tree.self().session; }  // a shell's job is in the shell's

  /// Called in a new process, whose entry is `child`: waits for its first turn. It has the present
  /// thread only.
  void become(ProcessEntry& child);
  ProcessEntry* make_child(std::uint64_t exit_signal);
  /// Whether the user has as many threads as RLIMIT_NPROC allows.
  bool has_too_many_threads();
  /// vfork(2): the child uses this memory until it ends or starts another program. Then what it
  /// has changed is copied back.
  void lend_memory();
  void return_memory();
  void take_lent_memory();
  /// execve(2) has succeeded: forgets what does not survive it.
  void start_program(const ProgramImage& program);
  /// From now on this process and program have random bytes of their own.
  void renew_random();
  /// The process ends with this status: tells whoever waits for it.
  void end(std::int32_t wait_status);
  /// The process is stopped by a signal, that of a terminal or another, until it is continued.
  void stop(int signal, bool by_terminal);
  void tell_of_stop(int code, int status);
  /// Takes the signals that other processes have sent, and notices children that have ended.
  void take_news();

  /// A page fault below a mapping that grows downwards: whether it has grown there.
  bool grow_down(GuestAddress fault);

  /// Says something once about the current call.
  void warn(const std::string& text);

  UserMemory user;
  SimulatedClock& clock;
  ProcessTree tree;
  ProgramImage image;
  PersonalityOptions options;
  DescriptorTable descriptors;
  OwnFiles own_files;
  FileTimes file_times;
  std::shared_ptr<IpcObjects> ipc;  // of System V; made when the first is asked for
  /// Signals of the thread that is being served.
  ThreadSignals& thread_signals() { return task->signals; }
  const ThreadSignals& thread_signals() const { return task->signals; }
  /// To the process as a whole, or to the thread that is being served.
  bool send(const SignalInfo& info);
  bool send(Task& to, const SignalInfo& info);
  bool send_to_thread(const SignalInfo& info) { return send(*task, info); }
  /// Whether a real-time signal finds too many others (RLIMIT_SIGPENDING).
  bool has_no_room(const SignalInfo& info);
  /// Signals and timers that count for that.
  std::uint64_t queued() const;

  /// The pending signal of `wanted` that is due first for the thread being served; it is gone then.
  std::optional<SignalInfo> take_signal(std::uint64_t wanted);

  /// Ends the waits of threads that have a signal to take.
  void wake_for_signals();
  /// The same, where the present thread alone has begun to wait.
  void wake_present_for_signals();
  /// Ends the thread's wait; `end` says how.
  void wake(Task& sleeper, Wait::End end);

  TimerTimes timer_times() const;
  /// Simulated time until the next timer that runs on it expires.
  std::optional<std::chrono::nanoseconds> next_timer() const;
  /// What RLIMIT_CPU leaves until its next signal; nothing where there is no limit.
  std::optional<std::chrono::nanoseconds> left_of_processor_time();
  /// SIGXCPU at the soft limit and every second after it, SIGKILL at the hard one.
  void limit_processor_time();
  /// Timers whose time has come send their signals.
  void expire_timers();
  /// Whether a call must not wait in the host: others have to go on meanwhile, or timers to expire.
  bool waits_apart() const { return shares() || !timers.idle() || own_files.work(); }

  /// To all processes of a group, or to one, as the kernel sends it.
  void signal_group(int group, int signal);
  void signal_entry(ProcessEntry& to, int signal);
  /// Gives the guest what has come from outside (see Interruption).
  void take_from_outside();
  void receive(int signal);
  /// The guest's number of a process of the host's; 0 for one that is no guest.
  int guest_pid(int host_pid);

  /// Forgets pending signals of `set`, which have become ignored.
  void discard(std::uint64_t set);

  Timers timers;
  SignalState signals;  // takes over the dispositions we were started with, so before `pipes`
  IgnoreBrokenPipes pipes;
  ResourceLimits& limits() { return tree.self().limits; }
  /// getpriority(2) of its first thread.
  std::int32_t nice() {
    const ThreadEntry* const first = tree.find_thread(pid());
    return first == nullptr ? 0 : first->nice;
  }
  RandomSource random;
  GuestAddress brk_end;             // the program break
  std::vector<std::uint64_t> ldt;   // modify_ldt(2)
  std::string name;                 // PR_SET_NAME: at most 15 bytes
  std::int32_t dumpable = 1;        // prctl(2)
  std::int32_t machine_checks = 2;  // PR_MCE_KILL
  bool no_huge_pages = false;       // PR_SET_THP_DISABLE
  ProcSettings proc_settings;
  MemoryPolicy memory_policy;
  std::vector<MemoryPolicy> bound_memory;
  AsyncContexts async_contexts;
  std::vector<QueueNote> queue_notes;
  bool watches_writes = false;  // some open files have writes that are ours to do or to look at
  std::uint32_t execution_domain = 0;  // personality(2)

  /// Its threads by number, and the one whose turn it is: nobody after one has ended.
  std::map<int, std::unique_ptr<Task>> tasks;
  Task* task = nullptr;
  RunQueue queue;
  WaitingThreads waiting;
  FutexTable futexes;               // of all processes
  CreatedTask created;              // by the present call
  std::set<std::uint64_t> growing;  // where mappings begin that grow downwards (MAP_GROWSDOWN)
  bool newborn = false;             // the present call has made this process
  bool child_was_made = false;      // since the beginning
  std::optional<ExecRequest> exec;  // the present call starts another program
  std::uint64_t turn_end = 0;       // in instructions of the process
  Cycles turn_began;                // what was charged until then
  std::int32_t membarriers = 0;     // membarrier(2): what the process is registered for

  /// The call being served.
  Thread* thread = nullptr;
  /// What user mode gets instead of the registers it came with (rt_sigreturn).
  std::optional<Registers> new_registers;
  const SyscallRow* row = nullptr;   // that serves it
  std::vector<ServedEntry> entries;  // what it did for io_uring

  std::string proc_directory;   // the current directory as the guest names it, if it is in /proc
  std::int64_t path_error = 0;  // of the latest `host_path`: 0 or -errno

  std::optional<int> exit_status, killed_by;
  std::optional<std::string> warning;
  std::set<std::string> warned;

 private:
  const char* missing_path(std::int64_t error);

  std::array<FoundPath, 2> paths_;  // of a call with two of them
  std::size_t next_path_ = 0;
  void answer(ProcessRequest& request);

  int lent_ = -1;               // the host's file through which changed memory comes back
  bool borrows_ = false;        // this is the child of a vfork(2), with the parent's memory
  std::uint64_t programs_ = 0;  // that execve(2) has started
};

/// Sends a parent the signal that its child has asked for.
void tell_parent_of_end(ProcessTree& tree, const ProcessEntry& ended, std::int32_t wait_status);

/// The signal as kill(2) (`code` SI_USER) or tgkill(2) (SI_TKILL) of this process sends it.
SignalInfo user_signal(const Process& process, int signal, int code);

}  // namespace ringfare
