// SPDX-License-Identifier: MIT
#include "emu/linux/state/signal_delivery.hpp"

#include <cerrno>
#include <csignal>
#include <utility>

#include "cpu/segments.hpp"
#include "emu/linux/host/host_fork.hpp"
#include "emu/linux/signals/signal_frame.hpp"
#include "emu/linux/signals/signal_frame32.hpp"
#include "emu/linux/state/kernel_log.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/state/tracing.hpp"

namespace ringfare {
namespace {

// sa_flags, sigaction(2).
constexpr std::uint64_t kRestart = 0x1000'0000, kNoDefer = 0x4000'0000, kResetHandler = 0x8000'0000;

constexpr std::uint64_t kRestartSyscall = 219;  // restart_syscall(2) on amd64
constexpr std::uint64_t kRestartSyscall32 = 0;  // on i386

std::optional<SignalInfo> take(SignalState& process, ThreadSignals& thread) {
  const std::uint64_t wanted = ~thread.mask();
  if (auto info = thread.pending.take_synchronous(wanted)) return info;
  if (auto info = thread.pending.take(wanted)) return info;
  return process.pending.take(wanted);
}

class Pass {
 public:
  Pass(Process& process, Thread& thread, const std::optional<EndingCall>& call)
      : process_(process),
        signals_(process.thread_signals()),
        thread_(thread),
        traced_(process.task->traced),
        call_(call ? call : ending(traced_, thread.registers)) {}

  Delivery run() {
    done_.taken = std::exchange(process_.signals.passed_by, {});
    traced_.resumed = false;
    for (;;) {
      if (stops_as_due()) return std::move(done_);
      const bool let_through = traced_.let_through.has_value();
      auto info = let_through ? std::exchange(traced_.let_through, std::nullopt)
                              : take(process_.signals, signals_);
      if (!info) break;
      if (!let_through) process_.timers.taken(*info, process_.timer_times());
      if (!let_through && stops_for(*info)) return std::move(done_);
      done_.taken.push_back(*info);
      if (!react(*info)) return std::move(done_);
    }
    if (done_.frames == 0) {
      settle_call(nullptr);
      signals_.restore_mask();
    }
    if (traced_.steps() && is_traced(*process_.task)) {
      traced_.forced_trap = true;
      thread_.registers.rflags |= flag::kTrap;
    }
    return std::move(done_);
  }

 private:
  /// What the thread was to stop for on its way here; a call that ends meanwhile ends later.
  bool stops_as_due() {
    if (traced_.due.empty() || is_being_killed(process_, *process_.task)) return false;
    const TraceStop stop = traced_.due.front();
    traced_.due.pop_front();
    if (!is_traced(*process_.task)) return false;
    traced_.ending = call_;
    stop_for_tracer(process_, stop);
    return true;
  }

  bool stops_for(const SignalInfo& info) {
    if (info.signal == SIGKILL || !is_traced(*process_.task)) return false;
    traced_.ending = call_;
    stop_for_tracer(process_, {.why = TraceStop::Why::Signal, .status = info.signal}, info);
    return true;
  }

  /// The call that ends here, as its tracer has left it.
  static std::optional<EndingCall> ending(TracedTask& traced, const Registers& registers) {
    auto call = std::exchange(traced.ending, std::nullopt);
    if (call) call->result = static_cast<std::int64_t>(registers[Gpr::Rax]);
    return call;
  }

  /// False where the process is over.
  bool react(const SignalInfo& info) {
    SignalAction& slot = process_.signals.action(info.signal);
    const SignalAction action = slot;
    if (process_.options.log != nullptr) log_taken(*process_.options.log, info, action);
    if (action.handler == SignalState::kIgnore) return true;
    if (action.handler == SignalState::kDefault) return by_default(info);
    if ((action.flags & kResetHandler) != 0) slot.handler = SignalState::kDefault;
    handle(info, action);
    return true;
  }

  bool by_default(const SignalInfo& info) {
    const int signal = info.signal;
    switch (SignalState::default_effect(signal)) {
      case SignalState::Effect::Ignore:
        return true;
      case SignalState::Effect::Suspend:
        // A stopped guest stops the emulator, too, so that a shell's `fg` continues both.
        if (is_traced(*process_.task))
          stop_group_for_tracers(process_, signal);
        else if (process_.tree.alone())
          stop_on_host(signal);
        else
          process_.stop(signal, info.code == SI_KERNEL);
        return true;
      case SignalState::Effect::Core:
        done_.with_core = true;
        [[fallthrough]];
      case SignalState::Effect::Terminate:
        break;
    }
    if (stops_before_end(process_, static_cast<std::uint64_t>(signal))) {
      traced_.let_through = info;
      return false;
    }
    done_.killed_by = signal;
    return false;
  }

  void handle(const SignalInfo& info, const SignalAction& action) {
    settle_call(&action);
    const std::uint64_t before = process_.user.bytes_out();
    const SignalToHandle signal{info, action, signals_.take_saved_mask()};
    if (!push_frame(signal)) {
      // No room for the frame of a handler of SIGSEGV: that kills.
      if (info.signal == SIGSEGV) process_.signals.action(SIGSEGV).handler = SignalState::kDefault;
      force_signal(process_.signals, signals_, kernel_signal(SIGSEGV));
      return;
    }
    if (process_.options.log != nullptr) log_frame(*process_.options.log, info, thread_.registers);
    done_.bytes_out += process_.user.bytes_out() - before;
    ++done_.frames;
    std::uint64_t mask = signals_.mask() | action.mask;
    if ((action.flags & kNoDefer) == 0) mask |= SignalState::bit(info.signal);
    signals_.set_mask(mask);
    if (traced_.steps()) traced_.due.push_back({.why = TraceStop::Why::OfEvent, .status = SIGTRAP});
  }

  bool push_frame(const SignalToHandle& signal) {
    const std::uint64_t features = process_.options.features;
    Registers& registers = thread_.registers;
    // By the program, whichever code it has been in (Linux, is_ia32_frame).
    if (process_.image.layout.mode == CodeMode::Long64)
      return push_signal_frame(process_.user, registers, signals_, signal, features);
    const GuestLayout& layout = process_.image.layout;
    const auto code = named_segment(thread_.descriptors, layout.code);
    const auto data = named_segment(thread_.descriptors, layout.data);
    return code && data &&
           push_signal_frame32(process_.user, registers, signals_, signal, features,
                               {*code, *data, process_.image.signal_returns});
  }

  /// The interrupted call ends with EINTR or is made again. `handler`: the one that runs before.
  void settle_call(const SignalAction* handler) {
    if (!call_ || !is_restart(call_->result)) return;
    const std::int64_t code = -std::exchange(call_, std::nullopt)->result;
    Registers& registers = thread_.registers;
    const bool refused =
        handler != nullptr && (code == restart::kIfNoHandler || code == restart::kResume ||
                               (code == restart::kIfAsked && (handler->flags & kRestart) == 0));
    if (refused) {
      registers[Gpr::Rax] = static_cast<std::uint64_t>(-EINTR);
      return;
    }
    const bool compat = registers.mode() == CodeMode::Compat32;
    const std::uint64_t restart = compat ? kRestartSyscall32 : kRestartSyscall;
    registers[Gpr::Rax] = code == restart::kResume ? restart : number_;
    registers.rip -= length_;
    done_.call_again = true;
  }

  Process& process_;
  ThreadSignals& signals_;
  Thread& thread_;
  TracedTask& traced_;
  std::optional<EndingCall> call_;
  const std::uint64_t number_ = call_ ? call_->number : 0;
  const std::uint8_t length_ = call_ ? call_->length : 0;
  Delivery done_;
};

}  // namespace

Delivery deliver_signals(Process& process, Thread& thread, const std::optional<EndingCall>& call) {
  return Pass(process, thread, call).run();
}

bool has_signal_work(const Process& process, std::int64_t result) {
  if (process.task == nullptr) return false;  // the thread is gone
  const TracedTask& traced = process.task->traced;
  if (traced.resumed || !traced.due.empty() || traced.let_through || traced.ending) return true;
  return has_signal(process.signals, process.thread_signals()) || is_restart(result) ||
         !process.signals.passed_by.empty() || process.thread_signals().has_saved_mask();
}

}  // namespace ringfare
