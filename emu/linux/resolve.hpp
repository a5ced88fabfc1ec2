// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/memory.hpp"
#include "emu/linux/abi/call.hpp"

namespace ringfare {

/// The call that a request makes: which row it has, what it stands for, and who serves it. The only
/// place where a row is looked up for a call of the guest.
Call resolved(const CallRequest& request, const AddressSpace& memory);

}  // namespace ringfare
