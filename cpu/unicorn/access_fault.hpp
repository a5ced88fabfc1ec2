// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/exception.hpp"
#include "cpu/memory.hpp"
#include "cpu/unicorn/operand_address.hpp"

namespace ringfare::unicorn {

/// What an access to `accessed` that the region map forbids raises: #PF, or #GP and #SS where the
/// address is not canonical.
Exception access_fault(const AddressSpace& memory, GuestAddress accessed, const MemoryUse& use);

/// Whether Unicorn read beyond the operand: some instructions with an operand of 2 to 8 bytes have
/// it read 16.
bool is_overread(GuestAddress accessed, const MemoryUse& use);

}  // namespace ringfare::unicorn
