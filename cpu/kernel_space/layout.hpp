// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/kernel_space/kernel_memory.hpp"

namespace ringfare {

inline constexpr KernelLayout kLayout64{
    .text = KernelMemory::kText,
    .service_stubs = KernelMemory::kServiceStubs,
    .syscall_table = KernelMemory::kSyscallTable,
    .per_cpu = KernelMemory::kPerCpu,
    .tss = KernelMemory::kTss,
    .task = KernelMemory::kTask,
    .stack = KernelMemory::kStack,
    .trampoline_stack = KernelMemory::kTrampolineStack,
    .gdt = KernelMemory::kGdt,
    .idt = KernelMemory::kIdt,
};

/// A 32-bit kernel: 3 GiB of user addresses, and the task at the bottom of its 8 KiB stack.
inline constexpr std::uint64_t kTaskAndStack = 0x2000;
inline constexpr KernelLayout kLayout32{
    .text = {0xc0400000},
    .service_stubs = {0xc0100000},
    .syscall_table = {0xc0300000},
    .per_cpu = {0xc1400000},
    .tss = {0xc1406000},
    .task = {0xc7f54000},
    .stack = {{0xc7f54400}, {0xc7f54000 + kTaskAndStack}},
    .trampoline_stack = {{0xff801000}, {0xff802000}},
    .gdt = {0xff800000},
    .idt = {0xff803000},
};
static_assert(kLayout32.tss - kLayout32.per_cpu == kLayout64.tss - kLayout64.per_cpu);

constexpr KernelLayout layout_of(const KernelPlan& plan) {
  if (plan.bits == 32) return kLayout32;
  KernelLayout layout = kLayout64;
  if (plan.task == TaskPlace::BelowStack) {
    layout.task = layout.stack.end - kTaskAndStack;
    layout.stack.begin = layout.task + (kLayout32.stack.begin - kLayout32.task);
  }
  return layout;
}

inline constexpr std::uint64_t kTssOffset = kLayout64.tss - kLayout64.per_cpu;
inline constexpr std::uint64_t kTssLimit = 0x67;
/// Stack pointers of the 64-bit TSS (SDM vol. 3, figure 8-11); Linux keeps a scratch word in RSP2.
inline constexpr std::uint64_t kTssRsp0 = 4, kTssRsp1 = 12, kTssRsp2 = 20;
/// ESP0 and SS0 of the 32-bit TSS (SDM vol. 3, figure 8-2).
inline constexpr std::uint64_t kTssEsp0 = 4, kTssSs0 = 8;

inline constexpr std::uint64_t kGdtEntries = 32, kLdtEntries = 32, kVectors = 256;
inline constexpr std::uint32_t kGdtLimit = kGdtEntries * 8 - 1, kLdtLimit = kLdtEntries * 8 - 1;
inline constexpr std::uint64_t kLdtOffset = 0x800;  // within the GDT's page

}  // namespace ringfare
