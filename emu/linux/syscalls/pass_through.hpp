// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "emu/linux/abi/call_request.hpp"

namespace ringfare {

class Process;

// Handlers of calls that the host's kernel serves: arguments are checked and translated by their
// kinds (`Passing`).

std::int64_t pass_to_host(Process& process, const CallArguments& args);
/// The same for a call that opens a descriptor.
std::int64_t pass_and_install(Process& process, const CallArguments& args);
/// The same for a call that writes: EPIPE comes with SIGPIPE.
std::int64_t pass_write(Process& process, const CallArguments& args);

}  // namespace ringfare
