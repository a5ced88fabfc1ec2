// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <cstdint>

#include "cpu/exception.hpp"
#include "cpu/interruption.hpp"
#include "cpu/translator/arena.hpp"

namespace ringfare::translator {

/// A hardware exception in translated code, as the host's signal told of it.
struct HostFault {
  std::uint64_t pc = 0;  // host address of the translated instruction
  Exception raised;
};

/// Whether the host address `pc` is where the translation of a guest instruction begins.
class BoundaryTest {
 public:
  virtual ~BoundaryTest() = default;
  virtual bool is_boundary(std::uint64_t pc) const = 0;
};

/// Catches the signals that hardware exceptions in translated code become, and those that ask the
/// program to end, and turns them into leaving that code. The process has one instance at a time.
class FaultCatcher {
 public:
  FaultCatcher(const Arena& arena, std::byte* leave_stub, const BoundaryTest& boundaries);
  ~FaultCatcher();
  FaultCatcher(const FaultCatcher&) = delete;
  FaultCatcher& operator=(const FaultCatcher&) = delete;

  const HostFault& fault() const { return fault_; }

  /// Translated code entered next with TF set in its flags is left as `LeaveReason::Stepped` after
  /// one instruction, or one repetition of it.
  void step_once();
  /// The same where the guest has set TF itself, and sees it in what PUSHF pushes.
  void step_once_for_guest();
  /// Goes on with it behind the beginning of the instruction, after code was left in between.
  void step_on() { stepping_ = has_begun_ = true; }

  /// From now on translated code is left every second of the host's processor time, so that code
  /// that never comes back by itself can be asked what it has executed.
  void look_in_from_time_to_time();

 private:
  static void on_signal(int signal, siginfo_t* info, void* context);
  void on_exception(int signal, const siginfo_t& info, ucontext_t& context);
  void on_interruption(int signal, ucontext_t& context);
  void on_look(ucontext_t& context);
  void on_step(ucontext_t& context);
  void hide_trap_flag(ucontext_t& context);
  void continue_stepping(ucontext_t& context);
  void leave(ucontext_t& context, LeaveReason reason);
  bool stop_at_boundary(ucontext_t& context);

  const Arena& arena_;
  std::byte* leave_stub_;
  const BoundaryTest& boundaries_;
  HostFault fault_;
  bool stepping_ = false;
  bool looks_in_ = false;      // has to leave translated code at the next boundary
  bool* has_timer_ = nullptr;  // in memory that a fork(2) wipes, as it does the timer
  struct sigaction old_look_ {};
  bool hides_trap_flag_ = true;
  bool has_begun_ = false;           // the first boundary, where the instruction begins, is passed
  bool guest_pushed_flags_ = false;  // the instruction being stepped over pushes RFLAGS
  stack_t old_stack_{};
  struct sigaction old_actions_[5 + Interruption::kSignals.size()] = {};
};

}  // namespace ringfare::translator
