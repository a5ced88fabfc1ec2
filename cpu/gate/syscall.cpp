// SPDX-License-Identifier: MIT
#include "cpu/gate/rows.hpp"

namespace ringfare {
namespace {

using State = GateState;

std::uint64_t star(const State& s, unsigned shift) {
  return s.system.star >> shift & 0xffff;
}
bool enabled(const State& s) {
  return s.system.has_syscall && (s.system.efer & efer::kSyscall) != 0;
}
/// AMD: outside 64-bit mode there is no R11, and RFLAGS are dealt with otherwise.
bool from_code64(const State& s) {
  return s.code64();
}
bool not_from_code64(const State& s) {
  return !s.code64();
}

constexpr std::string_view kSyscallBoth = "SDM vol. 2B, SYSCALL; APM vol. 3, SYSCALL",
                           kSyscallIntel = "SDM vol. 2B, SYSCALL",
                           kSyscallAmd = "APM vol. 3, SYSCALL";

constexpr MicroStep kSyscall[] = {
    {.door = Door::Syscall,
     .key = "syscall.check",
     .clause = kSyscallBoth,
     .what = "EFER.SCE = 1",
     .passes = enabled,
     .fault = kUndefined},
    {.door = Door::Syscall,
     .vendors = Vendors::Intel,
     .key = "syscall.check",
     .clause = kSyscallIntel,
     .what = "64-bit mode",
     .passes = from_code64,
     .fault = kUndefined},
    {.door = Door::Syscall,
     .modes = Modes::Long,
     .key = "syscall.save",
     .clause = kSyscallBoth,
     .what = "RCX = next RIP, R11 = RFLAGS without RF",
     .effect =
         [](State& s) {
           s.registers[Gpr::Rcx] = s.next_rip();
           s.registers[Gpr::R11] = s.registers.rflags & ~flag::kResume;
         }},
    {.door = Door::Syscall,
     .modes = Modes::Legacy,
     .key = "syscall.save",
     .clause = kSyscallAmd,
     .what = "ECX = next EIP; nothing else is saved",
     .effect = [](State& s) { s.registers[Gpr::Rcx] = s.next_rip(); }},
    {.door = Door::Syscall,
     .modes = Modes::Long,
     .key = "syscall.target",
     .clause = kSyscallBoth,
     .what = "RIP = LSTAR",
     .effect = [](State& s) { s.registers.rip = s.system.lstar; },
     .needed = from_code64},
    {.door = Door::Syscall,
     .vendors = Vendors::Amd,
     .modes = Modes::Long,
     .key = "syscall.target",
     .clause = kSyscallAmd,
     .what = "from compatibility mode RIP = CSTAR",
     .effect = [](State& s) { s.registers.rip = s.system.cstar; },
     .needed = not_from_code64},
    {.door = Door::Syscall,
     .modes = Modes::Legacy,
     .key = "syscall.target",
     .clause = kSyscallAmd,
     .what = "EIP = STAR[31:0]",
     .effect = [](State& s) { s.registers.rip = s.system.star & 0xffffffff; }},
    {.door = Door::Syscall,
     .modes = Modes::Long,
     .key = "syscall.mask",
     .clause = kSyscallBoth,
     .what = "RFLAGS &= ~FMASK",
     .effect =
         [](State& s) {
           s.registers.rflags &= ~(s.system.fmask | flag::kResume);
           s.registers.rflags |= flag::kFixed;
         }},
    {.door = Door::Syscall,
     .modes = Modes::Legacy,
     .key = "syscall.mask",
     .clause = kSyscallAmd,
     .what = "VM = IF = RF = 0",
     .effect =
         [](State& s) {
           s.registers.rflags &= ~(flag::kVirtual8086 | flag::kInterrupt | flag::kResume);
         }},
    {.door = Door::Syscall,
     .key = "syscall.segments",
     .clause = kSyscallBoth,
     .what = "CS, SS = STAR[47:32], +8, flat; CPL = 0",
     .effect =
         [](State& s) {
           s.registers.cs = flat_code(star(s, 32) & 0xfffc, 0, s.lma());
           s.registers.ss = flat_stack((star(s, 32) & 0xfffc) + 8, 0);
           s.system.cpl = 0;
         }},
};
static_assert(says_everything(kSyscall, Door::Syscall));
static_assert(all_pay_the_same(kSyscall));

constexpr std::string_view kSysretBoth = "SDM vol. 2B, SYSRET; APM vol. 3, SYSRET",
                           kSysretIntel = "SDM vol. 2B, SYSRET", kSysretAmd = "APM vol. 3, SYSRET";

// RFLAGS bits SYSRET loads from R11: not RF and VM.
constexpr std::uint64_t kSysretFlags = 0x3c7fd7;

bool wide(const State& s) {
  return s.width == 8;
}
bool narrow(const State& s) {
  return s.width != 8;
}

/// SYSRET to 64-bit code takes the third descriptor behind STAR's base, to 32-bit code the first.
void load_code(State& s) {
  s.registers.cs = wide(s) ? flat_code((star(s, 48) + 16) | kRequestedPrivilege, 3, true)
                           : flat_code(star(s, 48) | kRequestedPrivilege, 3, false);
}

constexpr MicroStep kSysret[] = {
    {.door = Door::Sysret,
     .key = "sysret.check",
     .clause = kSysretBoth,
     .what = "EFER.SCE = 1",
     .passes = enabled,
     .fault = kUndefined},
    {.door = Door::Sysret,
     .vendors = Vendors::Intel,
     .key = "sysret.check",
     .clause = kSysretIntel,
     .what = "64-bit mode",
     .passes = from_code64,
     .fault = kUndefined},
    {.door = Door::Sysret,
     .vendors = Vendors::Amd,
     .key = "sysret.check",
     .clause = kSysretAmd,
     .what = "protected mode",
     .passes = [](const State& s) { return s.protected_mode(); },
     .fault = kGeneralProtection},
    {.door = Door::Sysret,
     .key = "sysret.check",
     .clause = kSysretBoth,
     .what = "CPL = 0",
     .passes = [](const State& s) { return s.system.cpl == 0; },
     .fault = kGeneralProtection},
    // Intel raises it at CPL 0 with the user's stack; AMD goes on and faults at the user's fetch.
    {.door = Door::Sysret,
     .vendors = Vendors::Intel,
     .key = "sysret.check",
     .clause = kSysretIntel,
     .what = "RCX is canonical",
     .passes = [](const State& s) { return canonical(s.registers[Gpr::Rcx]); },
     .fault = kGeneralProtection,
     .needed = wide},
    {.door = Door::Sysret,
     .key = "sysret.target",
     .clause = kSysretBoth,
     .what = "RIP = RCX",
     .effect = [](State& s) { s.registers.rip = s.registers[Gpr::Rcx]; },
     .needed = wide},
    {.door = Door::Sysret,
     .key = "sysret.target",
     .clause = kSysretBoth,
     .what = "EIP = ECX",
     .effect = [](State& s) { s.registers.rip = s.registers[Gpr::Rcx] & 0xffffffff; },
     .needed = narrow},
    {.door = Door::Sysret,
     .key = "sysret.flags",
     .clause = kSysretBoth,
     .what = "RFLAGS = R11 without RF and VM",
     .effect =
         [](State& s) {
           s.registers.rflags = (s.registers[Gpr::R11] & kSysretFlags) | flag::kFixed;
         },
     .needed = from_code64},
    {.door = Door::Sysret,
     .vendors = Vendors::Amd,
     .key = "sysret.flags",
     .clause = kSysretAmd,
     .what = "outside 64-bit mode IF = 1, nothing else is restored",
     .effect = [](State& s) { s.registers.rflags |= flag::kInterrupt; },
     .needed = not_from_code64},
    {.door = Door::Sysret,
     .vendors = Vendors::Intel,
     .key = "sysret.segments",
     .clause = kSysretIntel,
     .what = "CS, SS = STAR[63:48]+16 (32-bit: +0), +8, flat; CPL = 3",
     .effect =
         [](State& s) {
           load_code(s);
           s.registers.ss = flat_stack((star(s, 48) + 8) | kRequestedPrivilege, 3);
           s.system.cpl = 3;
         }},
    // The hidden part of SS stays as it is (APM vol. 3, SYSRET).
    {.door = Door::Sysret,
     .vendors = Vendors::Amd,
     .key = "sysret.segments",
     .clause = kSysretAmd,
     .what = "CS = STAR[63:48]+16 (32-bit: +0), flat; SS selector = +8; CPL = 3",
     .effect =
         [](State& s) {
           load_code(s);
           s.registers.ss.selector =
               static_cast<std::uint16_t>((star(s, 48) + 8) | kRequestedPrivilege);
           s.system.cpl = 3;
         }},
};
static_assert(says_everything(kSysret, Door::Sysret));
static_assert(all_pay_the_same(kSysret));

}  // namespace

std::span<const MicroStep> syscall_steps() {
  return kSyscall;
}
std::span<const MicroStep> sysret_steps() {
  return kSysret;
}

}  // namespace ringfare
