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
};

inline constexpr PriceKey kPriceKeys[] = {
    {"swapgs", "", "swapgs"},
    {"mov_to_cr3", "", "mov to CR3, the page-table switch"},
    {"mov_from_cr3", "", "mov from CR3"},
    {"mov_to_cr", "", "mov to another control register"},
    {"mov_from_cr", "", "mov from another control register"},
    {"wrmsr", "", "wrmsr"},
    {"wrmsr_spec_ctrl", "", "wrmsr with ECX = 0x48, IA32_SPEC_CTRL"},
    {"rdmsr", "", "rdmsr"},
    {"verw", "", "verw with a memory operand, as the kernel uses it to clear buffers"},
    {"lfence", "", "lfence"},
    {"mfence", "", "mfence"},
    {"sfence", "", "sfence"},
    {"pause", "", "pause"},
    {"cpuid", "", "cpuid"},
    {"rdtsc", "", "rdtsc"},
    {"rdtscp", "rdtscp", "rdtscp"},
    {"rdpid", "rdpid", "rdpid"},
    {"xgetbv", "", "xgetbv"},
    {"endbr64", "", "endbr64"},
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
    {"syscall.check", "", "syscall: decode, EFER.SCE and mode checks"},
    {"syscall.save", "", "syscall: RCX := RIP, R11 := RFLAGS"},
    {"syscall.target", "", "syscall: RIP := LSTAR, the front end restarts there"},
    {"syscall.mask", "", "syscall: RFLAGS masked with FMASK"},
    {"syscall.segments", "", "syscall: CS and SS from STAR, CPL := 0"},
    {"sysret.check", "", "sysret: EFER.SCE, CPL and canonical-address checks"},
    {"sysret.target", "", "sysret: RIP := RCX, the front end restarts there"},
    {"sysret.flags", "", "sysret: RFLAGS := R11"},
    {"sysret.segments", "", "sysret: CS and SS from STAR, CPL := 3"},
    {"iret.check", "", "iretq: mode and NT checks"},
    {"iret.pop", "", "iretq: five words popped"},
    {"iret.flags", "", "iretq: RFLAGS restored"},
    {"iret.segments", "", "iretq: CS and SS descriptors read and checked"},
    {"iret.serialize", "", "iretq: the pipeline drains, the front end restarts"},
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
