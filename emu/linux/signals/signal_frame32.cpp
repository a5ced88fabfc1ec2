// SPDX-License-Identifier: MIT
#include "emu/linux/signals/signal_frame32.hpp"

#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "cpu/segments.hpp"
#include "emu/linux/signals/extended_state.hpp"

namespace ringfare {
namespace {

// i386's struct sigcontext, ucontext, sigframe and rt_sigframe: arch/x86/include/uapi/asm of Linux.
struct Context32 {
  std::uint16_t gs, gs_high, fs, fs_high, es, es_high, ds, ds_high;
  std::uint32_t di, si, bp, sp, bx, dx, cx, ax, trap_number, error_code, ip;
  std::uint16_t cs, cs_high;
  std::uint32_t flags, sp_at_signal;
  std::uint16_t ss, ss_high;
  std::uint32_t state, old_mask, fault_address;
};
static_assert(sizeof(Context32) == 88);

struct Frame32 {
  std::uint32_t return_address, signal;
  Context32 context;
  std::array<std::byte, 624> unused_state;
  std::uint32_t further_mask;
  std::array<std::uint8_t, 8> return_code;
};
static_assert(sizeof(Frame32) == 732);

struct Stack32 {
  std::uint32_t base;
  std::int32_t flags;
  std::uint32_t size;
};

struct UserContext32 {
  std::uint32_t flags, link;
  Stack32 stack;
  Context32 context;
  std::uint32_t mask[2];
};

struct ExtendedFrame32 {
  std::uint32_t return_address, signal, info_address, user_address;
  std::array<std::byte, SignalInfo::kUserSize> info;
  UserContext32 user;
  std::array<std::uint8_t, 8> return_code;
};
static_assert(sizeof(ExtendedFrame32) == 16 + 128 + 116 + 8);

/// The x87 state as FSAVE leaves it, in front of the rest (struct _fpstate).
struct OldState {
  std::uint32_t control, status, tags, ip_offset, cs_selector, data_offset, data_selector;
  std::array<std::byte, 80> stack;
  std::uint16_t status_again, magic;
};
static_assert(sizeof(OldState) == 112);

constexpr std::uint64_t kSiginfo = 4, kOnStack = 0x0800'0000, kRestorer = 0x0400'0000;  // sa_flags
constexpr std::uint32_t kXsaveState = 1;                                                // uc_flags
constexpr std::uint16_t kUserLevel = 3;
constexpr std::uint64_t kRestoredFlags =
    flag::kArithmetic | flag::kDirection | flag::kTrap | flag::kAlignmentCheck | flag::kResume;

// pop %eax; mov $119, %eax; int $0x80
constexpr std::array<std::uint8_t, 8> kReturn{0x58, 0xb8, 119, 0, 0, 0, 0xcd, 0x80};
// mov $173, %eax; int $0x80
constexpr std::array<std::uint8_t, 8> kExtendedReturn{0xb8, 173, 0, 0, 0, 0xcd, 0x80, 0};

constexpr std::uint64_t round_down(std::uint64_t value, std::uint64_t unit) {
  return value & ~(unit - 1);
}

std::uint32_t low(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}

struct Place {
  std::uint64_t frame, old_state, state;
};

std::optional<Place> place_for(const Registers& registers, const ThreadSignals& thread,
                               const SignalAction& action, std::uint64_t features,
                               std::size_t frame_size) {
  std::uint64_t sp = registers[Gpr::Rsp];
  bool on_stack = thread.stack.use_at(sp) == SignalStack::kOnStack;
  if ((action.flags & kOnStack) != 0 && thread.stack.use_at(sp) == 0) {
    sp = thread.stack.base + thread.stack.size;
    on_stack = true;
  }
  Place place{};
  place.state = round_down(sp - frame_state_size(features), 64);
  place.old_state = place.state - sizeof(OldState);
  // As behind a call: ESP + 4 is a multiple of 16.
  place.frame = round_down(place.old_state - frame_size + 4, 16) - 4;
  if (place.frame > registers[Gpr::Rsp] && !on_stack) return std::nullopt;
  if (on_stack && !thread.stack.holds(place.frame)) return std::nullopt;
  return place;
}

/// What FSAVE's tag word says about a register's value (SDM vol. 1, 8.1.7).
std::uint32_t tag_of(const std::byte* value) {
  constexpr std::uint32_t kValid = 0, kZero = 1, kSpecial = 2;
  constexpr std::uint16_t kExponent = 0x7fff;
  std::uint64_t significand;
  std::uint16_t exponent;
  std::memcpy(&significand, value, sizeof significand);
  std::memcpy(&exponent, value + sizeof significand, sizeof exponent);
  exponent &= kExponent;
  if (exponent == 0 && significand == 0) return kZero;
  const bool normal = exponent != 0 && exponent != kExponent && significand >> 63 != 0;
  return normal ? kValid : kSpecial;
}

/// FXSAVE's tag byte has a bit for each register in use, FSAVE's word two.
std::uint32_t full_tags(std::uint8_t in_use, std::uint16_t status, const std::byte* stack) {
  constexpr std::uint32_t kEmpty = 3;
  const unsigned top = status >> 11 & 7;
  std::uint32_t tags = 0;
  for (unsigned i = 0; i < 8; ++i) {
    const std::byte* const value = stack + 16 * std::size_t{(i - top) & 7};
    tags |= ((in_use >> i & 1) == 0 ? kEmpty : tag_of(value)) << 2 * i;
  }
  return tags;
}

OldState old_state_of(const Registers& registers) {
  const VectorState& vector = registers.vector;
  // XSAVE's legacy region, SDM vol. 1, table 10-2.
  const auto word = [&vector]<class T>(std::size_t at, T value) {
    std::memcpy(&value, vector.bytes.data() + at, sizeof value);
    return value;
  };
  constexpr std::uint32_t kHighOnes = 0xffff0000;
  const bool in_use = (word(512, std::uint64_t{}) & 1) != 0;
  OldState old{};
  old.control = kHighOnes | (in_use ? word(0, std::uint16_t{}) : 0x37fu);
  old.status_again = in_use ? word(2, std::uint16_t{}) : std::uint16_t{0};
  old.status = kHighOnes | old.status_again;
  old.tags = kHighOnes | full_tags(in_use ? word(4, std::uint8_t{}) : std::uint8_t{0},
                                   old.status_again, vector.bytes.data() + 32);
  old.ip_offset = in_use ? word(8, std::uint32_t{}) : 0;
  old.data_offset = in_use ? word(16, std::uint32_t{}) : 0;
  // Linux: the selectors of now, for those of then are not kept in 64-bit mode.
  old.cs_selector = registers.cs.selector;
  old.data_selector = kHighOnes | registers.ds.selector;
  for (std::size_t i = 0; in_use && i < 8; ++i)
    std::memcpy(old.stack.data() + 10 * i, vector.bytes.data() + 32 + 16 * i, 10);
  return old;
}

Context32 context_of(const Registers& r, const ThreadSignals& thread, const Place& place,
                     std::uint64_t mask) {
  Context32 c{};
  c.gs = r.gs.selector, c.fs = r.fs.selector, c.es = r.es.selector, c.ds = r.ds.selector;
  c.di = low(r[Gpr::Rdi]), c.si = low(r[Gpr::Rsi]), c.bp = low(r[Gpr::Rbp]);
  c.sp = c.sp_at_signal = low(r[Gpr::Rsp]);
  c.bx = low(r[Gpr::Rbx]), c.dx = low(r[Gpr::Rdx]), c.cx = low(r[Gpr::Rcx]);
  c.ax = low(r[Gpr::Rax]);
  c.trap_number = low(thread.trap_number), c.error_code = low(thread.error_code);
  c.ip = low(r.rip), c.cs = r.cs.selector, c.flags = low(r.rflags), c.ss = r.ss.selector;
  c.state = low(place.old_state), c.old_mask = low(mask);
  c.fault_address = low(thread.fault_address);
  return c;
}

template <class T>
bool write(UserMemory& user, std::uint64_t address, const T& value) {
  user.count_out(sizeof value);
  return user.space().write({address}, std::as_bytes(std::span(&value, 1)));
}

std::uint32_t restorer_of(const SignalAction& action, GuestAddress in_vdso,
                          std::uint64_t on_stack) {
  if ((action.flags & kRestorer) != 0) return low(action.restorer);
  return low(in_vdso.value != 0 ? in_vdso.value : on_stack);
}

bool write_plain(UserMemory& user, const Registers& registers, const ThreadSignals& thread,
                 const SignalToHandle& signal, const Place& place, const SignalReturns& returns) {
  Frame32 frame{};
  frame.return_address =
      restorer_of(signal.action, returns.plain, place.frame + offsetof(Frame32, return_code));
  frame.signal = low(static_cast<std::uint64_t>(signal.info.signal));
  frame.context = context_of(registers, thread, place, signal.mask);
  frame.further_mask = low(signal.mask >> 32);
  frame.return_code = kReturn;
  return write(user, place.frame, frame);
}

bool write_extended(UserMemory& user, const Registers& registers, const ThreadSignals& thread,
                    const SignalToHandle& signal, const Place& place, std::uint64_t features,
                    const SignalReturns& returns) {
  ExtendedFrame32 frame{};
  frame.return_address = restorer_of(signal.action, returns.extended,
                                     place.frame + offsetof(ExtendedFrame32, return_code));
  frame.signal = low(static_cast<std::uint64_t>(signal.info.signal));
  frame.info_address = low(place.frame + offsetof(ExtendedFrame32, info));
  frame.user_address = low(place.frame + offsetof(ExtendedFrame32, user));
  frame.info = compat_signal_info(signal.info);
  frame.user.flags = features != 0 ? kXsaveState : 0;
  frame.user.stack = {low(thread.stack.base), thread.stack.flags, low(thread.stack.size)};
  frame.user.context = context_of(registers, thread, place, signal.mask);
  frame.user.mask[0] = low(signal.mask), frame.user.mask[1] = low(signal.mask >> 32);
  frame.return_code = kExtendedReturn;
  return write(user, place.frame, frame);
}

void enter_handler(Registers& registers, const SignalToHandle& signal, const Place& place,
                   const Segment& code, const Segment& data) {
  const bool extended = (signal.action.flags & kSiginfo) != 0;
  // For handlers that take their arguments in registers (regparm).
  registers[Gpr::Rax] = static_cast<std::uint64_t>(signal.info.signal);
  registers[Gpr::Rdx] = extended ? place.frame + offsetof(ExtendedFrame32, info) : 0;
  registers[Gpr::Rcx] = extended ? place.frame + offsetof(ExtendedFrame32, user) : 0;
  registers[Gpr::Rsp] = place.frame;
  registers.rip = signal.action.handler;
  registers.rflags &= ~(flag::kDirection | flag::kResume | flag::kTrap);
  registers.cs = code;
  registers.ss = registers.ds = registers.es = data;
  registers.vector = VectorState();
}

struct Selected {
  Segment* segment;
  std::uint16_t selector;
};

/// False where the frame names a code or stack segment that IRET would refuse.
bool restore(Registers& r, const DescriptorTables& tables, const Context32& c) {
  r[Gpr::Rdi] = c.di, r[Gpr::Rsi] = c.si, r[Gpr::Rbp] = c.bp, r[Gpr::Rsp] = c.sp;
  r[Gpr::Rbx] = c.bx, r[Gpr::Rdx] = c.dx, r[Gpr::Rcx] = c.cx, r[Gpr::Rax] = c.ax;
  r.rip = c.ip;
  r.rflags = (r.rflags & ~kRestoredFlags) | (c.flags & kRestoredFlags);
  r.rflags &= ~flag::kResume;  // gone with the first instruction
  const Selected selected[] = {{&r.gs, c.gs}, {&r.fs, c.fs}, {&r.ds, c.ds},
                               {&r.es, c.es}, {&r.cs, c.cs}, {&r.ss, c.ss}};
  for (const auto& [segment, selector] : selected)
    if (segment->selector != selector)
      segment->selector = selector == 0 ? selector : selector | kUserLevel;
  return select_all_segments(r, tables);
}

bool restore_state(UserMemory& user, const Context32& context, std::uint64_t features,
                   Registers& registers) {
  if (context.state == 0) {
    registers.vector = VectorState();
    return true;
  }
  return load_frame_state(user, context.state + sizeof(OldState), features, registers.vector);
}

}  // namespace

bool push_signal_frame32(UserMemory& user, Registers& registers, ThreadSignals& thread,
                         const SignalToHandle& signal, std::uint64_t features,
                         const UserEnvironment32& environment) {
  const bool extended = (signal.action.flags & kSiginfo) != 0;
  const auto place = place_for(registers, thread, signal.action, features,
                               extended ? sizeof(ExtendedFrame32) : sizeof(Frame32));
  if (!place) return false;
  const std::vector<std::byte> state = frame_state(registers.vector, features, sizeof(OldState));
  if (!user.space().write({place->state}, state)) return false;
  user.count_out(state.size());
  if (!write(user, place->old_state, old_state_of(registers))) return false;
  const SignalReturns& returns = environment.returns;
  const bool written =
      extended ? write_extended(user, registers, thread, signal, *place, features, returns)
               : write_plain(user, registers, thread, signal, *place, returns);
  if (!written) return false;
  if ((thread.stack.flags & SignalStack::kAutoDisarm) != 0) thread.stack = {};
  enter_handler(registers, signal, *place, environment.code, environment.data);
  return true;
}

bool pop_signal_frame32(UserMemory& user, Registers& registers, const DescriptorTables& tables,
                        ThreadSignals& thread, std::uint64_t features, bool extended) {
  if (!extended) {
    // The handler's return has taken the return address off the stack, the restorer the signal.
    const auto frame = user.load<Frame32>(low(registers[Gpr::Rsp] - 8));
    if (!frame) return false;
    thread.set_mask(frame->context.old_mask | std::uint64_t{frame->further_mask} << 32);
    return restore(registers, tables, frame->context) &&
           restore_state(user, frame->context, features, registers);
  }
  const auto frame = user.load<ExtendedFrame32>(low(registers[Gpr::Rsp] - 4));
  if (!frame) return false;
  const UserContext32& saved = frame->user;
  thread.set_mask(saved.mask[0] | std::uint64_t{saved.mask[1]} << 32);
  if (!restore(registers, tables, saved.context) ||
      !restore_state(user, saved.context, features, registers))
    return false;
  thread.set_stack({.base = saved.stack.base, .flags = saved.stack.flags, .size = saved.stack.size},
                   registers[Gpr::Rsp]);
  return true;
}

}  // namespace ringfare
