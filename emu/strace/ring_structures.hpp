// SPDX-License-Identifier: MIT
#pragma once

#include "emu/strace/pointee.hpp"

namespace ringfare {

/// `struct io_uring_params` (io_uring_setup(2)) as strace writes it: what the caller asks, and
/// where something is available also what the kernel has answered.
Text ring_parameters(const Pointee& p);
/// "[{iov_base=0x1000, iov_len=32}]": buffers that are registered, not filled.
Text buffer_addresses(const Pointee& p);

}  // namespace ringfare
