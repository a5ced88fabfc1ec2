// SPDX-License-Identifier: MIT
#include "cpu/gate/rows.hpp"

namespace ringfare {
namespace {

using State = GateState;

/// The frame: eight words, aligned to 64 bytes (FRED specification, 5.2).
enum Word : std::size_t { kErrorCode, kRip, kCs, kRflags, kRsp, kSs, kEventData, kReserved };
constexpr std::uint64_t kFrameSize = 64;

/// Fields of the words that hold CS and SS.
constexpr unsigned kLevelShift = 16, kSoftwareShift = 17, kVectorShift = 32, kTypeShift = 48,
                   kCode64Shift = 57, kLengthShift = 60;

bool from_user(const State& s) {
  return s.system.cpl == 3;
}
std::uint64_t frame_at(const State& s) {
  const std::uint64_t top =
      from_user(s) ? s.system.fred_rsp0 : s.registers[Gpr::Rsp] & ~(kFrameSize - 1);
  return top - kFrameSize;
}
bool frame_writable(const State& s) {
  const auto table = s.memory.table(s.system.cr3);
  return table && s.memory.writable(KernelAddress{s.stack_pointer}, kFrameSize, *table);
}

std::uint64_t event_information(const State& s) {
  return std::uint64_t{1} << kSoftwareShift | std::uint64_t{s.vector} << kVectorShift |
         static_cast<std::uint64_t>(s.event) << kTypeShift |
         (s.code64() ? std::uint64_t{1} << kCode64Shift : 0) |
         std::uint64_t{s.length} << kLengthShift;
}

void push_frame(State& s) {
  const Registers& r = s.registers;
  const Value words[] = {
      {0, 0},
      {s.next_rip(), origin::kReturn},
      {r.cs.selector | std::uint64_t{s.system.fred_level} << kLevelShift, 0},
      {r.rflags, origin::kFlags},
      {r[Gpr::Rsp], origin::kUserRegister},
      {r.ss.selector | event_information(s), 0},
      {0, 0},
      {0, 0},
  };
  for (std::size_t i = 0; i < std::size(words); ++i) s.store(s.stack_pointer + 8 * i, 8, words[i]);
}

void enter_ring0(State& s) {
  Registers& r = s.registers;
  r[Gpr::Rsp] = s.stack_pointer;
  r.rflags = flag::kFixed;
  if (from_user(s)) std::swap(r.gs.base, s.system.kernel_gs_base);
  const std::uint64_t code = s.system.star >> 32 & 0xfffc;
  r.cs = flat_code(code, 0, true);
  r.ss = flat_stack(code + 8, 0);
}

constexpr std::string_view kDelivery = "FRED specification, 5.1 FRED event delivery";

constexpr MicroStep kFred[] = {
    // Outside 64-bit mode SYSCALL stays what Intel makes of it.
    {.door = Door::Fred,
     .key = "fred.check",
     .clause = "FRED specification, 5.4; SDM vol. 2B, SYSCALL",
     .what = "SYSCALL comes from 64-bit mode with EFER.SCE = 1",
     .passes =
         [](const State& s) {
           return s.event != EventType::Other || s.vector != 1 ||
                  (s.code64() && (s.system.efer & efer::kSyscall) != 0);
         },
     .fault = kUndefined},
    {.door = Door::Fred,
     .key = "fred.stack",
     .clause = kDelivery,
     .what = "from ring 3 the stack is FRED_RSP0; in ring 0 the one in use, aligned to 64",
     .effect = [](State& s) { s.stack_pointer = frame_at(s); }},
    {.door = Door::Fred,
     .key = "fred.push",
     .clause = "FRED specification, 5.2 stack frame",
     .what = "push SS and event information, RSP, RFLAGS, CS and stack level, RIP",
     .passes = frame_writable,
     .fault = kPageFault,
     .effect = push_frame},
    {.door = Door::Fred,
     .key = "fred.state",
     .clause = kDelivery,
     .what = "CS, SS = STAR[47:32], +8; RFLAGS = 2; from ring 3 GS.base <-> KERNEL_GS_BASE",
     .effect = enter_ring0},
    {.door = Door::Fred,
     .key = "fred.target",
     .clause = kDelivery,
     .what = "RIP = FRED_CONFIG's page, in ring 0 256 bytes further; CPL = 0",
     .effect =
         [](State& s) {
           s.registers.rip =
               (s.system.fred_config & ~std::uint64_t{0xfff}) + (from_user(s) ? 0 : 256);
           s.system.cpl = 0;
         }},
};
static_assert(says_everything(kFred, Door::Fred));

bool frame_mapped(const State& s) {
  for (std::size_t i = 0; i < 8; ++i)
    if (!s.load(s.registers[Gpr::Rsp] + 8 * i, 8)) return false;
  return true;
}
void read_frame(State& s) {
  for (std::size_t i = 0; i < 8; ++i) s.frame[i] = *s.load(s.registers[Gpr::Rsp] + 8 * i, 8);
  s.code_selector = static_cast<std::uint16_t>(s.frame[kCs]);
  s.stack_selector = static_cast<std::uint16_t>(s.frame[kSs]);
}

std::uint64_t user_base(const State& s) {
  return s.system.star >> 48;
}
bool standard_stack(const State& s) {
  return s.stack_selector == ((user_base(s) + 8) | kRequestedPrivilege);
}
/// The selectors SYSRET would load, for 64-bit and for 32-bit code: no descriptor is read.
bool to_code64(const State& s) {
  return standard_stack(s) && s.code_selector == ((user_base(s) + 16) | kRequestedPrivilege);
}
bool to_code32(const State& s) {
  return standard_stack(s) && s.code_selector == (user_base(s) | kRequestedPrivilege);
}
bool to_other(const State& s) {
  return !to_code64(s) && !to_code32(s);
}
bool code_good(const State& s) {
  const auto d = find_descriptor(s.memory, s.system, s.code_selector);
  return d && d->code() && d->present() && (d->conforming() || d->dpl() == 3) &&
         !(d->long_mode() && d->default_size());
}
bool stack_good(const State& s) {
  const auto d = find_descriptor(s.memory, s.system, s.stack_selector);
  return d && d->writable_data() && d->present() && d->dpl() == 3;
}
bool returns_to_code64(const State& s) {
  return to_code64(s) || (to_other(s) && s.code.long_mode());
}

/// RFLAGS of user mode: neither VM nor the reserved bits may be asked for.
constexpr std::uint64_t kLoadableFlags = 0x3d7fd7;

void return_state(State& s) {
  Registers& r = s.registers;
  r.cs = to_other(s) ? loaded_segment(s.code_selector, s.code)
                     : flat_code(s.code_selector, 3, to_code64(s));
  r.ss = to_other(s) ? loaded_segment(s.stack_selector, s.stack) : flat_stack(s.stack_selector, 3);
  r.rflags = s.frame[kRflags] | flag::kFixed;
  std::swap(r.gs.base, s.system.kernel_gs_base);
  s.system.cpl = 3;
}

constexpr std::string_view kReturn = "FRED specification, 6.2 ERETU";

constexpr MicroStep kEretu[] = {
    {.door = Door::Eretu,
     .key = "eretu.check",
     .clause = kReturn,
     .what = "64-bit mode with CR4.FRED = 1",
     .passes = [](const State& s) { return s.code64() && (s.system.cr4 & cr4::kFred) != 0; },
     .fault = kUndefined},
    {.door = Door::Eretu,
     .key = "eretu.check",
     .clause = kReturn,
     .what = "CPL = 0",
     .passes = [](const State& s) { return s.system.cpl == 0; },
     .fault = kGeneralProtection},
    {.door = Door::Eretu,
     .key = "eretu.check",
     .clause = kReturn,
     .what = "the stack level is 0",
     .passes = [](const State& s) { return s.system.fred_level == 0; },
     .fault = kGeneralProtection},
    {.door = Door::Eretu,
     .key = "eretu.pop",
     .clause = kReturn,
     .what = "the frame of eight words read",
     .passes = frame_mapped,
     .fault = kPageFault,
     .effect = read_frame},
    {.door = Door::Eretu,
     .key = "eretu.check",
     .clause = kReturn,
     .what = "CS and SS have RPL 3",
     .passes =
         [](const State& s) {
           return (s.code_selector & s.stack_selector & kRequestedPrivilege) == 3;
         },
     .fault = kGeneralProtection},
    {.door = Door::Eretu,
     .key = "eretu.check",
     .clause = kReturn,
     .what = "RFLAGS has no reserved bit and not VM",
     .passes = [](const State& s) { return (s.frame[kRflags] & ~kLoadableFlags) == 0; },
     .fault = kGeneralProtection},
    {.door = Door::Eretu,
     .key = "eretu.check",
     .clause = kReturn,
     .what = "CS is not null",
     .passes = [](const State& s) { return !null_selector(s.code_selector); },
     .fault = kGeneralProtection,
     .needed = to_other},
    {.door = Door::Eretu,
     .key = "eretu.check",
     .clause = kReturn,
     .what = "CS is present code of ring 3",
     .passes = code_good,
     .fault = {vector::kProtection, ErrorCode::CodeSelector},
     .effect = [](State& s) { s.code = *find_descriptor(s.memory, s.system, s.code_selector); },
     .needed = to_other},
    {.door = Door::Eretu,
     .key = "eretu.check",
     .clause = kReturn,
     .what = "SS is present writable data of ring 3",
     .passes = stack_good,
     .fault = {vector::kProtection, ErrorCode::StackSelector},
     .effect = [](State& s) { s.stack = *find_descriptor(s.memory, s.system, s.stack_selector); },
     .needed = to_other},
    {.door = Door::Eretu,
     .key = "eretu.check",
     .clause = kReturn,
     .what = "RIP is canonical, EIP fits in 32 bits",
     .passes =
         [](const State& s) {
           return returns_to_code64(s) ? canonical(s.frame[kRip]) : s.frame[kRip] >> 32 == 0;
         },
     .fault = kGeneralProtection},
    {.door = Door::Eretu,
     .key = "eretu.state",
     .clause = kReturn,
     .what = "CS, SS, RFLAGS of the frame; GS.base <-> KERNEL_GS_BASE; CPL = 3",
     .effect = return_state},
    {.door = Door::Eretu,
     .key = "eretu.target",
     .clause = kReturn,
     .what = "RIP, RSP of the frame",
     .effect =
         [](State& s) {
           s.registers.rip = s.frame[kRip];
           s.registers[Gpr::Rsp] = s.frame[kRsp];
         }},
};
static_assert(says_everything(kEretu, Door::Eretu));

}  // namespace

std::span<const MicroStep> fred_steps() {
  return kFred;
}
std::span<const MicroStep> eretu_steps() {
  return kEretu;
}

}  // namespace ringfare
