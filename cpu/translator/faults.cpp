// SPDX-License-Identifier: MIT
#include "cpu/translator/faults.hpp"

#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

#include <array>
#include <span>
#include <utility>

#include "cpu/base/failure.hpp"
#include "cpu/decoder.hpp"
#include "cpu/guarded_access.hpp"

namespace ringfare::translator {
namespace {

constexpr std::array kExceptions{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
constexpr std::array kInterruptions = Interruption::kSignals;

/// For the signal handler, which is passed no pointer of our choice.
FaultCatcher* active = nullptr;

}  // namespace

// Handlers begin with key 0 alone (pkeys(7)), and the signal stack has another, because the kernel
// writes to it with the guest's rights: all keys are opened before anything is pushed. The way back
// restores what was interrupted.
extern "C" {
void (*ringfare_signal_handler)(int, siginfo_t*, void*) = nullptr;
void ringfare_open_and_handle(int, siginfo_t*, void*);
}
asm(R"(
.text
.globl ringfare_open_and_handle
.type ringfare_open_and_handle, @function
ringfare_open_and_handle:
  mov %rdx, %r8
  xor %eax, %eax
  xor %ecx, %ecx
  xor %edx, %edx
  wrpkru
  mov %r8, %rdx
  jmp *ringfare_signal_handler(%rip)
.size ringfare_open_and_handle, .-ringfare_open_and_handle
)");

FaultCatcher::FaultCatcher(const Arena& arena, std::byte* leave_stub,
                           const BoundaryTest& boundaries)
    : arena_(arena), leave_stub_(leave_stub), boundaries_(boundaries) {
  static_assert(kExceptions.size() + kInterruptions.size() ==
                sizeof old_actions_ / sizeof old_actions_[0]);
  CHECK(active == nullptr, "two translators at once");
  active = this;
  const stack_t stack{
      .ss_sp = arena.signal_stack(), .ss_flags = 0, .ss_size = Arena::kSignalStackSize};
  CHECK(sigaltstack(&stack, &old_stack_) == 0, "sigaltstack");
  struct sigaction action {};
  ringfare_signal_handler = on_signal;
  action.sa_sigaction = arena.context().guest_pkru != 0 ? ringfare_open_and_handle : on_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  for (const int signal : kExceptions) sigdelset(&action.sa_mask, signal);
  std::size_t i = 0;
  for (const int signal : kExceptions) sigaction(signal, &action, &old_actions_[i++]);
  for (const int signal : kInterruptions) {
    sigaction(signal, nullptr, &old_actions_[i]);
    // What our parent ignores stays ignored (nohup).
    if (old_actions_[i].sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
    ++i;
  }
}

/// ITIMER_VIRTUAL runs in user mode only, so it interrupts no call of the emulator's.
void FaultCatcher::look_in_from_time_to_time() {
  if (has_timer_ == nullptr) {
    void* const memory =
        mmap(nullptr, kPageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;
    madvise(memory, kPageSize, MADV_WIPEONFORK);
    has_timer_ = static_cast<bool*>(memory);
    struct sigaction action {};
    action.sa_sigaction = arena_.context().guest_pkru != 0 ? ringfare_open_and_handle : on_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    sigfillset(&action.sa_mask);
    for (const int exception : kExceptions) sigdelset(&action.sa_mask, exception);
    sigaction(SIGVTALRM, &action, &old_look_);
  }
  if (std::exchange(*has_timer_, true)) return;
  constexpr itimerval kEverySecond{{1, 0}, {1, 0}};
  setitimer(ITIMER_VIRTUAL, &kEverySecond, nullptr);
}

FaultCatcher::~FaultCatcher() {
  if (has_timer_ != nullptr) {
    constexpr itimerval kNever{};
    setitimer(ITIMER_VIRTUAL, &kNever, nullptr);
    sigaction(SIGVTALRM, &old_look_, nullptr);
    munmap(has_timer_, kPageSize);
  }
  std::size_t i = 0;
  for (const int signal : kExceptions) sigaction(signal, &old_actions_[i++], nullptr);
  for (const int signal : kInterruptions) sigaction(signal, &old_actions_[i++], nullptr);
  sigaltstack(&old_stack_, nullptr);
  active = nullptr;
}

namespace {

/// Linux enters handlers with the AC flag of the guest; this code need not be aligned.
void clear_alignment_check() {
  asm volatile(
      "lea -128(%%rsp), %%rsp\n\t"  // System V ABI, 3.2.2: the red zone
      "pushfq\n\t"
      "andl $~0x40000, (%%rsp)\n\t"
      "popfq\n\t"
      "lea 128(%%rsp), %%rsp" ::
          : "cc", "memory");
}

}  // namespace

void FaultCatcher::on_signal(int signal, siginfo_t* info, void* context) {
  clear_alignment_check();
  auto& machine = *static_cast<ucontext_t*>(context);
  // The kernel sends it for the timer above, a program (SI_USER, SI_QUEUE) means the guest.
  if (signal == SIGVTALRM && info->si_code == SI_KERNEL) return active->on_look(machine);
  for (const int interruption : kInterruptions)
    if (signal == interruption) return active->on_interruption(signal, machine);
  active->on_exception(signal, *info, machine);
}

namespace {

/// What the processor raised, as the host's kernel tells of it.
Exception exception_of(const siginfo_t& info, const ucontext_t& context) {
  const auto& registers = context.uc_mcontext.gregs;
  Exception raised{.vector = static_cast<std::uint8_t>(registers[REG_TRAPNO])};
  if (pushes_error_code(raised.vector))
    raised.error_code = static_cast<std::uint32_t>(registers[REG_ERR]);
  if (raised.vector == vector::kPageFault)
    raised.address.value = reinterpret_cast<std::uint64_t>(info.si_addr);
  if (raised.vector == vector::kDebug && info.si_code == TRAP_TRACE)
    raised.debug_status = debug_status::kSingleStep;
  return raised;
}

}  // namespace

void FaultCatcher::on_exception(int signal, const siginfo_t& info, ucontext_t& context) {
  auto& registers = context.uc_mcontext.gregs;
  const auto pc = static_cast<std::uint64_t>(registers[REG_RIP]);
  const bool is_step = registers[REG_TRAPNO] == vector::kDebug;
  if (is_step && (Interruption::pending() || stepping_ || looks_in_)) return on_step(context);
  if (signal == SIGBUS && leave_guarded_access(context)) return;
  if (!arena_.holds_code(pc)) {  // ours: die of it as if nobody had been watching
    std::signal(signal, SIG_DFL);
    return;
  }
  fault_ = {.pc = pc, .raised = exception_of(info, context)};
  leave(context, LeaveReason::Fault);
}

void FaultCatcher::step_once() {
  stepping_ = true;
  hides_trap_flag_ = true;
  has_begun_ = false;
  guest_pushed_flags_ = false;
}

void FaultCatcher::step_once_for_guest() {
  step_once();
  hides_trap_flag_ = false;
}

/// A single step that we have asked for: by `step_once`, or after an interruption.
void FaultCatcher::on_step(ucontext_t& context) {
  auto& registers = context.uc_mcontext.gregs;
  const auto pc = static_cast<std::uint64_t>(registers[REG_RIP]);
  const bool entering = pc >= Arena::address_of(reinterpret_cast<void*>(&ringfare_world_enter)) &&
                        pc < Arena::address_of(reinterpret_cast<void*>(&ringfare_world_leave));
  if (entering) return;
  if (!arena_.holds_code(pc)) {
    stepping_ = looks_in_ = false;
    registers[REG_EFL] &= ~static_cast<greg_t>(flag::kTrap);
    return;
  }
  hide_trap_flag(context);
  if ((Interruption::pending() || looks_in_) && stop_at_boundary(context)) return;
  // A REP instruction traps behind each repetition, where it began.
  if (!stepping_ || !boundaries_.is_boundary(pc) || !std::exchange(has_begun_, true))
    return continue_stepping(context);
  stepping_ = false;
  fault_ = {.pc = pc};
  registers[REG_EFL] &= ~static_cast<greg_t>(flag::kTrap);
  leave(context, LeaveReason::Stepped);
}

/// The trap flag that we have set must not be seen by the guest's PUSHF.
void FaultCatcher::hide_trap_flag(ucontext_t& context) {
  auto& registers = context.uc_mcontext.gregs;
  if (guest_pushed_flags_) {
    auto* const pushed = reinterpret_cast<std::uint16_t*>(registers[REG_RSP]);
    *pushed &= static_cast<std::uint16_t>(~flag::kTrap);
    guest_pushed_flags_ = false;
  }
}

void FaultCatcher::continue_stepping(ucontext_t& context) {
  auto& registers = context.uc_mcontext.gregs;
  registers[REG_EFL] |= static_cast<greg_t>(flag::kTrap);
  constexpr std::uint8_t kPushf = 0x9c;
  constexpr std::size_t kLongest = 15;
  const std::span code(reinterpret_cast<const std::uint8_t*>(registers[REG_RIP]), kLongest);
  const bool is_32_bit = (registers[REG_CSGSFS] & 0xffff) == selector::kUserCode32;
  const std::size_t prefixes =
      prefix_count(code, is_32_bit ? CodeMode::Compat32 : CodeMode::Long64);
  guest_pushed_flags_ = hides_trap_flag_ && prefixes < kLongest && code[prefixes] == kPushf;
}

/// Leaves at once where the guest is between two instructions; otherwise single-steps until it is.
void FaultCatcher::on_interruption(int signal, ucontext_t& context) {
  Interruption::note(signal);
  auto& registers = context.uc_mcontext.gregs;
  const auto pc = static_cast<std::uint64_t>(registers[REG_RIP]);
  if (!arena_.holds_code(pc) || stop_at_boundary(context)) return;
  registers[REG_EFL] |= static_cast<greg_t>(flag::kTrap);
}

/// What is single-stepped comes back soon.
void FaultCatcher::on_look(ucontext_t& context) {
  auto& registers = context.uc_mcontext.gregs;
  const auto pc = static_cast<std::uint64_t>(registers[REG_RIP]);
  if (stepping_ || !arena_.holds_code(pc)) return;
  looks_in_ = true;
  if (!stop_at_boundary(context)) registers[REG_EFL] |= static_cast<greg_t>(flag::kTrap);
}

bool FaultCatcher::stop_at_boundary(ucontext_t& context) {
  auto& registers = context.uc_mcontext.gregs;
  const auto pc = static_cast<std::uint64_t>(registers[REG_RIP]);
  if (!boundaries_.is_boundary(pc)) return false;
  looks_in_ = false;
  fault_ = {.pc = pc};
  registers[REG_EFL] &= ~static_cast<greg_t>(flag::kTrap);
  leave(context, LeaveReason::Interrupted);
  return true;
}

void FaultCatcher::leave(ucontext_t& context, LeaveReason reason) {
  arena_.context().reason = static_cast<std::uint32_t>(reason);
  context.uc_mcontext.gregs[REG_RIP] = static_cast<greg_t>(Arena::address_of(leave_stub_));
}

}  // namespace ringfare::translator
