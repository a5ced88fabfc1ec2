// SPDX-License-Identifier: MIT
#include "cpu/gate/rows.hpp"

namespace ringfare {
namespace {

using State = GateState;

bool exists(const State& s) {
  return s.system.has_sysenter;
}
bool legacy_mode(const State& s) {
  return !s.lma();
}
bool protected_mode(const State& s) {
  return s.protected_mode();
}
/// How Linux switches the door off: a null selector in IA32_SYSENTER_CS.
bool selector_set(const State& s) {
  return (s.system.sysenter_cs & 0xfffc) != 0;
}

constexpr std::string_view kEnter = "SDM vol. 2B, SYSENTER; APM vol. 3, SYSENTER",
                           kEnterAmd = "APM vol. 3, SYSENTER";

constexpr MicroStep kSysenter[] = {
    {.door = Door::Sysenter,
     .key = "sysenter.check",
     .clause = kEnter,
     .what = "the processor has SYSENTER",
     .passes = exists,
     .fault = kUndefined},
    {.door = Door::Sysenter,
     .vendors = Vendors::Amd,
     .key = "sysenter.check",
     .clause = kEnterAmd,
     .what = "legacy mode",
     .passes = legacy_mode,
     .fault = kUndefined},
    {.door = Door::Sysenter,
     .key = "sysenter.check",
     .clause = kEnter,
     .what = "protected mode",
     .passes = protected_mode,
     .fault = kGeneralProtection},
    {.door = Door::Sysenter,
     .key = "sysenter.check",
     .clause = kEnter,
     .what = "SYSENTER_CS is not null",
     .passes = selector_set,
     .fault = kGeneralProtection},
    {.door = Door::Sysenter,
     .key = "sysenter.flags",
     .clause = kEnter,
     .what = "VM = IF = 0; NT, TF, AC and DF stay",
     .effect = [](State& s) { s.registers.rflags &= ~(flag::kVirtual8086 | flag::kInterrupt); }},
    {.door = Door::Sysenter,
     .key = "sysenter.segments",
     .clause = kEnter,
     .what = "CS, SS = SYSENTER_CS, +8, flat; CPL = 0",
     .effect =
         [](State& s) {
           const std::uint64_t code = s.system.sysenter_cs & 0xfffc;
           s.registers.cs = flat_code(code, 0, s.lma());
           s.registers.ss = flat_stack(code + 8, 0);
           s.system.cpl = 0;
         }},
    {.door = Door::Sysenter,
     .key = "sysenter.target",
     .clause = kEnter,
     .what = "RSP, RIP = SYSENTER_ESP, SYSENTER_EIP; nothing of the user's is saved",
     .effect =
         [](State& s) {
           const std::uint64_t mask = s.lma() ? ~std::uint64_t{0} : 0xffffffff;
           s.registers[Gpr::Rsp] = s.system.sysenter_esp & mask;
           s.registers.rip = s.system.sysenter_eip & mask;
         }},
};
static_assert(says_everything(kSysenter, Door::Sysenter));
static_assert(all_pay_the_same(kSysenter));

constexpr std::string_view kExit = "SDM vol. 2B, SYSEXIT; APM vol. 3, SYSEXIT",
                           kExitAmd = "APM vol. 3, SYSEXIT", kExitIntel = "SDM vol. 2B, SYSEXIT";

bool wide(const State& s) {
  return s.width == 8;
}

constexpr MicroStep kSysexit[] = {
    {.door = Door::Sysexit,
     .key = "sysexit.check",
     .clause = kExit,
     .what = "the processor has SYSEXIT",
     .passes = exists,
     .fault = kUndefined},
    {.door = Door::Sysexit,
     .vendors = Vendors::Amd,
     .key = "sysexit.check",
     .clause = kExitAmd,
     .what = "legacy mode",
     .passes = legacy_mode,
     .fault = kUndefined},
    {.door = Door::Sysexit,
     .key = "sysexit.check",
     .clause = kExit,
     .what = "protected mode",
     .passes = protected_mode,
     .fault = kGeneralProtection},
    {.door = Door::Sysexit,
     .key = "sysexit.check",
     .clause = kExit,
     .what = "SYSENTER_CS is not null",
     .passes = selector_set,
     .fault = kGeneralProtection},
    {.door = Door::Sysexit,
     .key = "sysexit.check",
     .clause = kExit,
     .what = "CPL = 0",
     .passes = [](const State& s) { return s.system.cpl == 0; },
     .fault = kGeneralProtection},
    {.door = Door::Sysexit,
     .vendors = Vendors::Intel,
     .modes = Modes::Long,
     .key = "sysexit.check",
     .clause = kExitIntel,
     .what = "RDX and RCX are canonical",
     .passes =
         [](const State& s) {
           return canonical(s.registers[Gpr::Rdx]) && canonical(s.registers[Gpr::Rcx]);
         },
     .fault = kGeneralProtection,
     .needed = wide},
    {.door = Door::Sysexit,
     .key = "sysexit.target",
     .clause = kExit,
     .what = "RSP = RCX, RIP = RDX",
     .effect =
         [](State& s) {
           const std::uint64_t mask = wide(s) ? ~std::uint64_t{0} : 0xffffffff;
           s.registers[Gpr::Rsp] = s.registers[Gpr::Rcx] & mask;
           s.registers.rip = s.registers[Gpr::Rdx] & mask;
         }},
    {.door = Door::Sysexit,
     .key = "sysexit.segments",
     .clause = kExit,
     .what = "CS, SS = SYSENTER_CS+16 (64-bit: +32), +8, flat; CPL = 3; IF stays",
     .effect =
         [](State& s) {
           const std::uint64_t code = (s.system.sysenter_cs & 0xfffc) + (wide(s) ? 32 : 16);
           s.registers.cs = flat_code(code | kRequestedPrivilege, 3, wide(s));
           s.registers.ss = flat_stack((code + 8) | kRequestedPrivilege, 3);
           s.system.cpl = 3;
         }},
};
static_assert(says_everything(kSysexit, Door::Sysexit));
static_assert(all_pay_the_same(kSysexit));

}  // namespace

std::span<const MicroStep> sysenter_steps() {
  return kSysenter;
}
std::span<const MicroStep> sysexit_steps() {
  return kSysexit;
}

}  // namespace ringfare
