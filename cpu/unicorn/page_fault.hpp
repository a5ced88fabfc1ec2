// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/engine.hpp"
#include "cpu/memory.hpp"
#include "cpu/unicorn/operand_address.hpp"

namespace ringfare::unicorn {

/// #PF of an instruction fetch: at the first byte from `address` on that is not executable.
AtFault fetch_fault(const AddressSpace& memory, GuestAddress address);

/// What an access to `accessed` that the region map forbids raises: #PF, or #GP and #SS where the
/// address is not canonical.
AtFault access_fault(const AddressSpace& memory, GuestAddress accessed, MemoryUse use);

/// Whether Unicorn read beyond the operand: some instructions with an operand of 2 to 8 bytes have
/// it read 16.
bool is_overread(GuestAddress accessed, const MemoryUse& use);

AtFault general_protection();

}  // namespace ringfare::unicorn
