// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/memory.hpp"
#include "cpu/state.hpp"
#include "emu/clock.hpp"
#include "emu/kernel/guest_layout.hpp"
#include "emu/kernel/served_entry.hpp"
#include "emu/kernel/signal_delivery.hpp"

namespace ringfare {

enum class Abi : std::uint8_t { Amd64, I386 };

/// A system call as the guest asked for it.
struct CallRequest {
  Abi abi = Abi::Amd64;
  std::uint64_t number = 0;
  std::array<std::uint64_t, 6> args{};
  std::uint64_t stack_pointer = 0;  // where rt_sigreturn(2) finds its frame
};

/// execve(2), past all that can make it fail.
struct ExecRequest {
  std::string program;  // the host's path
  std::string name;     // of the process from now on
  std::vector<std::string> arguments, environment;
};

/// Whether a result is -errno (man syscalls(2)).
constexpr bool is_error(std::int64_t result) {
  return result < 0 && result >= -4095;
}

/// What came of it.
struct Served {
  std::int64_t result = 0;                // value or -errno
  std::uint64_t bytes_in = 0;             // copied from user memory (structures, strings, buffers)
  std::uint64_t bytes_out = 0;            // copied to user memory
  std::vector<ServedEntry> entries = {};  // of io_uring_enter
  std::string_view file_kind =
      {};  // "terminal", "regular", "pipe", "null" where a file decides the price
  std::optional<Registers> registers;  // user mode's from now on, instead of those at the gate
  std::optional<int> exit_status;      // exit, exit_group: the process is over
  std::optional<int> killed_by;        // the call cannot go on and ends the process
  bool blocked = false;      // the thread waits: the call has not happened, and is made again later
  bool created = false;      // a thread: see start_created
  bool newborn = false;      // this is the new process that the call has made
  bool thread_over = false;  // the thread is gone, its process is not
  std::optional<ExecRequest> exec = std::nullopt;  // another program takes the place of this one
};

/// What the processor does next.
struct Turn {
  static constexpr std::uint64_t kEndless = std::numeric_limits<std::uint64_t>::max();

  std::uint64_t instructions = kEndless;  // at most, before asking again
  std::string deadlock = {};              // nobody can ever run again: who waits for what
};

/// Where the handlers of a 32-bit program return to that name no place of their own: code of the
/// vDSO, or, where there is none, on the stack.
struct SignalReturns {
  GuestAddress plain, extended;  // __kernel_sigreturn, __kernel_rt_sigreturn; 0: none
};

/// What the loader tells the personality about the program it loaded.
struct ProgramImage {
  GuestLayout layout = kLayout64;
  std::string path;    // as /proc/self/exe shows it
  std::string name;    // of the process: the last part of what execve(2) was given
  GuestAddress entry;  // AT_ENTRY
  GuestAddress start;  // where execution begins: the interpreter's entry where there is one
  GuestAddress program_headers, interpreter_base, brk_start, stack_pointer;
  GuestAddress file_name;  // AT_EXECFN
  std::uint16_t program_header_count = 0;
  bool executable_stack = false;   // PT_GNU_STACK asks for it, or all readable memory is
  bool read_implies_exec = false;  // READ_IMPLIES_EXEC of personality(2), by PT_GNU_STACK
  bool has_no_execute = true;      // page tables have a bit against execution

  bool reads_execute() const { return read_implies_exec || !has_no_execute; }
  SignalReturns signal_returns;
};

/// What decides the guest's world besides its program; everything here is an input of the run.
struct PersonalityOptions {
  std::string uname_release, uname_version, uname_machine = "x86_64";
  std::string_view vsyscall = {};  // the page's permissions as /proc/self/maps shows them; or none
  std::string_view clocksource = "tsc";  // as sysfs names it
  std::uint64_t seed = 1;
  std::uint64_t schedule_seed = 0;  // 0: every turn of a thread is equally long
  int pid = 1000;
  std::uint64_t features = VectorState::kComponents;  // XCR0 of user mode; 0 without XSAVE
};

class Process;
class DescriptorNames;

/// Linux as a guest process sees it. Serves calls from rows (emu/kernel/syscall_table.hpp); knows
/// no engine and no price.
class Personality {
 public:
  Personality(AddressSpace& memory, SimulatedClock& clock, const ProgramImage& image,
              const PersonalityOptions& options);
  ~Personality();

  /// Registers of `thread` are only touched where the call is about them (arch_prctl). The result
  /// is not yet in RAX. A number without a row is -ENOSYS; the first time it also sets `warning`.
  Served serve(Thread& thread, const CallRequest& request);

  /// Whose turn it is, after `charged` in all: `processor` then holds that thread's registers.
  /// Where all threads wait, simulated time passes, or the host's if somebody outside can end the
  /// wait.
  Turn next_turn(Thread& processor, Cycles charged);

  /// The thread that a call just served has made starts where `registers` are behind that call; in
  /// a new process these are its own.
  void start_created(Registers& registers);

  /// The program that execve(2) has asked for is loaded.
  void start_program(const ProgramImage& program);

  /// The guest has had more than one process.
  bool has_tree() const;
  /// This is the process the run began with.
  bool is_first() const;
  int process_id() const;
  /// The process has ended: its parent hears of it. It keeps the turn for what is left to do.
  void end_process(std::int32_t wait_status);
  /// Another process goes on; this one never does.
  void leave();
  /// The first process has ended: returns when all others have, too, or with who waits for what.
  std::string wait_for_others();

  /// gettid(2) of the thread whose turn it is.
  int thread_id() const;
  /// Of all threads of this process, ascending.
  std::vector<int> thread_ids() const;
  /// Other processes of the run are alive.
  bool has_others() const;
  /// There are no other threads and processes.
  bool is_alone() const;

  /// The guest's current thread raised an exception; a signal tells it.
  void raise(const HardwareException& exception);
  /// A signal from outside.
  void raise(const SignalInfo& info);

  /// Timers whose time has come send their signals; to be asked before user mode goes on.
  void expire_timers();
  /// Cycles until the next timer expires while user mode runs; nothing where none is armed.
  std::optional<Cycles> until_timer() const;
  /// A signal is due for the present thread, which is in user mode.
  bool interrupts_user() const;

  /// Whether signals have to be looked at before user mode goes on, after a call with this result.
  bool has_signal_work(std::int64_t result) const;

  /// Few calls are left to the thread, and it is over with any other (seccomp(2)).
  bool is_confined() const;
  /// The turn of the present thread has ended, after so many instructions of its process, and
  /// somebody else can run.
  bool has_to_make_room(std::uint64_t instructions) const;
  /// The way to user mode, registers being user mode's: see `deliver_signals`.
  Delivery deliver(Thread& thread, const std::optional<EndingCall>& call);
  /// What descriptors stand for now.
  /// The name of the program, as in /proc/PID/comm; until the process is another one.
  std::string_view command() const;
  const DescriptorNames& descriptor_names() const { return *names_; }

  /// One line about the latest call that is worth telling the user once (an unknown call); cleared.
  std::optional<std::string> take_warning();

 private:
  std::unique_ptr<Process> process_;
  std::unique_ptr<DescriptorNames> names_;
};

}  // namespace ringfare
