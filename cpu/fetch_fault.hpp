// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/exception.hpp"
#include "cpu/memory.hpp"

namespace ringfare {

/// What fetching an instruction from `address` raises: #PF at the first byte from there on that is
/// not executable, or #GP where there can be no code at all. RIP is then behind the branch, as on
/// AMD processors; Intel's raise it before (SDM vol. 3, 6.15).
Exception fetch_fault(const AddressSpace& memory, GuestAddress address);

}  // namespace ringfare
