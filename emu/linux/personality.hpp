// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/exception.hpp"
#include "cpu/memory.hpp"
#include "cpu/state.hpp"
#include "emu/linux/abi/call.hpp"
#include "emu/linux/abi/served.hpp"
#include "emu/linux/state/personality_options.hpp"
#include "emu/linux/state/signal_delivery.hpp"
#include "emu/processor/clock.hpp"
#include "emu/program/program_image.hpp"

namespace ringfare {

/// How long the processor runs the present thread.
struct Turn {
  static constexpr std::uint64_t kEndless = std::numeric_limits<std::uint64_t>::max();

  std::uint64_t instructions = kEndless;  // at most, before asking again
  std::string deadlock = {};              // nobody can ever run again: who waits for what
};

class Process;
class DescriptorNames;

/// Linux as a guest process sees it. Serves calls from rows (emu/linux/syscalls/syscall_rows.hpp);
/// knows no engine and no price.
class Personality {
 public:
  Personality(AddressSpace& memory, SimulatedClock& clock, const ProgramImage& image,
              const PersonalityOptions& options);
  ~Personality();

  /// Registers of `thread` are only touched where the call is about them (arch_prctl). The result
  /// is not yet in RAX. A number without a row is -ENOSYS; the first time it also sets `warning`.
  Served serve(Thread& thread, const Call& call);
  /// Whether the present thread, which is about to make a call by an instruction of so many bytes,
  /// stops for its tracer first (ptrace(2)): then the call is made again when it goes on.
  bool stops_before(Thread& thread, const Call& call, std::uint8_t gate_length);
  /// Whether the tracer has called the present call off.
  bool skips_call() const;
  /// The kernel's entry code has answered a call that never came here.
  void call_is_over(Thread& thread);

  /// Chooses the thread that runs next and puts its registers into `processor`; `charged` is what
  /// the process has used in all. Where all threads wait, simulated time passes, or the host's if
  /// somebody outside can end a wait.
  Turn next_turn(Thread& processor, Cycles charged);

  /// Starts the thread that the call just served has made, with a copy of `registers`; in a new
  /// process these are its registers.
  void start_created(Registers& registers);

  /// The program that execve(2) has asked for is loaded.
  void start_program(const ProgramImage& program);

  /// Whether the guest has had more than one process.
  bool has_tree() const;
  /// Whether this is the process the run began with.
  bool is_first() const;
  int process_id() const;
  /// The process has ended: tells its parent. It keeps the turn for what is left to do.
  void end_process(std::int32_t wait_status);
  /// Gives the turn away for good.
  void leave();
  /// The first process has ended: returns when all others have, too, or with who waits for what
  /// where none of them can go on.
  std::string wait_for_others();

  /// gettid(2) of the thread whose turn it is.
  int thread_id() const;
  /// Of all threads of this process, ascending.
  std::vector<int> thread_ids() const;
  /// Whether other processes of the run are alive.
  bool has_others() const;
  /// Whether there are no other threads and processes.
  bool is_alone() const;

  /// The guest's current thread, which has these registers, raised an exception; a signal tells it.
  void raise(const Exception& exception, const Registers& registers);
  /// The kernel refuses the page fault of a call through the vsyscall page: SIGSEGV, and the
  /// siginfo names no address.
  void refuse(const Exception& page_fault);
  /// Sends a signal that comes from outside.
  void raise(const SignalInfo& info);

  /// Timers whose time has come send their signals; to be asked before user mode goes on.
  void expire_timers();
  /// Cycles until the next timer expires while user mode runs; nothing where none is armed.
  std::optional<Cycles> until_timer() const;
  /// Whether a signal is due for the present thread, which is in user mode.
  bool interrupts_user() const;

  /// Whether signals have to be looked at before user mode goes on, after a call with this result.
  bool has_signal_work(std::int64_t result) const;

  /// Whether the thread is in the strict mode of seccomp(2): most calls end it.
  bool is_confined() const;
  /// Whether the present thread's turn is over, after so many instructions of its process, and
  /// another one can run.
  bool has_to_make_room(std::uint64_t instructions) const;
  /// Delivers signals on the way to user mode; the registers are those of user mode already. See
  /// `deliver_signals`.
  Delivery deliver(Thread& thread, const std::optional<EndingCall>& call);
  /// The name of the program, as in /proc/PID/comm; until the process is another one.
  std::string_view command() const;
  /// The files that descriptors stand for now.
  const DescriptorNames& descriptor_names() const { return *names_; }

  /// One line about the latest call that the user should see once (it is not implemented); it is
  /// cleared.
  std::optional<std::string> take_warning();

 private:
  Served serve_call(Thread& thread, const Call& call);

  std::unique_ptr<Process> process_;
  std::unique_ptr<DescriptorNames> names_;
};

}  // namespace ringfare
