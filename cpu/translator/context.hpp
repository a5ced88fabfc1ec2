// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/memory.hpp"
#include "cpu/state.hpp"

namespace ringfare::translator {

/// The memory translated code and the world switch share; lives in the low 2 GiB, so translated
/// code reaches it without a register. Offsets are known to world_switch.cpp. Two pages: where the
/// host has protection keys, guest code cannot write the first; in the second nothing lasts that
/// could do harm, because translated code writes there what it is about to read.
struct alignas(kPageSize) Context {
  static constexpr std::uint64_t kUnknownBase = ~0ull;  // no base: not canonical

  std::uint64_t host_rsp = 0;
  std::uint64_t target = 0;       // translated code to enter
  std::uint64_t leave = 0;        // address of the world switch's way out
  std::uint64_t vector_area = 0;  // VectorState of the thread
  std::uint64_t entry_stub = 0;   // loads RCX and jumps to `target`: the last step of entering
  std::uint32_t host_mxcsr = 0x1f80;
  std::uint32_t hidden_totals = 0;  // 1: totals are in zmm31 while the guest runs
  /// 1: vector registers are moved one by one, guided by XINUSE (AVX and XGETBV with ECX = 1); 0:
  /// by XSAVE and XRSTOR, five times as dear.
  std::uint32_t one_by_one = 0;
  /// State components (XCR0 numbering) that may not be in their initial configuration.
  std::uint32_t components = 2;
  std::uint32_t guest_pkru = 0;  // PKRU while the guest runs; 0: no protection keys
  alignas(64) Lanes totals{};
  alignas(64) Lanes one{1, 0, 0, 0, 0, 0, 0, 0};
  alignas(64) std::uint8_t low_components[256] = {};  // i -> i & VectorState::kComponents

  alignas(kPageSize) std::uint64_t gpr[16] = {};
  std::uint64_t rflags = 0;
  std::uint64_t fs_base = 0, gs_base = 0;
  std::uint64_t loaded_base = kUnknownBase;  // what the host's GS base is
  std::uint32_t exit = 0;                    // ExitId of the exit taken
  std::uint32_t reason = 0;                  // LeaveReason
  std::uint64_t guest_target = 0;  // LeaveReason::Indirect...: where the guest wants to go
  std::uint64_t spill[3] = {};     // registers parked inside a translated sequence
  std::uint64_t rcx_home = 0;      // the guest's RCX while translated code uses the register
  /// Where a budget is kept: translated code takes from it what a path has executed, and comes back
  /// when less than nothing is left.
  std::int32_t allowance = 0;
  /// As FNSTENV stores it, on its way past the emulator where XSAVE leaves the pointers out.
  std::uint32_t x87_environment[7] = {};
};

enum class LeaveReason : std::uint32_t {
  Exit,
  IndirectMiss,  // nothing is known at Context::guest_target
  IndirectExit,  // Context::exit goes to Context::guest_target
  Fault,
  Interrupted,
  Stepped,
  Refresh  // goes on at Context::guest_target, of the host, once the x87 pointers are the guest's
};

/// Enters translated code at `context.target` with the guest state of `context`; returns when that
/// code has jumped to the way out. The host's FS stays the emulator's own: the guest's FS base is
/// in the host's GS, which nobody else uses, and stays there.
extern "C" void ringfare_world_enter(Context* context);
extern "C" void ringfare_world_leave();

}  // namespace ringfare::translator
