// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/memory.hpp"
#include "emu/linux/abi/call.hpp"

namespace ringfare {

/// Finds what a call of i386 stands for that has another one's arguments in memory: socketcall(2),
/// ipc(2), the first mmap(2) and select(2). Sets `meant` and `args`, or `error` where there is no
/// such call or its arguments cannot be read. `call.args` are cut to 32 bits already.
void unwrap(Call& call, const AddressSpace& memory);

}  // namespace ringfare
