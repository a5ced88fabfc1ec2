// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/base/quantity.hpp"
#include "cpu/state.hpp"

namespace ringfare {

/// Where things lie in a guest's address space: fixed, so that runs repeat.
struct GuestLayout {
  CodeMode mode = CodeMode::Long64;
  GuestAddress lowest;          // vm.mmap_min_addr
  GuestAddress end;             // of everything a guest may map
  std::uint64_t task_size = 0;  // TASK_SIZE: what mmap(2) checks against
  GuestAddress pie_base;        // of a static PIE
  GuestAddress mmap_begin, mmap_top;
  bool mmap_upwards = false;  // from mmap_begin; else down from mmap_top
  GuestAddress stack_top;
  std::uint16_t code = selector::kUserCode, data = selector::kUserData;
  std::uint16_t first_tls = 12;  // entries of the GDT for set_thread_area(2), three; 0: none

  GuestRange mmap_area() const { return {mmap_upwards ? mmap_begin : lowest, mmap_top}; }
  GuestRange limits() const { return {lowest, end}; }
  std::uint64_t word() const { return mode == CodeMode::Long64 ? 8 : 4; }
};

/// 64-bit programs. Stack and libraries are where Linux has them, just below the host's own for the
/// emulator: programs with sanitizers look for them there. The image of a static PIE lies in the
/// low 2 GiB so that translated code stays within reach of its RIP-relative operands, and where
/// nobody maps anything by number.
inline constexpr GuestLayout kLayout64{.mode = CodeMode::Long64,
                                       .lowest = {0x10000},
                                       .end = {0x7ee0'0000'0000},
                                       .task_size = 0x7fff'ffff'f000,
                                       .pie_base = {0x5555'4000},
                                       .mmap_begin = {0x10000},
                                       .mmap_top = {0x7edf'f7ff'f000},
                                       .stack_top = {0x7edf'ffff'f000}};

/// As it is, but in a build with AddressSanitizer, whose own memory begins at 0x7fff8000: there
/// 32-bit programs have what a kernel with CONFIG_VMSPLIT_2G_OPT leaves them.
constexpr GuestLayout beside_sanitizer(GuestLayout layout) {
#ifdef __SANITIZE_ADDRESS__
  const std::uint64_t surplus = layout.task_size - 0x7800'0000;
  layout.task_size -= surplus;
  for (GuestAddress* const limit : {&layout.end, &layout.mmap_top, &layout.stack_top})
    *limit = GuestAddress{limit->value - surplus};
#endif
  return layout;
}

/// 32-bit programs under a 64-bit kernel: 4 GiB less two pages, 128 MiB of them for the stack
/// (arch/x86 of Linux: IA32_PAGE_OFFSET; mmap_base without randomisation).
inline constexpr GuestLayout kLayout32 = beside_sanitizer({.mode = CodeMode::Compat32,
                                                           .lowest = {0x10000},
                                                           .end = {0xffff'e000},
                                                           .task_size = 0xffff'e000,
                                                           .pie_base = {0x5655'5000},
                                                           .mmap_begin = {0x10000},
                                                           .mmap_top = {0xf7ff'e000},
                                                           .stack_top = {0xffff'e000},
                                                           .code = selector::kUserCode32});

/// 32-bit programs under a 32-bit kernel: 3 GiB (PAGE_OFFSET); since 2.6.9 mmap(2) looks downwards,
/// before that upwards from a third (TASK_UNMAPPED_BASE). Selectors and entries are the kernel's.
inline constexpr GuestLayout kLayout3G = beside_sanitizer({.mode = CodeMode::Compat32,
                                                           .lowest = {0x10000},
                                                           .end = {0xc000'0000},
                                                           .task_size = 0xc000'0000,
                                                           .pie_base = {0x5655'5000},
                                                           .mmap_begin = {0x10000},
                                                           .mmap_top = {0xb800'0000},
                                                           .stack_top = {0xc000'0000}});
inline constexpr GuestLayout kLayout3GUpwards = beside_sanitizer({.mode = CodeMode::Compat32,
                                                                  .lowest = {0x10000},
                                                                  .end = {0xc000'0000},
                                                                  .task_size = 0xc000'0000,
                                                                  .pie_base = {0x5655'5000},
                                                                  .mmap_begin = {0x4000'0000},
                                                                  .mmap_top = {0xbf80'0000},
                                                                  .mmap_upwards = true,
                                                                  .stack_top = {0xc000'0000}});

}  // namespace ringfare
