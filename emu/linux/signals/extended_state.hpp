// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cpu/state.hpp"
#include "emu/linux/abi/user_memory.hpp"

namespace ringfare {

/// Bytes of the FPU state at the end of a signal frame: the standard XSAVE layout of `features`
/// and the magic number behind it, or the FXSAVE layout where `features` is 0. `in_front` counts
/// what i386 puts before it.
std::size_t frame_state_size(std::uint64_t features);

/// The state as the frame has it, marked so that rt_sigreturn knows how much there is
/// (arch/x86/include/uapi/asm/sigcontext.h: struct _fpx_sw_bytes).
std::vector<std::byte> frame_state(const VectorState& vector, std::uint64_t features,
                                   std::size_t in_front);

/// The state in a frame at `address`, which the guest may have edited: what its header says is
/// there, and the rest initialised. False where it cannot be read or cannot be loaded (bits that
/// are reserved in MXCSR, features there are none of).
bool load_frame_state(UserMemory& user, std::uint64_t address, std::uint64_t features,
                      VectorState& vector);

}  // namespace ringfare
