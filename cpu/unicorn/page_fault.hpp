// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/engine.hpp"
#include "cpu/memory.hpp"
#include "cpu/unicorn/operand_address.hpp"

namespace ringfare::unicorn {

/// #PF of an instruction fetch: at the first byte from `address` on that is not executable.
AtFault fetch_fault(const AddressSpace& memory, GuestAddress address);

/// What an access to `address` that the region map forbids raises: #PF, or #GP and #SS where the
/// address is not canonical.
AtFault access_fault(const AddressSpace& memory, GuestAddress address, MemoryUse use);

AtFault general_protection();

}  // namespace ringfare::unicorn
