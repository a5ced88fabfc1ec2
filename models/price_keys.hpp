// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

namespace ringfare {

/// Something a CPU file puts a price on: a system instruction, or a micro-step the hardware takes
/// when a gate is used.
struct PriceKey {
  std::string_view name;
  std::string_view feature;  // needed only of processors that have it; "" = of all
  std::string_view meaning;
  /// A file may do without; it is asked for when a kernel's path executes such a thing.
  bool on_use = false;
};

inline constexpr PriceKey kPriceKeys[] = {
    {"swapgs", "lm", "swapgs"},
    {"mov_to_cr3", "", "mov to CR3, the page-table switch", true},
    {"mov_from_cr3", "", "mov from CR3", true},
    {"mov_to_cr", "", "mov to another control register", true},
    {"mov_from_cr", "", "mov from another control register", true},
    {"wrmsr", "", "wrmsr"},
    {"wrmsr_spec_ctrl", "", "wrmsr with ECX = 0x48, IA32_SPEC_CTRL", true},
    {"rdmsr", "", "rdmsr"},
    {"verw", "", "verw with a memory operand, as the kernel uses it to clear buffers", true},
    {"lfence", "sse2", "lfence"},
    {"mfence", "sse2", "mfence"},
    {"sfence", "sse", "sfence"},
    {"pause", "", "pause", true},
    {"cpuid", "", "cpuid"},
    {"rdtsc", "tsc", "rdtsc"},
    {"rdtscp", "rdtscp", "rdtscp"},
    {"rdpid", "rdpid", "rdpid"},
    {"xgetbv", "xsave", "xgetbv"},
    {"rdrand", "rdrand", "rdrand"},
    {"rdseed", "rdseed", "rdseed"},
    {"endbr64", "", "endbr64", true},
    {"clac", "smap", "clac"},
    {"stac", "smap", "stac"},
    {"cli", "", "cli"},
    {"sti", "", "sti"},
    {"cld", "", "cld"},
    {"std", "", "std"},
    {"pushf", "", "pushf"},
    {"popf", "", "popf"},
    {"invpcid", "invpcid", "invpcid"},
    {"hlt", "", "hlt"},
    {"int3", "", "int3"},
    {"syscall.check", "syscall", "syscall: decode, EFER.SCE and mode checks"},
    {"syscall.save", "syscall", "syscall: RCX := RIP, R11 := RFLAGS"},
    {"syscall.target", "syscall", "syscall: RIP := LSTAR, the front end restarts there"},
    {"syscall.mask", "syscall", "syscall: RFLAGS masked with FMASK"},
    {"syscall.segments", "syscall", "syscall: CS and SS from STAR, CPL := 0"},
    {"sysret.check", "syscall", "sysret: EFER.SCE, CPL and canonical-address checks"},
    {"sysret.target", "syscall", "sysret: RIP := RCX, the front end restarts there"},
    {"sysret.flags", "syscall", "sysret: RFLAGS := R11"},
    {"sysret.segments", "syscall", "sysret: CS and SS from STAR, CPL := 3"},
    {"iret.check", "", "iret: mode, NT and selector checks"},
    {"iret.pop", "", "iret: three or five words popped"},
    {"iret.flags", "", "iret: RFLAGS restored"},
    {"iret.segments", "", "iret: CS and SS descriptors read and loaded"},
    {"iret.serialize", "", "iret: the pipeline drains, the front end restarts"},
    {"int.check", "", "int n: the IDT entry read; type, DPL and presence checked", true},
    {"int.gate", "", "int n: the target's code descriptor read and checked", true},
    {"int.stack", "", "int n: the inner stack from the TSS, its descriptor read and checked", true},
    {"int.push", "", "int n: SS, RSP, RFLAGS, CS, RIP pushed", true},
    {"int.flags", "", "int n: TF, NT, RF and VM cleared; IF by an interrupt gate", true},
    {"int.target", "", "int n: CS:RIP from the gate, CPL := 0, the front end restarts there", true},
    {"sysenter.check", "sep", "sysenter: mode and SYSENTER_CS checks", true},
    {"sysenter.flags", "sep", "sysenter: VM and IF cleared", true},
    {"sysenter.segments", "sep", "sysenter: CS and SS from SYSENTER_CS, CPL := 0", true},
    {"sysenter.target", "sep", "sysenter: RSP and RIP from their MSRs, the front end restarts",
     true},
    {"sysexit.check", "sep", "sysexit: CPL, SYSENTER_CS and canonical-address checks", true},
    {"sysexit.segments", "sep", "sysexit: CS and SS from SYSENTER_CS, CPL := 3", true},
    {"sysexit.target", "sep", "sysexit: RSP := RCX, RIP := RDX, the front end restarts", true},
    {"fred.check", "fred", "FRED event delivery: the event's kind and stack level", true},
    {"fred.stack", "fred", "FRED event delivery: the stack of the level", true},
    {"fred.push", "fred", "FRED event delivery: the frame of eight words", true},
    {"fred.state", "fred", "FRED event delivery: segments, flags, GS base, CPL := 0", true},
    {"fred.target", "fred", "FRED event delivery: RIP from FRED_CONFIG, the front end restarts",
     true},
    {"eretu.check", "fred", "eretu: CPL, stack level and frame checks", true},
    {"eretu.pop", "fred", "eretu: the frame read", true},
    {"eretu.state", "fred", "eretu: segments, flags, GS base, CPL := 3", true},
    {"eretu.target", "fred", "eretu: RIP and RSP from the frame, the front end restarts", true},
    {"mov_to_ds", "", "mov to DS or ES outside 64-bit mode: descriptor read and checked", true},
    {"pop_ds", "", "pop of DS or ES: descriptor read and checked", true},
    {"mov_to_fs", "", "mov to FS or GS: descriptor read and checked", true},
    {"pop_fs", "", "pop of FS or GS: descriptor read and checked", true},
    {"mov_to_ss", "", "mov to or pop of SS: descriptor read and checked", true},
    {"mov_from_sreg", "", "mov from a segment register", true},
    {"push_sreg", "", "push of a segment register", true},
    {"lkgs", "lkgs", "lkgs", true},
    {"pusha", "", "pusha", true},
    {"popa", "", "popa", true},
};

constexpr bool price_keys_are_unique() {
  for (auto one = std::begin(kPriceKeys); one != std::end(kPriceKeys); ++one) {
    const bool again = std::any_of(one + 1, std::end(kPriceKeys),
                                   [&](const PriceKey& other) { return other.name == one->name; });
    if (again) return false;
  }
  return true;
}
static_assert(price_keys_are_unique(), "two rows price one thing");

}  // namespace ringfare
