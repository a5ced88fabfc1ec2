// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/state.hpp"
#include "emu/linux/abi/user_memory.hpp"
#include "emu/linux/signals/signal_state.hpp"

namespace ringfare {

/// A signal whose handler is to run.
struct SignalToHandle {
  SignalInfo info;
  SignalAction action;
  std::uint64_t mask = 0;  // the frame restores it
};

/// Writes the frame of amd64 (struct rt_sigframe: return address, ucontext, siginfo, FPU state)
/// below the stack pointer or onto the alternate stack, and enters the handler. `features` is XCR0
/// as user mode sees it, 0 for a processor without XSAVE. False where the stack has no room, or the
/// action no restorer; then the registers are as before.
bool push_signal_frame(UserMemory& user, Registers& registers, ThreadSignals& thread,
                       const SignalToHandle& signal, std::uint64_t features);

/// rt_sigreturn(2): registers, mask and alternate stack as the frame at the stack pointer has them.
/// False for a frame that Linux would not take.
bool pop_signal_frame(UserMemory& user, Registers& registers, const DescriptorTables& tables,
                      ThreadSignals& thread, std::uint64_t features);

}  // namespace ringfare
