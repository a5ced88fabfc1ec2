// SPDX-License-Identifier: MIT
#include "emu/linux/personality.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "cpu/interruption.hpp"
#include "emu/linux/blocking.hpp"
#include "emu/linux/compat/compat_call.hpp"
#include "emu/linux/state/descriptor_names.hpp"
#include "emu/linux/state/kernel_log.hpp"
#include "emu/linux/state/process.hpp"
#include "emu/linux/state/tracing.hpp"
#include "emu/linux/traps.hpp"

namespace ringfare {
namespace {

/// The kind of the first file a call names by descriptor: it decides the price.
std::string_view file_kind(Process& process, const SyscallRow& row, const CallArguments& args) {
  for (std::size_t i = 0; i < row.args.size(); ++i)
    if (row.args[i].kind == ArgKind::Fd) return process.descriptors.kind(static_cast<int>(args[i]));
  return "";
}

/// Whether the strict mode of seccomp(2) leaves the call to a thread.
bool is_left(const Call& call) {
  if (call.row == nullptr) return false;
  return call.request.abi == Abi::Amd64 ? call.row->traits.strict : call.row->traits.strict_on_i386;
}

/// The thread ends, as by SIGKILL; others go on.
Served end_of_confined(Process& process) {
  Served served;
  served.killed_by = SIGKILL;
  served.thread_over = process.tasks.size() > 1;
  if (served.thread_over)
    process.end_task();
  else
    process.kill(SIGKILL);
  return served;
}

Served not_implemented(Process& process, const Call& call) {
  process.warn(fmt::format(
      "system call {} ({}) is not implemented; the guest got ENOSYS", call.request.number,
      call.served != nullptr ? call.served->name : std::string_view("unknown")));
  return {.result = -ENOSYS};
}

/// While this lives, the guest's files are limited to what it has set (RLIMIT_FSIZE) or what those
/// have who started the run.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t most) {
    if (getrlimit(RLIMIT_FSIZE, &before_) != 0) before_.rlim_cur = RLIM_INFINITY;
    limited_ = std::min(most, before_.rlim_cur) != RLIM_INFINITY;
    if (most >= before_.rlim_cur) return;
    const rlimit lower{most, before_.rlim_max};
    changed_ = setrlimit(RLIMIT_FSIZE, &lower) == 0;
  }
  ~FileSizeLimit() {
    if (changed_) setrlimit(RLIMIT_FSIZE, &before_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  bool limited() const { return limited_; }

 private:
  rlimit before_{};
  bool limited_ = false, changed_ = false;
};

template <class Serve>
std::int64_t with_file_limit(Process& process, const Serve& serve) {
  const rlim_t most = process.limits()[RLIMIT_FSIZE].rlim_cur;
  std::optional<FileSizeLimit> limit;
  if (most != RLIM_INFINITY) limit.emplace(most);
  const std::int64_t result = serve();
  if (result == -EFBIG && !limit) limit.emplace(most);
  if (result == -EFBIG && limit->limited())
    process.send_to_thread(user_signal(process, SIGXFSZ, SI_USER));
  return result;
}

/// The call's answer, or that of the signal that ended its wait; kBlocked.
std::int64_t answer(Process& process, CallHandler handler, const CallArguments& args) {
  const auto interrupted = [&] {
    return process.task != nullptr && process.task->wait &&
           process.task->wait->end == Wait::End::Interrupted;
  };
  const auto once = [&] {
    if (interrupted() && process.task->wait->interrupted) return *process.task->wait->interrupted;
    // A wait that has begun so goes on so, even if the timer that was the reason has expired.
    const bool apart = process.waits_apart() || (process.task != nullptr && process.task->wait);
    return apart ? serve_shared(process, handler, args) : handler(process, args);
  };
  const CallTraits& traits = process.row->traits;
  const bool of_files = traits.in(CallGroup::File) || traits.in(CallGroup::Descriptor);
  std::int64_t result = of_files ? with_file_limit(process, once) : once();
  // A signal that came before the wait ends it at once.
  if (result == kBlocked) process.wake_present_for_signals();
  if (result == kBlocked && interrupted()) result = once();
  // A signal for the guest has ended a wait in the host.
  if (result == -EINTR && Interruption::pending()) {
    process.take_from_outside();
    result = -restart::kIfAsked;
  }
  return result;
}

}  // namespace

Personality::Personality(AddressSpace& memory, SimulatedClock& clock, const ProgramImage& image,
                         const PersonalityOptions& options)
    : process_(std::make_unique<Process>(memory, clock, image, options)),
      names_(std::make_unique<DescriptorNames>(*process_)) {}

Personality::~Personality() = default;

std::string_view Personality::command() const {
  return process_->name;
}

bool Personality::is_confined() const {
  return process_->task->confined;
}

bool Personality::stops_before(Thread& thread, const Call& call, std::uint8_t gate_length) {
  process_->thread = &thread;
  return stops_before_call(*process_, call.request, gate_length);
}

bool Personality::skips_call() const {
  return process_->task->traced.skips;
}

void Personality::call_is_over(Thread& thread) {
  process_->thread = &thread;
  note_end_of_call(*process_);
}

Served Personality::serve(Thread& thread, const Call& call) {
  Served served = serve_call(thread, call);
  if (!served.blocked && process_->task != nullptr) note_end_of_call(*process_);
  return served;
}

Served Personality::serve_call(Thread& thread, const Call& call) {
  Process& process = *process_;
  process.thread = &thread;
  process.created = {};
  process.newborn = false;
  process.exec.reset();
  process.user.reset_counts();
  process.row = call.served;
  if (process.task->traced.skips)
    return {.result = static_cast<std::int64_t>(process.task->traced.result)};
  if (process.task->confined && !is_left(call)) return end_of_confined(process);
  if (call.error != 0) return {.result = call.error};
  const CallHandler handler = call.served != nullptr ? call.served->answer.handler : nullptr;
  if (handler == nullptr) return not_implemented(process, call);
  std::optional<CompatCall> compat;
  if (call.request.abi == Abi::I386) compat.emplace(process.user, call);
  if (compat && compat->error() != 0) return {.result = compat->error()};
  const CallArguments& args = compat ? compat->arguments() : call.args;
  Served served{.file_kind = file_kind(process, *call.served, args)};
  served.result = answer(process, handler, args);
  if (served.result == kBlocked) {
    served.blocked = true;
    return served;
  }
  process.end_wait();
  // prctl(2): other identities clear what lets no process outlive the first.
  if (call.served->traits.in(CallGroup::Credentials) && !process.tree.is_first())
    prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (compat) served.result = compat->finish(served.result);
  served.bytes_in = process.user.bytes_in();
  served.bytes_out = process.user.bytes_out();
  served.entries = std::exchange(process.entries, {});
  served.newborn = process.newborn;
  served.exec = std::move(process.exec);
  served.created = process.created.task != nullptr;
  served.thread_over = process.task == nullptr;
  served.registers = std::exchange(process.new_registers, std::nullopt);
  served.exit_status = process.exit_status;
  served.killed_by = process.killed_by;
  return served;
}

void Personality::raise(const Exception& exception, const Registers& registers) {
  if (exception.vector == vector::kPageFault && !process_->growing.empty() &&
      process_->grow_down(exception.address))
    return;
  ThreadSignals& thread = process_->thread_signals();
  note_trap(exception, thread);
  const SignalInfo info = trap_signal(exception, registers, process_->user.space());
  if (process_->options.log != nullptr)
    log_exception(*process_->options.log, exception, registers.rip, info);
  force_signal(process_->signals, thread, info);
}

void Personality::refuse(const Exception& page_fault) {
  ThreadSignals& thread = process_->thread_signals();
  note_trap(page_fault, thread);
  const SignalInfo info = kernel_signal(SIGSEGV);
  if (process_->options.log != nullptr)
    log_exception(*process_->options.log, page_fault, page_fault.address.value, info);
  force_signal(process_->signals, thread, info);
}

void Personality::raise(const SignalInfo& info) {
  process_->receive(info.signal);
}

void Personality::expire_timers() {
  if (process_->own_files.work()) process_->own_files.refresh(*process_);
  process_->expire_timers();
}

std::optional<Cycles> Personality::until_timer() const {
  std::optional<std::chrono::nanoseconds> least;
  // A program may look at its ring without a call.
  constexpr std::chrono::microseconds kRingStep(10);
  if (process_->own_files.work()) least = kRingStep;
  if (const auto left = process_->left_of_processor_time())
    least = std::min(least.value_or(*left), *left);
  if (process_->timers.idle() && !least) return std::nullopt;
  for (const TimerClock clock : {TimerClock::Wall, TimerClock::Processor, TimerClock::User})
    if (const auto left = process_->timers.left(clock, process_->timer_times()))
      least = std::min(least.value_or(*left), *left);
  if (!least) return std::nullopt;
  return process_->clock.cycles_for(*least);
}

bool Personality::interrupts_user() const {
  return process_->task != nullptr && !process_->task->wait &&
         ringfare::has_signal_work(*process_, 0);
}

bool Personality::has_signal_work(std::int64_t result) const {
  return ringfare::has_signal_work(*process_, result);
}

Delivery Personality::deliver(Thread& thread, const std::optional<EndingCall>& call) {
  process_->thread = &thread;
  process_->user.reset_counts();
  return deliver_signals(*process_, thread, call);
}

std::optional<std::string> Personality::take_warning() {
  return std::exchange(process_->warning, std::nullopt);
}

}  // namespace ringfare
