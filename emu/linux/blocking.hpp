// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "emu/linux/abi/syscall_row.hpp"

namespace ringfare {

/// Serves a call where the guest has other threads or processes: the host must not be waited for
/// while they can go on. A call that would wait on the host answers `kBlocked` instead.
std::int64_t serve_shared(Process& process, CallHandler handler, const CallArguments& args);

}  // namespace ringfare
