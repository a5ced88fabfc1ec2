// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "emu/linux/signals/signal_frame.hpp"
#include "emu/program/program_image.hpp"

namespace ringfare {

/// What a handler of a 32-bit program finds.
struct UserEnvironment32 {
  const Segment &code, &data;
  SignalReturns returns;
};

/// The frame of i386 (struct sigframe, or struct rt_sigframe for SA_SIGINFO), as
/// `push_signal_frame` that of amd64. Without a restorer the handler returns to the vDSO or, where
/// there is none, to the few instructions that the frame itself holds.
bool push_signal_frame32(UserMemory& user, Registers& registers, ThreadSignals& thread,
                         const SignalToHandle& signal, std::uint64_t features,
                         const UserEnvironment32& environment);

/// sigreturn(2), and rt_sigreturn(2) where `extended`.
bool pop_signal_frame32(UserMemory& user, Registers& registers, const DescriptorTables& tables,
                        ThreadSignals& thread, std::uint64_t features, bool extended);

}  // namespace ringfare
