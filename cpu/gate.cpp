// SPDX-License-Identifier: MIT
#include "cpu/gate.hpp"

#include <algorithm>

#include "cpu/failure.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kEferSce = 1u << 0, kEferLma = 1u << 10;

/// Slots IRETQ pops.
enum Popped : std::size_t { kRip, kCs, kRflags, kRsp, kSs };

bool canonical(std::uint64_t address) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(address << 16) >> 16) == address;
}

std::uint16_t star_selector(const SystemState& system, unsigned shift) {
  return static_cast<std::uint16_t>(system.star >> shift);
}

// Segments a SYSCALL or SYSRET loads: fixed attributes, no descriptor is read.
Segment flat_code(std::uint16_t selector, std::uint8_t dpl) {
  return {.selector = selector, .dpl = dpl, .long_mode = true};
}
Segment flat_stack(std::uint16_t selector, std::uint8_t dpl) {
  return {.selector = selector, .dpl = dpl, .default_size = true};
}

/// A segment descriptor (SDM vol. 3, figure 3-8), as far as long mode looks at it.
struct Descriptor {
  std::uint64_t bits = 0;

  bool present() const { return bits >> 47 & 1; }
  bool ordinary() const { return bits >> 44 & 1; }
  bool code() const { return ordinary() && (bits >> 43 & 1); }
  bool conforming() const { return code() && (bits >> 42 & 1); }
  bool writable_data() const { return ordinary() && !code() && (bits >> 41 & 1); }
  std::uint8_t dpl() const { return bits >> 45 & 3; }
  bool long_mode() const { return bits >> 53 & 1; }
  bool default_size() const { return bits >> 54 & 1; }
};

constexpr std::uint16_t kRpl = 3, kLocalTable = 4;

std::optional<Descriptor> descriptor(const GateState& s, std::uint16_t selector) {
  if (selector & kLocalTable || (selector | 7u) > s.system.gdtr.limit) return {};
  const std::optional<PageTable> table = s.memory.table(s.system.cr3);
  if (!table) return {};
  const KernelAddress at{s.system.gdtr.base + (selector & ~7u)};
  const std::optional<Value> entry = s.memory.load(at, 8, *table);
  if (!entry) return {};
  return Descriptor{entry->bits};
}

std::uint16_t popped_cs(const GateState& s) {
  return static_cast<std::uint16_t>(s.popped[kCs]);
}
std::uint16_t popped_ss(const GateState& s) {
  return static_cast<std::uint16_t>(s.popped[kSs]);
}

Segment segment(const GateState& s, std::uint16_t selector) {
  const std::optional<Descriptor> d = descriptor(s, selector);
  CHECK(d.has_value(), "selector {:#x} passed its checks without a descriptor", selector);
  return {.selector = selector,
          .dpl = d->dpl(),
          .long_mode = d->code() && d->long_mode(),
          .default_size = d->default_size()};
}

void pop_frame(GateState& s) {
  const PageTable table = *s.memory.table(s.system.cr3);
  for (std::size_t i = 0; i < s.popped.size(); ++i)
    s.popped[i] = s.memory.load(KernelAddress{s.registers[Gpr::Rsp] + 8 * i}, 8, table)->bits;
}

bool frame_readable(const GateState& s) {
  const std::optional<PageTable> table = s.memory.table(s.system.cr3);
  if (!table) return false;
  for (std::size_t i = 0; i < s.popped.size(); ++i)
    if (!s.memory.load(KernelAddress{s.registers[Gpr::Rsp] + 8 * i}, 8, *table)) return false;
  return true;
}

bool code_selector_good(const GateState& s) {
  const std::optional<Descriptor> d = descriptor(s, popped_cs(s));
  const unsigned rpl = popped_cs(s) & kRpl;
  return d && d->code() && rpl >= s.system.cpl &&
         (d->conforming() ? d->dpl() <= rpl : d->dpl() == rpl) &&
         !(d->long_mode() && d->default_size());
}

bool code_present(const GateState& s) {
  return descriptor(s, popped_cs(s))->present();
}

/// A null SS is allowed for a return to 64-bit code above ring 3 (SDM vol. 2A, IRET).
bool null_stack_allowed(const GateState& s) {
  return (popped_cs(s) & kRpl) != 3 && descriptor(s, popped_cs(s))->long_mode();
}

bool stack_selector_good(const GateState& s) {
  if ((popped_ss(s) & ~kRpl) == 0) return true;  // judged by the step before
  const std::optional<Descriptor> d = descriptor(s, popped_ss(s));
  const unsigned rpl = popped_ss(s) & kRpl;
  return d && d->writable_data() && rpl == (popped_cs(s) & kRpl) && d->dpl() == rpl;
}

bool stack_present(const GateState& s) {
  return (popped_ss(s) & ~kRpl) == 0 || descriptor(s, popped_ss(s))->present();
}

void load_iret_segments(GateState& s) {
  Registers& r = s.registers;
  const std::uint8_t cpl = popped_cs(s) & kRpl;
  r.cs = segment(s, popped_cs(s));
  r.ss = (popped_ss(s) & ~kRpl) == 0 ? Segment{.selector = popped_ss(s), .dpl = cpl}
                                     : segment(s, popped_ss(s));
  r.rip = s.popped[kRip];
  r[Gpr::Rsp] = s.popped[kRsp];
  if (cpl > s.system.cpl)
    for (Segment* data : {&r.ds, &r.es, &r.fs, &r.gs})
      if (data->selector != 0 && data->dpl < cpl) *data = Segment{};
  s.system.cpl = cpl;
}

// RFLAGS bits a return loads at CPL 0: SYSRET never RF and VM, IRETQ never VM.
constexpr std::uint64_t kSysretFlags = 0x3c7fd7, kIretFlags = 0x3d7fd7;

using State = GateState;
constexpr Fault kInvalidOpcode{6, ErrorCode::None}, kProtection{13, ErrorCode::Zero};

constexpr MicroStep kSteps[] = {
    {Door::Syscall, Vendors::All, "syscall.check", "SDM vol. 2B, SYSCALL; APM vol. 3, SYSCALL",
     "EFER.SCE = 1", [](const State& s) { return (s.system.efer & kEferSce) != 0; }, kInvalidOpcode,
     nullptr},
    {Door::Syscall, Vendors::Intel, "syscall.check", "SDM vol. 2B, SYSCALL", "64-bit mode",
     [](const State& s) { return (s.system.efer & kEferLma) != 0 && s.registers.cs.long_mode; },
     kInvalidOpcode, nullptr},
    {Door::Syscall, Vendors::Amd, "syscall.check", "APM vol. 3, SYSCALL", "long mode",
     [](const State& s) { return (s.system.efer & kEferLma) != 0; }, kInvalidOpcode, nullptr},
    {Door::Syscall,
     Vendors::All,
     "syscall.save",
     "SDM vol. 2B, SYSCALL; APM vol. 3, SYSCALL",
     "RCX = next RIP, R11 = RFLAGS without RF",
     nullptr,
     {},
     [](State& s) {
       s.registers[Gpr::Rcx] = s.registers.rip + s.length;
       s.registers[Gpr::R11] = s.registers.rflags & ~flag::kResume;
     }},
    {Door::Syscall,
     Vendors::Intel,
     "syscall.target",
     "SDM vol. 2B, SYSCALL",
     "RIP = LSTAR",
     nullptr,
     {},
     [](State& s) { s.registers.rip = s.system.lstar; }},
    {Door::Syscall,
     Vendors::Amd,
     "syscall.target",
     "APM vol. 3, SYSCALL",
     "RIP = LSTAR, from compatibility mode CSTAR",
     nullptr,
     {},
     [](State& s) {
       s.registers.rip = s.registers.cs.long_mode ? s.system.lstar : s.system.cstar;
     }},
    {Door::Syscall,
     Vendors::All,
     "syscall.mask",
     "SDM vol. 2B, SYSCALL; APM vol. 3, SYSCALL",
     "RFLAGS &= ~FMASK",
     nullptr,
     {},
     [](State& s) {
       s.registers.rflags &= ~(s.system.fmask | flag::kResume);
       s.registers.rflags |= flag::kFixed;
     }},
    {Door::Syscall,
     Vendors::All,
     "syscall.segments",
     "SDM vol. 2B, SYSCALL; APM vol. 3, SYSCALL",
     "CS, SS = STAR[47:32], +8, flat; CPL = 0",
     nullptr,
     {},
     [](State& s) {
       const std::uint16_t code = star_selector(s.system, 32) & 0xfffc;
       s.registers.cs = flat_code(code, 0);
       s.registers.ss = flat_stack(static_cast<std::uint16_t>(star_selector(s.system, 32) + 8), 0);
       s.system.cpl = 0;
     }},

    {Door::Sysretq, Vendors::All, "sysret.check", "SDM vol. 2B, SYSRET; APM vol. 3, SYSRET",
     "EFER.SCE = 1", [](const State& s) { return (s.system.efer & kEferSce) != 0; }, kInvalidOpcode,
     nullptr},
    {Door::Sysretq, Vendors::Intel, "sysret.check", "SDM vol. 2B, SYSRET", "64-bit mode",
     [](const State& s) { return (s.system.efer & kEferLma) != 0 && s.registers.cs.long_mode; },
     kInvalidOpcode, nullptr},
    {Door::Sysretq, Vendors::All, "sysret.check", "SDM vol. 2B, SYSRET; APM vol. 3, SYSRET",
     "CPL = 0", [](const State& s) { return s.system.cpl == 0; }, kProtection, nullptr},
    // Intel raises it at CPL 0 with the user's stack; AMD goes on and faults at the user's fetch.
    {Door::Sysretq, Vendors::Intel, "sysret.check", "SDM vol. 2B, SYSRET", "RCX is canonical",
     [](const State& s) { return canonical(s.registers[Gpr::Rcx]); }, kProtection, nullptr},
    {Door::Sysretq,
     Vendors::All,
     "sysret.target",
     "SDM vol. 2B, SYSRET; APM vol. 3, SYSRET",
     "RIP = RCX",
     nullptr,
     {},
     [](State& s) { s.registers.rip = s.registers[Gpr::Rcx]; }},
    {Door::Sysretq,
     Vendors::All,
     "sysret.flags",
     "SDM vol. 2B, SYSRET; APM vol. 3, SYSRET",
     "RFLAGS = R11 without RF and VM",
     nullptr,
     {},
     [](State& s) { s.registers.rflags = (s.registers[Gpr::R11] & kSysretFlags) | flag::kFixed; }},
    {Door::Sysretq,
     Vendors::Intel,
     "sysret.segments",
     "SDM vol. 2B, SYSRET",
     "CS, SS = STAR[63:48]+16, +8, flat; CPL = 3",
     nullptr,
     {},
     [](State& s) {
       const std::uint16_t base = star_selector(s.system, 48);
       s.registers.cs = flat_code(static_cast<std::uint16_t>((base + 16) | kRpl), 3);
       s.registers.ss = flat_stack(static_cast<std::uint16_t>((base + 8) | kRpl), 3);
       s.system.cpl = 3;
     }},
    // The hidden part of SS stays as it is (APM vol. 3, SYSRET).
    {Door::Sysretq,
     Vendors::Amd,
     "sysret.segments",
     "APM vol. 3, SYSRET",
     "CS = STAR[63:48]+16, flat; SS selector = +8; CPL = 3",
     nullptr,
     {},
     [](State& s) {
       const std::uint16_t base = star_selector(s.system, 48);
       s.registers.cs = flat_code(static_cast<std::uint16_t>((base + 16) | kRpl), 3);
       s.registers.ss.selector = static_cast<std::uint16_t>((base + 8) | kRpl);
       s.system.cpl = 3;
     }},

    {Door::Iretq, Vendors::All, "iret.check", "SDM vol. 2A, IRET; APM vol. 3, IRET", "NT = 0",
     [](const State& s) { return (s.registers.rflags & flag::kNestedTask) == 0; }, kProtection,
     nullptr},
    {Door::Iretq,
     Vendors::All,
     "iret.pop",
     "SDM vol. 2A, IRET; APM vol. 3, IRET",
     "pop RIP, CS, RFLAGS, RSP, SS",
     frame_readable,
     {14, ErrorCode::Zero},
     pop_frame},
    {Door::Iretq, Vendors::All, "iret.check", "SDM vol. 2A, IRET; APM vol. 3, IRET",
     "CS is not null", [](const State& s) { return (popped_cs(s) & ~kRpl) != 0; }, kProtection,
     nullptr},
    {Door::Iretq,
     Vendors::All,
     "iret.check",
     "SDM vol. 2A, IRET; APM vol. 3, IRET",
     "CS is code with RPL >= CPL and DPL = RPL",
     code_selector_good,
     {13, ErrorCode::CodeSelector},
     nullptr},
    {Door::Iretq,
     Vendors::All,
     "iret.check",
     "SDM vol. 2A, IRET; APM vol. 3, IRET",
     "CS is present",
     code_present,
     {11, ErrorCode::CodeSelector},
     nullptr},
    {Door::Iretq, Vendors::All, "iret.check", "SDM vol. 2A, IRET; APM vol. 3, IRET",
     "SS is not null, or the return is to 64-bit code above ring 3",
     [](const State& s) { return (popped_ss(s) & ~kRpl) != 0 || null_stack_allowed(s); },
     kProtection, nullptr},
    {Door::Iretq,
     Vendors::All,
     "iret.check",
     "SDM vol. 2A, IRET; APM vol. 3, IRET",
     "SS is writable data with RPL = DPL = RPL of CS",
     stack_selector_good,
     {13, ErrorCode::StackSelector},
     nullptr},
    {Door::Iretq,
     Vendors::All,
     "iret.check",
     "SDM vol. 2A, IRET; APM vol. 3, IRET",
     "SS is present",
     stack_present,
     {12, ErrorCode::StackSelector},
     nullptr},
    {Door::Iretq, Vendors::All, "iret.check", "SDM vol. 2A, IRET; APM vol. 3, IRET",
     "RIP is canonical", [](const State& s) { return canonical(s.popped[kRip]); }, kProtection,
     nullptr},
    {Door::Iretq,
     Vendors::All,
     "iret.flags",
     "SDM vol. 2A, IRET; APM vol. 3, IRET",
     "RFLAGS = popped",
     nullptr,
     {},
     [](State& s) { s.registers.rflags = (s.popped[kRflags] & kIretFlags) | flag::kFixed; }},
    {Door::Iretq,
     Vendors::All,
     "iret.segments",
     "SDM vol. 2A, IRET; APM vol. 3, IRET",
     "CS:RIP, SS:RSP = popped; CPL = RPL of CS",
     nullptr,
     {},
     load_iret_segments},
    {Door::Iretq,
     Vendors::All,
     "iret.serialize",
     "SDM vol. 3, 9.3; APM vol. 2, 7.6.4",
     "wait for everything before",
     nullptr,
     {},
     nullptr},
};

constexpr bool doors_together() {
  for (std::size_t i = 1; i < std::size(kSteps); ++i)
    if (kSteps[i].door < kSteps[i - 1].door) return false;
  return true;
}
static_assert(doors_together(), "the steps of a door are one run of rows");

constexpr bool says_everything() {
  return std::all_of(std::begin(kSteps), std::end(kSteps), [](const MicroStep& s) {
    const bool can_fail = s.passes != nullptr;
    return !s.key.empty() && !s.clause.empty() && !s.what.empty() &&
           can_fail == (s.fault.vector != 0);
  });
}
static_assert(says_everything(), "a step has key, clause and words, and a fault just if it checks");

constexpr bool each_vendor_has_all_keys(Vendors mine, Vendors other) {
  for (const MicroStep& a : kSteps) {
    if (a.vendors != other) continue;
    const bool found = std::any_of(std::begin(kSteps), std::end(kSteps), [&](const MicroStep& b) {
      return b.door == a.door && b.key == a.key && (b.vendors == mine || b.vendors == Vendors::All);
    });
    if (!found) return false;
  }
  return true;
}
static_assert(each_vendor_has_all_keys(Vendors::Intel, Vendors::Amd) &&
                  each_vendor_has_all_keys(Vendors::Amd, Vendors::Intel),
              "a key one vendor pays for is missing for the other");

std::optional<std::uint32_t> error_code(ErrorCode kind, const GateState& state) {
  switch (kind) {
    case ErrorCode::None:
      return {};
    case ErrorCode::Zero:
      return 0;
    case ErrorCode::CodeSelector:
      return popped_cs(state) & ~kRpl;
    case ErrorCode::StackSelector:
      return popped_ss(state) & ~kRpl;
  }
  return {};
}

}  // namespace

std::string_view to_string(Door door) {
  constexpr std::string_view kNames[] = {"syscall", "sysretq", "iretq"};
  return kNames[static_cast<std::size_t>(door)];
}

std::span<const MicroStep> micro_steps(Door door) {
  const auto rows = std::ranges::equal_range(kSteps, door, {}, &MicroStep::door);
  return {rows.begin(), rows.end()};
}

bool applies(const MicroStep& step, Vendor vendor) {
  return step.vendors == Vendors::All ||
         (step.vendors == Vendors::Intel) == (vendor == Vendor::Intel);
}

bool charged(const MicroStep& step, Vendor vendor) {
  if (!applies(step, vendor)) return false;
  for (const MicroStep& s : micro_steps(step.door))
    if (s.key == step.key && applies(s, vendor)) return &s == &step;
  return false;
}

std::optional<Exception> take(const MicroStep& step, GateState& state) {
  if (step.passes && !step.passes(state))
    return Exception{step.fault.vector, error_code(step.fault.error_code, state)};
  if (step.effect) step.effect(state);
  return {};
}

std::optional<Exception> pass(Door door, GateState& state) {
  for (const MicroStep& step : micro_steps(door)) {
    if (!applies(step, state.system.vendor)) continue;
    if (const std::optional<Exception> raised = take(step, state)) return raised;
  }
  return {};
}

}  // namespace ringfare
