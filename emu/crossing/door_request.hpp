// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/engine.hpp"
#include "emu/crossing/guest_window.hpp"
#include "emu/linux/abi/call.hpp"

namespace ringfare {

/// The call as Linux takes it from the registers of its ABI; the number is EAX.
CallRequest request_of(const Registers& registers, Abi abi);

/// The call as its door hands it over. The fast 32-bit doors lose registers: the sixth argument is
/// on the caller's stack, and AMD's SYSCALL finds ECX in EBP.
CallRequest request_at(const AtGate& gate, const Registers& registers, const GuestWindow& window);

/// Puts the arguments back into the registers that a fast 32-bit door loses. Where a signal waits,
/// the kernel restores them from its own stack, and a call that is made again comes by INT 0x80.
void show_arguments(const CallRequest& request, Registers& registers);

}  // namespace ringfare
