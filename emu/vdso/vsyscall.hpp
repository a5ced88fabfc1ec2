// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "cpu/memory.hpp"
#include "cpu/state.hpp"
#include "emu/linux/abi/call.hpp"
#include "models/kernel_model.hpp"

namespace ringfare {

/// The page that Linux has had at a fixed place since its first x86-64: one slot of 1024 bytes for
/// each of three functions.
inline constexpr GuestRange kVsyscallPage{{0xffff'ffff'ff60'0000}, {0xffff'ffff'ff60'1000}};

struct VsyscallSlot {
  std::uint64_t offset;                   // its only entry
  std::string_view call;                  // the system call it stands for
  std::array<std::uint64_t, 2> pointees;  // bytes behind its first arguments; 0: no pointer
};

inline constexpr std::array<VsyscallSlot, 3> kVsyscallSlots = {
    {{0x000, "gettimeofday", {16, 8}}, {0x400, "time", {8, 0}}, {0x800, "getcpu", {4, 4}}}};

/// What the kernel makes of a fetch from the page, where it serves the page itself.
struct VsyscallFetch {
  const VsyscallSlot* slot = nullptr;          // null: SIGSEGV, SI_KERNEL,
  std::optional<GuestAddress> kernel_address;  // or SEGV_MAPERR for this argument
  std::uint64_t return_address = 0;
};

/// A fetch at RIP in mode Emulate or Xonly: a call where RIP is an entry, the return address is
/// readable and each pointer null or writable. Nothing for other addresses and modes.
std::optional<VsyscallFetch> vsyscall_fetch(VsyscallMode mode, const AddressSpace& memory,
                                            const Registers& registers);

/// How /proc/self/maps shows the page; empty where there is none.
std::string_view vsyscall_permissions(VsyscallMode mode);

}  // namespace ringfare
