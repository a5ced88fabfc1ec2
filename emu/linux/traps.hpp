// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/exception.hpp"
#include "cpu/memory.hpp"
#include "cpu/state.hpp"
#include "emu/linux/abi/signal_info.hpp"
#include "emu/linux/signals/signal_state.hpp"

namespace ringfare {

/// The signal Linux sends a thread for an exception its instruction raised: signal(7), and si_code
/// and si_addr of sigaction(2). `registers` and `memory` are as the exception left them: RIP, the
/// x87 and SSE status, and the mappings decide with the exception.
SignalInfo trap_signal(const Exception& exception, const Registers& registers,
                       const AddressSpace& memory);

/// What a signal frame will show of it: its number, its error code and CR2.
void note_trap(const Exception& exception, ThreadSignals& thread);

}  // namespace ringfare
