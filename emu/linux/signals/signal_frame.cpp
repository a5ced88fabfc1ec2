// SPDX-License-Identifier: MIT
#include "emu/linux/signals/signal_frame.hpp"

#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "cpu/segments.hpp"
#include "emu/linux/signals/extended_state.hpp"

namespace ringfare {
namespace {

// arch/x86/include/uapi/asm/sigcontext.h and ucontext.h.
struct SignalContext {
  std::uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
  std::uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
  std::uint16_t cs, gs, fs, ss;
  std::uint64_t error_code, trap_number, old_mask, fault_address;
  std::uint64_t state;  // address of the FPU state; 0: none
  std::uint64_t reserved[8];
};
static_assert(sizeof(SignalContext) == 256);

struct UserContext {
  std::uint64_t flags = 0, link = 0;
  SignalStack stack;
  SignalContext context{};
  std::uint64_t mask = 0;
};

struct Frame {
  std::uint64_t return_address = 0;
  UserContext user;
  std::array<std::byte, SignalInfo::kUserSize> info{};
};
static_assert(sizeof(Frame) == 440);

constexpr std::uint64_t kXsaveState = 1, kHasSs = 2, kStrictSs = 4;                     // uc_flags
constexpr std::uint64_t kSiginfo = 4, kOnStack = 0x0800'0000, kRestorer = 0x0400'0000;  // sa_flags
constexpr std::uint64_t kRedZone = 128;    // System V ABI, AMD64 supplement, 3.2.2
constexpr std::uint64_t kStateAlign = 64;  // XSAVE
constexpr std::uint64_t kRightsMask = 3;   // user mode whatever the frame says

/// Bits of RFLAGS that a frame may change.
constexpr std::uint64_t kRestoredFlags =
    flag::kArithmetic | flag::kDirection | flag::kTrap | flag::kAlignmentCheck | flag::kResume;

constexpr std::uint64_t round_down(std::uint64_t value, std::uint64_t unit) {
  return value & ~(unit - 1);
}

struct Place {
  std::uint64_t frame, state;
};

/// Where the frame goes; nothing where it would reach beyond the alternate stack it has to be on.
std::optional<Place> place_for(const Registers& registers, const ThreadSignals& thread,
                               const SignalAction& action, std::uint64_t features) {
  std::uint64_t sp = registers[Gpr::Rsp];
  bool on_stack = thread.stack.use_at(sp) == SignalStack::kOnStack;
  sp -= kRedZone;
  if ((action.flags & kOnStack) != 0 && thread.stack.use_at(sp) == 0) {
    sp = thread.stack.base + thread.stack.size;
    on_stack = true;
  }
  Place place{};
  place.state = round_down(sp - frame_state_size(features), kStateAlign);
  // As behind a call: RSP + 8 is a multiple of 16.
  place.frame = round_down(place.state - sizeof(Frame), 16) - 8;
  if (on_stack && !thread.stack.holds(place.frame)) return std::nullopt;
  return place;
}

/// Visits the registers of a frame beside those of the thread: to write one and to read one.
template <class Context, class Regs, class Move>
void move_registers(Context& c, Regs& r, Move move) {
  move(c.r8, r[Gpr::R8]), move(c.r9, r[Gpr::R9]), move(c.r10, r[Gpr::R10]);
  move(c.r11, r[Gpr::R11]), move(c.r12, r[Gpr::R12]), move(c.r13, r[Gpr::R13]);
  move(c.r14, r[Gpr::R14]), move(c.r15, r[Gpr::R15]), move(c.rdi, r[Gpr::Rdi]);
  move(c.rsi, r[Gpr::Rsi]), move(c.rbp, r[Gpr::Rbp]), move(c.rbx, r[Gpr::Rbx]);
  move(c.rdx, r[Gpr::Rdx]), move(c.rax, r[Gpr::Rax]), move(c.rcx, r[Gpr::Rcx]);
  move(c.rsp, r[Gpr::Rsp]), move(c.rip, r.rip);
}

SignalContext context_of(Registers& registers, const ThreadSignals& thread) {
  SignalContext context{};
  move_registers(context, registers, [](std::uint64_t& saved, std::uint64_t now) { saved = now; });
  context.rflags = registers.rflags;
  context.cs = registers.cs.selector;
  context.ss = registers.ss.selector;
  context.error_code = thread.error_code;
  context.trap_number = thread.trap_number;
  context.fault_address = thread.fault_address;
  return context;
}

Frame frame_of(Registers& registers, const ThreadSignals& thread, const SignalToHandle& signal,
               std::uint64_t features) {
  Frame frame;
  frame.return_address = signal.action.restorer;
  frame.user.flags = (features != 0 ? kXsaveState : 0) | kHasSs | kStrictSs;
  frame.user.stack = thread.stack;
  frame.user.context = context_of(registers, thread);
  frame.user.context.old_mask = signal.mask;
  frame.user.mask = signal.mask;
  if ((signal.action.flags & kSiginfo) != 0)
    std::memcpy(frame.info.data(), &signal.info, sizeof signal.info);
  return frame;
}

void enter_handler(Registers& registers, const SignalToHandle& signal, std::uint64_t frame) {
  registers[Gpr::Rdi] = static_cast<std::uint64_t>(signal.info.signal);
  registers[Gpr::Rsi] = frame + offsetof(Frame, info);
  registers[Gpr::Rdx] = frame + offsetof(Frame, user);
  registers[Gpr::Rax] = 0;  // no vector arguments, System V ABI
  registers[Gpr::Rsp] = frame;
  registers.rip = signal.action.handler;
  registers.rflags &= ~(flag::kDirection | flag::kResume | flag::kTrap);
  registers.cs = {.selector = selector::kUserCode, .long_mode = true};
  registers.ss = {.selector = selector::kUserData};
  registers.vector = VectorState();
}

}  // namespace

bool push_signal_frame(UserMemory& user, Registers& registers, ThreadSignals& thread,
                       const SignalToHandle& signal, std::uint64_t features) {
  if ((signal.action.flags & kRestorer) == 0) return false;
  const auto place = place_for(registers, thread, signal.action, features);
  if (!place) return false;
  const std::vector<std::byte> state = frame_state(registers.vector, features, 0);
  Frame frame = frame_of(registers, thread, signal, features);
  frame.user.context.state = place->state;
  if (!user.space().write({place->state}, state)) return false;
  std::span<const std::byte> bytes = std::as_bytes(std::span(&frame, 1));
  if ((signal.action.flags & kSiginfo) == 0) bytes = bytes.first(offsetof(Frame, info));
  if (!user.space().write({place->frame}, bytes)) return false;
  user.count_out(state.size() + bytes.size());
  if ((thread.stack.flags & SignalStack::kAutoDisarm) != 0)
    thread.stack = {.flags = SignalStack::kDisable};
  enter_handler(registers, signal, place->frame);
  return true;
}

bool pop_signal_frame(UserMemory& user, Registers& registers, const DescriptorTables& tables,
                      ThreadSignals& thread, std::uint64_t features) {
  // The handler's return has taken the return address off the stack.
  const std::uint64_t frame = registers[Gpr::Rsp] - offsetof(Frame, user);
  const auto saved = user.load<UserContext>(frame + offsetof(Frame, user));
  if (!saved) return false;
  thread.set_mask(saved->mask);
  const SignalContext& context = saved->context;
  move_registers(context, registers,
                 [](std::uint64_t saved_value, std::uint64_t& now) { now = saved_value; });
  registers.rflags = (registers.rflags & ~kRestoredFlags) | (context.rflags & kRestoredFlags);
  registers.rflags &= ~flag::kResume;  // gone with the first instruction
  registers.ss.selector = (saved->flags & kStrictSs) != 0
                              ? static_cast<std::uint16_t>(context.ss | kRightsMask)
                              : selector::kUserData;
  registers.cs.selector = static_cast<std::uint16_t>(context.cs | kRightsMask);
  if (registers.cs.selector == selector::kUserCode)
    registers.cs = {.selector = selector::kUserCode, .long_mode = true};
  else if (!select_all_segments(registers, tables))
    return false;  // IRETQ would fault
  if (context.state == 0)
    registers.vector = VectorState();
  else if (!load_frame_state(user, context.state, features, registers.vector))
    return false;
  thread.set_stack(saved->stack, registers[Gpr::Rsp]);  // what it refuses stays as it is
  return true;
}

}  // namespace ringfare
